/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/preface.h"

#include <string.h>

#include "base/bytes.h"

/* Does the text begin with `prefix`, as far as both go? */
static bool agrees(const uint8_t *bytes, size_t len, const void *prefix, size_t size) {
    return len > 0 && memcmp(bytes, prefix, len < size ? len : size) == 0;
}

static bool begins(const uint8_t *bytes, size_t len, const char *prefix) {
    return len >= strlen(prefix) && memcmp(bytes, prefix, strlen(prefix)) == 0;
}

/* Bytes of the line up to its end, which may not be there. */
static size_t line_length(const uint8_t *bytes, size_t len) {
    size_t at = 0;
    while (at < len && bytes[at] != '\r' && bytes[at] != '\n')
        at++;
    return at;
}

static bool holds(const uint8_t *bytes, size_t len, const char *text) {
    size_t size = strlen(text);
    for (size_t at = 0; at + size <= len; at++)
        if (memcmp(bytes + at, text, size) == 0)
            return true;
    return false;
}

enum rtmp_verdict rtmp_preface_http(const uint8_t *bytes, size_t len) {
    enum { LINE_MAX = 8192 };
    static const char *const starts[] = {"GET ",     "POST ",    "HEAD ",  "PUT ",   "DELETE ",
                                         "OPTIONS ", "CONNECT ", "PATCH ", "TRACE ", "HTTP/1."};
    size_t line = line_length(bytes, len);
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        if (!begins(bytes, len, starts[i]))
            continue;
        if (line == len || (line + 1 == len && bytes[line] == '\r'))
            return len < LINE_MAX ? RTMP_MAYBE : RTMP_NO;
        return holds(bytes, line, "HTTP/1.") ? RTMP_YES : RTMP_NO;
    }
    return RTMP_NO;
}

static enum rtmp_verdict proxy_text(const uint8_t *bytes, size_t len, uint32_t *length) {
    enum { LINE_MAX = 107 };
    size_t line = line_length(bytes, len < LINE_MAX ? len : LINE_MAX);
    if (line + 1 < len && bytes[line] == '\r' && bytes[line + 1] == '\n') {
        *length = (uint32_t)line + 2;
        return RTMP_YES;
    }
    return len < LINE_MAX && line + 1 >= len ? RTMP_MAYBE : RTMP_NO;
}

/* Signature, version and command, family, length of the rest. */
static enum rtmp_verdict proxy_binary(const uint8_t *bytes, size_t len, uint32_t *length) {
    struct rtmp_reader r = rtmp_reader_over(bytes, (uint32_t)(len < 16 ? len : 16));
    (void)rtmp_take(&r, 12);
    uint8_t version = rtmp_u8(&r);
    bool two = !rtmp_ok(&r) || version >> 4 == 2;
    (void)rtmp_u8(&r);
    *length = 16U + rtmp_u16(&r);
    if (!two)
        return RTMP_NO;
    return rtmp_ok(&r) && *length <= len ? RTMP_YES : RTMP_MAYBE;
}

enum rtmp_verdict rtmp_preface_proxy(const uint8_t *bytes, size_t len, uint32_t *length) {
    static const char text[] = "PROXY ";
    static const uint8_t signature[] = {0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d,
                                        0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a};
    if (agrees(bytes, len, text, sizeof text - 1))
        return proxy_text(bytes, len, length);
    if (agrees(bytes, len, signature, sizeof signature))
        return proxy_binary(bytes, len, length);
    return RTMP_NO;
}
