/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_CONVERSATION_H
#define RTMPX_CONVERSATION_H

#include "rtmpx.h"
#include "session/message_body.h"

/*
 * Sessions of the core in Wireshark: their memory, in file scope, and the frames and bytes that
 * they are fed with.
 */

static inline struct rtmp_frame rtmpx_frame_of(const packet_info *pinfo) {
    return (struct rtmp_frame){pinfo->num, pinfo->fd->file_off};
}

static inline bool rtmpx_frame_is(struct rtmp_frame frame, const packet_info *pinfo) {
    return rtmp_frame_same(frame, rtmpx_frame_of(pinfo));
}

/* A segment as it is dissected: its bytes in Wireshark and its records. */
struct rtmpx_view {
    packet_info *pinfo;
    tvbuff_t *tvb;
    uint32_t captured;         /* bytes of tvb */
    struct rtmp_memory packet; /* pinfo->pool */
    struct rtmp_segment_view core;
};

void rtmpx_register_conversation(void);

/* A new session in file scope, with the options from the preferences. id: distinct within the
 * capture, less than 2^31. */
struct rtmp_session *rtmpx_session_new(uint32_t id);

/* What the records say of bytes: they are shown, they were read before, or on its first visit the
 * frame was not given to us. */
enum rtmpx_known { RTMPX_NEW, RTMPX_REPEATED, RTMPX_NOT_OURS };

/*
 * The records of the bytes of `tvb`. The first visit of the frame feeds the bytes to the session,
 * at `offset` of the direction (struct rtmp_segment); later visits look the records up. The view is
 * complete only if they are new.
 */
enum rtmpx_known rtmpx_view_segment(struct rtmpx_view *view, packet_info *pinfo, tvbuff_t *tvb,
                                    struct rtmp_session_direction *direction, uint64_t offset);

/* The captured bytes of the segment, on any visit. */
const uint8_t *rtmpx_view_bytes(struct rtmpx_view *view);

/*
 * How often this function was called before with `key` during this visit of the frame. Wireshark
 * does not tell which of several calls for a frame the current one is (TLS records, tunnelled
 * messages). Keys are ids of directions, and:
 */
#define RTMPX_COUNT_TUNNEL         UINT32_MAX
#define RTMPX_COUNT_PARAMETER_SETS (UINT32_MAX - 1)
#define RTMPX_COUNT_TLS            (UINT32_MAX - 2)
uint32_t rtmpx_count_in_visit(packet_info *pinfo, uint32_t key);

/* A number that is `first` at the beginning of this visit of the frame, for a key of those above.
 */
uint32_t *rtmpx_number_of_visit(packet_info *pinfo, uint32_t key, uint32_t first);

#endif
