/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TREE_CONFORMANCE_H
#define RTMPX_TREE_CONFORMANCE_H

#include "message-body.h"
#include "noun.h"

/* Deviations of a sender from the specification or from common practice, one item a direction with
 * the number of occurrences: notes of the core (wire/fragment.h). */
extern const struct rtmpx_noun rtmpx_noun_conformance;

/* Add the expert item of a note and the items that go with it. False: the note is of another kind.
 */
bool rtmpx_tree_conformance_note(proto_tree *tree, const struct rtmpx_view *view,
                                 const struct rtmp_note_record *note);

#endif
