/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/tunnel.h"

#include <string.h>

#include "base/bytes.h"
#include "base/names.h"

const char *rtmp_tunnel_command_name(enum rtmp_tunnel_command command) {
    return rtmp_name_of(rtmp_names_tunnel_commands, command);
}

/* One segment of a path: the text between two slashes. */
struct segment {
    const char *text;
    size_t len;
};

static struct segment next_segment(const char **path) {
    struct segment segment = {*path, strcspn(*path, "/?#")};
    *path += segment.len;
    if (**path == '/')
        (*path)++;
    return segment;
}

static bool segment_is(struct segment segment, const char *text) {
    return strlen(text) == segment.len && memcmp(segment.text, text, segment.len) == 0;
}

static bool parse_number(struct segment segment, uint32_t *number) {
    uint64_t value = 0;
    for (size_t i = 0; i < segment.len; i++) {
        if (segment.text[i] < '0' || segment.text[i] > '9')
            return false;
        value = value * 10 + (uint64_t)(segment.text[i] - '0');
        if (value > UINT32_MAX)
            return false;
    }
    *number = (uint32_t)value;
    return segment.len > 0;
}

static bool parse_command(struct segment segment, enum rtmp_tunnel_command *command) {
    for (const struct rtmp_name *name = rtmp_names_tunnel_commands; name->text; name++)
        if (segment_is(segment, name->text)) {
            *command = (enum rtmp_tunnel_command)name->value;
            return true;
        }
    return false;
}

bool rtmp_tunnel_request_parse(const char *url, struct rtmp_tunnel_request *request) {
    *request = (struct rtmp_tunnel_request){.session = ""};
    const char *authority = strstr(url, "://");
    if (*url != '/')
        url = authority ? strchr(authority + 3, '/') : NULL;
    if (!url)
        return false;
    url++;
    if (!parse_command(next_segment(&url), &request->command))
        return false;
    struct segment session = next_segment(&url);
    switch (request->command) {
    case RTMP_TUNNEL_OPEN:
        return true;
    case RTMP_TUNNEL_IDENT:
        return segment_is(session, "ident") || segment_is(session, "ident2");
    default:
        request->session = session.text;
        request->session_length = session.len;
        request->has_sequence = parse_number(next_segment(&url), &request->sequence);
        return session.len > 0 && request->has_sequence;
    }
}

size_t rtmp_tunnel_session_id(const uint8_t *body, size_t len) {
    struct rtmp_reader r = rtmp_reader_over(body, len < UINT32_MAX ? (uint32_t)len : UINT32_MAX);
    for (uint32_t i = 0; i < r.end; i++) {
        uint8_t c = rtmp_peek_at(&r, i);
        if (c == '\r' || c == '\n')
            return i;
        if (c <= ' ' || c > '~')
            return 0;
    }
    return r.end;
}

/* Is `a` before `b`, modulo 2^32? */
static bool before(uint32_t a, uint32_t b) {
    return (int32_t)(a - b) < 0;
}

/* Index of the waiting number that comes first. */
static uint32_t first_waiting(const struct rtmp_order *order) {
    uint32_t first = 0;
    for (uint32_t i = 1; i < order->count; i++)
        if (before(order->waiting[i], order->waiting[first]))
            first = i;
    return first;
}

enum rtmp_turn rtmp_order_arrive(struct rtmp_order *order, uint32_t sequence) {
    if (!order->started) {
        order->started = true;
        order->next = sequence;
    }
    if (before(sequence, order->next))
        return RTMP_TURN_PAST;
    if (sequence == order->next) {
        order->next++;
        return RTMP_TURN_NOW;
    }
    for (uint32_t i = 0; i < order->count; i++)
        if (order->waiting[i] == sequence)
            return RTMP_TURN_PAST;
    order->waiting[order->count++] = sequence;
    return RTMP_TURN_LATER;
}

void rtmp_order_skip(struct rtmp_order *order, uint32_t sequence) {
    if (order->count + 1 < RTMP_LIMIT_TUNNEL_WAITING)
        (void)rtmp_order_arrive(order, sequence);
}

bool rtmp_order_release(struct rtmp_order *order, uint32_t *sequence, uint32_t *missing) {
    if (!order->count)
        return false;
    uint32_t first = first_waiting(order);
    *sequence = order->waiting[first];
    *missing = *sequence - order->next;
    if (*missing && order->count < RTMP_LIMIT_TUNNEL_WAITING)
        return false;
    order->waiting[first] = order->waiting[--order->count];
    order->next = *sequence + 1;
    return true;
}
