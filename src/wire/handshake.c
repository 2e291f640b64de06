/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/handshake.h"

#include <gcrypt.h>

#include "base/bytes.h"
#include "base/message.h"
#include "base/names.h"

/* Where the parts of C1 / S1 / C2 / S2 lie. */
enum {
    TIME_END = 8,        /* time and version (or time2) */
    RESPONSE_POS = 1504, /* the last 32 bytes of C2 / S2 */
    DIGEST_RANGE = 728   /* 764 bytes of a block less 4 of the offset and 32 of the digest */
};

/* Bytes of a direction that rtmp_handshake_looks asks for before it says yes. */
enum {
    ENOUGH_PLAIN = 48, /* a time and a zero field */
    ENOUGH_OTHERWISE = 512,
    ENOUGH_CUT = 30, /* of Ethernet, IPv4 and TCP with timestamps, 96 bytes are captured */
    TEXT_LENGTH = 16
};

/*
 * Each role's secret: a text of its own, then 32 bytes that both share (observed: librtmp). The
 * first packet is signed with the text alone, the response with all of it.
 */
#define SECRET_TAIL                                                                                \
    "\xf0\xee\xc2\x4a\x80\x68\xbe\xe8\x2e\x00\xd0\xd1\x02\x9e\x7e\x57"                             \
    "\x6e\xec\x5d\x2d\x29\x80\x6f\xab\x93\xb8\xe6\x36\xcf\xeb\x31\xae"
#define CLIENT_TEXT "Genuine Adobe Flash Player 001"
#define SERVER_TEXT "Genuine Adobe Flash Media Server 001"

struct secret {
    const char *bytes;
    size_t text;
    size_t full;
};

static const struct secret secrets[] = {
    [RTMP_ROLE_CLIENT] = {CLIENT_TEXT SECRET_TAIL, sizeof CLIENT_TEXT - 1,
                          sizeof(CLIENT_TEXT SECRET_TAIL) - 1},
    [RTMP_ROLE_SERVER] = {SERVER_TEXT SECRET_TAIL, sizeof SERVER_TEXT - 1,
                          sizeof(SERVER_TEXT SECRET_TAIL) - 1},
};

/* Where the digest's block begins, for each scheme. */
static const uint32_t scheme_base[] = {8, 772};

const char *rtmp_handshake_version_name(uint8_t version) {
    const char *text = rtmp_name_of(rtmp_names_handshake_versions, version);
    return text ? text : "Unknown";
}

bool rtmp_handshake_version_known(uint8_t version) {
    return version == RTMP_HANDSHAKE_PLAIN || rtmp_handshake_version_encrypted(version);
}

bool rtmp_handshake_version_encrypted(uint8_t version) {
    return version == RTMP_HANDSHAKE_ENCRYPTED || version == RTMP_HANDSHAKE_ENCRYPTED_XTEA ||
           version == RTMP_HANDSHAKE_ENCRYPTED_BLOWFISH;
}

static gcry_buffer_t piece(const void *bytes, size_t len) {
    return (gcry_buffer_t){.size = len, .len = len, .data = (void *)(uintptr_t)bytes};
}

/* HMAC-SHA256 of two ranges one after the other. */
static bool hmac(const void *key, size_t key_len, const struct rtmp_reader *r,
                 struct rtmp_span before, struct rtmp_span after,
                 uint8_t out[RTMP_HANDSHAKE_DIGEST]) {
    const gcry_buffer_t pieces[] = {piece(key, key_len), piece(rtmp_bytes(r, before), before.len),
                                    piece(rtmp_bytes(r, after), after.len)};
    return gcry_md_hash_buffers(GCRY_MD_SHA256, GCRY_MD_FLAG_HMAC, out, pieces, 3) == 0;
}

static uint32_t digest_position(const struct rtmp_reader *r, uint8_t scheme) {
    uint32_t base = scheme_base[scheme], sum = 0;
    for (uint32_t i = 0; i < 4; i++)
        sum += rtmp_peek_at(r, base + i);
    return sum % DIGEST_RANGE + base + 4;
}

