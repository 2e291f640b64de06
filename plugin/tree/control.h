/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TREE_CONTROL_H
#define RTMPX_TREE_CONTROL_H

#include "noun.h"

/* Protocol control and user control messages. */
extern const struct rtmpx_noun rtmpx_noun_control;

#endif
