/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_EXPORT_FILE_NAME_H
#define RTMP_EXPORT_FILE_NAME_H

#include "base/text.h"

struct rtmp_file_kind {
    const char *otherwise; /* the name of what has none */
    const char *extension;
};

/* Append a file name that is safe on any system, and distinct: `NAME-NUMBER.EXTENSION`. name: from
 * the wire; "" or NULL: it has none. */
void rtmp_file_name(struct rtmp_text *text, const uint8_t *name, size_t len, uint32_t number,
                    const struct rtmp_file_kind *kind);

#endif
