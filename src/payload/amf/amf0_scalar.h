/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_AMF_AMF0_SCALAR_H
#define RTMP_PAYLOAD_AMF_AMF0_SCALAR_H

#include "payload/amf/amf.h"

/*
 * AMF0 scalars: a number, boolean, string, null or undefined, which enter no reference table. All
 * readers of AMF0 values use the inline functions; commands and SharedObjects, which mostly consist
 * of scalars, read them without a decoder. Source: Adobe AMF0, 2.1 to 2.8.
 */
enum rtmp_amf0_marker {
#define NAME(value, identifier, text) RTMP_AMF0_##identifier = value,
#include "base/names/amf0_markers.def"
#undef NAME
};

/* On the path of nearly every AMF event: inlined, the reader's fields stay in registers. */
#define RTMP_AMF0_HOT static inline __attribute__((always_inline))

/* A length of 16 bits and that many bytes. More than there are: RTMP_ERROR_LENGTH at the length. */
RTMP_AMF0_HOT struct rtmp_span rtmp_amf0_text(struct rtmp_reader *r) {
    uint32_t at = r->pos;
    uint32_t len = rtmp_u16(r);
    if (len > rtmp_left(r))
        rtmp_fail_at(r, RTMP_ERROR_LENGTH, at);
    return rtmp_take(r, len);
}

/* The scalar behind `marker`, which was read: all of *leaf but `whole`. False: the marker is none
 * of a scalar (nothing was read), or the reader holds an error. */
RTMP_AMF0_HOT bool rtmp_amf0_scalar_behind(struct rtmp_reader *r, uint8_t marker,
                                           struct rtmp_amf_leaf *leaf) {
    *leaf = (struct rtmp_amf_leaf){.present = true};
    switch (marker) {
    case RTMP_AMF0_NUMBER:
        leaf->kind = RTMP_AMF_NUMBER;
        leaf->number = rtmp_f64(r);
        return rtmp_ok(r);
    case RTMP_AMF0_STRING:
        leaf->kind = RTMP_AMF_STRING;
        leaf->text = rtmp_amf0_text(r);
        return rtmp_ok(r);
    case RTMP_AMF0_BOOLEAN:
        leaf->kind = RTMP_AMF_BOOLEAN;
        leaf->number = rtmp_u8(r) != 0;
        return rtmp_ok(r);
    case RTMP_AMF0_NULL:
        leaf->kind = RTMP_AMF_NULL;
        return true;
    case RTMP_AMF0_UNDEFINED:
        leaf->kind = RTMP_AMF_UNDEFINED;
        return true;
    default:
        return false;
    }
}

/* The scalar at the cursor. False: another value, or one cut short; the cursor has not moved and no
 * error is set. */
bool rtmp_amf0_scalar(struct rtmp_reader *reader, struct rtmp_amf_leaf *leaf);

/* Bytes of the scalar at the cursor, marker included; 0 where rtmp_amf0_scalar() would be false. */
uint32_t rtmp_amf0_scalar_length(const struct rtmp_reader *reader);

#endif
