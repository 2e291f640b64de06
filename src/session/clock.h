/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_SESSION_CLOCK_H
#define RTMP_SESSION_CLOCK_H

#include "base/limits.h"
#include "base/memory.h"
#include "payload/media/media_class.h"
#include "session/composition.h"
#include "session/media_watch.h"

/*
 * Clocks: the timestamps of audio and video of one direction, by message stream and kind, and when
 * they came. Each kind's only rise (specified: Adobe RTMP 5.3.1.2.1 for a chunk stream; observed:
 * senders that put audio and video on one chunk stream let each rise by itself).
 *
 * A message's facts follow from the state before it. The state is not kept with each message: the
 * record of a message has its class, every some hundred messages the state is kept (a checkpoint),
 * and facts are computed by stepping over the records from there (clock_facts.h).
 *
 * Messages whose timestamp is uncertain after a loss and late ones are of RTMP_MEDIA_CLASS_NONE:
 * they contribute nothing, and have no facts. So do the tags of an aggregate, which come together:
 * their arrival says nothing.
 */
enum rtmp_clock_kind { RTMP_CLOCK_AUDIO, RTMP_CLOCK_VIDEO, RTMP_CLOCK_KINDS };

struct rtmp_clock {
    int64_t first_arrival; /* of the first coded message: ns since 1970 */
    int64_t elapsed;       /* ms of timestamp from there to the newest coded message */
    uint32_t coded;        /* timestamp of that message, ms */
    uint32_t newest;       /* of the newest message, whatever its class */
    uint32_t key;          /* of the newest key frame without a track or of track 0 */
    uint32_t keys;         /* so many */
    bool has_coded, has_newest;
};

/* Those of one message stream. */
struct rtmp_stream_clock {
    uint32_t stream_id;
    struct rtmp_clock kind[RTMP_CLOCK_KINDS];
};

/* An audio or video message. */
struct rtmp_clock_message {
    uint32_t index;   /* of its record */
    uint32_t segment; /* index of the one that completes it */
    uint32_t stream_id;
    uint32_t timestamp; /* ms */
    int64_t arrival;    /* ns since 1970 */
    enum rtmp_clock_kind kind;
    enum rtmp_media_class class; /* not _NONE */
    bool counts_key;             /* a key frame without a track, or of track 0 among others */
};

/* Facts of a message. Those that it does not have are false and 0. */
struct rtmp_media_facts {
    int64_t interval;     /* ms of timestamp since the message of its kind before it */
    double skew;          /* ms: arrival since the first coded message, less timestamp since it */
    int64_t av_offset;    /* ms, of video: timestamp of the newest audio less this one's */
    uint32_t key;         /* number of the key frame, from 1; 0: it is none, or has tracks */
    int64_t key_interval; /* ms of timestamp since the key frame before it; -1: not known */
    bool has_interval, has_skew, has_av_offset;
};

/* From timestamp `before` to `now`, ms: the shorter way modulo 2^32, or modulo 2^31 where it wraps
 * there (observed: FFmpeg). */
int64_t rtmp_clock_distance(uint32_t before, uint32_t now);

/* The facts of a message, by the state before it. */
struct rtmp_media_facts rtmp_clock_facts(const struct rtmp_stream_clock *of,
                                         const struct rtmp_clock_message *message);

/* The state behind it. */
void rtmp_clock_step(struct rtmp_stream_clock *of, const struct rtmp_clock_message *message);

/* ---- of a direction, on the first pass ---- */

/* The state of all message streams before message `message`. */
struct rtmp_clock_checkpoint {
    uint32_t message, segment;
    uint32_t first, count; /* of rtmp_clocks.kept */
};

/* A key frame of a track, in a multitrack message. */
struct rtmp_track_key {
    uint32_t message;
    uint32_t number;  /* in its stream and track, from 1 */
    int64_t interval; /* ms of timestamp since the one before; -1: not known */
    uint8_t track;
};

