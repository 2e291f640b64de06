/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/command/authentication.h"

#include <string.h>

const char *rtmp_auth_step_name(enum rtmp_auth_step step) {
    static const char *const names[] = {
        [RTMP_AUTH_NONE] = "",
        [RTMP_AUTH_USER] = "names a user",
        [RTMP_AUTH_RESPONSE] = "responds to the challenge",
        [RTMP_AUTH_ASKED] = "asks for a user",
        [RTMP_AUTH_CHALLENGE] = "sends a challenge",
        [RTMP_AUTH_REFUSED] = "refused",
        [RTMP_AUTH_ACCEPTED] = "accepted",
    };
    return names[step];
}

static bool contains(const uint8_t *bytes, uint32_t len, const char *text) {
    const uint32_t size = (uint32_t)strlen(text);
    for (uint32_t at = 0; at + size <= len; at++)
        if (bytes[at] == (uint8_t)text[0] && memcmp(bytes + at, text, size) == 0)
            return true;
    return false;
}

static bool names_scheme(const uint8_t *bytes, uint32_t len) {
    return contains(bytes, len, "authmod=adobe") || contains(bytes, len, "authmod=llnw");
}

struct rtmp_auth rtmp_auth_of_app(const uint8_t *app, uint32_t len) {
    if (!names_scheme(app, len))
        return (struct rtmp_auth){RTMP_AUTH_NONE, 0};
    return contains(app, len, "&response=") ? (struct rtmp_auth){RTMP_AUTH_RESPONSE, 3}
                                            : (struct rtmp_auth){RTMP_AUTH_USER, 2};
}

struct rtmp_auth rtmp_auth_of_refusal(const uint8_t *description, uint32_t len) {
    if (!names_scheme(description, len))
        return (struct rtmp_auth){RTMP_AUTH_NONE, 0};
    if (contains(description, len, "reason=needauth"))
        return (struct rtmp_auth){RTMP_AUTH_CHALLENGE, 2};
    if (contains(description, len, "reason="))
        return (struct rtmp_auth){RTMP_AUTH_REFUSED, 0};
    return contains(description, len, "need auth") ? (struct rtmp_auth){RTMP_AUTH_ASKED, 1}
                                                   : (struct rtmp_auth){RTMP_AUTH_NONE, 0};
}

static bool is_error(const struct rtmp_command *command, const uint8_t *bytes) {
    const struct rtmp_amf_leaf *level = &command->fact[RTMP_FACT_LEVEL];
    static const char error[] = "error";
    return level->present && level->kind == RTMP_AMF_STRING &&
           level->text.len == sizeof error - 1 &&
           memcmp(bytes + level->text.pos, error, sizeof error - 1) == 0;
}

struct rtmp_auth rtmp_auth_of_command(const struct rtmp_command *command, const uint8_t *bytes) {
    const struct rtmp_amf_leaf *app = &command->fact[RTMP_FACT_APP];
    const struct rtmp_amf_leaf *description = &command->fact[RTMP_FACT_DESCRIPTION];
    if (app->present && app->kind == RTMP_AMF_STRING)
        return rtmp_auth_of_app(bytes + app->text.pos, app->text.len);
    if (description->present && description->kind == RTMP_AMF_STRING && is_error(command, bytes))
        return rtmp_auth_of_refusal(bytes + description->text.pos, description->text.len);
    return (struct rtmp_auth){RTMP_AUTH_NONE, 0};
}