static bool verifies(const struct rtmp_reader *r, uint8_t scheme, enum rtmp_role role) {
    uint32_t pos = digest_position(r, scheme), after = pos + RTMP_HANDSHAKE_DIGEST;
    uint8_t expected[RTMP_HANDSHAKE_DIGEST];
    return hmac(secrets[role].bytes, secrets[role].text, r, rtmp_span_of(0, pos),
                rtmp_span_of(after, RTMP_HANDSHAKE_SIZE - after), expected) &&
           memcmp(expected, rtmp_bytes(r, rtmp_span_of(pos, sizeof expected)), sizeof expected) ==
               0;
}

static enum rtmp_role other_role(enum rtmp_role role) {
    return role == RTMP_ROLE_CLIENT ? RTMP_ROLE_SERVER : RTMP_ROLE_CLIENT;
}

bool rtmp_handshake_read_first(const uint8_t packet[RTMP_HANDSHAKE_SIZE],
                               struct rtmp_handshake_first *out) {
    struct rtmp_reader r = rtmp_reader_over(packet, RTMP_HANDSHAKE_SIZE);
    *out = (struct rtmp_handshake_first){.time = rtmp_u32(&r)};
    out->version = rtmp_u32(&r);
    return out->version == 0;
}

void rtmp_handshake_examine_first(const uint8_t packet[RTMP_HANDSHAKE_SIZE],
                                  enum rtmp_role expected, struct rtmp_handshake_first *out) {
    struct rtmp_reader r = rtmp_reader_over(packet, RTMP_HANDSHAKE_SIZE);
    (void)rtmp_handshake_read_first(packet, out);
    const enum rtmp_role roles[] = {expected, other_role(expected)};
    for (size_t i = 0; i < 2 && !out->has_digest; i++) {
        for (uint8_t scheme = 0; scheme < 2 && !out->has_digest; scheme++) {
            if (!verifies(&r, scheme, roles[i]))
                continue;
            out->has_digest = true;
            out->scheme = scheme;
            out->digest_role = roles[i];
            out->digest_offset = (uint16_t)digest_position(&r, scheme);
            memcpy(out->digest,
                   rtmp_bytes(&r, rtmp_span_of(out->digest_offset, RTMP_HANDSHAKE_DIGEST)),
                   RTMP_HANDSHAKE_DIGEST);
        }
    }
}

/* The last 32 bytes sign the others with a key made of the sender's secret and the peer's digest.
 */
static bool responds(const struct rtmp_reader *r, enum rtmp_role role,
                     const struct rtmp_handshake_first *peer) {
    struct rtmp_reader digest = rtmp_reader_over(peer->digest, RTMP_HANDSHAKE_DIGEST);
    uint8_t key[RTMP_HANDSHAKE_DIGEST], expected[RTMP_HANDSHAKE_DIGEST];
    struct rtmp_span response = rtmp_span_of(RESPONSE_POS, RTMP_HANDSHAKE_DIGEST);
    return hmac(secrets[role].bytes, secrets[role].full, &digest,
                rtmp_span_of(0, RTMP_HANDSHAKE_DIGEST), rtmp_span_of(0, 0), key) &&
           hmac(key, sizeof key, r, rtmp_span_of(0, RESPONSE_POS), rtmp_span_of(0, 0), expected) &&
           memcmp(expected, rtmp_bytes(r, response), sizeof expected) == 0;
}

void rtmp_handshake_examine_second(const uint8_t packet[RTMP_HANDSHAKE_SIZE], enum rtmp_role role,
                                   const uint8_t *peer,
                                   const struct rtmp_handshake_first *peer_first,
                                   struct rtmp_handshake_second *out) {
    struct rtmp_reader r = rtmp_reader_over(packet, RTMP_HANDSHAKE_SIZE);
    *out = (struct rtmp_handshake_second){.time = rtmp_u32(&r)};
    out->time2 = rtmp_u32(&r);
    out->echo_known = peer != NULL;
    if (peer) {
        struct rtmp_reader p = rtmp_reader_over(peer, RTMP_HANDSHAKE_SIZE);
        struct rtmp_span echo = rtmp_span_of(TIME_END, RTMP_HANDSHAKE_SIZE - TIME_END);
        out->echo_valid = memcmp(rtmp_bytes(&r, echo), rtmp_bytes(&p, echo), echo.len) == 0;
    }
    if (!out->echo_valid && peer_first && peer_first->has_digest) {
        out->echo_known = true;
        out->response_digest = responds(&r, role, peer_first);
        out->echo_valid = out->response_digest;
    }
}

