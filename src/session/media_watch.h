/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_SESSION_MEDIA_WATCH_H
#define RTMP_SESSION_MEDIA_WATCH_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Watches the audio and video of one message stream, as it arrives: is it silent for too long, does
 * its clock jump, do its timestamps and its arrival run apart? A function of arrivals and
 * timestamps only; what a session makes of it: diagnose.h.
 *
 * The lag of a message is its arrival less its timestamp. Only differences of lags mean something:
 * where the lag rises, messages come ever later.
 *
 * All zero is the beginning.
 */

/* From where on it is told. 0: never. */
struct rtmp_media_thresholds {
    uint32_t stall;     /* ms of silence */
    uint32_t jump;      /* ms that a timestamp steps further than the arrival */
    uint32_t skew;      /* ms between the lag and its median in the first 10 s */
    uint32_t drift;     /* ms per second that the lag moves in the first 10 s */
    uint32_t first_key; /* ms to the first key frame, while other media came */
};

enum { RTMP_WATCH_AUDIO, RTMP_WATCH_VIDEO, RTMP_WATCH_KINDS };

/* Samples of the lag, one in a quarter of a second: those of the first 10 s, and the last 2.5 s. */
#define RTMP_WATCH_FIRST_SAMPLES 40U
#define RTMP_WATCH_LAST_SAMPLES  10U

struct rtmp_lag_sample {
    int64_t arrival, lag; /* ns */
};

/* Of one kind. */
struct rtmp_kind_watch {
    int64_t arrival, elapsed, lag; /* of the newest message: ns, ms, ns */
    int64_t next_sample;           /* arrival from which on the lag is sampled again */
    int64_t first_arrival;         /* of the first sample */
    int64_t median;                /* of the first samples: a lag, ns */
    int64_t jumped;                /* arrival of the last message that jumped */
    struct rtmp_lag_sample last[RTMP_WATCH_LAST_SAMPLES];
    struct rtmp_lag_sample first[RTMP_WATCH_FIRST_SAMPLES];
    uint32_t last_count; /* so far */
    uint8_t first_count; /* so far */
    uint8_t beyond;      /* samples in a row that are too far from the median */
    bool is_begun;
    bool is_settled; /* the first samples are complete ... */
    bool is_paced;   /* ... and come as fast as they are to be played */
    bool has_skew;   /* it was told: once for its cause */
};

struct rtmp_media_watch {
    struct rtmp_kind_watch kind[RTMP_WATCH_KINDS];
    int64_t arrival; /* of the newest message of either kind, ns; INT64_MAX: a silence would not be
                        one of a stream that runs */
};

/* A message with coded data. */
struct rtmp_watched {
    unsigned kind;
    int64_t arrival; /* ns since 1970 */
    int64_t elapsed; /* ms of timestamp since the first message of its kind, wraps counted on */
    int64_t behind;  /* of one that is looked at: ms of timestamp from the newest message of the
                        other kind to this one; of no meaning before that kind has begun */
};

enum { RTMP_WATCH_STALL = 1, RTMP_WATCH_JUMP = 2, RTMP_WATCH_SKEW = 4 };

/* What a message shows, as bits of those above. */
struct rtmp_watch_found {
    unsigned what;
    int64_t silence;        /* ns without a message before it */
    bool timestamps_paused; /* as long as the arrival: the sender made nothing meanwhile */
    int64_t jump;           /* ms that the timestamp steps further than the arrival */
    int64_t skew;           /* ms of lag from the median to this message */
    double drift;           /* ms per second that the lag moves, in the first samples */
};

static inline int64_t rtmp_watch_minus(int64_t a, int64_t b) {
    return (int64_t)((uint64_t)a - (uint64_t)b);
}

static inline int64_t rtmp_watch_lag(const struct rtmp_watched *message) {
    return rtmp_watch_minus(message->arrival,
                            (int64_t)((uint64_t)message->elapsed * UINT64_C(1000000)));
}

/* The next message. False: it has to be looked at. */
static inline bool rtmp_watch_is_plain(struct rtmp_media_watch *watch,
                                       const struct rtmp_media_thresholds *thresholds,
                                       const struct rtmp_watched *message) {
    struct rtmp_kind_watch *kind = &watch->kind[message->kind];
    const int64_t lag = rtmp_watch_lag(message);
    if (message->arrival >= kind->next_sample || message->elapsed < kind->elapsed ||
        rtmp_watch_minus(message->arrival, watch->arrival) >=
            thresholds->stall * INT64_C(1000000) ||
        rtmp_watch_minus(kind->lag, lag) >= thresholds->jump * INT64_C(1000000))
        return false;
    watch->arrival = kind->arrival = message->arrival;
    kind->elapsed = message->elapsed;
    kind->lag = lag;
    return true;
}

/* Look at it. */
void rtmp_watch_look(struct rtmp_media_watch *watch, const struct rtmp_media_thresholds *thresholds,
                     const struct rtmp_watched *message, struct rtmp_watch_found *found);

/* ns without a message of either kind up to a time; 0 where what came ahead of its time is played
 * meanwhile. -1: nothing came yet, or the stream does not run. */
int64_t rtmp_watch_silence(const struct rtmp_media_watch *watch, int64_t until);

/* The stream pauses or ends: a silence from here on is none. */
static inline void rtmp_watch_pause(struct rtmp_media_watch *watch) {
    watch->arrival = INT64_MAX;
}

/* Other messages with audio or video arrive, whose timestamps say nothing. */
static inline void rtmp_watch_touch(struct rtmp_media_watch *watch, int64_t arrival) {
    if (watch->arrival != INT64_MAX)
        watch->arrival = arrival;
}

/* Timestamps of a kind begin anew. */
void rtmp_watch_begin_kind_anew(struct rtmp_media_watch *watch, unsigned kind);

/* Those of all kinds, and what comes next may be long after. */
void rtmp_watch_begin_anew(struct rtmp_media_watch *watch);

#endif
