/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Control and aggregate messages. First byte: the type, modulo 7; 0 an aggregate. */
#include "base/limits.h"
#include "base/message.h"
#include "fuzz.h"
#include "payload/aggregate.h"
#include "payload/control.h"

static void check_control(const uint8_t *bytes, uint32_t len, uint8_t type) {
    struct rtmp_reader reader = rtmp_reader_over(bytes, len);
    struct rtmp_control control;
    struct rtmp_control_field field;
    rtmp_control_init(&control, &reader, type);
    uint32_t pos = 0;
    uint32_t most = len + 1;
    while (rtmp_control_next(&control, &field)) {
        FUZZ_CHECK(most-- > 0);
        FUZZ_CHECK(field.kind != RTMP_CONTROL_NONE);
        FUZZ_CHECK(field.span.pos == pos);
        fuzz_check_inside(field.span, len);
        pos = rtmp_span_end(field.span);
    }
    FUZZ_CHECK(reader.pos == pos);
}

static void check_aggregate(const uint8_t *bytes, uint32_t len) {
    struct rtmp_reader reader = rtmp_reader_over(bytes, len);
    struct rtmp_aggregate aggregate;
    struct rtmp_aggregate_tag tag;
    rtmp_aggregate_init(&aggregate, &reader, len);
    uint32_t pos = 0;
    while (rtmp_aggregate_next(&aggregate, &tag)) {
        FUZZ_CHECK(tag.whole.pos == pos && tag.whole.len >= 11);
        fuzz_check_inside(tag.whole, len);
        fuzz_check_inside(tag.data, rtmp_span_end(tag.whole));
        fuzz_check_inside(tag.back_pointer_span, rtmp_span_end(tag.whole));
        FUZZ_CHECK(tag.data.pos == pos + 11);
        FUZZ_CHECK(tag.data.len == tag.size || !rtmp_ok(&reader));
        pos = rtmp_span_end(tag.whole);
    }
    FUZZ_CHECK(reader.pos == pos);
    FUZZ_CHECK(rtmp_ok(&reader) == (pos == len) || rtmp_error_ends_value(reader.error));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct fuzz_input input = {data, size};
    uint8_t type = fuzz_u8(&input) % 7;
    if (input.left > RTMP_LIMIT_MESSAGE_LENGTH)
        return 0;
    uint32_t len = (uint32_t)input.left;
    char line[200];
    struct rtmp_text text = rtmp_text_over(line, sizeof line);
    struct rtmp_reader reader = rtmp_reader_over(input.data, len);
    if (type) {
        check_control(input.data, len, type);
        rtmp_control_summary(&text, reader, type);
    } else {
        check_aggregate(input.data, len);
        rtmp_aggregate_summary(&text, reader, len & 1);
    }
    fuzz_check_text(line, text.len);
    return 0;
}
