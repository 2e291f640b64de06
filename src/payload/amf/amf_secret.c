/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/amf/amf_secret.h"

#include <stddef.h>
#include <string.h>

/* Longer than any name. */
enum { NAME_SIZE = 24 };

/* The letters of a name, in lower case, that count. False: none has these, or so many. */
static bool simplify(const uint8_t *bytes, uint32_t len, char out[NAME_SIZE]) {
    uint32_t used = 0;
    for (uint32_t i = 0; i < len; i++) {
        if (bytes[i] == '_' || bytes[i] == '-')
            continue;
        if (used == NAME_SIZE - 1 || bytes[i] == 0)
            return false;
        bool is_upper = bytes[i] >= 'A' && bytes[i] <= 'Z';
        out[used++] = (char)(is_upper ? bytes[i] + ('a' - 'A') : bytes[i]);
    }
    out[used] = '\0';
    return true;
}

struct secret_name {
    const char *text;
    bool is_password;
};

/* NULL: it is none. */
static const struct secret_name *find_name(const uint8_t *bytes, uint32_t len) {
    static const struct secret_name names[] = {
        {"password", true},       {"passwd", true},
        {"pass", true},           {"pwd", true},
        {"passphrase", true},     {"credentials", true},
        {"remotepassword", true}, {"dscredentials", true},
        {"secret", false},        {"dsremotecredentials", true},
        {"token", false},         {"authtoken", false},
        {"accesstoken", false},   {"sessiontoken", false},
        {"apikey", false},        {"streamkey", false},
        {"streamname", false},    {"auth", false},
        {"authkey", false},       {"secretkey", false}};
    char name[NAME_SIZE];
    if (!bytes || !simplify(bytes, len, name))
        return NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i].text, name) == 0)
            return &names[i];
    return NULL;
}

bool rtmp_amf_names_password(const uint8_t *bytes, uint32_t len) {
    const struct secret_name *name = find_name(bytes, len);
    return name && name->is_password;
}

bool rtmp_amf_names_secret(const uint8_t *bytes, uint32_t len) {
    return find_name(bytes, len) != NULL;
}
