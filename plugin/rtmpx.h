/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_H
#define RTMPX_H

/* What the files of the plugin share: the view of one message body that every tree-*.c gets, and
 * one register function a noun. */

#include "compat-wireshark.h"

#include "base/bytes.h"
#include "base/message.h"
#include "base/text.h"
#include "payload/command/head.h"
#include "payload/media/decoder_config.h"

/* The protocol's id, set by proto_register_rtmpx(). */
extern int proto_rtmpx;

void proto_register_rtmpx(void);
void proto_reg_handoff_rtmpx(void);

/*
 * One complete message as a tree-*.c shows it.
 *
 * Positions of the core (spans) are offsets in `tvb`; `bytes` is the same memory, `available`
 * bytes. available < message->length when the rest was not captured, was lost, or is a media body
 * that is not kept whole: `incomplete` then says that an end at `available` is not the sender's
 * fault. Of such a media body the bytes behind the first `head` are an outline of the rest
 * (payload/media/outline.h). Everything is borrowed for the time of the call.
 */
struct rtmpx_body {
    packet_info *pinfo;
    tvbuff_t *tvb;
    const uint8_t *bytes;
    uint32_t available;
    bool incomplete;
    bool from_client;                           /* client to server, as far as known */
    enum rtmp_reply_kind reply_kind;            /* of a command: what it answers */
    const struct rtmp_decoder_configs *streams; /* of video and aggregates: as they found them */
    uint32_t head;                              /* 0: nothing is left out but at the end */
    const struct rtmp_message *message;
};

/*
 * Each noun: register its fields; add its items under `tree`; append its one-line summary for the
 * message item and the Info column. A summary must be right without a tree and cheap.
 */
void rtmpx_register_command(int proto);
void rtmpx_tree_command(proto_tree *tree, const struct rtmpx_body *body); /* 15, 17, 18, 20 */
void rtmpx_summary_command(struct rtmp_text *text, const struct rtmpx_body *body);
bool rtmpx_command_wanted(proto_tree *tree); /* would its tree function add an item? */

void rtmpx_register_shared_object(int proto);
void rtmpx_tree_shared_object(proto_tree *tree, const struct rtmpx_body *body); /* 16, 19 */
void rtmpx_summary_shared_object(struct rtmp_text *text, const struct rtmpx_body *body);
bool rtmpx_shared_object_wanted(proto_tree *tree);

void rtmpx_register_control(int proto);
void rtmpx_tree_control(proto_tree *tree, const struct rtmpx_body *body); /* 1 .. 6 */
void rtmpx_summary_control(struct rtmp_text *text, const struct rtmpx_body *body);
bool rtmpx_control_wanted(proto_tree *tree);

void rtmpx_register_media(int proto);
void rtmpx_tree_media(proto_tree *tree, const struct rtmpx_body *body); /* 8, 9 */
void rtmpx_summary_media(struct rtmp_text *text, const struct rtmpx_body *body);
bool rtmpx_media_wanted(proto_tree *tree);

void rtmpx_register_aggregate(int proto);
void rtmpx_tree_aggregate(proto_tree *tree, const struct rtmpx_body *body); /* 22 */
void rtmpx_summary_aggregate(struct rtmp_text *text, const struct rtmpx_body *body);

/* Any message by its type; unknown types as raw bytes. Used for frames and for aggregate's tags. */
void rtmpx_tree_message_body(proto_tree *tree, const struct rtmpx_body *body);
void rtmpx_summary_message(struct rtmp_text *text, const struct rtmpx_body *body);

/* Will somebody see the items, so that labels are worth their cost? */
bool rtmpx_tree_visible(proto_tree *tree);

/*
 * Does a filter, -e or tap refer to one of n registered fields? As proto_field_is_referenced() says
 * of an invisible tree, without a call for each of them: what is registered are these very structs.
 * Nearly always none is, so there is no way out early.
 */
static inline bool rtmpx_fields_referenced(const hf_register_info *fields, unsigned n) {
    _Static_assert(HF_REF_TYPE_NONE == 0, "a field that is referenced is not 0");
    unsigned referenced = 0;
#pragma GCC unroll 8
    for (unsigned i = 0; i < n; i++)
        referenced |= (unsigned)fields[i].hfinfo.ref_type;
    return referenced;
}

/* True when a visible tree, an expert tap, or who refers to one of these fields wants items. */
bool rtmpx_fields_wanted(proto_tree *tree, const hf_register_info *fields, unsigned n);

#endif
