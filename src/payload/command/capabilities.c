/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/command/capabilities.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/names.h"
#include "payload/media/codec_traits.h"

/* How a property's number is read: as flags, or as one value. */

enum form { FLAGS, MEMBER_FLAGS, VALUE };

static const struct {
    const char *key; /* MEMBER_FLAGS: the name of the object that holds the property */
    enum form form;
    const struct rtmp_name *names;
} properties[] = {
    {"capsEx", FLAGS, rtmp_names_caps_ex},
    {"videoFunction", FLAGS, rtmp_names_video_functions},
    {"audioCodecs", FLAGS, rtmp_names_audio_codec_flags},
    {"videoCodecs", FLAGS, rtmp_names_video_codec_flags},
    {"videoFourCcInfoMap", MEMBER_FLAGS, rtmp_names_fourcc_info_masks},
    {"audioFourCcInfoMap", MEMBER_FLAGS, rtmp_names_fourcc_info_masks},
    {"colorPrimaries", VALUE, rtmp_names_colour_primaries},
    {"transferCharacteristics", VALUE, rtmp_names_transfer_characteristics},
    {"matrixCoefficients", VALUE, rtmp_names_matrix_coefficients},
};

/* The length of the last part of a path of `len` bytes; *start receives its begin. */
static size_t last_fragment(const char *path, size_t len, const char **start) {
    size_t begin = len;
    while (begin > 0 && path[begin - 1] != '.')
        begin--;
    *start = path + begin;
    return len - begin;
}

static bool is(const char *fragment, size_t len, const char *name) {
    return len == strlen(name) && memcmp(fragment, name, len) == 0;
}

/* Append the names of the bits that are set, or the name of the value. False: there is none. */
static bool add_meaning_names(struct rtmp_text *text, size_t property, uint32_t value) {
    bool exact = properties[property].form == VALUE;
    bool any = false;
    for (const struct rtmp_name *name = properties[property].names; name->text; name++) {
        if (exact ? value != name->value : !(value & name->value))
            continue;
        if (any)
            rtmp_text_add(text, ", ");
        rtmp_text_add(text, name->text);
        any = true;
    }
    return any;
}

bool rtmp_property_meaning(struct rtmp_text *text, const char *path, double value) {
    const char *key;
    const char *parent = path;
    size_t key_len = last_fragment(path, strlen(path), &key);
    size_t parent_len = key > path ? last_fragment(path, (size_t)(key - path) - 1, &parent) : 0;
    if (is(key, key_len, "videocodecid") || is(key, key_len, "audiocodecid")) {
        const char *codec = rtmp_codec_name_of_metadata(key[0] == 'v', value);
        if (codec)
            rtmp_text_add(text, codec);
        return codec != NULL;
    }
    if (!(value >= 0 && value <= UINT32_MAX))
        return false;
    for (size_t i = 0; i < sizeof properties / sizeof properties[0]; i++) {
        bool member = properties[i].form == MEMBER_FLAGS;
        if (is(member ? parent : key, member ? parent_len : key_len, properties[i].key))
            return add_meaning_names(text, i, (uint32_t)value);
    }
    return false;
}
