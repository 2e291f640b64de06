/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/so_scope.h"

#include "base/text.h"

/* Up to the query, which may be another for each client. */
static void add_without_query(struct rtmp_text *line, const struct rtmp_kept_text *text) {
    const uint8_t *query = text ? memchr(text->bytes, '?', text->len) : NULL;
    rtmp_text_add(line, " ");
    if (text)
        rtmp_text_wire(line, text->bytes, query ? (size_t)(query - text->bytes) : text->len, 0);
}

uint32_t rtmp_so_scope(const struct rtmp_session *session) {
    char line[RTMP_LIMIT_AMF_PATH];
    struct rtmp_text text = rtmp_text_over(line, sizeof line);
    if (session->server)
        rtmp_text_wire(&text, session->server->bytes, session->server->len, 0);
    add_without_query(&text, session->streams.app);
    add_without_query(&text, session->streams.tc_url);
    const struct rtmp_kept_text *scope = rtmp_texts_keep(&session->capture->texts, &session->memory,
                                                         (const uint8_t *)line, (uint32_t)text.len);
    return scope ? scope->number : 0;
}
