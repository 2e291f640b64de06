/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/amf/amf_secret.h"

#include <stddef.h>
#include <string.h>

/* Longer names are none. */
enum { NAME_SIZE = 64 };

/* The letters of a name, in lower case, that count; returns how many, 0: none has these. */
static size_t simplify(const uint8_t *bytes, uint32_t len, char out[NAME_SIZE]) {
    size_t used = 0;
    for (uint32_t i = 0; i < len; i++) {
        if (bytes[i] == '_' || bytes[i] == '-')
            continue;
        if (used == NAME_SIZE - 1 || bytes[i] == 0)
            return 0;
        bool is_upper = bytes[i] >= 'A' && bytes[i] <= 'Z';
        out[used++] = (char)(is_upper ? bytes[i] + ('a' - 'A') : bytes[i]);
    }
    out[used] = '\0';
    return used;
}

struct secret_name {
    const char *text;
    bool is_password;
    bool is_ending; /* what ends with it is one, too */
};

static bool matches(const struct secret_name *secret, const char *name, size_t len) {
    size_t size = strlen(secret->text);
    return size <= len && (size == len || secret->is_ending) &&
           memcmp(name + len - size, secret->text, size) == 0;
}

/* NULL: it is none. */
static const struct secret_name *find_name(const uint8_t *bytes, uint32_t len) {
    static const struct secret_name names[] = {
        {"password", true, true},       {"passwd", true, true},
        {"passphrase", true, true},     {"pass", true, false},
        {"pwd", true, false},           {"credentials", true, false},
        {"dscredentials", true, false}, {"dsremotecredentials", true, false},
        {"authorization", true, false}, {"secret", false, false},
        {"secretkey", false, false},    {"token", false, true},
        {"apikey", false, true},        {"streamkey", false, true},
        {"streamname", false, false},   {"auth", false, false},
        {"authkey", false, false}};
    char name[NAME_SIZE];
    size_t used = bytes ? simplify(bytes, len, name) : 0;
    while (used && name[used - 1] >= '0' && name[used - 1] <= '9')
        used--;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (matches(&names[i], name, used))
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

bool rtmp_amf_names_login(const uint8_t *bytes, uint32_t len) {
    static const char *const names[] = {
        "login",        "logon",          "signin",
        "authenticate", "setcredentials", "setremotecredentials",
        "setpassword",  "changepassword", "ushertoken"}; /* NetStream.Authenticate.UsherToken */
    uint32_t start = len;
    while (bytes && start && bytes[start - 1] != '.' && bytes[start - 1] != '/')
        start--;
    char name[NAME_SIZE];
    if (!bytes || !simplify(bytes + start, len - start, name))
        return false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}
