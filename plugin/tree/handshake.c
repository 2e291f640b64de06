/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tree/handshake.h"

#include "tree/note.h"

static int hf_handshake = -1;
static int hf_version = -1;
static int hf_packet = -1;
static int hf_time = -1;
static int hf_zero = -1;
static int hf_time2 = -1;
static int hf_random = -1;
static int hf_digest_scheme = -1;
static int hf_digest_offset = -1;
static int hf_digest = -1;
static int hf_digest_valid = -1;
static int hf_response = -1;
static int hf_echo_valid = -1;
static int hf_data = -1;

static int ett_handshake = -1;
static int ett_packet = -1;

static const value_string scheme_names[] = {
    {0, "Digest block at byte 8"}, {1, "Digest block at byte 772"}, {0, NULL}};

#define HANDSHAKE_EXPERTS(X)                                                                       \
    X(ei_encrypted, "rtmpx.encrypted", PI_DECRYPTION, PI_NOTE,                                     \
      "Encrypted by RTMPE: the keys are never sent, the following bytes cannot be decrypted")      \
    X(ei_echo, "rtmpx.conformance.echo", PI_PROTOCOL, PI_NOTE,                                     \
      "RTMP: C2 / S2 is no echo of the peer's S1 / C1 and no valid response to its digest")
HANDSHAKE_EXPERTS(RTMPX_EXPERT_ID)
static ei_register_info handshake_ei[] = {HANDSHAKE_EXPERTS(RTMPX_EXPERT_ROW)};

/* Offsets of the fields of a packet. */
enum { TIME = 0, ZERO = 4, TIME2 = 4, RANDOM = 8, RESPONSE = 1504 };

/* A range of handshake bytes and its place in the frame. */
struct handshake_view {
    packet_info *pinfo;
    tvbuff_t *tvb;
    int tvb_offset;
    const struct rtmp_handshake_range *range;
    const struct rtmp_handshake *handshake;
};

/* One of the three packets that each side sends. */
struct packet {
    char number;    /* of C0, C1, C2 */
    uint32_t start; /* in the direction */
    uint32_t size;
};

static const struct packet packets[] = {
    {'0', 0, 1}, {'1', 1, RTMP_HANDSHAKE_SIZE}, {'2', RTMP_HANDSHAKE_FIRST, RTMP_HANDSHAKE_SIZE}};

/* The bytes of the direction's range [start, start + len) that are in the view, as a tvb range. */
static struct rtmp_span here(const struct handshake_view *view, uint64_t start, uint32_t len) {
    uint64_t fragment_end = view->range->offset + view->range->len;
    uint64_t from = start > view->range->offset ? start : view->range->offset;
    uint64_t to = start + len < fragment_end ? start + len : fragment_end;
    if (from >= to)
        return rtmp_span_of((uint32_t)view->tvb_offset, 0);
    return rtmp_span_of((uint32_t)view->tvb_offset + (uint32_t)(from - view->range->offset),
                        (uint32_t)(to - from));
}

static void mark_if_elsewhere(proto_item *item, struct rtmp_span span, uint32_t len) {
    if (span.len < len)
        proto_item_set_generated(item);
}

static void add_handshake_uint(proto_tree *tree, const struct handshake_view *view, int hf,
                               uint32_t start, uint32_t len, uint32_t value) {
    struct rtmp_span span = here(view, start, len);
    mark_if_elsewhere(proto_tree_add_uint(tree, hf, view->tvb, (int)span.pos, (int)span.len, value),
                      span, len);
}

/* A field of raw bytes, shown only when its bytes are in this frame. */
static void add_raw(proto_tree *tree, const struct handshake_view *view, int hf, uint32_t start,
                    uint32_t len) {
    struct rtmp_span span = here(view, start, len);
    if (span.len)
        proto_tree_add_item(tree, hf, view->tvb, (int)span.pos, (int)span.len, ENC_NA);
}

static proto_item *add_truth(proto_tree *tree, const struct handshake_view *view, int hf,
                             struct rtmp_span span, bool value) {
    proto_item *item =
        proto_tree_add_boolean(tree, hf, view->tvb, (int)span.pos, (int)span.len, value);
    proto_item_set_generated(item);
    return item;
}

