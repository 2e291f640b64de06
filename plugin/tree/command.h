/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TREE_COMMAND_H
#define RTMPX_TREE_COMMAND_H

#include "noun.h"

/* Commands and data messages. */
extern const struct rtmpx_noun rtmpx_noun_command;

#endif
