/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TREE_SO_FACTS_H
#define RTMPX_TREE_SO_FACTS_H

#include "noun.h"

/* What a SharedObject message is to others and to the client's copy (session/so_records.h). `fact`
 * may be NULL: nothing is known. */
extern const struct rtmpx_noun rtmpx_noun_so_facts;

/* Of the message: its object's number, and how the copy differs from others. */
void rtmpx_add_so_message(proto_tree *tree, const struct rtmpx_body *body);

/* Of an event, and of an attribute of it, or of an event without one; item: the subtree's own. */
void rtmpx_add_so_event(proto_tree *tree, proto_item *item, const struct rtmpx_body *body,
                        const struct rtmp_so_fact *fact);
void rtmpx_add_so_key(proto_tree *tree, proto_item *item, const struct rtmpx_body *body,
                      const struct rtmp_so_fact *fact);

#endif