static void add_digest(proto_tree *tree, const struct handshake_view *view, uint32_t start) {
    const struct rtmp_handshake_first *first = &view->handshake->first;
    uint32_t at = start + first->digest_offset;
    struct rtmp_span span = here(view, at, RTMP_HANDSHAKE_DIGEST);
    add_raw(tree, view, hf_random, start + RANDOM, first->digest_offset - RANDOM);
    proto_item *item =
        proto_tree_add_bytes_with_length(tree, hf_digest, view->tvb, (int)span.pos, (int)span.len,
                                         first->digest, RTMP_HANDSHAKE_DIGEST);
    mark_if_elsewhere(item, span, RTMP_HANDSHAKE_DIGEST);
    (void)add_truth(tree, view, hf_digest_valid, span, true);
    proto_item_set_generated(proto_tree_add_uint(tree, hf_digest_scheme, view->tvb, (int)span.pos,
                                                 (int)span.len, first->scheme));
    proto_item_set_generated(proto_tree_add_uint(tree, hf_digest_offset, view->tvb, (int)span.pos,
                                                 (int)span.len, first->digest_offset));
    at += RTMP_HANDSHAKE_DIGEST;
    add_raw(tree, view, hf_random, at, start + RTMP_HANDSHAKE_SIZE - at);
}

static void add_first(proto_tree *tree, const struct handshake_view *view, uint32_t start) {
    const struct rtmp_handshake_first *first = &view->handshake->first;
    add_handshake_uint(tree, view, hf_time, start + TIME, 4, first->time);
    add_handshake_uint(tree, view, hf_zero, start + ZERO, 4, first->version);
    if (first->has_digest)
        add_digest(tree, view, start);
    else
        add_raw(tree, view, hf_random, start + RANDOM, RTMP_HANDSHAKE_SIZE - RANDOM);
}

static void add_second(proto_tree *tree, const struct handshake_view *view, uint32_t start) {
    const struct rtmp_handshake_second *second = &view->handshake->second;
    uint32_t random_end = second->response_digest ? RESPONSE : RTMP_HANDSHAKE_SIZE;
    add_handshake_uint(tree, view, hf_time, start + TIME, 4, second->time);
    add_handshake_uint(tree, view, hf_time2, start + TIME2, 4, second->time2);
    add_raw(tree, view, hf_random, start + RANDOM, random_end - RANDOM);
    add_raw(tree, view, hf_response, start + random_end, RTMP_HANDSHAKE_SIZE - random_end);
    if (!second->echo_known)
        return;
    proto_item *item =
        add_truth(tree, view, hf_echo_valid,
                  here(view, start + RANDOM, RTMP_HANDSHAKE_SIZE - RANDOM), second->echo_valid);
    if (!second->echo_valid)
        expert_add_info(view->pinfo, item, &ei_echo);
}

static char side(const struct rtmp_handshake *handshake) {
    return handshake->role == RTMP_ROLE_CLIENT ? 'C' : 'S';
}

/* Does the packet end in this range, so that its fields are known? */
static bool completes(const struct rtmp_handshake_range *range,
                      const struct rtmp_handshake *handshake, const struct packet *packet) {
    switch (packet->number) {
    case '1':
        return range->completes_first && handshake->have_first;
    case '2':
        return range->completes_second && handshake->have_second;
    default:
        return range->offset == 0 && range->len > 0;
    }
}

static void add_packet(proto_tree *tree, const struct handshake_view *view,
                       const struct packet *packet) {
    struct rtmp_span span = here(view, packet->start, packet->size);
    bool complete = completes(view->range, view->handshake, packet);
    if (!span.len && !complete)
        return;
    proto_item *item =
        proto_tree_add_none_format(tree, hf_packet, view->tvb, (int)span.pos, (int)span.len, "%c%c",
                                   side(view->handshake), packet->number);
    proto_tree *packet_tree = proto_item_add_subtree(item, ett_packet);
    if (!complete) {
        proto_item_append_text(item, ", %u of %u bytes", span.len, packet->size);
        add_raw(packet_tree, view, hf_data, packet->start, packet->size);
    } else if (packet->number == '1') {
        add_first(packet_tree, view, packet->start);
    } else {
        add_second(packet_tree, view, packet->start);
    }
}

void rtmpx_tree_handshake(proto_tree *tree, packet_info *pinfo, tvbuff_t *tvb, int tvb_offset,
                          const struct rtmp_handshake_range *range,
                          const struct rtmp_handshake *handshake) {
    const struct handshake_view view = {pinfo, tvb, tvb_offset, range, handshake};
    char label[128];
    struct rtmp_text text = rtmp_text_over(label, sizeof label);
    rtmpx_summary_handshake(&text, range, handshake);
    proto_item *item = proto_tree_add_none_format(tree, hf_handshake, tvb, tvb_offset,
                                                  (int)range->len, "%s", label);
    proto_tree *handshake_tree = proto_item_add_subtree(item, ett_handshake);

    if (range->offset == 0 || range->completes_first)
        add_handshake_uint(handshake_tree, &view, hf_version, 0, 1, handshake->version);
    add_packet(handshake_tree, &view, &packets[1]);
    add_packet(handshake_tree, &view, &packets[2]);
    if (range->completes_first && rtmp_handshake_version_encrypted(handshake->version))
        expert_add_info(pinfo, item, &ei_encrypted);
}

