/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/direction.h"

#include "payload/media/body_format.h"
#include "wire/preface.h"

/* Undecided bytes and one handshake packet share the buffer: version byte, packet. */
#define GATHER (1U + RTMP_HANDSHAKE_SIZE)

void rtmp_direction_init(struct rtmp_direction *dir, enum rtmp_role role,
                         const struct rtmp_memory *memory, const struct rtmp_sink *sink) {
    memset(dir, 0, sizeof *dir);
    dir->handshake.role = role;
    dir->handshake_end = RTMP_HANDSHAKE_TOTAL;
    rtmp_recovery_init(&dir->chunks, memory, sink, &rtmp_media_body_format);
}

static void *resize(struct rtmp_direction *dir, void *old, size_t size) {
    return dir->chunks.dechunk.memory.resize(dir->chunks.dechunk.memory.user, old, size);
}

static void release(struct rtmp_direction *dir, uint8_t **bytes) {
    if (*bytes)
        (void)resize(dir, *bytes, 0);
    *bytes = NULL;
}

void rtmp_direction_destroy(struct rtmp_direction *dir) {
    release(dir, &dir->gathered);
    release(dir, &dir->first_packet);
    release(dir, &dir->second_packet);
    rtmp_late_forget(&dir->late, &dir->chunks);
    rtmp_recovery_destroy(&dir->chunks);
}

/* ---- handshake ---- */

static void end_handshake(struct rtmp_direction *dir) {
    bool encrypted = rtmp_handshake_version_encrypted(dir->handshake.version);
    dir->phase = encrypted ? RTMP_PHASE_ENCRYPTED : RTMP_PHASE_CHUNKS;
    dir->chunks.dechunk.position = dir->position;
    release(dir, &dir->gathered);
}

/* A packet is complete: keep it, and compare C2 / S2 with the packet that it may echo while that is
 * kept. */
static void keep_packet(struct rtmp_direction *dir, bool first) {
    struct rtmp_handshake *hs = &dir->handshake;
    uint8_t *packet = dir->gathered;
    dir->gathered = NULL;
    if (first) {
        dir->first_packet = packet;
        hs->have_first = true;
        bool server = hs->role == RTMP_ROLE_SERVER;
        dir->plain = rtmp_handshake_read_first(packet, &hs->first) &&
                     (!server || (dir->peer && dir->peer->plain));
        dir->first_examined = dir->plain;
        return;
    }
    hs->have_second = true;
    /* The result must not depend on when it is asked for. */
    dir->peer_came_first = dir->peer && dir->peer->handshake.have_first;
    const uint8_t *echoed = dir->peer ? dir->peer->first_packet : NULL;
    rtmp_handshake_examine_second(packet, hs->role, echoed, NULL, &hs->second);
    if (hs->second.echo_valid) {
        dir->second_examined = true;
        release(dir, &packet);
        if (dir->peer && dir->peer->plain) /* nothing more is asked of it */
            release(dir->peer, &dir->peer->first_packet);
    }
    dir->second_packet = packet;
}

static void examine_first(struct rtmp_direction *dir) {
    struct rtmp_handshake *hs = &dir->handshake;
    if (dir->first_examined || !hs->have_first)
        return;
    rtmp_handshake_examine_first(dir->first_packet, hs->role, &hs->first);
    dir->first_examined = true;
}

const struct rtmp_handshake *rtmp_direction_handshake(struct rtmp_direction *dir) {
    struct rtmp_handshake *hs = &dir->handshake;
    struct rtmp_direction *peer = dir->peer;
    examine_first(dir);
    if (dir->second_examined || !hs->have_second)
        return hs;
    const uint8_t *echoed = NULL;
    const struct rtmp_handshake_first *peer_first = NULL;
    if (dir->peer_came_first) {
        examine_first(peer);
        echoed = peer->first_packet;
        peer_first = &peer->handshake.first;
    }
    rtmp_handshake_examine_second(dir->second_packet, hs->role, echoed, peer_first, &hs->second);
    dir->second_examined = true;
    release(dir, &dir->second_packet);
    return hs;
}

