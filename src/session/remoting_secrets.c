/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/remoting_secrets.h"

#include <string.h>

#include "payload/amf/amf_secret.h"
#include "payload/remoting/secrets.h"

/* State while an entry of a packet is read. */
struct entry_reader {
    struct rtmp_mask *mask;
    const struct rtmp_memory *memory;
    struct rtmp_reader value;
    struct rtmp_secrets rules;
    bool of_session; /* a header by which a server hands out the id of a session */
};

/* Without memory it is not hidden. */
static void list_secret(const struct entry_reader *entry, struct rtmp_secret secret) {
    if (secret.len == 0 || rtmp_mask_lists(entry->mask, secret.bytes, secret.len))
        return;
    uint8_t *copy = entry->memory->resize(entry->memory->user, NULL, secret.len);
    if (!copy)
        return;
    memcpy(copy, secret.bytes, secret.len);
    if (!rtmp_mask_add(entry->mask, entry->memory, (struct rtmp_secret){copy, secret.len}))
        (void)entry->memory->resize(entry->memory->user, copy, 0);
}

/* Specified (AMF 0, 4.2): the client adds the text to the gateway's URL, `;jsessionid=...`, or the
 * header in `data` to each later request. */
static bool hands_out_session(const struct rtmp_reader *packet,
                              const struct rtmp_remoting_piece *piece) {
    static const char url[] = "AppendToGatewayUrl", header[] = "RequestPersistentHeader";
    return piece->kind == RTMP_REMOTING_HEADER &&
           (rtmp_bytes_are(packet, piece->name, url, sizeof url - 1) ||
            rtmp_bytes_are(packet, piece->name, header, sizeof header - 1));
}

/* A password, or what else RTMP's commands hide: keys and tokens. */
static struct rtmp_secret secret_of(const struct entry_reader *entry,
                                    const struct rtmp_amf_event *key,
                                    const struct rtmp_amf_event *leaf) {
    const uint8_t *text = rtmp_bytes(&entry->value, leaf->text);
    bool is_secret =
        rtmp_secrets_has(&entry->rules, &entry->value, key, leaf) ||
        (entry->of_session && (!key || rtmp_amf_key_is(&entry->value, key, "data", 4)));
    if (text && is_secret)
        return (struct rtmp_secret){text, leaf->text.len};
    if (!key || key->name)
        return (struct rtmp_secret){NULL, 0};
    return rtmp_amf_secret_of(rtmp_bytes(&entry->value, key->text), key->text.len, text,
                              leaf->text.len);
}

static void read_value(struct entry_reader *entry) {
    struct rtmp_amf amf;
    struct rtmp_amf_event event, key;
    bool has_key = false, is_done = false;
    if (rtmp_left(&entry->value) == 0)
        return;
    rtmp_amf_init(&amf, &entry->value, 0);
    while (!is_done && rtmp_amf_next(&amf, &event)) {
        if (event.kind == RTMP_AMF_STRING)
            list_secret(entry, secret_of(entry, has_key ? &key : NULL, &event));
        has_key = event.kind == RTMP_AMF_KEY;
        if (has_key)
            key = event;
        is_done = rtmp_amf_value_done(&amf);
    }
}

void rtmp_remoting_secrets_follow(struct rtmp_mask *mask, const struct rtmp_memory *memory,
                                  struct rtmp_reader packet, bool is_reply) {
    const struct rtmp_reader whole = packet;
    struct rtmp_remoting remoting;
    struct rtmp_remoting_piece piece;
    rtmp_remoting_init(&remoting, &packet);
    while (rtmp_remoting_next(&remoting, &piece)) {
        if (piece.kind != RTMP_REMOTING_MESSAGE && piece.kind != RTMP_REMOTING_HEADER)
            continue;
        struct rtmp_remoting_facts facts;
        struct entry_reader entry = {mask,
                                     memory,
                                     rtmp_remoting_value_of(&whole, &piece),
                                     {0},
                                     hands_out_session(&whole, &piece)};
        rtmp_remoting_facts_read(&facts, entry.value);
        entry.rules = rtmp_secrets_of(&whole, &piece, is_reply, &facts);
        read_value(&entry);
    }
}
