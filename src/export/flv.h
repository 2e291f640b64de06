/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_EXPORT_FLV_H
#define RTMP_EXPORT_FLV_H

#include "base/buffer.h"
#include "base/message.h"
#include "base/text.h"
#include "session/clock.h"

/*
 * An FLV file of one stream, made from its messages as they come (Adobe FLV 10.1 annex E).
 *
 * Bodies of audio, video and data are the data of tags, byte for byte, so that enhanced codecs and
 * tracks are as they were sent. Of data the string `@setDataFrame` before its name is left out, and
 * the format byte of AMF3 data: servers that record do so. The tags of an aggregate become tags.
 *
 * Timestamps count from the first coded frame; what is before it has 0. They are counted on where
 * they wrap (session/clock.h). Where those of a kind run back by a second or more (a publisher that
 * starts again), and behind a loss, where only differences are known (struct rtmp_message), they go
 * on from the last tag.
 *
 * A message whose bytes are not all there is left out. If it is video the coded frames up to the
 * next key frame are left out with it. All zero but the memory of `file` is the
 * beginning.
 */
struct rtmp_flv {
    struct rtmp_buffer file;
    uint32_t left_out; /* messages */
    bool needs_key_frame;
    bool has_anchor; /* a coded frame came whose timestamp is not relative */
    int64_t last;    /* place of the last tag: ms from the first coded frame on */
    uint32_t anchor; /* such a timestamp ... */
    int64_t place;   /* ... and its place */
    uint32_t starts; /* times that timestamps ran back */
    struct rtmp_flv_clock {
        bool is_begun, relative; /* there is a last coded one; it was relative */
        uint32_t last;           /* its timestamp ... */
        int64_t place;           /* ... and its place */
        uint32_t starts;         /* as above, of the last one that was not relative */
    } clocks[RTMP_CLOCK_KINDS];
};

/* Add a message of any type. body: its bytes, `available` of them. */
void rtmp_flv_add(struct rtmp_flv *flv, const struct rtmp_message *message, const uint8_t *body,
                  uint32_t available);

/* Messages before the next one are lost: video waits for a key frame. */
void rtmp_flv_lose(struct rtmp_flv *flv);

/* Append a file name that is safe on any system, and distinct: `NAME-NUMBER.flv`. name: as
 * published or played, without what follows a `?`; NULL: not known. */
void rtmp_flv_file_name(struct rtmp_text *text, const uint8_t *name, size_t len, uint32_t number);

#endif
