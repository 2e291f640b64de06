/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TREE_NOTE_H
#define RTMPX_TREE_NOTE_H

#include "noun.h"

/*
 * The expert items that several nouns raise (noun.h says how such a list is used), and the items
 * that go with them. rtmpx_notes_wanted() (wanted.h) asks for them. Not
 * PI_MALFORMED: Wireshark marks such frames as its own "Malformed Packet".
 */
#define RTMPX_NOTE_EXPERTS(X)                                                                      \
    X(ei_rtmpx_malformed, "rtmpx.malformed", PI_PROTOCOL, PI_ERROR, "RTMP: malformed value")       \
    X(ei_rtmpx_remark, "rtmpx.remark", PI_PROTOCOL, PI_NOTE, "RTMP: value in an unusual form")     \
    X(ei_rtmpx_truncated, "rtmpx.truncated", PI_PROTOCOL, PI_NOTE,                                 \
      "RTMP: the rest of this message was not captured or not kept")                               \
    X(ei_rtmpx_limit, "rtmpx.limit", PI_UNDECODED, PI_WARN,                                        \
      "RTMP: a limit of this dissector was reached")                                               \
    X(ei_rtmpx_error_status, "rtmpx.error_status", PI_RESPONSE_CODE, PI_WARN,                      \
      "RTMP: the server reports an error")

#define RTMPX_NOTE_DECLARE(id, name, group, severity, text) extern expert_field id;
RTMPX_NOTE_EXPERTS(RTMPX_NOTE_DECLARE)
#undef RTMPX_NOTE_DECLARE

extern const struct rtmpx_noun rtmpx_noun_note;

/*
 * Say why decoding of a body stopped, when `reader` holds an error: adds an expert item at the
 * error's position and an item `rtmpx.undecoded` over the bytes from reader->pos to the end of the
 * body, so that every byte stays visible. An end-of-bytes error of an incomplete body is reported
 * as truncated, not as malformed. Does nothing for a reader without error at the end.
 * A reader without error but with bytes left: the same item with a remark.
 */
void rtmpx_note_rest(proto_tree *tree, const struct rtmpx_body *body,
                     const struct rtmp_reader *reader);

/* Item over the undecoded bytes of a body from `pos` on; NULL: there are none. */
proto_item *rtmpx_add_undecoded(proto_tree *tree, const struct rtmpx_body *body, uint32_t pos);

/* Add the expert item of a limit that is reached at `pos` of `tvb`, with the text of the limit. */
void rtmpx_note_limit(proto_tree *tree, packet_info *pinfo, tvbuff_t *tvb, uint32_t pos,
                      enum rtmp_error limit);

/* The bytes from `start` to `end` of `tvb`, for which the frame has no room (tree/room.h), with
 * the expert item of a limit. */
void rtmpx_note_not_shown(proto_tree *tree, packet_info *pinfo, tvbuff_t *tvb, uint32_t start,
                          uint32_t end);

/* Add an expert item for a remark (1..99) on `item`. Nothing for RTMP_OK. */
void rtmpx_note_remark(proto_item *item, const struct rtmpx_body *body, enum rtmp_error remark);

#endif
