/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/preface.h"

#include <string.h>

#include "base/bytes.h"
#include "base/names.h"

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

/* Content type, version, length, level, description. */
enum { ALERT = 21, ALERT_LENGTH = 7, ALERT_DESCRIPTION = 6, ANSWER_MAX = 200 };

enum rtmp_answer rtmp_preface_answer(const uint8_t *bytes, size_t len) {
    static const uint8_t alert[] = {ALERT, 3};
    if (len >= ALERT_LENGTH && memcmp(bytes, alert, sizeof alert) == 0 && bytes[3] == 0 &&
        bytes[4] == 2)
        return RTMP_ANSWER_TLS_ALERT;
    size_t line = line_length(bytes, len < ANSWER_MAX ? len : ANSWER_MAX);
    for (size_t at = 0; at < line; at++)
        if ((bytes[at] < ' ' && bytes[at] != '\t') || bytes[at] > '~')
            return RTMP_ANSWER_UNKNOWN;
    return line ? RTMP_ANSWER_TEXT : RTMP_ANSWER_UNKNOWN;
}

void rtmp_preface_add_answer(struct rtmp_text *text, const uint8_t *bytes, size_t len) {
    static const struct rtmp_name alerts[] = {{0, "close_notify"},
                                              {10, "unexpected_message"},
                                              {20, "bad_record_mac"},
                                              {22, "record_overflow"},
                                              {40, "handshake_failure"},
                                              {47, "illegal_parameter"},
                                              {50, "decode_error"},
                                              {70, "protocol_version"},
                                              {71, "insufficient_security"},
                                              {80, "internal_error"},
                                              {0, NULL}};
    switch (rtmp_preface_answer(bytes, len)) {
    case RTMP_ANSWER_TEXT:
        rtmp_text_wire(text, bytes, line_length(bytes, len < ANSWER_MAX ? len : ANSWER_MAX), 0);
        break;
    case RTMP_ANSWER_TLS_ALERT: {
        const char *name = rtmp_name_of(alerts, bytes[ALERT_DESCRIPTION]);
        rtmp_text_add(text, "TLS alert ");
        rtmp_text_add(text, name ? name : "of another description");
        break;
    }
    case RTMP_ANSWER_UNKNOWN:
        break;
    }
}
