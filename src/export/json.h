/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_EXPORT_JSON_H
#define RTMP_EXPORT_JSON_H

#include "base/buffer.h"
#include "base/limits.h"
#include "payload/amf/amf.h"

/*
 * JSON (RFC 8259) into a buffer. Members of the outer RTMP_JSON_LINES levels have a line each.
 * Without memory what is missing is missing: has_failed. All zero but `out` is the beginning.
 */
#define RTMP_JSON_LINES 4U

/* An AMF dictionary takes three levels, and what it stands in a few. */
#define RTMP_JSON_DEPTH (3U * (RTMP_LIMIT_AMF_DEPTH + 1U) + 8U)

struct rtmp_json {
    struct rtmp_buffer *out;
    unsigned depth;
    bool has_members[RTMP_JSON_DEPTH];
    bool is_behind_key;
    bool has_failed;
};

/* '{' or '[', and the end of it: '}' or ']'. */
void rtmp_json_begin(struct rtmp_json *json, char bracket);
void rtmp_json_end(struct rtmp_json *json, char bracket);

/* A member's name, and a string. What is not UTF-8 becomes U+FFFD. */
void rtmp_json_key(struct rtmp_json *json, const uint8_t *bytes, size_t len);
void rtmp_json_name(struct rtmp_json *json, const char *name);
void rtmp_json_string(struct rtmp_json *json, const uint8_t *bytes, size_t len);
void rtmp_json_text(struct rtmp_json *json, const char *text);

/* A number, or the string "NaN", "Infinity" or "-Infinity". */
void rtmp_json_number(struct rtmp_json *json, double number);

/* `true`, `false` or `null`. */
void rtmp_json_literal(struct rtmp_json *json, const char *literal);

/*
 * The next value of `amf`, read to its end, or as far as it can be read. Numbers of any kind are
 * numbers; null, undefined and unsupported are null; arrays are lists, those with names objects, as
 * are objects. What JSON has no form for is an object with one member: {"__date__": ms since 1970},
 * {"__xml__": text}, {"__bytes__": hex digits}, {"__reference__": index}, {"__dictionary__": [[key,
 * value], ...]}; a class is the member "__class__" of its object.
 */
void rtmp_json_amf(struct rtmp_json *json, struct rtmp_amf *amf);

#endif
