/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TREE_DIRECTION_H
#define RTMPX_TREE_DIRECTION_H

#include "message-body.h"
#include "noun.h"

/* Notes about the bytes of a direction: gaps, late bytes, loss and recovery of synchronisation,
 * messages that were never completed. */
extern const struct rtmpx_noun rtmpx_noun_direction;

/* Add the items of one note of the segment. */
void rtmpx_tree_direction_note(proto_tree *tree, const struct rtmpx_view *view,
                               const struct rtmp_note_record *note);

#endif
