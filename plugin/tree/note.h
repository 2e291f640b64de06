/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TREE_NOTE_H
#define RTMPX_TREE_NOTE_H

#include "rtmpx.h"

/* The expert items that several files raise (fields.md: severity there). One text each, without
 * variable parts, so that tshark's `-z expert` groups them; variable numbers belong to items. */
extern expert_field ei_rtmpx_malformed;    /* error */
extern expert_field ei_rtmpx_remark;       /* note: odd but readable */
extern expert_field ei_rtmpx_truncated;    /* note: snapshot length or kept head ends the bytes */
extern expert_field ei_rtmpx_limit;        /* warning */
extern expert_field ei_rtmpx_error_status; /* warning: status level "error" */

void rtmpx_register_expert(int proto);

/* Does somebody want what decoding finds wrong: an expert tap (also without a tree), a filter on
 * any expert item, on one of the above or on what rtmpx_note_rest adds? */
bool rtmpx_expert_wanted(proto_tree *tree);

/*
 * Say why decoding of a body stopped, when `reader` holds an error: adds an expert item at the
 * error's position and an item `rtmpx.undecoded` over the bytes from reader->pos to the end of the
 * body, so that every byte stays visible. An end-of-bytes error of an incomplete body is reported
 * as truncated, not as malformed. Does nothing for a reader without error at the end.
 * A reader without error but with bytes left: the same item with a remark.
 */
void rtmpx_note_rest(proto_tree *tree, const struct rtmpx_body *body,
                     const struct rtmp_reader *reader);

/* A bound that was hit at `pos` of `tvb`, with what it is. */
void rtmpx_note_limit(proto_tree *tree, packet_info *pinfo, tvbuff_t *tvb, uint32_t pos,
                      enum rtmp_error limit);

/* The bytes from `start` to `end` of `tvb`, for which the frame has no room (rtmpx_frame_is_full),
 * with the expert item of a limit. */
void rtmpx_note_not_shown(proto_tree *tree, packet_info *pinfo, tvbuff_t *tvb, uint32_t start,
                          uint32_t end);

/* An expert item for a remark (1..99) on `item`. Nothing for RTMP_OK. */
void rtmpx_note_remark(proto_item *item, const struct rtmpx_body *body, enum rtmp_error remark);

#endif
