/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/command/signatures.h"

#include <stddef.h>
#include <string.h>

static const struct rtmp_command_signature signatures[] = {
#define NAME(name, kind, ...) {name, sizeof name - 1, RTMP_COMMAND_##kind, {__VA_ARGS__}},
#include "base/names/commands.def"
#undef NAME
};

enum {
    KINDS_USED = 0
#define NAME(name, kind, ...) | 1 << RTMP_COMMAND_##kind
#include "base/names/commands.def"
#undef NAME
};
_Static_assert(KINDS_USED == (1 << RTMP_COMMAND_KIND_COUNT) - 1,
               "each kind of payload/command/facts_list.h stands in base/names/commands.def");

/* A byte that differs between most names, so that memchr() finds the candidates. */
#define NAME_KEY(length, first) ((uint8_t)((length)*9U + (uint8_t)(first)))

const struct rtmp_command_signature *rtmp_command_find(const uint8_t *name, uint32_t len) {
    static const uint8_t keys[] = {
#define NAME(name, kind, ...) NAME_KEY(sizeof name - 1, name[0]),
#include "base/names/commands.def"
#undef NAME
    };
    if (len == 0)
        return NULL;
    const uint8_t *end = keys + sizeof keys;
    const uint8_t *at = keys;
    while ((at = memchr(at, NAME_KEY(len, name[0]), (size_t)(end - at))) != NULL) {
        const struct rtmp_command_signature *signature = &signatures[at - keys];
        if (signature->length == len && memcmp(signature->name, name, len) == 0)
            return signature;
        at++;
    }
    return NULL;
}
