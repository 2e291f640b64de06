/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_H
#define RTMPX_H

/* The view of one message body that every noun below tree/ gets. */

#include "compat-wireshark.h"

#include "base/bytes.h"
#include "base/message.h"
#include "base/text.h"
#include "payload/command/head.h"
#include "payload/media/decoder_config.h"
#include "payload/remoting/secrets.h"
#include "session/message_body.h"
#include "session/so_records.h"

/*
 * One complete message as a noun (noun.h) shows it.
 *
 * Positions of the core (spans) are offsets in `tvb`; `bytes` is the same memory, `available`
 * bytes. available < message->length when the rest was not captured, was lost, or is a media body
 * that is not kept whole: `incomplete` is then set: an end at `available` is not the sender's
 * error. In such a media body the bytes after the first `head` are an outline of the rest
 * (payload/media/outline.h). Everything is borrowed for the time of the call.
 */
struct rtmpx_body {
    packet_info *pinfo;
    tvbuff_t *tvb;
    const uint8_t *bytes;
    uint32_t available;
    bool incomplete;
    bool from_client;                        /* client to server, as far as known */
    struct rtmp_answered_call answered;      /* the call that it answers */
    const struct rtmp_facts_record *call;    /* of a call or an answer to one; NULL: not known */
    const struct rtmp_segment_view *segment; /* in which the message completes */
    const struct rtmp_decoder_configs
        *decoder_configs; /* of video and aggregates: the decoder configurations before them */
    uint32_t head;        /* 0: nothing is left out, except at the end */
    const struct rtmp_message *message;
    struct rtmp_so_facts so;            /* of a SharedObject message: what others are to it */
    uint32_t events;                    /* so many events of the body are shown (tree/room.h) */
    uint32_t before;                    /* bytes of AMF in the frame before it */
    const struct rtmp_secrets *secrets; /* values that are hidden; NULL: none */
    const struct rtmp_mask *mask;       /* what its texts hide; NULL: nothing */
};

#endif
