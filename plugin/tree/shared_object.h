/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TREE_SHARED_OBJECT_H
#define RTMPX_TREE_SHARED_OBJECT_H

#include "noun.h"

/* SharedObject messages. */
extern const struct rtmpx_noun rtmpx_noun_shared_object;

#endif