/* `len` bytes of the handshake (bytes NULL: missing), at most up to the end of the current packet.
 */
static void take_packet_bytes(struct rtmp_direction *dir, const uint8_t *bytes, uint32_t len) {
    bool first = dir->position < GATHER;
    uint32_t start = first ? 1U : GATHER;
    uint32_t at = (uint32_t)dir->position - start;
    if (at == 0)
        dir->packet_holed = false;
    if (!dir->gathered)
        dir->gathered = resize(dir, NULL, GATHER);
    if (bytes && dir->gathered)
        memcpy(dir->gathered + at, bytes, len);
    else
        dir->packet_holed = true;
    dir->position += len;
    if (at + len == RTMP_HANDSHAKE_SIZE && !dir->packet_holed)
        keep_packet(dir, first);
}

/*
 * Do chunks follow the first packet at once, instead of the second? Asked of its first bytes until
 * they tell, in however many segments they come: those of earlier feeds were taken for its own.
 */
static bool skips_second(const struct rtmp_direction *dir, const uint8_t *bytes, uint64_t len) {
    uint8_t begin[RTMP_HANDSHAKE_SECOND_TELLING];
    uint32_t held = (uint32_t)dir->position - GATHER;
    if (!bytes || held >= sizeof begin || (held && dir->packet_holed) ||
        rtmp_handshake_version_encrypted(dir->handshake.version))
        return false;
    if (held)
        memcpy(begin, dir->gathered, held);
    uint32_t more = (uint32_t)(len < sizeof begin - held ? len : sizeof begin - held);
    memcpy(begin + held, bytes, more);
    return rtmp_handshake_second_skipped(begin, held + more) == RTMP_YES;
}

/* Chunks begin behind the first packet. */
static void skip_second(struct rtmp_direction *dir) {
    uint32_t held = (uint32_t)dir->position - GATHER;
    uint8_t *bytes = dir->gathered;
    dir->gathered = NULL;
    dir->position = dir->handshake_end = GATHER;
    end_handshake(dir);
    if (held)
        rtmp_direction_feed(dir, bytes, held);
    release(dir, &bytes);
}

/* Bytes of the handshake; returns how many were read. `bytes` NULL: they are missing. */
static uint32_t read_handshake(struct rtmp_direction *dir, const uint8_t *bytes, uint64_t len) {
    uint32_t done = 0;
    while (done < len && dir->position < dir->handshake_end) {
        if (dir->position == 0) {
            if (bytes) {
                dir->handshake.version = bytes[0];
                dir->handshake.have_version = true;
            }
            dir->position = 1;
            done = 1;
            continue;
        }
        uint64_t left = len - done;
        if (dir->position >= GATHER && skips_second(dir, bytes ? bytes + done : NULL, left)) {
            skip_second(dir);
            return done;
        }
        uint32_t end = dir->position < GATHER ? GATHER : RTMP_HANDSHAKE_TOTAL;
        uint32_t take = end - (uint32_t)dir->position;
        if (take > left)
            take = (uint32_t)left;
        take_packet_bytes(dir, bytes ? bytes + done : NULL, take);
        done += take;
    }
    if (dir->position == dir->handshake_end)
        end_handshake(dir);
    return done;
}

/* ---- the beginning ---- */

static void begin_midstream(struct rtmp_direction *dir) {
    dir->phase = RTMP_PHASE_CHUNKS;
    rtmp_recovery_begin_midstream(&dir->chunks, dir->midstream_chunk_size);
}

/* If one side sends a handshake, the other does too. */
static bool peer_shakes(const struct rtmp_direction *dir) {
    return dir->peer && dir->peer->has_handshake;
}

/* Is it the beginning of a handshake? If the peer sends one, the first few bytes decide, however
 * they are segmented. */
