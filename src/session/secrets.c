/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/secrets.h"

#include <string.h>

#include "payload/amf/amf.h"
#include "payload/amf/amf_secret.h"
#include "payload/command/facts.h"

/* Where the values of a command are: its name, transaction id and object come first. */
enum { FIRST_ARGUMENT = 3 };

struct known_name {
    const char *text;
    uint32_t len;
};
#define KNOWN(literal)                                                                             \
    { literal, sizeof(literal) - 1 }

/* ASCII letters in any case. */
static bool is_name(const struct known_name *known, const uint8_t *bytes, uint32_t len) {
    if (len != known->len)
        return false;
    for (uint32_t i = 0; i < len; i++) {
        uint8_t letter = bytes[i];
        if (letter >= 'A' && letter <= 'Z')
            letter = (uint8_t)(letter + ('a' - 'A'));
        if (letter != (uint8_t)known->text[i])
            return false;
    }
    return true;
}

static bool names_stream(const uint8_t *bytes, uint32_t len) {
    static const struct known_name commands[] = {
        KNOWN("publish"),          KNOWN("play"),
        KNOWN("releasestream"),    KNOWN("fcpublish"),
        KNOWN("fcunpublish"),      KNOWN("fcsubscribe"),
        KNOWN("fcunsubscribe"),    KNOWN("getstreamlength"),
        KNOWN("dvrgetstreaminfo"), KNOWN("dvrsubscribe"),
        KNOWN("dvrunsubscribe")};
    for (size_t i = 0; bytes && i < sizeof commands / sizeof *commands; i++)
        if (is_name(&commands[i], bytes, len))
            return true;
    return false;
}

static bool has_secret_arguments(const uint8_t *bytes, uint32_t len) {
    static const struct known_name connect = KNOWN("connect");
    return bytes && (is_name(&connect, bytes, len) || rtmp_amf_names_login(bytes, len));
}

/* State while the values of a command are read. */
struct secret_reader {
    struct rtmp_session *session;
    const struct rtmp_reader *reader;
    bool of_stream, of_login;
    struct rtmp_span key; /* of a property, before its value; else empty */
    uint32_t index;       /* of the top-level value */
};

/* Without memory it is not hidden. */
static void list_secret(struct rtmp_session *session, struct rtmp_secret secret) {
    if (secret.len == 0 || rtmp_mask_lists(&session->secrets, secret.bytes, secret.len))
        return;
    const struct rtmp_kept_text *kept =
        rtmp_texts_keep(&session->capture->texts, &session->memory, secret.bytes, secret.len);
    if (kept)
        (void)rtmp_mask_add(&session->secrets, &session->memory,
                            (struct rtmp_secret){kept->bytes, kept->len});
}

static void read_string(struct secret_reader *r, const struct rtmp_amf_event *event) {
    const uint8_t *bytes = rtmp_bytes(r->reader, event->text);
    const uint32_t len = event->text.len;
    if (!bytes)
        return;
    struct rtmp_secret secret =
        rtmp_amf_secret_of(rtmp_bytes(r->reader, r->key), r->key.len, bytes, len);
    if (secret.len == 0 && r->of_login && r->index >= FIRST_ARGUMENT)
        secret = (struct rtmp_secret){bytes, len};
    if (r->of_stream && r->index == FIRST_ARGUMENT && event->depth == 0) {
        secret = rtmp_mask_stream(bytes, len);
        list_secret(r->session, rtmp_mask_behind_query(bytes, len));
    }
    list_secret(r->session, secret);
}

static void read_secret_event(struct secret_reader *r, const struct rtmp_amf_event *event) {
    if (event->kind == RTMP_AMF_STRING || event->kind == RTMP_AMF_XML)
        read_string(r, event);
    bool is_key = event->kind == RTMP_AMF_KEY && !event->name;
    r->key = is_key ? event->text : rtmp_span_of(0, 0);
}

/* ---- connect ---- */

