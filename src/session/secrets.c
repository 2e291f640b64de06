/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/secrets.h"

#include <string.h>

#include "payload/amf/amf.h"
#include "payload/amf/amf_secret.h"

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
    static const struct known_name commands[] = {KNOWN("publish"),       KNOWN("play"),
                                                 KNOWN("releasestream"), KNOWN("fcpublish"),
                                                 KNOWN("fcunpublish"),   KNOWN("fcsubscribe"),
                                                 KNOWN("fcunsubscribe"), KNOWN("getstreamlength")};
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
    bool is_named;  /* by the property before it */
    uint32_t index; /* of the top-level value */
};

/* Without memory it is not hidden. */
static void list_secret(struct secret_reader *r, const uint8_t *bytes, uint32_t len) {
    struct rtmp_session *session = r->session;
    if (len == 0 || rtmp_mask_lists(&session->secrets, bytes, len))
        return;
    const struct rtmp_kept_text *kept =
        rtmp_texts_keep(&session->capture->texts, &session->memory, bytes, len);
    if (kept)
        (void)rtmp_mask_add(&session->secrets, &session->memory,
                            (struct rtmp_secret){kept->bytes, kept->len});
}

static void read_string(struct secret_reader *r, const struct rtmp_amf_event *event) {
    const uint8_t *bytes = rtmp_bytes(r->reader, event->text);
    const uint8_t *query = bytes ? memchr(bytes, '?', event->text.len) : NULL;
    if (!bytes)
        return;
    if (r->is_named || (r->of_login && r->index >= FIRST_ARGUMENT))
        list_secret(r, bytes, event->text.len);
    else if (r->of_stream && r->index == FIRST_ARGUMENT && event->depth == 0)
        list_secret(r, bytes, query ? (uint32_t)(query - bytes) : event->text.len);
}

static void read_secret_event(struct secret_reader *r, const struct rtmp_amf_event *event) {
    if (event->kind == RTMP_AMF_STRING)
        read_string(r, event);
    r->is_named = event->kind == RTMP_AMF_KEY && !event->name &&
                  rtmp_amf_names_secret(rtmp_bytes(r->reader, event->text), event->text.len);
}

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
}
