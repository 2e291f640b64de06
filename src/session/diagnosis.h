/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_SESSION_DIAGNOSIS_H
#define RTMP_SESSION_DIAGNOSIS_H

#include "base/memory.h"
#include "session/transport.h"

/*
 * What is wrong with the audio and video of a stream, as it came: faults about single messages,
 * each once for its cause. What finds them: diagnose.h.
 */
enum rtmp_media_fault_kind {
    RTMP_FAULT_STALL,          /* no audio and no video came before this message */
    RTMP_FAULT_JUMP,           /* its timestamp steps further than the arrival */
    RTMP_FAULT_SKEW,           /* timestamps and arrival run apart */
    RTMP_FAULT_MISSING_CONFIG, /* coded before any configuration of its decoder */
    RTMP_FAULT_FIRST_KEY_LATE, /* other media came long before this key frame */
    RTMP_FAULT_NO_MEDIA,       /* it ends a stream that had none */
    RTMP_FAULT_SMALL_CHUNKS,   /* up to it, messages are cut into many chunks (chunking.h) */
    RTMP_FAULT_COMPOSITION,    /* it is not presented where its frame can be (composition.h) */
};

struct rtmp_media_fault {
    uint32_t message; /* index */
    uint8_t kind;     /* enum rtmp_media_fault_kind */
    uint8_t culprit;  /* of a stall: enum rtmp_culprit, as far as is known */
    int64_t
        value;   /* _STALL, _FIRST_KEY_LATE: ns that it lasted; _JUMP, _SKEW: ms, as media_watch.h
                    says; _SMALL_CHUNKS: chunks a second; _COMPOSITION: enum rtmp_composition_fault */
    double real; /* _SKEW: ms per second of drift; _SMALL_CHUNKS: percent of headers */
    uint32_t count; /* _SMALL_CHUNKS: bytes of a chunk; _COMPOSITION: such frames of the stream,
                       which grows while it is read */
};

/* Of one direction, in the order of messages. All zero is the beginning. */
struct rtmp_diagnosis {
    struct rtmp_media_fault *fault;
    uint32_t count, capacity;
    /* The last stall, whose culprit later packets may tell: index + 1 of its fault; 0: none. */
    uint32_t stall;
    struct rtmp_silence silence;
    uint32_t segment; /* index of the one that ended it */
};

void rtmp_diagnosis_destroy(struct rtmp_diagnosis *diagnosis, const struct rtmp_memory *memory);

/* One more, about the last message. False: no memory. */
bool rtmp_diagnosis_add(struct rtmp_diagnosis *diagnosis, const struct rtmp_memory *memory,
                        const struct rtmp_media_fault *fault);

/* The faults about message `index`: how many, and the first through `*faults`. */
uint32_t rtmp_diagnosis_of(const struct rtmp_diagnosis *diagnosis, uint32_t index,
                           const struct rtmp_media_fault **faults);

#endif
