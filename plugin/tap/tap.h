/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TAP_TAP_H
#define RTMPX_TAP_TAP_H

#include "message-body.h"

#include "export/row.h"

/*
 * The tap "rtmpx": each complete message of RTMP, and each message of an AMF packet of Flash
 * Remoting, in the order of the frames and of the wire within a frame. Queued where a message
 * completes, also without a tree. In the first pass facts that later messages give (links forward)
 * are not there yet.
 */

/* One message, in packet memory; its body is looked up when it is asked for. */
struct rtmpx_tapped {
    const struct rtmp_remoting_message *remoting; /* of an AMF packet: nothing else is set. NULL: of
                                                     RTMP */
    const struct rtmp_session_direction *direction;
    struct rtmp_message_record record;
    const struct rtmp_stream *stream; /* that it concerns; NULL: none, or not known */
    struct rtmpx_messages *messages;  /* of its segment */
    uint32_t index;                   /* in the segment */
    const struct rtmp_so_copy *copy;  /* RTMPX_SO_TAP: that the end of its connection ends */
};

#define RTMPX_TAP "rtmpx"

/* The tap "rtmpx_stream": of these the messages of RTMP that concern a stream, and behind them the
 * streams that the end of their connection ends, with `stream` and a direction alone. */
#define RTMPX_STREAM_TAP "rtmpx_stream"

/* The tap "rtmpx_so": the messages of SharedObjects, and behind them the copies that the end of
 * their connection ends, with `direction` and `copy` alone. */
#define RTMPX_SO_TAP "rtmpx_so"

/* The tap "rtmpx_remoting": each AMF packet of Flash Remoting. The bytes live as long as the frame
 * is dissected. */
struct rtmpx_tapped_packet {
    const struct rtmp_remoting_packet *packet;
    struct rtmp_reader reader; /* over the packet */
    bool is_cut;               /* its end was not captured */
};

#define RTMPX_REMOTING_TAP "rtmpx_remoting"

void rtmpx_register_tap(void);

/* A tap that gets each segment: a struct rtmpx_messages that begins. At most RTMPX_SEGMENT_TAPS. */
#define RTMPX_SEGMENT_TAPS 3
void rtmpx_add_segment_tap(int tap);

/* Does anybody listen? */
bool rtmpx_tap_wanted(void);

/* Queue the segment, and the messages that complete in it. */
void rtmpx_tap_segment(const struct rtmpx_view *view);

/* Does anybody listen to the ends of connections? */
bool rtmpx_tap_closing_wanted(void);

/* First pass: queue the streams, and the copies of SharedObjects, of a session that is about to be
 * closed. */
void rtmpx_tap_closing(packet_info *pinfo, const struct rtmp_session *session);

/* The message's index in its direction. */
static inline uint32_t rtmpx_tapped_index(const struct rtmpx_tapped *tapped) {
    return tapped->messages->view->core.segment->first_fragment + tapped->index;
}

/* Queue an AMF packet, and its messages. */
void rtmpx_tap_remoting(packet_info *pinfo, const struct rtmpx_tapped_packet *packet);

/* The message that fragment `index` of a segment completes. False: none. */
bool rtmpx_tapped_message(struct rtmpx_messages *messages, uint32_t index,
                          struct rtmpx_tapped *tapped);

/* The body of the message, empty if it is of an AMF packet (rtmpx_find_body() without a tvb): all
 * of it; of audio and video as much as tells what it is, configuration records included. */
void rtmpx_tapped_body(const struct rtmpx_tapped *tapped, struct rtmpx_body *body);

/* All of the body. whole: as rtmp_whole_bodies_follow() gave it; NULL: not. */
void rtmpx_tapped_whole_body(const struct rtmpx_tapped *tapped, const uint8_t *whole,
                             struct rtmpx_body *body);

/* What a row of the message is made from; without a summary and addresses. */
struct rtmp_row_message rtmpx_tapped_row(const struct rtmpx_tapped *tapped,
                                         const struct rtmpx_body *body);

/* `address:port` of where the frame comes from, or of where it goes, in packet memory. */
char *rtmpx_end_text(const packet_info *pinfo, bool source);

/* Append the one-line summary of the message, whose body is found. */
void rtmpx_tapped_summary(const struct rtmpx_tapped *tapped, const struct rtmpx_body *body,
                          struct rtmp_text *text);

#endif
