/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/codec/codecs.h"

#include <stddef.h>

/* AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1) with GASpecificConfig (4.4.1). */

enum {
    ESCAPE = 31,
    SBR = 5,
    PS = 29,
    ER_BSAC = 22,
    ER_LD = 23,
    ER_ELD = 39,
    SYNC_SBR = 0x2B7,
    SYNC_PS = 0x548,
    EXPLICIT_RATE = 15,
};

static uint32_t read_object_type(struct rtmp_media *m, enum rtmp_media_field field) {
    uint32_t start = m->reader.pos;
    uint32_t type = rtmp_bits_take(&m->bits, 5);
    if (type == ESCAPE)
        type = 32 + rtmp_bits_take(&m->bits, 6);
    rtmp_media_value(m, field, rtmp_media_since(m, start), type,
                     rtmp_name_of(rtmp_names_aac_object_types, type));
    return type;
}

/* A sampling frequency in Hz, by index or as 24 bits; reserved indexes give 0. */
static uint32_t read_rate(struct rtmp_media *m, enum rtmp_media_field field) {
    static const uint32_t rates[] = {96000, 88200, 64000, 48000, 44100, 32000, 24000,
                                     22050, 16000, 12000, 11025, 8000,  7350};
    uint32_t start = m->reader.pos;
    uint32_t index = rtmp_bits_take(&m->bits, 4);
    uint32_t rate = index == EXPLICIT_RATE ? rtmp_bits_take(&m->bits, 24)
                    : index < 13           ? rates[index]
                                           : 0;
    rtmp_media_value(m, field, rtmp_media_since(m, start), rate, NULL);
    return rate;
}

/* program_config_element(): the channels it lists. */
static uint32_t read_program_config(struct rtmp_media *m) {
    rtmp_bits_skip(&m->bits, 10); /* tag, object type, frequency index */
    uint32_t counts[3];           /* front, side, back elements */
    for (int i = 0; i < 3; i++)
        counts[i] = rtmp_bits_take(&m->bits, 4);
    uint32_t lfe = rtmp_bits_take(&m->bits, 2);
    rtmp_bits_skip(&m->bits, 7); /* associated data and coupling elements come after the speakers */
    for (int i = 0; i < 2; i++)
        if (rtmp_bits_take(&m->bits, 1)) /* mono, stereo mixdown */
            rtmp_bits_skip(&m->bits, 4);
    if (rtmp_bits_take(&m->bits, 1)) /* matrix mixdown */
        rtmp_bits_skip(&m->bits, 3);
    uint32_t channels = lfe;
    for (uint32_t i = 0; i < counts[0] + counts[1] + counts[2] && rtmp_ok(&m->reader); i++) {
        channels += 1 + rtmp_bits_take(&m->bits, 1); /* a pair or a single channel */
        rtmp_bits_skip(&m->bits, 4);
    }
    return channels;
}

static bool is_general_audio(uint32_t type) {
    return (type >= 1 && type <= 7 && type != SBR) || type == 17 || (type >= 19 && type <= 23);
}

/* GASpecificConfig(); returns the channels of its program_config_element(), else 0. */
static uint32_t read_general_audio(struct rtmp_media *m, uint32_t type, uint32_t configuration) {
    uint32_t start = m->reader.pos;
    bool shorter = rtmp_bits_take(&m->bits, 1);
    uint32_t whole = type == ER_LD ? 512 : 1024;
    uint32_t reduced = type == ER_LD ? 480 : 960;
    rtmp_media_value(m, RTMP_FIELD_AAC_FRAME_LENGTH, rtmp_media_since(m, start),
                     shorter ? reduced : whole, NULL);
    if (rtmp_bits_take(&m->bits, 1)) /* dependsOnCoreCoder */
        rtmp_bits_skip(&m->bits, 14);
    bool extension = rtmp_bits_take(&m->bits, 1);
    uint32_t channels = configuration ? 0 : read_program_config(m);
    if (type == 6 || type == 20)
        rtmp_bits_skip(&m->bits, 3); /* layerNr */
    if (extension) {
        if (type == ER_BSAC)
            rtmp_bits_skip(&m->bits, 16);
        if (type == 17 || type == 19 || type == 20 || type == ER_LD)
            rtmp_bits_skip(&m->bits, 3);
        rtmp_bits_skip(&m->bits, 1);
    }
    return channels;
}

