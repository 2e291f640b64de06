/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/amf/amf_path.h"

#include <math.h>

/* Shorter than the longest number or date. */
#define SMALL_TEXT 48U

void rtmp_amf_path_begin(struct rtmp_amf_path *path, const char *top) {
    path->text = rtmp_text_over(path->buffer, sizeof path->buffer);
    rtmp_text_add(&path->text, top);
    path->named = false;
    path->level[0].len = (uint16_t)path->text.len;
    path->level[0].cut = path->text.cut;
}

/* Cut the path to that of the container at this depth. */
static void back_to(struct rtmp_amf_path *path, uint8_t depth) {
    path->text.len = path->level[depth].len;
    path->text.out[path->text.len] = '\0';
    path->text.cut = path->level[depth].cut;
}

static void add_dot(struct rtmp_amf_path *path, uint8_t depth) {
    back_to(path, depth);
    rtmp_text_add(&path->text, ".");
}

static void add_wire(struct rtmp_text *text, const struct rtmp_reader *reader,
                     struct rtmp_span span, size_t limit) {
    const uint8_t *bytes = rtmp_bytes(reader, span);
    if (bytes)
        rtmp_text_wire(text, bytes, span.len, limit);
}

static void add_index(struct rtmp_amf_path *path, uint8_t depth) {
    add_dot(path, depth);
    rtmp_text_format(&path->text, "%u", (unsigned)path->level[depth].next++);
}

/* The key of a dictionary's entry names the value after it. */
static void name_entry(struct rtmp_amf_path *path, const struct rtmp_reader *reader,
                       const struct rtmp_amf_event *event) {
    if (!rtmp_amf_is_leaf(event->kind)) {
        add_index(path, event->depth);
        return;
    }
    add_dot(path, event->depth);
    rtmp_amf_leaf_text(&path->text, reader, event, 0);
    path->named = true;
}

void rtmp_amf_path_event(struct rtmp_amf_path *path, const struct rtmp_reader *reader,
                         const struct rtmp_amf_event *event) {
    uint8_t depth = event->depth;
    if (event->kind == RTMP_AMF_KEY) {
        add_dot(path, depth);
        if (event->name)
            rtmp_text_add(&path->text, event->name);
        else
            add_wire(&path->text, reader, event->text, 0);
        path->named = true;
        return;
    }
    if (!rtmp_amf_is_leaf(event->kind) && !rtmp_amf_is_container(event->kind))
        return;
    if (depth == 0)
        back_to(path, 0);
    else if (event->is_dictionary_key)
        name_entry(path, reader, event);
    else if (!path->named)
        add_index(path, depth);
    if (!event->is_dictionary_key)
        path->named = false;
    if (rtmp_amf_is_container(event->kind)) {
        path->level[depth + 1].len = (uint16_t)path->text.len;
        path->level[depth + 1].cut = path->text.cut;
        path->level[depth + 1].next = 0;
    }
}

/* Days since 1970-01-01 to a date of the Gregorian calendar (eras of 400 years from 0000-03-01). */
static void civil_date(int64_t days, int64_t *year, unsigned *month, unsigned *day) {
    int64_t shifted = days + 719468;
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    unsigned of_era = (unsigned)(shifted - era * 146097);
    unsigned year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    unsigned of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    unsigned from_march = (5 * of_year + 2) / 153;
    *day = of_year - (153 * from_march + 2) / 5 + 1;
    *month = from_march < 10 ? from_march + 3 : from_march - 9;
    *year = era * 400 + year_of_era + (*month <= 2 ? 1 : 0);
}

void rtmp_amf_date_text(struct rtmp_text *text, double milliseconds) {
    if (!(milliseconds >= -8.64e15 && milliseconds <= 8.64e15)) {
        rtmp_text_number(text, milliseconds);
        return;
    }
    int64_t ms = (int64_t)floor(milliseconds);
    int64_t days = ms / 86400000;
    int64_t of_day = ms % 86400000;
    if (of_day < 0) {
        of_day += 86400000;
        days--;
    }
    int64_t year;
    unsigned month;
    unsigned day;
    unsigned time = (unsigned)of_day;
    civil_date(days, &year, &month, &day);
    /* ECMA-262: years outside 0..9999 are written with a sign and six digits. */
    if (year >= 0 && year <= 9999)
        rtmp_text_format(text, "%04u", (unsigned)year);
    else
        rtmp_text_format(text, "%c%06u", year < 0 ? '-' : '+', (unsigned)(year < 0 ? -year : year));
    rtmp_text_format(text, "-%02u-%02uT%02u:%02u:%02u.%03uZ", month, day, time / 3600000,
                     time / 60000 % 60, time / 1000 % 60, time % 1000);
}

static void add_hex(struct rtmp_text *text, const struct rtmp_reader *reader, struct rtmp_span span,
                    size_t limit) {
    uint32_t shown = limit && span.len > limit / 2 ? (uint32_t)(limit / 2) : span.len;
    for (uint32_t i = 0; i < shown; i++)
        rtmp_text_format(text, "%02x", rtmp_peek_at(reader, span.pos + i));
    if (shown < span.len)
        rtmp_text_add(text, "\xE2\x80\xA6");
}

void rtmp_amf_leaf_text(struct rtmp_text *text, const struct rtmp_reader *reader,
                        const struct rtmp_amf_event *event, size_t limit) {
    switch (event->kind) {
    case RTMP_AMF_NUMBER:
        rtmp_text_number(text, event->value.number);
        return;
    case RTMP_AMF_INTEGER:
        rtmp_text_format(text, "%d", (int)event->value.integer);
        return;
    case RTMP_AMF_UNSIGNED:
        rtmp_text_format(text, "%u", (unsigned)event->value.unsigned_integer);
        return;
    case RTMP_AMF_BOOLEAN:
        rtmp_text_add(text, event->value.boolean ? "true" : "false");
        return;
    case RTMP_AMF_STRING:
        if (rtmp_amf_is_unresolved(event))
            break;
        add_wire(text, reader, event->text, limit);
        return;
    case RTMP_AMF_XML:
        add_wire(text, reader, event->text, limit);
        return;
    case RTMP_AMF_DATE:
        rtmp_amf_date_text(text, event->value.milliseconds);
        return;
    case RTMP_AMF_BYTES:
        add_hex(text, reader, event->payload, limit);
        return;
    case RTMP_AMF_NULL:
        rtmp_text_add(text, "null");
        return;
    case RTMP_AMF_UNDEFINED:
        rtmp_text_add(text, "undefined");
        return;
    case RTMP_AMF_UNSUPPORTED:
        rtmp_text_add(text, "unsupported");
        return;
    case RTMP_AMF_REFERENCE:
        break;
    default:
        return;
    }
    rtmp_text_format(text, "#%u", (unsigned)event->reference);
}

size_t rtmp_amf_leaf_size(const struct rtmp_amf_event *event) {
    switch (event->kind) {
    case RTMP_AMF_STRING:
    case RTMP_AMF_XML: /* a byte becomes at most three characters */
        return RTMP_TEXT_WIRE_GROWTH * (size_t)event->text.len + SMALL_TEXT;
    case RTMP_AMF_BYTES:
        return 2 * (size_t)event->payload.len + SMALL_TEXT;
    default:
        return SMALL_TEXT;
    }
}
