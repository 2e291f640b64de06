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

enum kind_of_secret { KIND_PASSWORD, KIND_TOKEN, KIND_STREAM };

struct secret_name {
    const char *text;
    enum kind_of_secret kind;
    bool is_ending; /* what ends with it is one, too */
};

static bool ends_with(const char *name, size_t len, const char *ending) {
    size_t size = strlen(ending);
    return size <= len && memcmp(name + len - size, ending, size) == 0;
}

static bool matches(const struct secret_name *secret, const char *name, size_t len) {
    return (secret->is_ending || strlen(secret->text) == len) && ends_with(name, len, secret->text);
}

/* NULL: it is none. */
static const struct secret_name *find_name(const uint8_t *bytes, uint32_t len) {
    static const struct secret_name names[] = {
        {"password", KIND_PASSWORD, true},
        {"passwd", KIND_PASSWORD, true},
        {"passphrase", KIND_PASSWORD, true},
        {"pass", KIND_PASSWORD, false},
        {"pwd", KIND_PASSWORD, true},
        {"credentials", KIND_PASSWORD, false},
        {"dscredentials", KIND_PASSWORD, false},
        {"dsremotecredentials", KIND_PASSWORD, false},
        {"authorization", KIND_PASSWORD, false},
        {"secret", KIND_TOKEN, false},
        {"secretkey", KIND_TOKEN, false},
        {"token", KIND_TOKEN, true},
        {"apikey", KIND_TOKEN, true},
        {"auth", KIND_TOKEN, false},
        {"authkey", KIND_TOKEN, false},
        {"streamkey", KIND_STREAM, true},
        {"streamname", KIND_STREAM, true}, /* play2 has oldStreamName, too */
    };
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
    return name && name->kind == KIND_PASSWORD;
}

struct rtmp_secret rtmp_amf_secret_of(const uint8_t *name, uint32_t name_len, const uint8_t *text,
                                      uint32_t len) {
    const struct secret_name *known = text ? find_name(name, name_len) : NULL;
    if (!known)
        return (struct rtmp_secret){NULL, 0};
    return known->kind == KIND_STREAM ? rtmp_mask_stream(text, len)
                                      : (struct rtmp_secret){text, len};
}

/* Applications have their own verbs before these (doLogin, resetPassword). */
bool rtmp_amf_names_login(const uint8_t *bytes, uint32_t len) {
    static const char *const endings[] = {
        "login",       "logon",    "signin",    "authenticate",
        "credentials", "password", "ushertoken"}; /* NetStream.Authenticate.UsherToken */
    uint32_t start = len;
    while (bytes && start && bytes[start - 1] != '.' && bytes[start - 1] != '/')
        start--;
    char name[NAME_SIZE];
    size_t used = bytes ? simplify(bytes + start, len - start, name) : 0;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (ends_with(name, used, endings[i]))
            return true;
    return false;
}
