/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A command or data message. First byte: bits 0, 1 the type; the rest sizes the summary line. */
#include "base/message.h"
#include "fuzz.h"
#include "payload/command/labels.h"
#include "payload/command/summary.h"

static void check_value(const struct rtmp_amf_leaf *value, uint32_t len) {
    if (!value->present)
        return;
    fuzz_check_inside(value->whole, len);
    fuzz_check_inside(value->text, len);
    FUZZ_CHECK(rtmp_amf_is_leaf(value->kind));
}

static void check_facts(const struct rtmp_command *command, const struct rtmp_reader *reader) {
    fuzz_check_inside(command->format.span, reader->end);
    check_value(&command->name, reader->end);
    check_value(&command->transaction_id, reader->end);
    check_value(&command->argument, reader->end);
    for (int fact = 0; fact < RTMP_FACT_COUNT; fact++)
        check_value(&command->fact[fact], reader->end);
    const struct rtmp_amf_leaf *code = &command->fact[RTMP_FACT_CODE];
    if (code->present)
        (void)rtmp_status_meaning(rtmp_bytes(reader, code->text), code->text.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const uint8_t types[] = {RTMP_MESSAGE_COMMAND_AMF0, RTMP_MESSAGE_DATA_AMF0,
                                    RTMP_MESSAGE_COMMAND_AMF3, RTMP_MESSAGE_DATA_AMF3};
    struct fuzz_input input = {data, size};
    uint8_t options = fuzz_u8(&input);
    if (input.left > RTMP_LIMIT_MESSAGE_LENGTH)
        return 0;
    struct rtmp_reader reader = rtmp_reader_over(input.data, (uint32_t)input.left);
    struct rtmp_command command;
    memset(&command, options, sizeof command);
    rtmp_command_read(&command, reader, types[options & 3], options >> 2 & 1);
    check_facts(&command, &reader);

    char line[300];
    for (unsigned index = 0; index < 8; index++) {
        struct rtmp_text label = rtmp_text_over(line, sizeof line);
        rtmp_command_value_label(&label, &command, index);
        FUZZ_CHECK(label.len > 0);
        fuzz_check_text(line, label.len);
    }
    struct rtmp_text text = rtmp_text_over(line, 4U + (options & 0xFCU));
    const struct rtmp_answered_call call = {options >> 2 & 1, options & 8 ? input.data : NULL,
                                            options & 16 ? (uint32_t)input.left : 0};
    rtmp_command_summary(&text, reader, types[options & 3], &call);
    fuzz_check_text(line, text.len);
    return 0;
}
