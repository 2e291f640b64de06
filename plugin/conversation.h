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

/* A time of Wireshark in ns. Seconds beyond the range wrap: a damaged file may hold any number. */
static inline int64_t rtmpx_nanoseconds(const nstime_t *time) {
    return (int64_t)((uint64_t)time->secs * 1000000000U + (uint64_t)time->nsecs);
}

/* And back. */
static inline nstime_t rtmpx_nstime(int64_t ns) {
    return (nstime_t){.secs = (time_t)(ns / 1000000000), .nsecs = (int)(ns % 1000000000)};
}

/* ns since 1970. */
static inline int64_t rtmpx_capture_time(const packet_info *pinfo) {
    return rtmpx_nanoseconds(&pinfo->abs_ts);
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

/* A capture file is opened: what comes now shares nothing with earlier sessions (struct
 * rtmp_capture). Called by Wireshark; by a test that shows one connection twice. */
void rtmpx_begin_capture(void);

void rtmpx_register_conversation(void);

/* Wireshark's memory for records that stay as long as the capture is open. */
struct rtmp_memory rtmpx_file_memory(void);

/* Memory that g_free() frees. */
const struct rtmp_memory *rtmpx_heap(void);

/* A new session in file scope, with the options from the preferences. id: distinct within the
 * capture, less than 2^31. server: its address and port. */
struct rtmp_session *rtmpx_session_new(const packet_info *pinfo, uint32_t id, const address *server,
                                       uint32_t port);

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

/* What filters of the frame that is shown refer to. */
struct rtmpx_shown {
    uint32_t connection;     /* of the first segment */
    uint32_t message_stream; /* of the first message; 0: there is none */
    bool has_stream;
    uint32_t stream; /* of the first message that has one */
};

/* Note it, for a segment with a visible tree. */
void rtmpx_note_shown(const struct rtmpx_view *view);

/* False: nothing was noted in this visit of the frame. */
bool rtmpx_shown_of(packet_info *pinfo, struct rtmpx_shown *shown);

/* What texts outside of RTMP connections hide; NULL: nothing. bytes: some that were captured. */
const struct rtmp_mask *rtmpx_capture_mask(const uint8_t *bytes, uint32_t len);

/* Connections of the capture so far. */
uint32_t rtmpx_connection_count(void);

/* The nearest id of a message stream of the capture from `id` on, down (le) or up. False: none. */
bool rtmpx_next_message_stream(unsigned connection, unsigned id, bool le, unsigned *next);

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
#define RTMPX_COUNT_REMOTING       (UINT32_MAX - 3)
#define RTMPX_COUNT_REMOTING_ROOM  (UINT32_MAX - 4)
#define RTMPX_SHOWN                (UINT32_MAX - 16) /* of rtmpx_note_shown() */
uint32_t rtmpx_count_in_visit(packet_info *pinfo, uint32_t key);

/* A number that is `first` at the beginning of this visit of the frame, for a key of those above.
 */
uint32_t *rtmpx_number_of_visit(packet_info *pinfo, uint32_t key, uint32_t first);

#endif