/* The result of an AudioSpecificConfig. */
struct asc {
    uint32_t type, configuration, channels, rate, extension_rate;
    bool sbr, ps;
};

/* Bits left of the record, cut or not, without taking any. */
static uint32_t bits_left(const struct rtmp_media *m) {
    return rtmp_left(&m->reader) * 8 - m->bits.used;
}

/* SBR and PS announced behind the configuration, for decoders that know them. */
static void read_backward_extension(struct rtmp_media *m, struct asc *asc) {
    if (asc->sbr || !rtmp_ok(&m->reader) || bits_left(m) < 16 ||
        rtmp_bits_take(&m->bits, 11) != SYNC_SBR)
        return;
    if (read_object_type(m, RTMP_FIELD_AAC_EXTENSION_OBJECT_TYPE) != SBR)
        return;
    uint32_t start = m->reader.pos;
    asc->sbr = rtmp_bits_take(&m->bits, 1);
    rtmp_media_value(m, RTMP_FIELD_AAC_SBR, rtmp_media_since(m, start), asc->sbr, NULL);
    if (!asc->sbr)
        return;
    asc->extension_rate = read_rate(m, RTMP_FIELD_AAC_EXTENSION_FREQUENCY);
    if (bits_left(m) >= 12 && rtmp_bits_take(&m->bits, 11) == SYNC_PS)
        asc->ps = rtmp_media_u(m, RTMP_FIELD_AAC_PS, 1);
}

static uint32_t aac_channels_of(const struct asc *asc) {
    static const uint8_t channels[] = {0, 1, 2, 3, 4, 5, 6, 8, 0, 0, 0, 7, 8, 24, 8};
    uint32_t count = asc->configuration < sizeof channels ? channels[asc->configuration] : 0;
    if (count == 0)
        count = asc->channels;
    return asc->ps && count == 1 ? 2 : count; /* PS makes stereo from mono */
}

void rtmp_aac_config(struct rtmp_media *m) {
    uint32_t start = m->reader.pos;
    struct asc asc = {.type = read_object_type(m, RTMP_FIELD_AAC_OBJECT_TYPE)};
    asc.ps = asc.type == PS;
    asc.sbr = asc.ps || asc.type == SBR;
    /* Also as fields of their own: one filter finds them by object type and by extension. */
    if (asc.sbr)
        rtmp_media_value(m, RTMP_FIELD_AAC_SBR, rtmp_media_since(m, start), 1, NULL);
    if (asc.ps)
        rtmp_media_value(m, RTMP_FIELD_AAC_PS, rtmp_media_since(m, start), 1, NULL);
    asc.rate = read_rate(m, RTMP_FIELD_AAC_FREQUENCY);
    asc.configuration = rtmp_media_named(m, RTMP_FIELD_AAC_CHANNEL_CONFIGURATION, 4,
                                         rtmp_names_aac_channel_configurations);
    if (asc.sbr) {
        asc.extension_rate = read_rate(m, RTMP_FIELD_AAC_EXTENSION_FREQUENCY);
        asc.type = read_object_type(m, RTMP_FIELD_AAC_CORE_OBJECT_TYPE);
        if (asc.type == ER_BSAC)
            rtmp_bits_skip(&m->bits, 4);
    }
    if (is_general_audio(asc.type)) {
        asc.channels = read_general_audio(m, asc.type, asc.configuration);
        if (asc.type >= 17)
            rtmp_bits_skip(&m->bits, 2); /* epConfig */
        read_backward_extension(m, &asc);
    }
    uint32_t rate = asc.sbr && asc.extension_rate ? asc.extension_rate : asc.rate;
    rtmp_media_sample_rate(m, rtmp_media_since(m, start), rate);
    if (aac_channels_of(&asc))
        rtmp_media_channels(m, rtmp_media_since(m, start), aac_channels_of(&asc));
    rtmp_media_skip_rest(m); /* padding, and the configurations of rare object types */
}