/* The header of a chunk with fmt 0 and a one-byte csid, less its timestamp. */
struct chunk_start {
    uint32_t length;
    uint32_t stream_id;
    uint8_t type;
};

/* Can a message of this type and length exist? The version fields of handshakes are the likeliest
 * mistakes: 80 00 07 02 reads as type 7 and 01 00 05 04 as type 5. */
static bool plausible_message(const struct chunk_start *chunk) {
    switch (chunk->type) {
    case RTMP_MESSAGE_SET_CHUNK_SIZE:
    case RTMP_MESSAGE_ABORT:
    case RTMP_MESSAGE_ACKNOWLEDGEMENT:
    case RTMP_MESSAGE_WINDOW_ACK_SIZE:
        return chunk->length == 4;
    case RTMP_MESSAGE_SET_PEER_BANDWIDTH:
        return chunk->length == 4 || chunk->length == 5;
    case RTMP_MESSAGE_USER_CONTROL:
        return chunk->length >= 2 && chunk->length <= 64;
    case RTMP_MESSAGE_AUDIO:
    case RTMP_MESSAGE_VIDEO:
        return true;
    case RTMP_MESSAGE_DATA_AMF0:
    case RTMP_MESSAGE_DATA_AMF3:
    case RTMP_MESSAGE_COMMAND_AMF0:
    case RTMP_MESSAGE_COMMAND_AMF3:
        return chunk->length >= 4;
    case RTMP_MESSAGE_SHARED_OBJECT_AMF0:
    case RTMP_MESSAGE_SHARED_OBJECT_AMF3:
    case RTMP_MESSAGE_AGGREGATE:
        return chunk->length >= 11;
    default:
        return false;
    }
}

/* Servers count streams from 0, in the right byte order or (observed: gortmplib) in the other. */
static bool plausible_stream_id(uint32_t stream_id) {
    return stream_id <= 0xffff || (stream_id & 0xffff) == 0;
}

/* Does a body of the chunk's type begin here? */
static enum rtmp_verdict plausible_body(struct rtmp_reader *r, const struct chunk_start *chunk) {
    bool amf3 = chunk->type == RTMP_MESSAGE_DATA_AMF3 || chunk->type == RTMP_MESSAGE_COMMAND_AMF3;
    bool amf0 = chunk->type == RTMP_MESSAGE_DATA_AMF0 || chunk->type == RTMP_MESSAGE_COMMAND_AMF0;
    if (!amf0 && !amf3)
        return RTMP_YES;
    bool format = !amf3 || rtmp_u8(r) == 0;
    bool string = rtmp_u8(r) == 2;
    uint16_t length = rtmp_u16(r);
    if (!rtmp_ok(r))
        return RTMP_MAYBE;
    return format && string && length <= chunk->length ? RTMP_YES : RTMP_NO;
}

/* Do the bytes read as the first chunk of a message, header byte (fmt 0) included? */
static enum rtmp_verdict chunk_looks(const uint8_t *bytes, uint32_t len) {
    struct rtmp_reader r = rtmp_reader_over(bytes, len);
    (void)rtmp_u8(&r);
    uint32_t timestamp = rtmp_u24(&r);
    struct chunk_start chunk = {.length = rtmp_u24(&r)};
    chunk.type = rtmp_u8(&r);
    chunk.stream_id = rtmp_u32_le(&r);
    if (timestamp == 0xffffff)
        (void)rtmp_u32(&r);
    if (!rtmp_ok(&r))
        return RTMP_MAYBE;
    if (!plausible_message(&chunk) || !plausible_stream_id(chunk.stream_id))
        return RTMP_NO;
    return plausible_body(&r, &chunk);
}

