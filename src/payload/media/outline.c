/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/media/outline.h"

#include "base/limits.h"
#include "payload/codec/nal_length.h"
#include "payload/media/body.h"
#include "payload/media/decoder_config.h"

static uint32_t smaller(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

/* The header of a unit or track was read, `size` bytes of it follow: decide how many to keep. */
static void begin_unit_bytes(struct rtmp_outline *o, uint32_t size) {
    size = smaller(size, o->track_left); /* a length beyond the track ends the list */
    o->keep = size <= RTMP_OUTLINE_WHOLE ? size : RTMP_OUTLINE_UNIT;
    o->rest = size - o->keep;
    o->track_left -= size;
    o->body_left -= size;
    o->got = 0;
    if (++o->units > RTMP_LIMIT_OUTLINE_UNITS) {
        o->keep = 0;
        o->skip = o->body_left + size;
    } else if (o->keep == 0)
        o->skip = o->rest;
}

static uint32_t number(const struct rtmp_outline *o, unsigned from, unsigned len) {
    uint32_t value = 0;
    for (unsigned i = 0; i < len; i++)
        value = value << 8 | o->head[from + i];
    return value;
}

/* The size of a NAL unit's length; 4, the usual one, without a configuration record. */
static uint8_t announced_length_size(const struct rtmp_decoder_configs *decoder_configs,
                                     uint32_t stream_id, uint8_t track, enum rtmp_codec codec) {
    uint8_t size = rtmp_decoder_configs_length_size(decoder_configs, stream_id, track, codec);
    return size ? size : 4;
}

/* Track header: FourCC, track id and size, and the composition time of coded H.264, HEVC and
 * VVC. */
static void read_outlined_track(struct rtmp_outline *o,
                                const struct rtmp_decoder_configs *decoder_configs) {
    unsigned at = o->many_codecs ? 4 : 0;
    if (o->got < at + 4)
        return;
    if (o->many_codecs)
        o->codec = (uint8_t)rtmp_codec_of_fourcc(number(o, 0, 4));
    bool units = rtmp_codec_has_nal_units(o->codec);
    unsigned time = o->got - at - 4; /* bytes of the composition time that were read */
    o->track_left = smaller(number(o, at + 1, 3), o->body_left + time) - time;
    if (units && o->timed && time < 3 && o->track_left)
        return;
    o->in_track = true;
    o->length_size = announced_length_size(decoder_configs, o->stream_id, o->head[at], o->codec);
    o->got = 0;
    if (!units && !rtmp_codec_has_obus(o->codec))
        begin_unit_bytes(o, o->track_left);
}

static void read_nal(struct rtmp_outline *o) {
    if (o->got == o->length_size)
        begin_unit_bytes(o, number(o, 0, o->length_size));
}

/* Header, extension and leb128 size (AV1, 5.3 and 4.10.5). */
static void read_outlined_obu(struct rtmp_outline *o) {
    unsigned at = o->head[0] & 4 ? 2 : 1;
    if (o->got < at)
        return;
    if (!(o->head[0] & 2)) {
        begin_unit_bytes(o, o->track_left);
        return;
    }
    if (o->got == at || (o->head[o->got - 1] & 0x80 && o->got < at + 8))
        return;
    uint64_t size = 0;
    for (unsigned i = at; i < o->got; i++)
        size |= (uint64_t)(o->head[i] & 0x7F) << (7 * (i - at));
    begin_unit_bytes(o, size > UINT32_MAX ? UINT32_MAX : (uint32_t)size);
}

/* One byte of the header of a track or unit. */
static void read_byte(struct rtmp_outline *o, const struct rtmp_decoder_configs *decoder_configs,
                      uint8_t byte) {
    o->head[o->got++] = byte;
    o->body_left--;
    if (o->tracks && !o->in_track) {
        read_outlined_track(o, decoder_configs);
        return;
    }
    o->track_left--;
    if (rtmp_codec_has_obus(o->codec))
        read_outlined_obu(o);
    else
        read_nal(o);
}

/* Fast path of read_byte(): a complete 4-byte length of a NAL unit, which nearly every stream
 * has. False: something else, nothing was read. */
static bool read_nal_length(struct rtmp_outline *o, struct rtmp_reader *r) {
    const uint32_t size = 4;
    if (o->length_size != size || o->tracks || o->got || rtmp_left(r) < size ||
        o->track_left < size || !rtmp_codec_has_nal_units(o->codec))
        return false;
    o->body_left -= size;
    o->track_left -= size;
    begin_unit_bytes(o, rtmp_u32(r));
    return true;
}

uint32_t rtmp_outline_keep(struct rtmp_outline *o,
                           const struct rtmp_decoder_configs *decoder_configs, const uint8_t *bytes,
                           uint32_t len) {
    struct rtmp_reader r = rtmp_reader_over(bytes, len);
    while (!o->skip && rtmp_left(&r)) {
        if (o->keep) {
            struct rtmp_span span = rtmp_take(&r, smaller(o->keep, rtmp_left(&r)));
            o->keep -= span.len;
            if (o->keep == 0)
                o->skip = o->rest;
            continue;
        }
        if (o->body_left == 0)
            break;
        if (o->in_track && o->track_left == 0) {
            o->in_track = false;
            o->got = 0;
        }
        if (!read_nal_length(o, &r))
            read_byte(o, decoder_configs, rtmp_u8(&r));
    }
    return r.pos;
}

/* Step over the head, which is kept whole. */
static void walk_head(struct rtmp_outline *o, const struct rtmp_media_body *body, uint32_t pos) {
    uint32_t step;
    do {
        step =
            rtmp_outline_keep(o, body->decoder_configs, body->bytes + pos, body->available - pos);
        pos += step;
        uint32_t over = smaller(o->skip, body->available - pos);
        o->skip -= over;
        pos += over;
        step += over;
        o->units = 0;
    } while (step);
}

static uint8_t length_size_of(const struct rtmp_media_body *body,
                              const struct rtmp_media_info *info) {
    if (info->tracks_pos)
        return 4; /* set for each track */
    if (!rtmp_codec_has_nal_units(info->codec))
        return 0;
    uint8_t size = rtmp_decoder_configs_length_size(body->decoder_configs, body->stream_id,
                                                    info->track_id, info->codec);
    if (size)
        return size;
    struct rtmp_reader r = rtmp_reader_over(body->bytes, body->available);
    r.pos = info->data_pos;
    return rtmp_nal_length_size(info->codec, &r, body->length);
}

enum rtmp_keep rtmp_outline_begin(struct rtmp_outline *o, const struct rtmp_media_body *body) {
    struct rtmp_media_info info = rtmp_media_describe_head(body);
    if (info.kind == RTMP_MEDIA_CONFIG || info.kind == RTMP_MEDIA_METADATA ||
        info.kind == RTMP_MEDIA_MULTICHANNEL)
        return RTMP_KEEP_WHOLE;
    uint32_t pos = info.tracks_pos ? info.tracks_pos : info.data_pos;
    if (info.kind != RTMP_MEDIA_FRAME || pos == 0)
        return RTMP_KEEP_HEAD;
    *o = (struct rtmp_outline){
        .body_left = body->length - pos,
        .track_left = info.tracks_pos ? 0 : body->length - pos,
        .codec = (uint8_t)info.codec,
        .stream_id = body->stream_id,
        .length_size = length_size_of(body, &info),
        .tracks = info.tracks_pos != 0,
        .many_codecs = info.many_codecs,
        .timed = info.timed,
    };
    bool units =
        rtmp_codec_has_obus(o->codec) || (rtmp_codec_has_nal_units(o->codec) && o->length_size);
    if (!units && !o->tracks)
        return RTMP_KEEP_HEAD;
    walk_head(o, body, pos);
    return RTMP_KEEP_OUTLINE;
}

uint32_t rtmp_outline_holes(const struct rtmp_media_body *body, struct rtmp_hole *holes,
                            uint8_t *length_size) {
    struct rtmp_media_body head = *body;
    head.available = body->head;
    head.head = 0;
    struct rtmp_outline o;
    *length_size = 0;
    if (body->available <= body->head || rtmp_outline_begin(&o, &head) != RTMP_KEEP_OUTLINE)
        return 0;
    *length_size = o.length_size;
    uint32_t count = 0;
    uint32_t pos = body->head;
    while (pos < body->available) {
        if (o.skip) {
            holes[count++] = (struct rtmp_hole){pos, o.skip};
            o.skip = 0;
        }
        uint32_t step =
            rtmp_outline_keep(&o, body->decoder_configs, body->bytes + pos, body->available - pos);
        if (step == 0 && !o.skip)
            break;
        pos += step;
    }
    return count;
}
