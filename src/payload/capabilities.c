/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/capabilities.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "payload/media.h"

struct flag {
    uint32_t bit;
    const char *text;
};

#define NAME(value, identifier, text) {value, text},
static const struct flag caps_ex[] = {
#include "names/caps_ex.def"
};
static const struct flag video_functions[] = {
#include "names/video_functions.def"
};
static const struct flag fourcc_info[] = {
#include "names/fourcc_info_masks.def"
};
static const struct flag audio_codecs[] = {
#include "names/audio_codec_flags.def"
};
static const struct flag video_codecs[] = {
#include "names/video_codec_flags.def"
};
#undef NAME

#define FLAGS(list) list, sizeof(list) / sizeof((list)[0])
static const struct {
    const char *name;
    bool of_parent; /* the name is that of the object which holds the property */
    const struct flag *flags;
    size_t count;
} properties[] = {
    {"capsEx", false, FLAGS(caps_ex)},
    {"videoFunction", false, FLAGS(video_functions)},
    {"audioCodecs", false, FLAGS(audio_codecs)},
    {"videoCodecs", false, FLAGS(video_codecs)},
    {"videoFourCcInfoMap", true, FLAGS(fourcc_info)},
    {"audioFourCcInfoMap", true, FLAGS(fourcc_info)},
};
#undef FLAGS

/* The last part of a path of `len` bytes; *start receives where it begins. */
static size_t last_part(const char *path, size_t len, const char **start) {
    size_t begin = len;
    while (begin > 0 && path[begin - 1] != '.')
        begin--;
    *start = path + begin;
    return len - begin;
}

static bool is(const char *part, size_t len, const char *name) {
    return len == strlen(name) && memcmp(part, name, len) == 0;
}

static bool add_flags(struct rtmp_text *text, const struct flag *flags, size_t count,
                      uint32_t value) {
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        if (!(value & flags[i].bit))
            continue;
        if (any)
            rtmp_text_add(text, ", ");
        rtmp_text_add(text, flags[i].text);
        any = true;
    }
    return any;
}

bool rtmp_property_meaning(struct rtmp_text *text, const char *path, double value) {
    const char *key;
    const char *parent = path;
    size_t key_len = last_part(path, strlen(path), &key);
    size_t parent_len = key > path ? last_part(path, (size_t)(key - path) - 1, &parent) : 0;
    if (is(key, key_len, "videocodecid") || is(key, key_len, "audiocodecid")) {
        const char *codec = rtmp_codec_name_of_metadata(key[0] == 'v', value);
        if (codec)
            rtmp_text_add(text, codec);
        return codec != NULL;
    }
    if (!(value >= 0 && value <= UINT32_MAX))
        return false;
    for (size_t i = 0; i < sizeof properties / sizeof properties[0]; i++) {
        bool matches = properties[i].of_parent ? is(parent, parent_len, properties[i].name)
                                               : is(key, key_len, properties[i].name);
        if (matches)
            return add_flags(text, properties[i].flags, properties[i].count, (uint32_t)value);
    }
    return false;
}
