/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export/json.h"

#include <math.h>
#include <string.h>

#include "base/text.h"

static void add_to_json(struct rtmp_json *json, const void *bytes, size_t len) {
    json->has_failed |= !rtmp_buffer_add(json->out, bytes, len);
}

static void break_line(struct rtmp_json *json) {
    add_to_json(json, "\n", 1);
    for (unsigned i = 0; i < json->depth; i++)
        add_to_json(json, "  ", 2);
}

/* What stands before a value or a member's name. */
static void separate_in_json(struct rtmp_json *json) {
    if (json->is_behind_key || json->depth == 0) {
        json->is_behind_key = false;
        return;
    }
    bool *has_members = &json->has_members[json->depth - 1];
    bool has_lines = json->depth <= RTMP_JSON_LINES;
    if (*has_members)
        add_to_json(json, ", ", has_lines ? 1 : 2);
    if (has_lines)
        break_line(json);
    *has_members = true;
}

void rtmp_json_begin(struct rtmp_json *json, char bracket) {
    separate_in_json(json);
    add_to_json(json, &bracket, 1);
    json->has_members[json->depth++] = false;
}

void rtmp_json_end(struct rtmp_json *json, char bracket) {
    bool has_lines = json->depth <= RTMP_JSON_LINES && json->has_members[json->depth - 1];
    json->depth--;
    if (has_lines)
        break_line(json);
    add_to_json(json, &bracket, 1);
    if (json->depth == 0)
        add_to_json(json, "\n", 1);
}

/* ---- strings ---- */

/* A character that JSON does not have in a string as it is. */
static void escape_in_json(struct rtmp_json *json, uint8_t byte) {
    static const char digits[] = "0123456789abcdef";
    char escape[6] = {'\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 15]};
    if (byte == '"' || byte == '\\')
        escape[1] = (char)byte;
    add_to_json(json, escape, byte < 0x20 ? sizeof escape : 2);
}

static void add_string(struct rtmp_json *json, const uint8_t *bytes, size_t len) {
    add_to_json(json, "\"", 1);
    for (size_t i = 0; i < len;) {
        size_t plain = i;
        while (plain < len && bytes[plain] >= 0x20 && bytes[plain] < 0x80 && bytes[plain] != '"' &&
               bytes[plain] != '\\')
            plain++;
        add_to_json(json, bytes + i, plain - i);
        i = plain;
        if (i == len)
            break;
        size_t character = rtmp_text_character(bytes + i, len - i);
        if (bytes[i] < 0x80)
            escape_in_json(json, bytes[i]);
        else if (character)
            add_to_json(json, bytes + i, character);
        else
            add_to_json(json, "\xEF\xBF\xBD", 3);
        i += character ? character : 1;
    }
    add_to_json(json, "\"", 1);
}

void rtmp_json_key(struct rtmp_json *json, const uint8_t *bytes, size_t len) {
    separate_in_json(json);
    add_string(json, bytes, len);
    add_to_json(json, ": ", 2);
    json->is_behind_key = true;
}

void rtmp_json_name(struct rtmp_json *json, const char *name) {
    rtmp_json_key(json, (const uint8_t *)name, strlen(name));
}

void rtmp_json_string(struct rtmp_json *json, const uint8_t *bytes, size_t len) {
    separate_in_json(json);
    add_string(json, bytes, len);
}

void rtmp_json_text(struct rtmp_json *json, const char *text) {
    rtmp_json_string(json, (const uint8_t *)text, strlen(text));
}

void rtmp_json_literal(struct rtmp_json *json, const char *literal) {
    separate_in_json(json);
    add_to_json(json, literal, strlen(literal));
}

void rtmp_json_number(struct rtmp_json *json, double number) {
    char out[48];
    struct rtmp_text text = rtmp_text_over(out, sizeof out);
    rtmp_text_number(&text, number);
    if (isfinite(number))
        rtmp_json_literal(json, out);
    else
        rtmp_json_text(json, out);
}
