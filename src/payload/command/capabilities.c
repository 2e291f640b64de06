/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/command/capabilities.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/names.h"
#include "payload/media/media.h"

/* Values are bits of flags, or whole values. */
#define NAME RTMP_NAME
static const struct rtmp_name caps_ex[] = {
#include "base/names/caps_ex.def"
    RTMP_NAMES_END};
static const struct rtmp_name video_functions[] = {
#include "base/names/video_functions.def"
    RTMP_NAMES_END};
static const struct rtmp_name fourcc_info[] = {
#include "base/names/fourcc_info_masks.def"
    RTMP_NAMES_END};
static const struct rtmp_name audio_codecs[] = {
#include "base/names/audio_codec_flags.def"
    RTMP_NAMES_END};
static const struct rtmp_name video_codecs[] = {
#include "base/names/video_codec_flags.def"
    RTMP_NAMES_END};
static const struct rtmp_name primaries[] = {
#include "base/names/colour_primaries.def"
    RTMP_NAMES_END};
static const struct rtmp_name transfers[] = {
#include "base/names/transfer_characteristics.def"
    RTMP_NAMES_END};
static const struct rtmp_name matrices[] = {
#include "base/names/matrix_coefficients.def"
    RTMP_NAMES_END};
#undef NAME

enum form { FLAGS, MEMBER_FLAGS, VALUE };

static const struct {
    const char *key; /* MEMBER_FLAGS: of the object that holds the property */
    enum form form;
    const struct rtmp_name *names;
} properties[] = {
    {"capsEx", FLAGS, caps_ex},
    {"videoFunction", FLAGS, video_functions},
    {"audioCodecs", FLAGS, audio_codecs},
    {"videoCodecs", FLAGS, video_codecs},
    {"videoFourCcInfoMap", MEMBER_FLAGS, fourcc_info},
    {"audioFourCcInfoMap", MEMBER_FLAGS, fourcc_info},
    {"colorPrimaries", VALUE, primaries},
    {"transferCharacteristics", VALUE, transfers},
    {"matrixCoefficients", VALUE, matrices},
};

/* The last part of a path of `len` bytes; *start receives where it begins. */
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

/* Every name whose bit is set, or the one of the value. False: there is none. */
static bool add_names(struct rtmp_text *text, size_t property, uint32_t value) {
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
            return add_names(text, i, (uint32_t)value);
    }
    return false;
}
