/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/command/labels.h"

#include <string.h>

#include "payload/command/signatures.h"

/* Arguments are numbered from 1, after the command object of a command, after the name of data. */
void rtmp_command_value_label(struct rtmp_text *text, const struct rtmp_command *command,
                              unsigned index) {
    static const char *const fixed[] = {"Name", "Transaction id", "Command object"};
    unsigned before = command->is_data ? 1 : sizeof fixed / sizeof fixed[0];
    if (index < before) {
        rtmp_text_add(text, fixed[index]);
        return;
    }
    unsigned argument = index - before;
    const char *name = command->signature && argument < RTMP_COMMAND_ARGUMENTS_MAX
                           ? command->signature->arguments[argument]
                           : NULL;
    if (name)
        rtmp_text_add(text, name);
    else
        rtmp_text_format(text, "Argument %u", argument + 1);
}

const char *rtmp_status_meaning(const uint8_t *code, uint32_t len) {
    static const struct {
        const char *code;
        uint32_t length;
        const char *meaning;
    } codes[] = {
#define NAME(code, text) {code, sizeof code - 1, text},
#include "base/names/status_codes.def"
#undef NAME
    };
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (codes[i].length == len && memcmp(codes[i].code, code, len) == 0)
            return codes[i].meaning;
    return NULL;
}