static enum rtmp_verdict handshake_verdict(const struct rtmp_direction *dir, const uint8_t *bytes,
                                           uint32_t len) {
    if (peer_shakes(dir) && dir->awaits_peer)
        return RTMP_YES;
    if (peer_shakes(dir)) {
        bool enough = len >= RTMP_HANDSHAKE_TELLING;
        enum rtmp_verdict verdict =
            rtmp_handshake_looks(bytes, enough ? RTMP_HANDSHAKE_TELLING : len);
        return verdict == RTMP_MAYBE && enough ? RTMP_YES : verdict;
    }
    enum rtmp_verdict verdict = rtmp_handshake_looks(bytes, len);
    if (verdict == RTMP_YES && dir->start_unknown)
        return rtmp_handshake_certain(bytes, len) ? RTMP_YES : RTMP_NO;
    return verdict;
}

/*
 * A connection begins here with what looks like no handshake: few distinct bytes, text, an unknown
 * version. It is undecided until the peer sends something: if that is a handshake, this is one.
 */
static bool waits_for_peer(struct rtmp_direction *dir, const uint8_t *bytes, uint32_t len) {
    const struct rtmp_direction *peer = dir->peer;
    bool silent = peer && peer->phase == RTMP_PHASE_UNDECIDED && peer->position == 0;
    dir->awaits_peer =
        silent && !dir->start_unknown && len <= GATHER && !rtmp_handshake_is_chunk(bytes, len);
    return dir->awaits_peer;
}

/* The peer has a handshake, and the answer is something else. */
static bool answers_otherwise(struct rtmp_direction *dir, const uint8_t *bytes, uint32_t len) {
    if (!peer_shakes(dir) || rtmp_preface_answer(bytes, len) == RTMP_ANSWER_UNKNOWN)
        return false;
    dir->phase = RTMP_PHASE_NOT_RTMP;
    rtmp_sink_note(&dir->chunks.dechunk.sink, RTMP_NOTE_NOT_RTMP, 0, 0, NULL);
    return true;
}

/* The protocol of the first bytes is decided: feed the undecided bytes from the beginning. */
static void settle(struct rtmp_direction *dir, enum rtmp_verdict handshake) {
    uint8_t *undecided = dir->gathered;
    uint32_t undecided_count = dir->gathered_count;
    dir->gathered = NULL;
    dir->gathered_count = 0;
    dir->position = 0;
    if (handshake == RTMP_YES) {
        dir->phase = RTMP_PHASE_HANDSHAKE;
        dir->has_handshake = true;
    } else {
        begin_midstream(dir);
    }
    if (undecided_count)
        rtmp_direction_feed(dir, undecided, undecided_count);
    release(dir, &undecided);
}

/* Collect bytes until they can be told apart. Returns how many of `bytes` were consumed. */
static uint32_t decide(struct rtmp_direction *dir, const uint8_t *bytes, uint32_t len) {
    const uint8_t *seen = bytes;
    uint32_t seen_count = len;
    uint32_t take = 0;
    bool full = dir->gathered_count == GATHER;
    if (dir->gathered_count) {
        take = GATHER - dir->gathered_count < len ? GATHER - dir->gathered_count : len;
        memcpy(dir->gathered + dir->gathered_count, bytes, take);
        dir->gathered_count += take;
        seen = dir->gathered;
        seen_count = dir->gathered_count;
    }
    enum rtmp_verdict verdict = handshake_verdict(dir, seen, seen_count);
    bool waits = verdict == RTMP_NO && !full && waits_for_peer(dir, seen, seen_count);
    if (verdict == RTMP_NO && dir->gathered_count == 0 && answers_otherwise(dir, seen, seen_count))
        return 0;
    if (!waits && (verdict != RTMP_MAYBE || seen_count >= GATHER)) {
        settle(dir, verdict);
        return take;
    }
    if (!dir->gathered_count) {
        dir->gathered = resize(dir, NULL, GATHER);
        if (!dir->gathered) {
            begin_midstream(dir);
            return 0;
        }
        memcpy(dir->gathered, bytes, len);
        dir->gathered_count = len;
        take = len;
    }
    dir->position += take;
    return take;
}

/* The bytes that would decide are missing: a connection begins with a handshake, unless the
 * collected bytes contradict it. */
