/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_WIRE_HANDSHAKE_H
#define RTMP_WIRE_HANDSHAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The handshake packets, one at a time: pure functions of their bytes.
 * Specified: Adobe RTMP 5.2 (plain). Observed: the digest handshake of Flash Player 9 and later, as
 * spoken by librtmp, nginx-rtmp, SRS and crtmpserver. HMAC-SHA256 is libgcrypt's.
 */

#define RTMP_HANDSHAKE_SIZE   1536U /* C1, S1, C2, S2 */
#define RTMP_HANDSHAKE_DIGEST 32U
/* Version byte and first packet: what each side sends before it receives anything. */
#define RTMP_HANDSHAKE_FIRST (1U + RTMP_HANDSHAKE_SIZE)
/* Bytes that distinguish text and chunks from a handshake: basic header, fmt 0 header, extended
 * timestamp and the beginning of an AMF body. */
#define RTMP_HANDSHAKE_TELLING 20U
/* Bytes of a direction before its first chunk: version byte and two packets. */
#define RTMP_HANDSHAKE_TOTAL (1U + 2U * RTMP_HANDSHAKE_SIZE)

enum rtmp_role { RTMP_ROLE_CLIENT, RTMP_ROLE_SERVER };

/* C0 / S0, one line each in base/names/handshake_versions.def. */
enum rtmp_handshake_version {
#define NAME(value, identifier, text) RTMP_HANDSHAKE_##identifier = value,
#include "base/names/handshake_versions.def"
#undef NAME
};

/* Is `version` (C0 / S0) one that exists? */
bool rtmp_handshake_version_known(uint8_t version);
/* "RTMP", "RTMPE", ...; "Unknown" for a version that does not exist. Never NULL. */
const char *rtmp_handshake_version_name(uint8_t version);
/* 6, 8, 9: everything after the handshake is RC4-encrypted with keys that are never sent. */
bool rtmp_handshake_version_encrypted(uint8_t version);

/* What C1 or S1 says. */
struct rtmp_handshake_first {
    uint32_t time;          /* ms, bytes 0..3 */
    uint32_t version;       /* bytes 4..7: 0 in the plain handshake, else the peer's version */
    bool has_digest;        /* a digest verifies at one of the two positions */
    uint8_t scheme;         /* 0: digest block at byte 8; 1: at byte 772 */
    uint16_t digest_offset; /* of the 32 bytes inside the packet */
    uint8_t digest[RTMP_HANDSHAKE_DIGEST];
    enum rtmp_role digest_role; /* whose key verified: tells client from server */
};

/* Time and version of C1 or S1 alone. True: by its version it is plain, without a digest (zero,
 * specified; observed: crtmpserver signs under version 0, but only for a client that signs). */
bool rtmp_handshake_read_first(const uint8_t packet[RTMP_HANDSHAKE_SIZE],
                               struct rtmp_handshake_first *out);

/* Examine the 1536 bytes of C1 or S1. Both schemes are tried with both roles' keys, `expected`
 * first. */
void rtmp_handshake_examine_first(const uint8_t packet[RTMP_HANDSHAKE_SIZE],
                                  enum rtmp_role expected, struct rtmp_handshake_first *out);

/* What C2 or S2 says. */
struct rtmp_handshake_second {
    uint32_t time;   /* bytes 0..3: echoed time of the peer (plain) */
    uint32_t time2;  /* bytes 4..7: when the peer's packet was read (plain) */
    bool echo_known; /* the peer's first packet was in the capture: echo_valid is meaningful */
    bool echo_valid; /* echo of the peer's packet from byte 8 on, or response digest verifies */
    bool response_digest; /* it was the response digest (last 32 bytes) that verified */
};

/*
 * Examine the 1536 bytes of C2 or S2. role: who sent it. peer: the first packet of the other side
 * (1536 bytes, to compare the echo) or NULL; peer_first: what it says, or NULL.
 */
void rtmp_handshake_examine_second(const uint8_t packet[RTMP_HANDSHAKE_SIZE], enum rtmp_role role,
                                   const uint8_t *peer,
                                   const struct rtmp_handshake_first *peer_first,
                                   struct rtmp_handshake_second *out);

enum rtmp_verdict { RTMP_NO, RTMP_MAYBE, RTMP_YES };

/*
 * Do the first `len` bytes of a direction look like the start of a handshake (C0 C1 or S0 S1)?
 *
 * RTMP_NO: text, TLS, a chunk stream whose first byte happens to be 3, anything else that is not
 * one. RTMP_MAYBE: too few bytes to tell; never from RTMP_HANDSHAKE_FIRST bytes on. RTMP_YES: it
 * fits, at worst only because version byte and randomness fit. RTMP_YES and RTMP_NO stay so when
 * bytes are added. A first byte of 3 is no proof: 03 is also the header byte of chunk stream 3, fmt
 * 0.
 */
enum rtmp_verdict rtmp_handshake_looks(const uint8_t *bytes, size_t len);

/*
 * Is it RTMP_YES with evidence beyond randomness: a version field that is zero or a known
 * program's, or a digest that verifies? One random stream in 256 begins with 3. So ask this where
 * nothing else shows that a connection begins here and carries RTMP: in a heuristic on any port, in
 * a capture that starts in the middle.
 */
bool rtmp_handshake_certain(const uint8_t *bytes, size_t len);

/*
 * May more bytes make it certain? True when the available bytes of the version field are zero or a
 * known program's, nothing contradicts a handshake, and the bytes are few. The caller then waits
 * for more bytes before other dissectors may claim the connection.
 */
bool rtmp_handshake_promises(const uint8_t *bytes, size_t len);

/*
 * The first `len` bytes of a segment of `reported` bytes that the snapshot length cut, where a
 * connection is known to begin: is it a handshake? The bytes that would make it certain were not
 * captured; those of the version field and of the random data that were captured must fit.
 */
bool rtmp_handshake_cut(const uint8_t *bytes, size_t len, size_t reported);

/* Do the bytes read as the first chunk of a message? */
bool rtmp_handshake_is_chunk(const uint8_t *bytes, size_t len);

/* At most so many bytes tell whether a chunk stands where C2 / S2 is due. */
#define RTMP_HANDSHAKE_SECOND_TELLING 20U

/* Does a control message or a command begin where C2 / S2 is due? Some clients send none
 * (observed). Further bytes change no answer but RTMP_MAYBE, which
 * RTMP_HANDSHAKE_SECOND_TELLING bytes never get. */
enum rtmp_verdict rtmp_handshake_second_skipped(const uint8_t *bytes, size_t len);

/* Do the first bytes of a direction begin a TLS record with a ClientHello or ServerHello (RFC 8446
 * 5.1, 4)? RTMPS is on port 1935 too. */
bool rtmp_handshake_is_tls(const uint8_t *bytes, size_t len);

#endif
