/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TREE_UNASSIGNED_H
#define RTMPX_TREE_UNASSIGNED_H

#include "noun.h"

/* Messages of all types without a known meaning. */
extern const struct rtmpx_noun rtmpx_noun_unassigned;

#endif
