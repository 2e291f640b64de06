/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/capabilities.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "payload/media.h"

struct name {
    uint32_t value; /* a bit of flags, or a whole value */
    const char *text;
};

#define NAME(value, identifier, text) {value, text},
static const struct name caps_ex[] = {
#include "names/caps_ex.def"
};
static const struct name video_functions[] = {
#include "names/video_functions.def"
};
static const struct name fourcc_info[] = {
#include "names/fourcc_info_masks.def"
};
static const struct name audio_codecs[] = {
#include "names/audio_codec_flags.def"
};
static const struct name video_codecs[] = {
#include "names/video_codec_flags.def"
};
static const struct name primaries[] = {
#include "names/colour_primaries.def"
};
static const struct name transfers[] = {
#include "names/transfer_characteristics.def"
};
static const struct name matrices[] = {
#include "names/matrix_coefficients.def"
};
#undef NAME

enum form { FLAGS, MEMBER_FLAGS, VALUE };

#define LIST(list) list, sizeof(list) / sizeof((list)[0])
static const struct {
    const char *key; /* MEMBER_FLAGS: of the object that holds the property */
    enum form form;
    const struct name *names;
    size_t count;
} properties[] = {
    {"capsEx", FLAGS, LIST(caps_ex)},
    {"videoFunction", FLAGS, LIST(video_functions)},
    {"audioCodecs", FLAGS, LIST(audio_codecs)},
    {"videoCodecs", FLAGS, LIST(video_codecs)},
    {"videoFourCcInfoMap", MEMBER_FLAGS, LIST(fourcc_info)},
    {"audioFourCcInfoMap", MEMBER_FLAGS, LIST(fourcc_info)},
    {"colorPrimaries", VALUE, LIST(primaries)},
    {"transferCharacteristics", VALUE, LIST(transfers)},
    {"matrixCoefficients", VALUE, LIST(matrices)},
};
#undef LIST

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

/* Every name whose bit is set, or the one of the value. False: there is none. */
static bool add_names(struct rtmp_text *text, size_t property, uint32_t value) {
    bool exact = properties[property].form == VALUE;
    bool any = false;
    for (size_t i = 0; i < properties[property].count; i++) {
        const struct name *name = &properties[property].names[i];
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
        bool member = properties[i].form == MEMBER_FLAGS;
        if (is(member ? parent : key, member ? parent_len : key_len, properties[i].key))
            return add_names(text, i, (uint32_t)value);
    }
    return false;
}
