/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TREE_REMOTING_FACTS_H
#define RTMPX_TREE_REMOTING_FACTS_H

#include "noun.h"

#include "payload/remoting/facts.h"

/* What the values of AMF packets say: Flex messages, faults, and headers that are known. */
extern const struct rtmpx_noun rtmpx_noun_remoting_facts;

/* The facts of a header or message, and where their items are added; all is borrowed. */
struct rtmpx_remoting_facts {
    proto_tree *tree;
    const struct rtmpx_body *body;
    const struct rtmp_remoting_facts *facts;
};

/* Of a message; nothing if it is none of Flex. */
void rtmpx_tree_remoting_flex(const struct rtmpx_remoting_facts *view);

/* Of a reply that is a fault; `message` is its item. */
void rtmpx_tree_remoting_fault(const struct rtmpx_remoting_facts *view, proto_item *message);

/* Of a header of this name. */
void rtmpx_tree_remoting_header(const struct rtmpx_remoting_facts *view, struct rtmp_span name);

#endif
