/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An audio or video message. First byte: bit 0 video; bits 1..3 the length of NAL unit lengths
 * known from the configuration; bit 4: the message is longer than what is at hand. Groups nest,
 * fields stay in their group, the outermost tile the body; the list of NAL units does not depend on
 * how the body was cut.
 */
#include "fuzz.h"
#include "payload/media.h"
#include "payload/media_summary.h"
#include "payload/nal.h"
#include "wire/limits.h"

#define GROUPS_MAX 16U

struct check {
    const struct rtmp_media_body *body;
    struct rtmp_span group[GROUPS_MAX];
    uint32_t depth, tiled, events;
};

static void on_event(void *context, const struct rtmp_media_event *event) {
    struct check *check = context;
    fuzz_check_inside(event->span, check->body->available);
    /* Bit fields: several values stand in one byte. */
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

static void check_scan(const struct rtmp_media_info *info, const struct rtmp_media_body *body) {
    if (!rtmp_nal_scan_applies(info))
        return;
    struct rtmp_nal_scan whole, split;
    rtmp_nal_scan_begin(&whole, info->codec, info->data_pos, body->length, info->nal_length_size);
    split = whole;
    rtmp_nal_scan_feed(&whole, 0, body->bytes, body->available);
    for (uint32_t pos = 0; pos < body->available;) {
        uint32_t piece = 1 + body->bytes[pos] % 5U;
        if (piece > body->available - pos)
            piece = body->available - pos;
        rtmp_nal_scan_feed(&split, pos, body->bytes + pos, piece);
        pos += piece;
    }
    FUZZ_CHECK(whole.count == split.count && whole.failed == split.failed);
    uint32_t units = whole.count < RTMP_NAL_SCAN_UNITS ? whole.count : RTMP_NAL_SCAN_UNITS;
    for (uint32_t i = 0; i < units; i++)
        FUZZ_CHECK(whole.unit[i].length == split.unit[i].length &&
                   whole.unit[i].type == split.unit[i].type);
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
                                   .nal_length_size = (uint8_t)((options >> 1 & 7) % 5)};
    struct check check = {.body = &body};
    rtmp_media_read(&body, on_event, &check);
    FUZZ_CHECK(check.depth == 0);
    FUZZ_CHECK(check.tiled == len);

    struct rtmp_media_info info = rtmp_media_describe(&body);
    FUZZ_CHECK(info.codec < RTMP_CODEC_COUNT);
    FUZZ_CHECK(info.data_pos <= len);
    check_scan(&info, &body);

    char line[200];
    struct rtmp_text text = rtmp_text_over(line, 4U + options % 190U);
    rtmp_media_summary(&text, &body, len);
    fuzz_check_text(line, text.len);
    return 0;
}