/* A query that an application has without a question mark is one in URLs only. */
static void list_query_of_app(struct rtmp_session *session, struct rtmp_secret app) {
    static const struct rtmp_mask none;
    const uint8_t *mark = memchr(app.bytes, '?', app.len);
    const size_t len = mark ? (size_t)(mark - app.bytes) : app.len;
    struct rtmp_mask_walk walk = {
        .mask = &none, .bytes = app.bytes, .len = len, .until = len, .in_url = true};
    size_t start, end;
    while (rtmp_mask_next(&walk, &start, &end))
        if (end - start >= RTMP_MASK_SHORTEST_PART)
            list_secret(session, (struct rtmp_secret){app.bytes + start, (uint32_t)(end - start)});
}

/* What a URL has behind its application, which no server asks for: the name that is published next,
 * which is put into the URL by mistake. */
static struct rtmp_secret name_behind_app(struct rtmp_secret url, struct rtmp_secret app) {
    const uint32_t app_len = rtmp_mask_before_query(app.bytes, app.len);
    bool is_behind_host = false;
    for (uint32_t at = 0; app_len && at + app_len + 2 < url.len; at++) {
        const uint8_t *path = url.bytes + at;
        if (is_behind_host && path[0] == '/' && path[app_len + 1] == '/' &&
            memcmp(path + 1, app.bytes, app_len) == 0) {
            const uint8_t *name = path + app_len + 2;
            uint32_t len = rtmp_mask_before_query(name, url.len - at - app_len - 2);
            while (len && name[len - 1] == '/')
                len--;
            return rtmp_mask_stream(name, len);
        }
        is_behind_host = is_behind_host || (at >= 2 && memcmp(path - 2, "://", 3) == 0);
    }
    return (struct rtmp_secret){NULL, 0};
}

static void list_of_connect(struct rtmp_session *session, const struct rtmp_fragment *fragment) {
    struct rtmp_command command;
    rtmp_command_read_for_line(&command, rtmp_reader_over(fragment->body, fragment->available),
                               fragment->message.type, RTMP_REPLY_UNKNOWN);
    const struct rtmp_amf_leaf *app = &command.fact[RTMP_FACT_APP];
    const struct rtmp_amf_leaf *url = &command.fact[RTMP_FACT_TC_URL];
    if (!app->present)
        return;
    const struct rtmp_secret name = {fragment->body + app->text.pos, app->text.len};
    list_query_of_app(session, name);
    list_secret(session, rtmp_mask_behind_query(name.bytes, name.len));
    if (!url->present)
        return;
    const struct rtmp_secret whole = {fragment->body + url->text.pos, url->text.len};
    list_secret(session, name_behind_app(whole, name));
    list_secret(session, rtmp_mask_behind_query(whole.bytes, whole.len));
}

/* ---- a capture and its connections ---- */

const struct rtmp_mask *rtmp_secrets_of_capture(struct rtmp_capture *capture, const uint8_t *bytes,
                                                uint32_t len) {
    if (!capture->mask.salt)
        capture->mask.salt = rtmp_mask_salt(bytes, len);
    return &capture->mask;
}

void rtmp_secrets_begin(struct rtmp_session *session, const uint8_t *bytes, uint32_t len) {
    session->secrets.salt = rtmp_secrets_of_capture(session->capture, bytes, len)->salt;
}

void rtmp_secrets_follow(struct rtmp_session_direction *dir, const struct rtmp_command_head *head,
                         const struct rtmp_fragment *fragment) {
    struct rtmp_reader reader = rtmp_reader_over(fragment->body, fragment->available);
    const uint8_t *name = rtmp_bytes(&reader, head->text);
    bool from_client = rtmp_session_from_client(dir);
    struct secret_reader r = {
        .session = dir->session,
        .reader = &reader,
        .of_stream = from_client && names_stream(name, head->text.len),
        .of_login = from_client && has_secret_arguments(name, head->text.len),
    };
    const struct rtmp_command_format format =
        rtmp_command_read_format(&reader, fragment->message.type);
    struct rtmp_amf amf;
    struct rtmp_amf_event event;
    rtmp_amf_init(&amf, &reader, format.amf_version);
    while (rtmp_amf_next(&amf, &event)) {
        read_secret_event(&r, &event);
        r.index += rtmp_amf_value_done(&amf);
    }
    if (from_client && head->name == RTMP_NAMED_CONNECT)
        list_of_connect(dir->session, fragment);
}
