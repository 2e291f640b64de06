/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Externalizable classes whose content is known: Flex's wrappers are one AMF3 value; its short
 * messages are sections of flag bytes, each followed by the values that its bits announce. A bit
 * without a known member announces a value without a name.
 */
#include "payload/amf/amf_level.h"

#define SECTIONS_MAX 3

enum section { ABSTRACT, ASYNC, COMMAND, ACKNOWLEDGE, SECTION_COUNT };

static const struct {
    const char *name;
    uint8_t sections;
    uint8_t section[SECTIONS_MAX];
} classes[] = {
    {"flex.messaging.io.ArrayCollection", 0, {0}},
    {"flex.messaging.io.ArrayList", 0, {0}},
    {"flex.messaging.io.ObjectProxy", 0, {0}},
    {"mx.collections.ArrayCollection", 0, {0}},
    {"mx.collections.ArrayList", 0, {0}},
    {"mx.utils.ObjectProxy", 0, {0}},
    {"DSA", 2, {ABSTRACT, ASYNC}},              /* AsyncMessageExt */
    {"DSC", 3, {ABSTRACT, ASYNC, COMMAND}},     /* CommandMessageExt */
    {"DSK", 3, {ABSTRACT, ASYNC, ACKNOWLEDGE}}, /* AcknowledgeMessageExt */
};

void amf3_external_begin(const struct rtmp_reader *r, struct rtmp_amf_level *level,
                         struct rtmp_span class_name) {
    level->state = AMF3_UNKNOWN_CLASS;
    for (uint32_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        if (!rtmp_bytes_are(r, class_name, classes[i].name, strlen(classes[i].name)))
            continue;
        level->sections = classes[i].sections;
        level->state = level->sections ? AMF3_MESSAGE : AMF3_ITEMS;
        level->left = level->sections ? 0 : 1;
        level->flex_class = i;
    }
}

/* A section's flags: the number of values they announce, and the bits that have names. */
static void flags(struct rtmp_amf_level *level, struct rtmp_reader *r,
                  struct rtmp_amf_event *event) {
    uint32_t start = r->pos;
    unsigned bits = 0;
    uint8_t byte;
    level->flags = 0;
    do {
        byte = rtmp_u8(r);
        for (unsigned bit = 0; bit < 7; bit++)
            level->left += (unsigned)byte >> bit & 1U;
        if (bits < 28)
            level->flags |= (byte & 0x7FU) << bits;
        bits += 7;
    } while (byte & 0x80);
    level->sections--;
    event->kind = RTMP_AMF_EXTERNALIZABLE_FLAGS;
    amf_ranges(event, start, rtmp_span_of(start, r->pos - start));
}

/* The name of the next value that the flags announce, or NULL. */
static const char *next_name(struct rtmp_amf_level *level) {
    static const char *const names[SECTION_COUNT][14] = {
#define MEMBER(section, bit, name) [section][bit] = name,
#include "base/names/flex_message_members.def"
#undef MEMBER
    };
    unsigned section = classes[level->flex_class].sections - level->sections - 1U;
    unsigned bit = 0;
    while (bit < 14 && !(level->flags >> bit & 1))
        bit++;
    level->flags &= level->flags - 1;
    return bit < 14 ? names[classes[level->flex_class].section[section]][bit] : NULL;
}

enum amf3_external amf3_external_part(struct rtmp_amf_level *level, struct rtmp_reader *r,
                                      struct rtmp_amf_event *event) {
    if (level->left == 0 && level->sections == 0)
        return AMF3_EXTERNAL_END;
    if (level->left == 0) {
        flags(level, r, event);
        return AMF3_EXTERNAL_PART;
    }
    level->left--;
    event->name = next_name(level);
    if (!event->name)
        return AMF3_EXTERNAL_VALUE;
    level->state = AMF3_MESSAGE_VALUE;
    event->kind = RTMP_AMF_KEY;
    amf_ranges(event, r->pos, rtmp_span_of(r->pos, 0));
    event->text = event->payload;
    return AMF3_EXTERNAL_PART;
}
