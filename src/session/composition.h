/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_SESSION_COMPOSITION_H
#define RTMP_SESSION_COMPOSITION_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Watches the order in which the coded frames of one message stream are presented: at their
 * timestamp, when they are to be decoded, and the composition time after it. A function of those
 * times only; what a session makes of it: diagnose.h.
 *
 * Frames may be presented in another order than they are decoded in. A negative composition time
 * alone is no fault: all times of a stream may be shifted so (ISO/IEC 14496-12, 8.6.1.3, signed
 * offsets). What no stream of H.264, HEVC or VVC has:
 *
 * - two frames that are decoded at different times and presented at the same one. With equal
 *   timestamps they may be fields or slices of one picture;
 * - a key frame that is presented before one that is decoded before it. A key frame follows those
 *   in both orders (ISO/IEC 23008-2, 8.1.3; H.264 of IDR pictures);
 * - a frame that is presented before the key frame of its group, and is decoded behind a frame that
 *   is presented after that key frame. Leading pictures come first (ISO/IEC 23008-2, 7.4.2.2;
 *   observed: x264 with open-gop, x265);
 * - a frame before which 32 or more are decoded that are all presented after it. No level of H.264
 *   reorders more than 16 frames, which are 32 fields; HEVC and VVC allow 15.
 *
 * Frames that are missing cause none of these. All zero is the beginning.
 */
enum rtmp_composition_fault {
    RTMP_COMPOSITION_FITS,
    RTMP_COMPOSITION_SAME_TIME,
    RTMP_COMPOSITION_KEY_TOO_EARLY,
    RTMP_COMPOSITION_BEFORE_KEY,
    RTMP_COMPOSITION_TOO_FAR,
};

/* A coded frame, in ms on one clock. */
struct rtmp_composed {
    int64_t decoded;
    int64_t presented;
    bool is_key;
};

/* A power of two, for its remainder. */
#define RTMP_COMPOSITION_FRAMES 32U

struct rtmp_composition {
    struct rtmp_composed last[RTMP_COMPOSITION_FRAMES]; /* frames, by their number modulo that */
    uint32_t count;                                     /* frames so far; 0: the next one is the
                                                           first that is compared */
    int64_t high;                                       /* the latest time of presentation */
    int64_t key;                                        /* of the newest key frame */
    bool has_key;
    bool has_passed_key; /* a frame behind it is presented after it */
};

/* What a fault says of the frame. Static storage. */
const char *rtmp_composition_fault_name(enum rtmp_composition_fault fault);

/* The next frame. False: it has to be looked at. */
static inline bool rtmp_composition_is_plain(struct rtmp_composition *composition,
                                             const struct rtmp_composed *frame) {
    if (frame->presented <= composition->high || composition->count == 0 || frame->is_key)
        return false;
    composition->last[composition->count++ % RTMP_COMPOSITION_FRAMES] = *frame;
    composition->high = frame->presented;
    composition->has_passed_key = true;
    return true;
}

/* Look at it. */
enum rtmp_composition_fault rtmp_composition_look(struct rtmp_composition *composition,
                                                  const struct rtmp_composed *frame);

/* The next frame is not compared with those before it: the decoder begins anew. */
static inline void rtmp_composition_begin_anew(struct rtmp_composition *composition) {
    composition->count = 0;
}

#endif
