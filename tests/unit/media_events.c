/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "media_events.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "vectors.h"

struct check {
    struct media_events *events;
    const struct rtmp_media_body *body;
    struct rtmp_span group[16];
    unsigned depth;
    uint32_t tiled; /* outermost bytes covered so far */
};

/* For any input: groups nest, spans are inside their group and the bytes, and the outermost ones
 * tile the body. */
static void check_event(struct check *check, const struct rtmp_media_event *event) {
    uint32_t end = event->span.pos + event->span.len;
    assert_true(end <= check->body->available);
    if (event->kind == RTMP_MEDIA_END) {
        assert_true(check->depth > 0);
        check->depth--;
        return;
    }
    if (check->depth) {
        struct rtmp_span group = check->group[check->depth - 1];
        assert_true(event->span.pos >= group.pos && end <= group.pos + group.len);
    } else if (!event->computed) {
        assert_true(event->span.pos <= check->tiled);
        check->tiled = end > check->tiled ? end : check->tiled;
    }
    if (event->kind == RTMP_MEDIA_BEGIN) {
        assert_true(check->depth < 16);
        check->group[check->depth++] = event->span;
    }
}

static void sink(void *context, const struct rtmp_media_event *event) {
    struct check *check = context;
    check_event(check, event);
    if (check->events->count < MEDIA_EVENTS)
        check->events->event[check->events->count] = *event;
    check->events->count++;
}

void media_events_read_body(struct media_events *events, const struct rtmp_media_body *body) {
    struct check check = {.events = events, .body = body};
    events->count = 0;
    rtmp_media_read(body, sink, &check);
    assert_int_equal(check.depth, 0);
    assert_int_equal(check.tiled, body->available);
}

void media_events_read(struct media_events *events, bool video, const uint8_t *bytes, size_t len) {
    struct rtmp_media_body body = {
        .video = video, .bytes = bytes, .available = (uint32_t)len, .length = (uint32_t)len};
    media_events_read_body(events, &body);
}

const struct rtmp_media_event *media_event(const struct media_events *events,
                                           enum rtmp_media_field field, unsigned nth) {
    for (size_t i = 0; i < events->count && i < MEDIA_EVENTS; i++) {
        const struct rtmp_media_event *event = &events->event[i];
        bool counts = event->kind == RTMP_MEDIA_VALUE || event->kind == RTMP_MEDIA_BEGIN;
        if (counts && event->field == field && nth-- == 0)
            return event;
    }
    return NULL;
}

int64_t media_number(const struct media_events *events, enum rtmp_media_field field, unsigned nth) {
    const struct rtmp_media_event *event = media_event(events, field, nth);
    assert_non_null(event);
    return event->value;
}

size_t media_errors(const struct media_events *events) {
    size_t errors = 0;
    for (size_t i = 0; i < events->count && i < MEDIA_EVENTS; i++)
        errors += events->event[i].kind == RTMP_MEDIA_STOP &&
                  rtmp_error_ends_value(events->event[i].error);
    return errors;
}

static const char *const names[] = {
    "NONE",
#define FIELD(identifier) #identifier,
#include "base/names/media_fields.def"
    "MEDIA_END",
#include "base/names/video_codec_fields.def"
    "VIDEO_CODEC_END",
#include "base/names/audio_codec_fields.def"
#undef FIELD
};

const char *media_events_text(const struct media_events *events) {
    static char text[1 << 16];
    size_t len = 0;
    int depth = 0;
    text[0] = '\0';
    for (size_t i = 0; i < events->count && i < MEDIA_EVENTS && len < sizeof text - 256; i++) {
        const struct rtmp_media_event *e = &events->event[i];
        if (e->kind == RTMP_MEDIA_END) {
            depth--;
            continue;
        }
        char *out = text + len;
        size_t left = sizeof text - len;
        int n;
        if (e->kind == RTMP_MEDIA_STOP)
            n = snprintf(out, left, "%*s! %s at %u, %u+%u%s\n", 2 * depth, "",
                         rtmp_error_text(e->error), e->error_pos, e->span.pos, e->span.len,
                         e->cut ? ", cut" : "");
        else if (e->real != 0)
            n = snprintf(out, left, "%*s%s %u+%u = %g\n", 2 * depth, "", names[e->field],
                         e->span.pos, e->span.len, e->real);
        else
            n = snprintf(out, left, "%*s%s %u+%u = %" PRId64 "%s%s\n", 2 * depth, "",
                         names[e->field], e->span.pos, e->span.len, e->value, e->text ? " " : "",
                         e->text ? e->text : "");
        len += (size_t)n;
        if (e->kind == RTMP_MEDIA_BEGIN)
            depth++;
    }
    return text;
}