static bool text_looks(const uint8_t *bytes, uint32_t len) {
    struct rtmp_reader r = rtmp_reader_over(bytes, len);
    if (len < TEXT_LENGTH)
        return false;
    for (int i = 0; i < TEXT_LENGTH; i++) {
        uint8_t c = rtmp_u8(&r);
        if ((c < ' ' || c > '~') && c != '\t' && c != '\r' && c != '\n')
            return false;
    }
    return true;
}

/*
 * Version fields that programs really send: Flash Player's own version (major, minor, build), the
 * constants of servers (observed: nginx-rtmp, Node-Media-Server, Flash Media Server, crtmpserver).
 * `version`: the first `bytes` of the field.
 */
static bool known_version(uint32_t version, uint32_t bytes) {
    static const uint32_t constants[] = {0x0d0e0a0d, 0x01020304, 0x03050101, 0x01000504,
                                         0x04000001};
    if (bytes == 0)
        return true;
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++)
        if (constants[i] >> 8 * (4 - bytes) == version)
            return true;
    uint32_t major = version >> 8 * (bytes - 1);
    uint32_t minor = bytes > 1 ? version >> 8 * (bytes - 2) & 0xff : 0;
    return (major == 0x80 && minor == 0) || (major >= 9 && major <= 32 && minor <= 9);
}

/* How many different byte values stand in the random part of C1 / S1? */
static unsigned distinct_values(const uint8_t *bytes, uint32_t len) {
    struct rtmp_reader r = rtmp_reader_over(bytes, len);
    bool seen[256] = {false};
    unsigned distinct = 0;
    (void)rtmp_take(&r, 1 + TIME_END);
    while (rtmp_left(&r)) {
        bool *value = &seen[rtmp_u8(&r)];
        distinct += !*value;
        *value = true;
    }
    return distinct;
}

static uint32_t first_part(size_t len) {
    return len < RTMP_HANDSHAKE_FIRST ? (uint32_t)len : RTMP_HANDSHAKE_FIRST;
}

/* Is there evidence of a handshake that random bytes hardly give? */
static bool has_evidence(const uint8_t *bytes, uint32_t fragment) {
    struct rtmp_reader r = rtmp_reader_over(bytes, fragment);
    uint8_t protocol = rtmp_u8(&r);
    uint32_t time = rtmp_u32(&r), version = rtmp_u32(&r);
    if (!rtmp_ok(&r) || !rtmp_handshake_version_known(protocol))
        return false;
    if (version == 0) /* small little-endian numbers look like a version of 0: ask for more */
        return fragment >= (time > 0xff ? ENOUGH_PLAIN : ENOUGH_OTHERWISE);
    if (known_version(version, 4) && fragment >= ENOUGH_OTHERWISE &&
        distinct_values(bytes, ENOUGH_OTHERWISE) >= 128)
        return true;
    if (fragment < RTMP_HANDSHAKE_FIRST)
        return false;
    struct rtmp_handshake_first first;
    rtmp_handshake_examine_first(rtmp_bytes(&r, rtmp_span_of(1, RTMP_HANDSHAKE_SIZE)),
                                 RTMP_ROLE_CLIENT, &first);
    return first.has_digest;
}

enum rtmp_verdict rtmp_handshake_looks(const uint8_t *bytes, size_t len) {
    uint32_t fragment = first_part(len);
    struct rtmp_reader r = rtmp_reader_over(bytes, fragment);
    uint8_t version = rtmp_u8(&r);
    if (!rtmp_ok(&r))
        return RTMP_MAYBE;
    if (!rtmp_handshake_version_known(version) || text_looks(bytes, fragment) ||
        chunk_looks(bytes, fragment) == RTMP_YES)
        return RTMP_NO;
    if (has_evidence(bytes, fragment))
        return RTMP_YES;
    if (fragment < RTMP_HANDSHAKE_FIRST)
        return RTMP_MAYBE;
    /* 1528 random bytes leave out few values (observed: SRS uses 226 values). */
    return version == RTMP_HANDSHAKE_PLAIN && distinct_values(bytes, fragment) >= 200 ? RTMP_YES
                                                                                      : RTMP_NO;
}

