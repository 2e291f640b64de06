/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TREE_MESSAGE_H
#define RTMPX_TREE_MESSAGE_H

#include "conversation.h"

void rtmpx_register_message(int proto);

/* The bytes of one segment and their records, as the message code needs them. */
struct rtmpx_view {
    packet_info *pinfo;
    tvbuff_t *tvb;
    struct rtmpx_direction *direction;
    const struct rtmpx_segment *segment;
    const struct rtmpx_part *parts;
    uint32_t part_count;
    const struct rtmpx_fresh_body *fresh; /* on the first visit */
};

/* Would the parts of the segment add an item to an invisible tree? Only a no is sure: of messages
 * that complete here it is seen when they are visited. */
bool rtmpx_parts_wanted(proto_tree *tree, const struct rtmpx_view *view);

/* Add the items of all parts of the segment: messages that complete, chunks of those that do not.
 */
void rtmpx_tree_parts(proto_tree *tree, const struct rtmpx_view *view);

/* Does a message complete in the segment? */
bool rtmpx_completes_message(const struct rtmpx_view *view);

/* One line about all messages that complete in the segment, runs collapsed. */
void rtmpx_summary_parts(struct rtmp_text *text, const struct rtmpx_view *view);

#endif
