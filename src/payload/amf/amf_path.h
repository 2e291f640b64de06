/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_AMF_AMF_PATH_H
#define RTMP_PAYLOAD_AMF_AMF_PATH_H

#include "base/text.h"
#include "payload/amf/amf.h"

/*
 * The dotted path of a value, from its place in the message: `0` is the first top-level value,
 * `2.videoCodecs` a property of the third, `3.list.0.x` a property of the first item of its `list`.
 * A dictionary's entry is named by its key where that is a string or a number, else counted.
 *
 *     struct rtmp_amf_path path;
 *     rtmp_amf_path_begin(&path, "2");               // before the first event of a top-level value
 *     rtmp_amf_path_event(&path, &reader, &event);   // every event of it, in order
 *     path.text.out                                  // after a value's event: its path
 *
 * Paths longer than RTMP_LIMIT_AMF_PATH bytes are cut (they end in an ellipsis).
 */
struct rtmp_amf_path {
    struct rtmp_text text;
    bool named; /* a key precedes the next value */
    struct {
        uint32_t next; /* index of the next item without a key */
        uint16_t len;  /* of the container's own path */
        bool cut;      /* that path did not fit */
    } level[RTMP_LIMIT_AMF_DEPTH + 1];
    char buffer[RTMP_LIMIT_AMF_PATH];
};

/* `top`: the first part. The text lives in `path`, which must not be moved or copied from here on.
 */
void rtmp_amf_path_begin(struct rtmp_amf_path *path, const char *top);

void rtmp_amf_path_event(struct rtmp_amf_path *path, const struct rtmp_reader *reader,
                         const struct rtmp_amf_event *event);

/* After the event of a value without a key at this depth (1 or more): its index among those. */
static inline uint32_t rtmp_amf_path_index(const struct rtmp_amf_path *path, uint8_t depth) {
    return path->level[depth].next - 1;
}

/*
 * Append a leaf's value as text: numbers in the shortest form that reads back the same, strings and
 * XML as they are (made printable, rtmp_text_wire), true / false, null, undefined, unsupported,
 * dates as ISO 8601 in UTC with milliseconds, bytes as hex digits, references and strings by a
 * reference that does not resolve as `#index`.
 * `limit`: see rtmp_text_wire.
 */
void rtmp_amf_leaf_text(struct rtmp_text *text, const struct rtmp_reader *reader,
                        const struct rtmp_amf_event *event, size_t limit);

/* A date as ISO 8601 in UTC with milliseconds; beyond ECMAScript's dates the bare number. */
void rtmp_amf_date_text(struct rtmp_text *text, double milliseconds);

/* Bytes of a buffer that holds the leaf's whole text, whatever its content. */
size_t rtmp_amf_leaf_size(const struct rtmp_amf_event *event);

#endif
