/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/media/decoder_config.h"

/* Index of the entry of a stream, track and codec; s->count: there is none. */
static unsigned find(const struct rtmp_decoder_configs *s, uint32_t stream_id, uint8_t track,
                     enum rtmp_codec codec) {
    unsigned i = 0;
    while (i < s->count && (s->item[i].stream_id != stream_id || s->item[i].track != track ||
                            s->item[i].codec != codec))
        i++;
    return i;
}

uint8_t rtmp_decoder_configs_length_size(const struct rtmp_decoder_configs *s, uint32_t stream_id,
                                         uint8_t track, enum rtmp_codec codec) {
    unsigned i = s ? find(s, stream_id, track, codec) : 0;
    return s && i < s->count ? s->item[i].nal_length_size : 0;
}

/* A hash of all changes: copies of a table have equal versions only after equal changes. */
static void set_version(struct rtmp_decoder_configs *s, unsigned i) {
    uint32_t change = s->item[i].stream_id ^ (uint32_t)s->item[i].track << 24 ^
                      (uint32_t)s->item[i].codec << 16 ^ (uint32_t)s->item[i].nal_length_size << 8;
    s->version = (s->version ^ change) * 0x01000193U + 1U;
    if (s->version == 0)
        s->version = 1;
}

void rtmp_decoder_configs_set(struct rtmp_decoder_configs *s, uint32_t stream_id, uint8_t track,
                              enum rtmp_codec codec, uint8_t size) {
    unsigned i = find(s, stream_id, track, codec);
    if (i < s->count && s->item[i].nal_length_size == size)
        return;
    if (i == RTMP_LIMIT_DECODER_CONFIGS) {
        i = s->oldest;
        s->oldest = (uint8_t)((i + 1) % RTMP_LIMIT_DECODER_CONFIGS);
    } else if (i == s->count)
        s->count++;
    s->item[i].stream_id = stream_id;
    s->item[i].track = track;
    s->item[i].codec = (uint8_t)codec;
    s->item[i].nal_length_size = size;
    set_version(s, i);
}
