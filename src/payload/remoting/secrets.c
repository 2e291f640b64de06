/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/remoting/secrets.h"

#include <string.h>

#include "payload/amf/amf_secret.h"

static bool names_login(const struct rtmp_reader *reader, struct rtmp_span name) {
    return rtmp_amf_names_login(rtmp_bytes(reader, name), name.len);
}

/* Does the message call a method that logs in? */
static bool logs_in(const struct rtmp_reader *reader, const struct rtmp_remoting_piece *message,
                    const struct rtmp_remoting_facts *facts) {
    const struct rtmp_amf_leaf *operation = &facts->fact[RTMP_REMOTING_FACT_OPERATION];
    if (facts->flex == RTMP_FLEX_REMOTING)
        return operation->present && names_login(reader, operation->text);
    return facts->flex == RTMP_FLEX_NONE && names_login(reader, message->name);
}

struct rtmp_secrets rtmp_secrets_of(const struct rtmp_reader *reader,
                                    const struct rtmp_remoting_piece *entry, bool is_reply,
                                    const struct rtmp_remoting_facts *facts) {
    enum { LOGIN = 8 };
    bool is_header = entry->kind == RTMP_REMOTING_HEADER;
    return (struct rtmp_secrets){
        .of_login_command = rtmp_remoting_command_of(facts) == LOGIN,
        .of_login_method = !is_header && !is_reply && logs_in(reader, entry, facts),
        .of_secret_header =
            is_header && rtmp_amf_names_password(rtmp_bytes(reader, entry->name), entry->name.len),
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
    /* Of a Flex message the arguments are two levels below its members. */
    bool is_inside = !secrets->members_depth || leaf->depth > secrets->members_depth + 1;
    if (secrets->of_login_method && (!key || is_inside))
        return true;
    /* What is deeper than the members is of the body, or of headers that say who logs in. */
    if (secrets->of_login_command && leaf->depth > secrets->members_depth)
        return true;
    if (!key)
        return secrets->of_secret_header;
    if (secrets->of_login_command && leaf->depth == secrets->members_depth &&
        rtmp_amf_key_is(reader, key, "body", 4))
        return true;
    return names_password(reader, key);
}
