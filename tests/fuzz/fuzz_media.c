/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An audio or video message. First byte: bit 0 video; bits 1..3 the length of NAL unit lengths
 * known from the configuration; bit 4: the message is longer than the bytes given. Groups nest,
 * fields stay in their group, the outermost tile the body; what is kept of a long body does not
 * depend on how it was cut.
 */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "decoder_configs_of_size.h"
#include "fuzz.h"
#include "payload/media/media.h"
#include "payload/media/media_summary.h"
#include "payload/media/outline.h"

#define GROUPS_MAX 16U

struct check {
    const struct rtmp_media_body *body;
    struct rtmp_span group[GROUPS_MAX];
    uint32_t depth, tiled, events;
};

static void on_event(void *context, const struct rtmp_media_event *event) {
    struct check *check = context;
    fuzz_check_inside(event->span, check->body->available);
    /* Bit fields: several values share a byte. */
    FUZZ_CHECK(check->events++ <= 40 * (check->body->available + 4));
    FUZZ_CHECK(event->field < RTMP_FIELD_COUNT);
    if (event->kind == RTMP_MEDIA_END) {
        FUZZ_CHECK(check->depth > 0);
        check->depth--;
        return;
    }
    if (event->kind == RTMP_MEDIA_STOP)
        FUZZ_CHECK(event->error_pos <= check->body->available);
    if (check->depth) {
        struct rtmp_span group = check->group[check->depth - 1];
        FUZZ_CHECK(event->span.pos >= group.pos);
        fuzz_check_inside(event->span, rtmp_span_end(group));
    } else if (!event->computed) {
        FUZZ_CHECK(event->span.pos <= check->tiled);
        if (rtmp_span_end(event->span) > check->tiled)
            check->tiled = rtmp_span_end(event->span);
    }
    if (event->kind == RTMP_MEDIA_BEGIN) {
        FUZZ_CHECK(check->depth < GROUPS_MAX);
        check->group[check->depth++] = event->span;
    }
}

/* Keep the outline of the body, which arrives in `pieces`; returns the bytes kept. */
static uint32_t keep(const struct rtmp_media_body *body, const struct rtmp_outline *begun,
                     bool pieces, uint8_t *kept) {
    struct rtmp_outline outline = *begun;
    uint32_t count = 0;
    for (uint32_t pos = body->head, step; pos < body->available; pos += step) {
        uint32_t piece = pieces ? 1 + body->bytes[pos] % 5U : body->available;
        if (piece > body->available - pos)
            piece = body->available - pos;
        step = rtmp_outline_keep(&outline, body->decoder_configs, body->bytes + pos, piece);
        FUZZ_CHECK(step <= piece);
        memcpy(kept + count, body->bytes + pos, step);
        count += step;
        if (step)
            continue;
        step = outline.skip < piece ? outline.skip : piece;
        outline.skip -= step;
        if (step == 0)
            break;
    }
    return count;
}

/* The outline does not depend on the pieces, and is read like any body. */
static void check_outline(const struct rtmp_media_body *body, uint32_t head) {
    struct rtmp_media_body fragment = *body;
    struct rtmp_outline outline;
    fragment.head = fragment.available = head;
    if (body->available <= head || rtmp_outline_begin(&outline, &fragment) != RTMP_KEEP_OUTLINE)
        return;
    fragment.available = body->available;
    uint8_t *kept = malloc(2U * body->available);
    memcpy(kept, body->bytes, head);
    uint8_t *again = kept + body->available;
    uint32_t count = keep(&fragment, &outline, false, kept + head);
    FUZZ_CHECK(count == keep(&fragment, &outline, true, again));
    FUZZ_CHECK(memcmp(kept + head, again, count) == 0);
    fragment.bytes = kept;
    fragment.available = head + count;
    struct check check = {.body = &fragment};
    rtmp_media_read(&fragment, on_event, &check);
    FUZZ_CHECK(check.depth == 0);
    FUZZ_CHECK(check.tiled == fragment.available);
    free(kept);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct fuzz_input input = {data, size};
    uint8_t options = fuzz_u8(&input);
    if (input.left > RTMP_LIMIT_MESSAGE_LENGTH / 2)
        return 0;
    uint32_t len = (uint32_t)input.left;
    struct rtmp_media_body body = {.video = options & 1,
                                   .bytes = input.data,
                                   .available = len,
                                   .length = options & 16 ? len + len / 2 + 7 : len,
                                   .decoder_configs =
                                       decoder_configs_of_size((uint8_t)((options >> 1 & 7) % 5))};
    struct check check = {.body = &body};
    rtmp_media_read(&body, on_event, &check);
    FUZZ_CHECK(check.depth == 0);
    FUZZ_CHECK(check.tiled == len);

    struct rtmp_media_info info = rtmp_media_describe(&body);
    FUZZ_CHECK(info.codec < RTMP_CODEC_COUNT);
    FUZZ_CHECK(info.data_pos <= len);
    check_outline(&body, 8U + options % 32U);

    char line[200];
    struct rtmp_text text = rtmp_text_over(line, 4U + options % 190U);
    rtmp_media_summary(&text, &body,
                       &(struct rtmp_message){.timestamp = len, .relative = options & 1});
    fuzz_check_text(line, text.len);
    return 0;
}
