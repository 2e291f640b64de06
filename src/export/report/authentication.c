/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export/report/authentication.h"

#include <string.h>

#include "base/list.h"
#include "payload/command/authentication.h"

/* A text up to the first of these bytes in it, or all of it. */
static uint32_t keep_before(struct rtmp_report_store *store, const uint8_t *bytes, uint32_t len,
                            uint8_t byte) {
    const uint8_t *at = len ? memchr(bytes, byte, len) : NULL;
    return rtmp_report_keep(store, bytes, at ? (uint32_t)(at - bytes) : len);
}

/* The address of a client, without its port, which each round has anew. */
static uint32_t keep_address(struct rtmp_report_store *store, uint32_t client) {
    char address[RTMP_LIMIT_REPORT_TEXT + 1];
    const struct rtmp_kept_text *text = rtmp_report_text(store, client);
    if (!text || text->len >= sizeof address)
        return 0;
    memcpy(address, text->bytes, text->len);
    uint32_t end = text->len;
    while (end && address[end - 1] != ':')
        end--;
    return rtmp_report_keep(store, (const uint8_t *)address, end);
}

/* ---- which one ---- */

static struct rtmp_report_auth *of_connection(const struct rtmp_report_auths *auths,
                                              uint32_t index) {
    for (uint32_t i = auths->count; i > 0; i--)
        if (auths->auth[i - 1].connection == index)
            return &auths->auth[i - 1];
    return NULL;
}

/* The newest one that waits for a round, as `wanted` says. */
static struct rtmp_report_auth *waiting(const struct rtmp_report_auths *auths,
                                        const struct rtmp_report_auth *wanted) {
    for (uint32_t i = auths->count; i > 0; i--) {
        struct rtmp_report_auth *auth = &auths->auth[i - 1];
        const bool waits = auth->step == RTMP_AUTH_ASKED || auth->step == RTMP_AUTH_CHALLENGE;
        if (waits && auth->round + 1 == wanted->round && auth->client == wanted->client &&
            auth->server == wanted->server && auth->app == wanted->app)
            return auth;
    }
    return NULL;
}

static struct rtmp_report_auth *add(struct rtmp_report_auths *auths,
                                    struct rtmp_report_store *store,
                                    const struct rtmp_report_auth *auth) {
    if (auths->count == RTMP_LIMIT_REPORT_AUTHENTICATIONS)
        return NULL;
    struct rtmp_report_auth *grown = rtmp_list_with_room(store->memory, auths->auth, auths->count,
                                                         &auths->capacity, sizeof *grown);
    if (!grown)
        return NULL;
    auths->auth = grown;
    grown[auths->count] = *auth;
    return &grown[auths->count++];
}

/* ---- messages ---- */

/* A connect, or the refusal of one without a user, of a connection that had no round yet. */
static struct rtmp_report_auth *begin_round(struct rtmp_report_auths *auths,
                                            struct rtmp_report_store *store,
                                            const struct rtmp_report_connection *connection,
                                            const struct rtmp_report_auth *begun) {
    struct rtmp_report_auth wanted = *begun;
    wanted.client = keep_address(store, connection->client);
    wanted.server = connection->server;
    wanted.number = connection->session->number;
    struct rtmp_report_auth *auth = wanted.round > 1 ? waiting(auths, &wanted) : NULL;
    if (!auth)
        return add(auths, store, &wanted);
    auth->connection = wanted.connection;
    auth->round = wanted.round;
    auth->rounds++;
    return auth;
}

static uint32_t keep_app(struct rtmp_report_store *store, const struct rtmp_session *session) {
    const struct rtmp_kept_text *app = session->streams.app;
    return app ? keep_before(store, app->bytes, app->len, '?') : 0;
}

bool rtmp_report_auths_follow(struct rtmp_report_auths *auths, struct rtmp_report_store *store,
                              const struct rtmp_report_connection *connection, uint32_t index,
                              struct rtmp_row *row) {
    const struct rtmp_row_message *message = row->message;
    const uint8_t type = message->record->message.type;
    if (type != RTMP_MESSAGE_COMMAND_AMF0 && type != RTMP_MESSAGE_COMMAND_AMF3)
        return false;
    const struct rtmp_auth found = rtmp_session_auth(
        message->direction, message->record->facts.call, rtmp_row_command(row), message->bytes);
    if (found.step == RTMP_AUTH_NONE)
        return false;
    struct rtmp_report_auth *auth = of_connection(auths, index);
    if (!auth && found.round) {
        const struct rtmp_report_auth begun = {.app = keep_app(store, connection->session),
                                               .connection = index,
                                               .first = rtmp_report_place_of(message),
                                               .round = found.round,
                                               .rounds = 1};
        auth = begin_round(auths, store, connection, &begun);
    }
    if (!auth)
        return false;
    auth->step = (uint8_t)found.step;
    return found.step == RTMP_AUTH_ASKED || found.step == RTMP_AUTH_CHALLENGE ||
           found.step == RTMP_AUTH_REFUSED;
}

/* ---- the end ---- */

/* `3 rounds, accepted.` */
static uint32_t words_of(struct rtmp_report_store *store, const struct rtmp_report_auth *auth) {
    char out[128];
    struct rtmp_text text = rtmp_text_over(out, sizeof out);
    const bool has_ended = auth->step == RTMP_AUTH_ACCEPTED || auth->step == RTMP_AUTH_REFUSED;
    rtmp_text_format(&text, "%u round%s, ", auth->rounds, auth->rounds == 1 ? "" : "s");
    if (has_ended)
        rtmp_text_add(&text, rtmp_auth_step_name((enum rtmp_auth_step)auth->step));
    else if (auth->step == RTMP_AUTH_ASKED || auth->step == RTMP_AUTH_CHALLENGE)
        rtmp_text_add(&text, "which the client does not continue");
    else
        rtmp_text_add(&text, "the last one without an answer");
    rtmp_text_add(&text, ".");
    return rtmp_report_keep_line(store, &text);
}

void rtmp_report_auths_tell(const struct rtmp_report_auths *auths,
                            const struct rtmp_causes *causes) {
    for (uint32_t i = 0; i < auths->count; i++) {
        const struct rtmp_report_auth *auth = &auths->auth[i];
        const struct rtmp_finding found = {.kind = auth->step == RTMP_AUTH_ACCEPTED
                                                       ? RTMP_FINDING_AUTHENTICATED
                                                       : RTMP_FINDING_NOT_AUTHENTICATED,
                                           .connection = auth->number + 1,
                                           .detail = words_of(causes->store, auth),
                                           .first = auth->first,
                                           .count = 1};
        if (found.first.frame)
            rtmp_findings_add(causes->findings, causes->store, &found);
    }
}

void rtmp_report_auths_destroy(struct rtmp_report_auths *auths, const struct rtmp_memory *memory) {
    rtmp_list_free(memory, auths->auth);
}
