/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/composition.h"

const char *rtmp_composition_fault_name(enum rtmp_composition_fault fault) {
    static const char *const names[] = {
        [RTMP_COMPOSITION_FITS] = "",
        [RTMP_COMPOSITION_SAME_TIME] = "at the same time as another frame",
        [RTMP_COMPOSITION_KEY_TOO_EARLY] =
            "before a frame decoded before it, though it is a key frame",
        [RTMP_COMPOSITION_BEFORE_KEY] =
            "before its key frame, though a frame decoded before it is not",
        [RTMP_COMPOSITION_TOO_FAR] = "before all of the 32 frames decoded before it",
    };
    return names[fault];
}

/* Frames that are kept. */
static uint32_t kept(const struct rtmp_composition *composition) {
    return composition->count < RTMP_COMPOSITION_FRAMES ? composition->count
                                                        : RTMP_COMPOSITION_FRAMES;
}

static bool has_same_time(const struct rtmp_composition *composition,
                          const struct rtmp_composed *frame) {
    for (uint32_t i = 0; i < kept(composition); i++) {
        const struct rtmp_composed *other = &composition->last[i];
        if (other->presented == frame->presented && other->decoded != frame->decoded)
            return true;
    }
    return false;
}

static bool is_too_far(const struct rtmp_composition *composition,
                       const struct rtmp_composed *frame) {
    if (composition->count < RTMP_COMPOSITION_FRAMES)
        return false;
    for (uint32_t i = 0; i < RTMP_COMPOSITION_FRAMES; i++)
        if (composition->last[i].presented <= frame->presented)
            return false;
    return true;
}

static enum rtmp_composition_fault judge(const struct rtmp_composition *composition,
                                         const struct rtmp_composed *frame) {
    if (has_same_time(composition, frame))
        return RTMP_COMPOSITION_SAME_TIME;
    if (composition->count && frame->is_key && frame->presented < composition->high)
        return RTMP_COMPOSITION_KEY_TOO_EARLY;
    if (composition->count && composition->has_key && composition->has_passed_key &&
        !frame->is_key && frame->presented < composition->key)
        return RTMP_COMPOSITION_BEFORE_KEY;
    return is_too_far(composition, frame) ? RTMP_COMPOSITION_TOO_FAR : RTMP_COMPOSITION_FITS;
}

/* The frame that was decoded last; there is one. */
static const struct rtmp_composed *newest(const struct rtmp_composition *composition) {
    return &composition->last[(composition->count - 1) % RTMP_COMPOSITION_FRAMES];
}

static void add(struct rtmp_composition *composition, const struct rtmp_composed *frame) {
    const bool is_first = composition->count == 0;
    composition->last[composition->count++ % RTMP_COMPOSITION_FRAMES] = *frame;
    if (is_first || frame->presented > composition->high)
        composition->high = frame->presented;
    if (is_first)
        composition->has_key = composition->has_passed_key = false;
    if (frame->is_key) {
        composition->key = frame->presented;
        composition->has_key = true;
        composition->has_passed_key = false;
    } else if (composition->has_key && frame->presented > composition->key) {
        composition->has_passed_key = true;
    }
}

enum rtmp_composition_fault rtmp_composition_look(struct rtmp_composition *composition,
                                                  const struct rtmp_composed *frame) {
    /* Timestamps that run backwards are told as such; they begin anew. */
    if (composition->count && frame->decoded < newest(composition)->decoded)
        rtmp_composition_begin_anew(composition);
    const enum rtmp_composition_fault fault = judge(composition, frame);
    add(composition, frame);
    return fault;
}
