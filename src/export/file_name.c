/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export/file_name.h"

void rtmp_file_name(struct rtmp_text *text, const uint8_t *name, size_t len, uint32_t number,
                    const struct rtmp_file_kind *kind) {
    enum { NAME_MAX = 100 };
    static const char reserved[] = "/\\:*?\"<>|";
    char out[NAME_MAX + 8];
    struct rtmp_text safe = rtmp_text_masked(out, sizeof out, text->mask);
    if (name)
        rtmp_text_wire(&safe, name, len, NAME_MAX);
    for (char *c = out; *c == '.'; c++)
        *c = '_';
    for (char *c = out + strcspn(out, reserved); *c; c += strcspn(c, reserved))
        *c = '_';
    rtmp_text_add(text, safe.len ? out : kind->otherwise);
    rtmp_text_format(text, "-%u.%s", number, kind->extension);
}
