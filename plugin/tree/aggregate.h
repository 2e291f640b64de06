/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TREE_AGGREGATE_H
#define RTMPX_TREE_AGGREGATE_H

#include "noun.h"

/* Aggregate messages: their tags, each as the message that it carries. */
extern const struct rtmpx_noun rtmpx_noun_aggregate;

#endif
