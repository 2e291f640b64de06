/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A SharedObject message. First byte: bit 0 type 16 instead of 19, bit 1 leave the values to the
 * decoder. Parts and the events of their values tile the body, whether or not the values are
 * pulled.
 */
#include "amf_properties.h"
#include "base/message.h"
#include "payload/shared_object.h"
#include "session/so_summary.h"

static struct rtmp_shared_object so;

/* Pull the events of the value that was returned. */
static uint32_t pull_value(struct rtmp_reader *reader, uint32_t pos, uint32_t len, uint64_t *most) {
    struct rtmp_amf_event event;
    do {
        if (!rtmp_amf_next(&so.amf, &event))
            break;
        FUZZ_CHECK((*most)-- > 0);
        pos = fuzz_amf_event(&event, pos, len);
        FUZZ_CHECK(reader->pos == pos);
    } while (!rtmp_amf_value_done(&so.amf));
    return pos;
}

static void check_piece(const struct rtmp_so_piece *piece, uint32_t len) {
    fuzz_check_inside(piece->whole, len);
    fuzz_check_inside(piece->body, len);
    fuzz_check_inside(piece->text, rtmp_span_end(piece->whole));
    FUZZ_CHECK(piece->text.len == 0 || piece->text.pos >= piece->whole.pos);
    FUZZ_CHECK(piece->depth <= 1);
    FUZZ_CHECK(piece->kind <= RTMP_SO_REST);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct fuzz_input input = {data, size};
    uint8_t options = fuzz_u8(&input);
    uint8_t type = options & 1 ? RTMP_MESSAGE_SHARED_OBJECT_AMF3 : RTMP_MESSAGE_SHARED_OBJECT_AMF0;
    if (input.left > RTMP_LIMIT_MESSAGE_LENGTH)
        return 0;
    uint32_t len = (uint32_t)input.left;
    struct rtmp_reader reader = rtmp_reader_over(input.data, len);
    memset(&so, options, sizeof so);
    rtmp_shared_object_init(&so, &reader, type);
    uint64_t most = 3 * (uint64_t)len + 16;
    uint32_t pos = 0;
    struct rtmp_so_piece piece;
    while (rtmp_shared_object_next(&so, &piece)) {
        FUZZ_CHECK(most-- > 0);
        check_piece(&piece, len);
        if (options & 2) {
            FUZZ_CHECK(piece.whole.pos >= pos);
            pos = rtmp_span_end(piece.whole);
            continue;
        }
        FUZZ_CHECK(piece.whole.pos == pos);
        pos = rtmp_span_end(piece.whole);
        if (piece.kind == RTMP_SO_VALUE)
            pos = pull_value(&reader, pos, len, &most);
    }
    FUZZ_CHECK(rtmp_ok(&reader) ? reader.pos == len : rtmp_error_ends_value(reader.error));
    FUZZ_CHECK(reader.pos >= pos && reader.pos <= len);

    char line[300];
    struct rtmp_text text = rtmp_text_over(line, 4U + options);
    const struct rtmp_so_facts facts = {.message = NULL};
    const struct rtmp_so_records none = {.message_count = 0};
    rtmp_so_summary(&text, rtmp_reader_over(input.data, len), type, &facts,
                    (struct rtmp_so_records_pair){{&none, &none}});
    fuzz_check_text(line, text.len);
    return 0;
}
