/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/nal.h"

#include <string.h>

#include "wire/bytes.h"

bool rtmp_nal_scan_applies(const struct rtmp_media_info *info) {
    return info->kind == RTMP_MEDIA_FRAME && !info->multitrack && info->data_pos &&
           (info->codec == RTMP_CODEC_H264 || info->codec == RTMP_CODEC_HEVC ||
            info->codec == RTMP_CODEC_VVC);
}

void rtmp_nal_scan_begin(struct rtmp_nal_scan *scan, enum rtmp_codec codec, uint32_t data_pos,
                         uint32_t length, uint8_t nal_length_size) {
    *scan = (struct rtmp_nal_scan){
        .codec = codec,
        .next = data_pos,
        .end = length,
        .length_size = nal_length_size >= 1 && nal_length_size <= 4 ? nal_length_size : 4,
        .header_size = codec == RTMP_CODEC_H264 ? 1 : 2,
    };
}

static uint32_t length_of(const struct rtmp_nal_scan *scan) {
    uint32_t length = 0;
    for (unsigned i = 0; i < scan->length_size; i++)
        length = length << 8 | scan->head[i];
    return length;
}

/* Length and header are complete: record the unit and step behind it. */
static void record(struct rtmp_nal_scan *scan) {
    uint32_t length = length_of(scan);
    uint32_t data = scan->next - scan->got + scan->length_size; /* where the unit begins */
    if (length > scan->end - data) {
        scan->failed = true;
        return;
    }
    const uint8_t *header = scan->head + scan->length_size;
    if (scan->count < RTMP_NAL_SCAN_UNITS)
        scan->unit[scan->count] = (struct rtmp_nal){
            length, length ? rtmp_nal_type(scan->codec, header[0], header[1]) : 0};
    scan->count++;
    scan->next = data + length;
    scan->got = 0;
}

/* Bytes to collect of a unit whose length is there: the length, and as much header as it has. */
static unsigned wanted(const struct rtmp_nal_scan *scan) {
    uint32_t length = length_of(scan);
    return scan->length_size + (length < scan->header_size ? length : scan->header_size);
}

void rtmp_nal_scan_feed(struct rtmp_nal_scan *scan, uint32_t body_pos, const uint8_t *bytes,
                        uint32_t len) {
    struct rtmp_reader r = rtmp_reader_over(bytes, len);
    while (!scan->failed && scan->next < scan->end && scan->next >= body_pos &&
           scan->next - body_pos < len) {
        r.pos = scan->next - body_pos;
        if (scan->got == 0)
            memset(scan->head, 0, sizeof scan->head);
        scan->head[scan->got++] = rtmp_u8(&r);
        scan->next++;
        if (scan->got >= scan->length_size && scan->got >= wanted(scan))
            record(scan);
    }
}