bool rtmp_handshake_certain(const uint8_t *bytes, size_t len) {
    return rtmp_handshake_looks(bytes, len) == RTMP_YES && has_evidence(bytes, first_part(len));
}

/* Is what stands there of the random part random, or one value? Small little-endian numbers, which
 * other protocols begin with, are neither. */
static bool random_looks(const uint8_t *bytes, uint32_t len) {
    const uint32_t there = len > 1 + TIME_END ? len - 1 - TIME_END : 0;
    unsigned distinct = distinct_values(bytes, len);
    return distinct <= 1 || distinct >= (there < 256 ? there : 256) / 2;
}

bool rtmp_handshake_promises(const uint8_t *bytes, size_t len) {
    if (len == 0 || len >= ENOUGH_OTHERWISE || rtmp_handshake_looks(bytes, len) != RTMP_MAYBE)
        return false;
    struct rtmp_reader r = rtmp_reader_over(bytes, (uint32_t)len);
    (void)rtmp_u8(&r);
    uint32_t time = 0, version = 0, there = 0;
    for (int i = 0; i < 4 && rtmp_left(&r); i++)
        time = time << 8 | rtmp_u8(&r);
    for (; there < 4 && rtmp_left(&r); there++)
        version = version << 8 | rtmp_u8(&r);
    if (version == 0)
        return len < RTMP_HANDSHAKE_TELLING || time > 0xff || random_looks(bytes, (uint32_t)len);
    return known_version(version, there);
}

bool rtmp_handshake_cut(const uint8_t *bytes, size_t len, size_t reported) {
    if (len < ENOUGH_CUT || reported < ENOUGH_OTHERWISE ||
        rtmp_handshake_looks(bytes, len) == RTMP_NO)
        return false;
    struct rtmp_reader r = rtmp_reader_over(bytes, ENOUGH_CUT);
    (void)rtmp_take(&r, 1 + 4);
    uint32_t version = rtmp_u32(&r);
    /* Of 21 random bytes 20 are different. */
    return (version == 0 || known_version(version, 4)) && distinct_values(bytes, ENOUGH_CUT) >= 16;
}

bool rtmp_handshake_is_chunk(const uint8_t *bytes, size_t len) {
    return chunk_looks(bytes, first_part(len)) == RTMP_YES;
}

enum rtmp_verdict rtmp_handshake_second_skipped(const uint8_t *bytes, size_t len) {
    struct rtmp_reader r = rtmp_reader_over(bytes, first_part(len));
    uint8_t csid = rtmp_u8(&r); /* with fmt 0 */
    (void)rtmp_take(&r, 6);
    uint8_t type = rtmp_u8(&r);
    uint32_t stream_id = rtmp_u32(&r);
    if (!rtmp_ok(&r))
        return RTMP_MAYBE;
    bool control = csid == 2 && type != 0 && type <= RTMP_MESSAGE_SET_PEER_BANDWIDTH;
    bool command = type == RTMP_MESSAGE_COMMAND_AMF0 || type == RTMP_MESSAGE_COMMAND_AMF3;
    if (csid < 2 || csid >= 64 || stream_id != 0 || !(control || command))
        return RTMP_NO;
    return chunk_looks(bytes, first_part(len));
}

bool rtmp_handshake_is_tls(const uint8_t *bytes, size_t len) {
    struct rtmp_reader r = rtmp_reader_over(bytes, first_part(len));
    uint8_t content = rtmp_u8(&r), major = rtmp_u8(&r), minor = rtmp_u8(&r);
    uint16_t length = rtmp_u16(&r);
    uint8_t hello = rtmp_u8(&r);
    return rtmp_ok(&r) && content == 22 && major == 3 && minor <= 4 && length >= 4 &&
           (hello == 1 || hello == 2);
}