/* The clock of a message stream, and what is compared with its next message. */
struct rtmp_live_clock {
    struct rtmp_stream_clock clock;
    struct rtmp_media_watch watch; /* this and the next ones: diagnose.h */
    struct rtmp_composition composition;
    uint32_t misplaced;    /* its fault of the order of composition: index + 1; 0: none */
    int64_t first_arrival; /* of the first coded message, ns since 1970 */
    uint8_t configured;    /* kinds with a configuration, as bits ... */
    uint8_t coded;         /* ... and with coded messages */
    uint8_t relative;      /* kinds whose newest message has a timestamp that counts from
                              before a loss, or came in an aggregate */
    bool has_key;
    uint32_t judged[RTMP_CLOCK_KINDS]; /* timestamp of the last message but configuration */
    bool is_judged[RTMP_CLOCK_KINDS];
};

/* The newest key frame of a track other than 0. */
struct rtmp_track_clock {
    uint32_t stream_id, timestamp, keys;
    uint8_t track;
};

/* All zero is the beginning. */
struct rtmp_clocks {
    struct rtmp_live_clock *live; /* by message stream, in no order */
    struct rtmp_track_clock *track;
    struct rtmp_clock_checkpoint *checkpoint;
    struct rtmp_stream_clock *kept;
    struct rtmp_track_key *track_key;
    uint32_t live_count, live_capacity;
    uint32_t track_count, track_capacity;
    uint32_t checkpoint_count, checkpoint_capacity;
    uint32_t kept_count, kept_capacity;
    uint32_t track_key_count, track_key_capacity;
    uint32_t last;            /* live: of the last message */
    uint32_t next_checkpoint; /* before the first message of this index or a later one */
    bool have_run;            /* a message came since the beginning or the last new judgement */
};

void rtmp_clocks_destroy(struct rtmp_clocks *clocks, const struct rtmp_memory *memory);

/*
 * The next message, with its body. False: its state could not be kept (memory, or more message
 * streams than RTMP_LIMIT_CLOCKS): it is of RTMP_MEDIA_CLASS_NONE. *backwards: its timestamp is
 * lower than that of the message before it. Configuration does not count: senders repeat it at 0
 * (observed).
 */
bool rtmp_clocks_follow(struct rtmp_clocks *clocks, const struct rtmp_memory *memory,
                        struct rtmp_clock_message *message, const struct rtmp_media_body *body,
                        bool *backwards);

/* From the next message on a message stream belongs to another stream: its clock begins anew. */
void rtmp_clocks_restart(struct rtmp_clocks *clocks, uint32_t stream_id);

/* The next timestamps are not compared with earlier ones: after a publish, play or seek, or a loss.
 */
void rtmp_clocks_judge_anew(struct rtmp_clocks *clocks);

/* What is watched (media_watch.h) is not compared with what was before: the server says something
 * of a stream. */
void rtmp_clocks_watch_anew(struct rtmp_clocks *clocks);

/* The same of one message stream. False: it has no clock. */
bool rtmp_clocks_watch_stream_anew(struct rtmp_clocks *clocks, uint32_t stream_id);

/* Bytes are missing: a silence up to here says nothing, unless it had lasted `longest` ns when the
 * last bytes came, at `arrival`. 0: whatever it had lasted. */
void rtmp_clocks_pause(struct rtmp_clocks *clocks, int64_t arrival, int64_t longest);

/* Audio or video may have come up to a time of capture. */
void rtmp_clocks_touch(struct rtmp_clocks *clocks, int64_t arrival);

/* The clock of a message stream, NULL: it has none yet. */
struct rtmp_live_clock *rtmp_clocks_live(const struct rtmp_clocks *clocks, uint32_t stream_id);

/* The same; one that has none gets one. NULL: no memory, or too many. */
struct rtmp_live_clock *rtmp_clocks_live_or_new(struct rtmp_clocks *clocks,
                                                const struct rtmp_memory *memory,
                                                uint32_t stream_id);

/* ---- any pass ---- */

/* The last checkpoint before message `index`, NULL: none. */
const struct rtmp_clock_checkpoint *rtmp_clocks_checkpoint(const struct rtmp_clocks *clocks,
                                                           uint32_t index);

/* What it says of a message stream. */
struct rtmp_stream_clock rtmp_clocks_kept(const struct rtmp_clocks *clocks,
                                          const struct rtmp_clock_checkpoint *checkpoint,
                                          uint32_t stream_id);

/* The tracks of which multitrack message `index` has a key frame: how many, and the first through
 * `*keys`. */
uint32_t rtmp_clocks_track_keys(const struct rtmp_clocks *clocks, uint32_t index,
                                const struct rtmp_track_key **keys);

#endif