/* The names of the packets that have bytes here; false when the last of them ends later. */
static bool add_packet_names(struct rtmp_text *text, const struct rtmp_handshake_range *range,
                             const struct rtmp_handshake *handshake) {
    const struct handshake_view view = {.range = range};
    bool complete = true;
    const char *separator = " ";
    for (size_t i = 0; i < sizeof packets / sizeof *packets; i++) {
        if (!here(&view, packets[i].start, packets[i].size).len)
            continue;
        const char name[] = {separator[0], side(handshake), packets[i].number};
        rtmp_text_add_len(text, name, sizeof name);
        separator = "+";
        complete = completes(range, handshake, &packets[i]);
    }
    return complete;
}

void rtmpx_summary_handshake(struct rtmp_text *text, const struct rtmp_handshake_range *range,
                             const struct rtmp_handshake *handshake) {
    const char *separator = " (";
    rtmp_text_add(text, "Handshake");
    if (!add_packet_names(text, range, handshake)) {
        rtmp_text_add(text, separator);
        rtmp_text_add(text, "fragment");
        separator = ", ";
    }
    if (rtmp_handshake_version_encrypted(handshake->version)) {
        rtmp_text_add(text, separator);
        rtmp_text_add(text, rtmp_handshake_version_name(handshake->version));
        separator = ", ";
    }
    if (separator[0] == ',')
        rtmp_text_add(text, ")");
}

static hf_register_info handshake_hf[] = {
    {&hf_handshake,
     {"Handshake", "rtmpx.handshake", FT_NONE, BASE_NONE, NULL, 0,
      "Bytes of C0 to C2 or S0 to S2 in this frame", HFILL}},
    {&hf_version,
     {"Handshake version", "rtmpx.handshake.version", FT_UINT8, BASE_DEC,
      VALS(rtmp_names_handshake_versions), 0, "C0 / S0", HFILL}},
    {&hf_packet,
     {"Handshake packet", "rtmpx.handshake.packet", FT_NONE, BASE_NONE, NULL, 0, "C1, C2, S1 or S2",
      HFILL}},
    {&hf_time,
     {"Handshake time", "rtmpx.handshake.time", FT_UINT32, BASE_DEC, NULL, 0,
      "ms; C2 / S2: the time that the peer sent", HFILL}},
    {&hf_zero,
     {"Zero or version", "rtmpx.handshake.zero", FT_UINT32, BASE_HEX, NULL, 0,
      "Zero in the plain handshake, else the version of player or server", HFILL}},
    {&hf_time2,
     {"Handshake time 2", "rtmpx.handshake.time2", FT_UINT32, BASE_DEC, NULL, 0,
      "ms; when the peer's packet was read", HFILL}},
    {&hf_random,
     {"Random data", "rtmpx.handshake.random", FT_BYTES, BASE_NONE, NULL, 0,
      "C2 / S2 of the plain handshake: the peer's random data", HFILL}},
    {&hf_digest_scheme,
     {"Digest scheme", "rtmpx.handshake.digest_scheme", FT_UINT8, BASE_DEC, VALS(scheme_names), 0,
      "Where the digest lies in C1 / S1: in the block at byte 8 or at byte 772", HFILL}},
    {&hf_digest_offset,
     {"Digest offset", "rtmpx.handshake.digest_offset", FT_UINT16, BASE_DEC, NULL, 0,
      "Bytes from the start of C1 / S1", HFILL}},
    {&hf_digest,
     {"Digest", "rtmpx.handshake.digest", FT_BYTES, BASE_NONE, NULL, 0,
      "HMAC-SHA256 of C1 / S1 without these 32 bytes", HFILL}},
    {&hf_digest_valid,
     {"Digest valid", "rtmpx.handshake.digest_valid", FT_BOOLEAN, BASE_NONE, NULL, 0,
      "HMAC-SHA256 verified", HFILL}},
    {&hf_response,
     {"Response digest", "rtmpx.handshake.response", FT_BYTES, BASE_NONE, NULL, 0,
      "HMAC-SHA256 with a key made of the peer's digest", HFILL}},
    {&hf_echo_valid,
     {"Echo valid", "rtmpx.handshake.echo_valid", FT_BOOLEAN, BASE_NONE, NULL, 0,
      "Echoes the peer's packet, or its response digest verifies", HFILL}},
    {&hf_data,
     {"Handshake data", "rtmpx.handshake.data", FT_BYTES, BASE_NONE, NULL, 0,
      "Bytes of a packet that ends in a later frame", HFILL}},
};

static int *const handshake_ett[] = {&ett_handshake, &ett_packet};

const struct rtmpx_noun rtmpx_noun_handshake = {
    RTMPX_FIELDS(handshake_hf),
    RTMPX_EXPERTS(handshake_ei),
    RTMPX_SUBTREES(handshake_ett),
};
