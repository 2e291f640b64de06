/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/remoting/secrets.h"

#include <string.h>

#include "payload/amf/amf_secret.h"

struct secret_name {
    const char *text;
    uint8_t length;
};
#define SECRET(literal)                                                                            \
    { literal, sizeof(literal) - 1 }

static bool names_method(const struct rtmp_reader *reader, struct rtmp_span name) {
    static const struct secret_name methods[] = {SECRET("login"), SECRET("setCredentials"),
                                                 SECRET("setRemoteCredentials")};
    for (unsigned i = 0; i < sizeof methods / sizeof *methods; i++) {
        uint32_t len = methods[i].length;
        if (name.len < len)
            continue;
        uint32_t start = rtmp_span_end(name) - len;
        bool is_whole = name.len == len || rtmp_peek_at(reader, start - 1) == '.';
        if (is_whole && rtmp_bytes_are(reader, rtmp_span_of(start, len), methods[i].text, len))
            return true;
    }
    return false;
}

struct rtmp_secrets rtmp_secrets_of(const struct rtmp_reader *reader, struct rtmp_span target,
                                    const struct rtmp_remoting_facts *facts) {
    const struct rtmp_amf_leaf *operation = &facts->fact[RTMP_REMOTING_FACT_OPERATION];
    enum { LOGIN = 8 };
    return (struct rtmp_secrets){
        .of_login_command = rtmp_remoting_command_of(facts) == LOGIN,
        .of_login_method = facts->flex == RTMP_FLEX_REMOTING
                               ? operation->present && names_method(reader, operation->text)
                               : facts->flex == RTMP_FLEX_NONE && names_method(reader, target),
        .members_depth = facts->members_depth,
    };
}

static bool names_password(const struct rtmp_reader *reader, const struct rtmp_amf_event *key) {
    if (key->name)
        return rtmp_amf_names_password((const uint8_t *)key->name, (uint32_t)strlen(key->name));
    return rtmp_amf_names_password(rtmp_bytes(reader, key->text), key->text.len);
}

bool rtmp_secrets_has(const struct rtmp_secrets *secrets, const struct rtmp_reader *reader,
                      const struct rtmp_amf_event *key, const struct rtmp_amf_event *leaf) {
    switch (leaf->kind) {
    case RTMP_AMF_NULL:
    case RTMP_AMF_UNDEFINED:
    case RTMP_AMF_UNSUPPORTED:
    case RTMP_AMF_BOOLEAN:
    case RTMP_AMF_REFERENCE:
        return false;
    default:
        break;
    }
    if (!key)
        return secrets->of_login_method;
    if (secrets->of_login_command && leaf->depth == secrets->members_depth &&
        rtmp_amf_key_is(reader, key, "body", 4))
        return true;
    return names_password(reader, key);
}