static void decide_without_more(struct rtmp_direction *dir) {
    enum rtmp_verdict verdict = dir->gathered_count
                                    ? handshake_verdict(dir, dir->gathered, dir->gathered_count)
                                    : RTMP_MAYBE;
    if (verdict == RTMP_MAYBE)
        verdict = dir->start_unknown && !peer_shakes(dir) ? RTMP_NO : RTMP_YES;
    settle(dir, verdict);
}

static void feed_chunks(struct rtmp_direction *dir, const uint8_t *bytes, uint32_t len) {
    if (dir->late)
        rtmp_late_follow(&dir->late, &dir->chunks, bytes, len);
    dir->position += len;
    rtmp_recovery_feed(&dir->chunks, bytes, len);
}

/* Before chunks, or instead of them. */
static __attribute__((cold)) void feed_beginning(struct rtmp_direction *dir, const uint8_t *bytes,
                                                 uint32_t len) {
    uint32_t pos = 0;
    while (pos < len) {
        switch (dir->phase) {
        case RTMP_PHASE_UNDECIDED:
            pos += decide(dir, bytes + pos, len - pos);
            break;
        case RTMP_PHASE_HANDSHAKE:
            pos += read_handshake(dir, bytes + pos, len - pos);
            break;
        case RTMP_PHASE_CHUNKS:
            feed_chunks(dir, bytes + pos, len - pos);
            return;
        case RTMP_PHASE_ENCRYPTED:
        case RTMP_PHASE_NOT_RTMP:
            dir->position += len - pos;
            return;
        }
    }
}

void rtmp_direction_feed(struct rtmp_direction *dir, const uint8_t *bytes, uint32_t len) {
    if (dir->phase == RTMP_PHASE_CHUNKS)
        feed_chunks(dir, bytes, len);
    else
        feed_beginning(dir, bytes, len);
}

static void note_gap(struct rtmp_direction *dir, uint64_t count) {
    rtmp_sink_note(&dir->chunks.dechunk.sink, RTMP_NOTE_GAP, dir->position, count, NULL);
}

/* Bytes that are missing; those of chunks are noted where chunks are read. */
static void skip_gap(struct rtmp_direction *dir, uint64_t count, bool may_come) {
    if (dir->phase == RTMP_PHASE_UNDECIDED)
        decide_without_more(dir);
    if (dir->phase == RTMP_PHASE_HANDSHAKE) {
        uint64_t left = RTMP_HANDSHAKE_TOTAL - dir->position;
        note_gap(dir, count < left ? count : left);
        count -= read_handshake(dir, NULL, count);
    }
    if ((dir->phase == RTMP_PHASE_ENCRYPTED || dir->phase == RTMP_PHASE_NOT_RTMP) && count)
        note_gap(dir, count);
    if (dir->phase == RTMP_PHASE_CHUNKS && count) {
        if (may_come)
            rtmp_late_open(&dir->late, &dir->chunks, count);
        else
            rtmp_late_forget(&dir->late, &dir->chunks);
        rtmp_recovery_gap(&dir->chunks, count);
    }
    dir->position += count;
}

void rtmp_direction_gap(struct rtmp_direction *dir, uint64_t count) {
    skip_gap(dir, count, false);
}

void rtmp_direction_hole(struct rtmp_direction *dir, uint64_t count) {
    skip_gap(dir, count, true);
}

void rtmp_direction_break(struct rtmp_direction *dir) {
    if (dir->phase == RTMP_PHASE_UNDECIDED)
        decide_without_more(dir);
    note_gap(dir, 0);
    if (dir->phase == RTMP_PHASE_HANDSHAKE)
        (void)read_handshake(dir, NULL, RTMP_HANDSHAKE_TOTAL - dir->position);
    if (dir->phase != RTMP_PHASE_CHUNKS)
        return;
    rtmp_late_forget(&dir->late, &dir->chunks);
    rtmp_recovery_break(&dir->chunks);
}

bool rtmp_direction_late(struct rtmp_direction *dir, uint64_t offset, const uint8_t *bytes,
                         uint32_t len) {
    return dir->late && rtmp_late_fill(&dir->late, &dir->chunks, offset, bytes, len);
}

void rtmp_direction_forget_holes(struct rtmp_direction *dir) {
    rtmp_late_forget(&dir->late, &dir->chunks);
}
