/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/dechunk.h"

#include "base/limits.h"

static void *resize(struct rtmp_dechunk *d, void *old, size_t size) {
    return d->memory.resize(d->memory.user, old, size);
}

void rtmp_dechunk_init(struct rtmp_dechunk *d, const struct rtmp_memory *memory,
                       const struct rtmp_sink *sink, const struct rtmp_body_format *format) {
    memset(d, 0, sizeof *d);
    d->memory = *memory;
    d->sink = *sink;
    d->chunk_size = RTMP_DEFAULT_CHUNK_SIZE;
    d->chunk_size_known = true;
    d->whole = true;
    d->bodies.format = format;
    d->bodies.media_head = RTMP_DEFAULT_MEDIA_HEAD;
    d->state = RTMP_AT_HEADER;
}

void rtmp_dechunk_destroy(struct rtmp_dechunk *d) {
    rtmp_chunk_streams_destroy(&d->streams, &d->memory);
    if (d->bodies.spare.bytes)
        (void)resize(d, d->bodies.spare.bytes, 0);
    memset(d, 0, sizeof *d);
}

static void add_note(struct rtmp_dechunk *d, enum rtmp_note_kind kind, uint64_t offset,
                     uint64_t count, const struct rtmp_message *message) {
    rtmp_sink_note(&d->sink, kind, offset, count, message);
}

/* ---- bodies ---- */

static void keep_some(struct rtmp_dechunk *d, struct rtmp_chunk_stream *cs, const uint8_t *bytes,
                      uint32_t len) {
    if (!rtmp_body_keep(cs, &d->memory, &d->bodies, bytes, len))
        add_note(d, RTMP_NOTE_MEMORY, d->position, cs->message.length, &cs->message);
}

static inline void keep(struct rtmp_dechunk *d, struct rtmp_chunk_stream *cs, const uint8_t *bytes,
                        uint32_t len) {
    if (!rtmp_body_discard(cs, len))
        keep_some(d, cs, bytes, len);
}

/* ---- messages ---- */

static void close_message(struct rtmp_dechunk *d, struct rtmp_chunk_stream *cs) {
    cs->open = false;
    cs->slot = 0;
    rtmp_body_release(cs, &d->memory, &d->bodies);
}

void rtmp_dechunk_abandon(struct rtmp_dechunk *d, struct rtmp_chunk_stream *cs) {
    if (!cs->open)
        return;
    add_note(d, RTMP_NOTE_ABANDONED, cs->message_offset, cs->received - cs->missing, &cs->message);
    close_message(d, cs);
}

/* Is this no message of types 1 to 6 that any sender writes: longer than all of them (a User
 * Control of SWF verification has 44 bytes), or with a message stream id that no server assigns? */
static bool is_garbage(uint32_t length, uint32_t stream_id) {
    enum { LONGEST_CONTROL = 48, STREAM_IDS = 65536 };
    return length > LONGEST_CONTROL || stream_id >= STREAM_IDS;
}

/* Set Chunk Size and Abort control chunking: they apply from the next chunk on, unless they are
 * garbage. Observed: 5 bytes instead of 4; other chunk streams than 2. */
static bool is_protocol_control(const struct rtmp_message *message, uint32_t available) {
    enum { LONGEST = 8 };
    return (message->type == RTMP_MESSAGE_SET_CHUNK_SIZE || message->type == RTMP_MESSAGE_ABORT) &&
           available >= 4 && message->length <= LONGEST &&
           (message->csid == 2 || !is_garbage(message->length, message->stream_id));
}

static void apply_protocol_control(struct rtmp_dechunk *d, uint8_t type, uint32_t value) {
    if (type == RTMP_MESSAGE_SET_CHUNK_SIZE) {
        value &= 0x7FFFFFFFU; /* specified: the top bit is 0 */
        if (value) {
            d->chunk_size = value;
            d->chunk_size_known = true;
            d->chunk_size_set = true;
        }
    } else {
        struct rtmp_chunk_stream *cs = rtmp_chunk_streams_find(&d->streams, value);
        if (cs)
            rtmp_dechunk_abandon(d, cs);
    }
}

static void end_fragment(struct rtmp_dechunk *d, struct rtmp_fragment_builder *builder,
                         uint64_t end) {
    rtmp_fragment_end(builder, &d->streams, &d->sink, end);
}

/* Messages of other types have no configuration records of video. */
static bool may_configure(uint8_t type) {
    return type == RTMP_MESSAGE_VIDEO || type == RTMP_MESSAGE_AGGREGATE;
}

/* End the fragment and with it the message. `direct`: its whole body lies there, at `body_offset`
 * of the direction; NULL: what was kept of it. */
static void complete_message(struct rtmp_dechunk *d, struct rtmp_fragment_builder *builder,
                             uint64_t end, const uint8_t *direct, uint64_t body_offset) {
    struct rtmp_chunk_stream *cs = &d->streams.items[builder->stream];
    struct rtmp_fragment *fragment = &builder->fragment;
    fragment->flags |= RTMP_FRAGMENT_COMPLETE;
    fragment->missing = cs->missing;
    if (direct) {
        fragment->flags |= RTMP_FRAGMENT_CONTIGUOUS;
        fragment->body = direct;
        fragment->body_offset = body_offset;
        fragment->available = cs->message.length;
        fragment->owner = NULL;
    } else {
        fragment->body = cs->body;
        fragment->available = cs->kept;
        fragment->owner = rtmp_body_owner(cs);
    }
    if (fragment->available) {
        cs->first_byte = fragment->body[0];
        cs->has_first_byte = true;
    }
    const uint8_t type = cs->message.type;
    bool is_control = is_protocol_control(&cs->message, fragment->available);
    struct rtmp_reader r = rtmp_reader_over(fragment->body, fragment->available);
    uint32_t value = is_control ? rtmp_u32(&r) : 0;
    fragment->decoder_configs = &d->bodies.decoder_configs;
    end_fragment(d, builder, end);
    if (may_configure(type))
        d->bodies.format->learn(&d->bodies.decoder_configs, &cs->message, fragment->body,
                                fragment->available);
    close_message(d, cs);
    if (is_control)
        apply_protocol_control(d, type, value);
}

/* ---- headers ---- */

/* A header that was read and where. */
struct header_at {
    struct rtmp_chunk_header h;
    bool repeats_extended; /* fmt 3, with the extended timestamp repeated behind it */
    uint64_t offset;       /* of its first byte */
    uint32_t partial;      /* bytes of it that came in earlier feeds */
};

/* Read one header from `bytes`: its length, or 0 when more bytes are needed. */
static uint32_t read_header(const struct rtmp_dechunk *d, const uint8_t *bytes, uint32_t len,
                            struct header_at *header) {
    header->repeats_extended = false;
    if (len < rtmp_chunk_header_bytes(bytes[0]))
        return 0;
    struct rtmp_reader r = rtmp_reader_over(bytes, len);
    if (!rtmp_chunk_header_read(&r, &header->h))
        return 0;
    if (header->h.fmt != 3)
        return r.pos;
    const struct rtmp_chunk_stream *cs = rtmp_chunk_streams_find(&d->streams, header->h.csid);
    if (!cs || !cs->has_extended)
        return r.pos;
    int repeated = rtmp_chunk_stream_repeats_extended(cs->extended, cs->message.timestamp,
                                                      bytes + r.pos, len - r.pos);
    if (repeated < 0)
        return 0;
    header->repeats_extended = repeated == 1;
    return r.pos + (repeated ? 4U : 0U);
}

/* Does the next chunk of the open message stand where its other chunks predict, with their size? */
static bool is_regular(const struct rtmp_dechunk *d, const struct rtmp_chunk_stream *cs) {
    return cs->chunk_size == d->chunk_size &&
           (cs->received - cs->chunk_origin) % d->chunk_size == 0;
}

static void enter_chunk(struct rtmp_dechunk *d, struct rtmp_chunk_stream *cs) {
    uint32_t rest = cs->message.length - cs->received;
    cs->chunks++;
    d->left = rest < d->chunk_size ? rest : d->chunk_size;
    d->state = RTMP_IN_DATA;
}

/* Is this a header of one byte that continues the message of the fragment, as the last chunk did?
 * Nearly all chunks of long messages begin so. */
static bool is_plain_continuation(const struct rtmp_dechunk *d,
                                  const struct rtmp_fragment_builder *builder, uint8_t header) {
    if (header < 0xC2 || !builder->on || builder->stream != d->current)
        return false;
    const struct rtmp_chunk_stream *cs = &d->streams.items[d->current];
    return cs->message.csid == (header & 0x3F) && cs->open && !cs->untrusted && !cs->has_extended &&
           is_regular(d, cs) && builder->fragment.chunk_size == d->chunk_size &&
           builder->fragment.chunk_origin == cs->chunk_origin;
}

/*
 * Reads such chunks faster than begin_chunk() and read_data(), with the same result: those that are
 * complete in `bytes` and do not end their message. Returns the bytes read.
 */
static uint32_t read_whole_chunks(struct rtmp_dechunk *d, const uint8_t *bytes, uint32_t len) {
    struct rtmp_chunk_stream *cs = &d->streams.items[d->current];
    const uint8_t header = bytes[0];
    const uint32_t size = d->chunk_size;
    uint32_t pos = 0;
    while (len - pos > size && cs->message.length - cs->received > size && bytes[pos] == header) {
        d->position++;
        keep(d, cs, bytes + pos + 1, size);
        d->position += size;
        cs->received += size;
        cs->chunks++;
        pos += 1 + size;
    }
    return pos;
}

/*
 * A header stands where the last chunk ends, since nothing was missing. Synchronisation was lost
 * only if the bytes cannot be a header: there is nothing to inherit from, or the type is
 * unassigned, or it is garbage of a control type on a new chunk stream with an id of two or three
 * bytes (specified: chunk stream 2), and nothing else looks like a header either.
 */
static bool is_header(const struct rtmp_dechunk *d, const struct rtmp_chunk_stream *cs,
                      const struct rtmp_chunk_header *h) {
    if (h->fmt >= 2)
        return cs != NULL;
    bool is_stray = !cs && h->csid >= 64 && h->type <= RTMP_MESSAGE_SET_PEER_BANDWIDTH &&
                    is_garbage(h->length, h->stream_id);
    bool is_ordinary = rtmp_message_type_known(h->type) && !is_stray;
    return is_ordinary || !d->believes || d->believes(cs, h);
}

/* Add a chunk stream that was not seen before. Only after its header is accepted, since later
 * headers inherit from it. NULL: no memory. */
static struct rtmp_chunk_stream *add_stream(struct rtmp_dechunk *d,
                                            const struct rtmp_chunk_header *h, uint64_t offset) {
    struct rtmp_chunk_stream *cs = rtmp_chunk_streams_add(&d->streams, &d->memory, h->csid);
    if (!cs) {
        add_note(d, RTMP_NOTE_MEMORY, offset, 0, NULL);
        return NULL;
    }
    cs->uncertain = h->fmt != 0 && !d->whole;
    if (h->fmt != 0 && d->whole)
        add_note(d, RTMP_NOTE_FIRST_FMT, offset, 1, &cs->message);
    return cs;
}

/* A delta that a sender computed as negative and cut to 24 bits (observed), which leads back to a
 * timestamp that is not negative. From 0 it is the first of a stream that begins late. */
static bool is_cut_delta(const struct rtmp_chunk_stream *cs, const struct rtmp_chunk_header *h) {
    return (h->fmt == 1 || h->fmt == 2) && !h->has_extended && h->timestamp >= 1U << 23 &&
           cs->message.timestamp - h->timestamp >= (1U << 24) - h->timestamp;
}

/* Specified: types 1 to 6 on chunk stream 2 and message stream 0. */
static bool is_misplaced_control(const struct rtmp_message *message) {
    return message->type <= RTMP_MESSAGE_SET_PEER_BANDWIDTH &&
           message->type >= RTMP_MESSAGE_SET_CHUNK_SIZE &&
           (message->csid != 2 || message->stream_id != 0);
}

/* Notes about an unusual header of a message. */
static __attribute__((cold)) void note_odd_header(struct rtmp_dechunk *d,
                                                  struct rtmp_chunk_stream *cs,
                                                  const struct rtmp_chunk_header *h,
                                                  uint64_t offset) {
    if (is_misplaced_control(&cs->message))
        add_note(d, RTMP_NOTE_CONTROL_CSID, offset, 1, &cs->message);
    if (is_cut_delta(cs, h))
        add_note(d, RTMP_NOTE_TIMESTAMP_DELTA, offset, 1, &cs->message);
    if (cs->flags & RTMP_FRAGMENT_AMBIGUOUS)
        add_note(d, RTMP_NOTE_TIMESTAMP_AMBIGUOUS, offset, 1, &cs->message);
    if (cs->uncertain && !cs->uncertain_told) {
        cs->uncertain_told = true;
        add_note(d, RTMP_NOTE_TIMESTAMP_UNCERTAIN, offset, 1, &cs->message);
    }
}

static inline void begin_message(struct rtmp_dechunk *d, struct rtmp_chunk_stream *cs,
                                 const struct rtmp_chunk_header *h, uint64_t offset) {
    rtmp_dechunk_abandon(d, cs);
    rtmp_chunk_stream_begin(cs, h, d->fmt3_repeats_timestamp);
    rtmp_body_begin(cs);
    rtmp_chunk_streams_trust(&d->streams, cs);
    cs->message_offset = offset;
    if (cs->flags || is_cut_delta(cs, h) || is_misplaced_control(&cs->message))
        note_odd_header(d, cs, h, offset);
}

static bool stop(struct rtmp_dechunk *d, enum rtmp_dechunk_stop why) {
    d->state = RTMP_STOPPED;
    d->stop = why;
    return false;
}

/* Add a chunk to the fragment that is being built, or begin a new one where that cannot take it. */
static inline void join_fragment(struct rtmp_dechunk *d, struct rtmp_fragment_builder *builder,
                                 const struct header_at *header, bool joins) {
    const uint64_t data = header->offset + header->partial;
    if (joins)
        return;
    end_fragment(d, builder, data);
    rtmp_fragment_begin(builder, &d->streams, d->current, data);
    builder->fragment.flags |= RTMP_FRAGMENT_HEADER;
    builder->fragment.partial_header = (uint8_t)header->partial;
    if (header->partial)
        memcpy(builder->header, d->partial_header, sizeof builder->header);
}

/* A complete header was read: find its chunk stream, and begin or continue a message. False:
 * stopped. */
static bool begin_chunk(struct rtmp_dechunk *d, struct rtmp_fragment_builder *builder,
                        const struct header_at *header) {
    const struct rtmp_chunk_header *h = &header->h;
    struct rtmp_chunk_stream *cs = rtmp_chunk_streams_find(&d->streams, h->csid);
    if (!is_header(d, cs, h)) {
        d->stopped_at_orphan = h->fmt >= 2;
        if (d->stopped_at_orphan)
            d->orphan_csid = h->csid;
        return stop(d, RTMP_STOP_NOTHING);
    }
    if (h->fmt >= 2 && cs->untrusted)
        return stop(d, RTMP_STOP_UNPROVEN);
    bool first = !cs || !rtmp_chunk_stream_continues(cs, h);
    uint32_t length = h->fmt <= 1 || !cs ? h->length : cs->message.length;
    if (first && !d->chunk_size_known && length > d->chunk_size_floor) {
        if (!d->ends_in_gap)
            return stop(d, RTMP_STOP_UNSURE);
        d->ends_in_gap = false;
    }
    if (!cs && !(cs = add_stream(d, h, header->offset))) {
        d->stopped_at_orphan = false;
        return stop(d, RTMP_STOP_NOTHING);
    }
    uint16_t extended_flag = 0;
    if (h->fmt == 3 && cs->has_extended) {
        extended_flag = header->repeats_extended ? RTMP_FRAGMENT_EXTENDED : RTMP_FRAGMENT_OMITTED;
        d->extended_omitted = !header->repeats_extended;
        if (d->extended_omitted)
            add_note(d, RTMP_NOTE_EXTENDED_OMITTED, header->offset, 1, &cs->message);
    }
    if (first) { /* the fragment may be of the message that ends here */
        end_fragment(d, builder, header->offset + header->partial);
        begin_message(d, cs, h, header->offset);
    } else {
        if (h->fmt != 3)
            add_note(d, RTMP_NOTE_CONTINUATION_FMT, header->offset, 1, &cs->message);
        if (!is_regular(d, cs))
            cs->chunk_origin = cs->received;
    }
    d->current = (uint32_t)(cs - d->streams.items);
    bool joins = builder->on && !first && builder->stream == d->current &&
                 builder->fragment.chunk_size == d->chunk_size &&
                 builder->fragment.chunk_origin == cs->chunk_origin &&
                 (extended_flag == 0 || (builder->fragment.flags & extended_flag));
    cs->chunk_size = d->chunk_size;
    join_fragment(d, builder, header, joins);
    builder->fragment.flags |= extended_flag;
    if (first)
        builder->fragment.flags |= RTMP_FRAGMENT_FIRST;
    enter_chunk(d, cs);
    return true;
}

void rtmp_dechunk_pass_over(struct rtmp_dechunk *d, const struct rtmp_chunk_header *header,
                            uint64_t offset) {
    struct rtmp_chunk_stream *cs = rtmp_chunk_streams_find(&d->streams, header->csid);
    if (!cs && !(cs = add_stream(d, header, offset)))
        return;
    begin_message(d, cs, header, offset);
    rtmp_dechunk_abandon(d, cs);
}

/* ---- reading ---- */

/* Body bytes of the open chunk; returns how many were read. */
static uint32_t read_data(struct rtmp_dechunk *d, struct rtmp_fragment_builder *builder,
                          const uint8_t *bytes, uint32_t len) {
    struct rtmp_chunk_stream *cs = &d->streams.items[d->current];
    if (!builder->on)
        rtmp_fragment_begin(builder, &d->streams, d->current, d->position);
    uint32_t take = len < d->left ? len : d->left;
    const uint8_t *direct = NULL;
    uint64_t body_offset = d->position;
    if (cs->received == 0 && take == cs->message.length)
        direct = bytes;
    else
        keep(d, cs, bytes, take);
    cs->received += take;
    d->left -= take;
    d->position += take;
    if (d->left == 0)
        d->state = RTMP_AT_HEADER;
    if (cs->received == cs->message.length)
        complete_message(d, builder, d->position, direct, body_offset);
    return take;
}

static uint32_t read_chunks(struct rtmp_dechunk *d, struct rtmp_fragment_builder *builder,
                            const uint8_t *bytes, uint32_t len);

/* A header whose beginning came in an earlier feed. Returns how many of `bytes` were read. */
static uint32_t read_partial_header(struct rtmp_dechunk *d, struct rtmp_fragment_builder *builder,
                                    const uint8_t *bytes, uint32_t len) {
    uint32_t before = d->partial_header_len;
    uint32_t add = RTMP_CHUNK_HEADER_MAX - before;
    if (add > len)
        add = len;
    memcpy(d->partial_header + before, bytes, add);
    struct header_at header;
    uint32_t used = read_header(d, d->partial_header, before + add, &header);
    if (used == 0) {
        d->partial_header_len += add;
        d->position += add;
        return add;
    }
    header.offset = d->position - before;
    header.partial = used < before ? used : before;
    if (!begin_chunk(d, builder, &header)) {
        d->position -= before; /* the next header may begin among these bytes */
        return 0;
    }
    d->partial_header_len = 0;
    if (used >= before) {
        d->position += used - before;
        return used - before;
    }
    /* The header was shorter than it might have been: the bytes behind it are payload. */
    uint8_t payload[RTMP_CHUNK_HEADER_MAX];
    uint32_t payload_len = before - used;
    memcpy(payload, d->partial_header + used, payload_len);
    d->position -= payload_len;
    uint32_t read = read_chunks(d, builder, payload, payload_len);
    if (read < payload_len) {
        end_fragment(d, builder, d->position);
        d->partial_header_len = payload_len - read;
        memcpy(d->partial_header, payload + read, d->partial_header_len);
    }
    return 0;
}

/* One header, or the first bytes of one. Returns how many bytes were read. */
static uint32_t read_next_header(struct rtmp_dechunk *d, struct rtmp_fragment_builder *builder,
                                 const uint8_t *bytes, uint32_t len) {
    struct header_at header;
    uint32_t used = read_header(d, bytes, len, &header);
    if (used == 0) {
        end_fragment(d, builder, d->position);
        d->partial_header_len = len;
        memcpy(d->partial_header, bytes, len);
        d->position += len;
        return len;
    }
    header.offset = d->position;
    header.partial = 0;
    if (!begin_chunk(d, builder, &header))
        return 0;
    d->position += used;
    return used;
}

/* Read until the bytes end or reading stops; returns how many were read. */
static uint32_t read_chunks(struct rtmp_dechunk *d, struct rtmp_fragment_builder *builder,
                            const uint8_t *bytes, uint32_t len) {
    uint32_t pos = 0;
    while (d->state != RTMP_STOPPED) {
        if (d->state == RTMP_IN_DATA) {
            /* An empty message ends with its header. */
            if (pos == len && d->left)
                break;
            pos += read_data(d, builder, bytes + pos, len - pos);
            continue;
        }
        if (pos == len)
            break;
        if (d->partial_header_len) {
            pos += read_partial_header(d, builder, bytes + pos, len - pos);
            continue;
        }
        if (is_plain_continuation(d, builder, bytes[pos])) {
            uint32_t whole = read_whole_chunks(d, bytes + pos, len - pos);
            pos += whole;
            if (whole)
                continue;
            enter_chunk(d, &d->streams.items[d->current]);
            d->position++;
            pos++;
            continue;
        }
        pos += read_next_header(d, builder, bytes + pos, len - pos);
    }
    return pos;
}

/* End of a fragment that is still open: a partial header is not in it. */
static uint64_t fragment_end(const struct rtmp_dechunk *d) {
    return d->state == RTMP_STOPPED ? d->position : d->position - d->partial_header_len;
}

/* Report with on_continuation (struct rtmp_sink), if the sink takes it. */
static inline bool tell_continuation(struct rtmp_dechunk *d, uint32_t stream, uint64_t offset,
                                     uint64_t end, uint32_t at) {
    const struct rtmp_chunk_stream *cs = &d->streams.items[stream];
    return d->sink.on_continuation && !cs->muted &&
           d->sink.on_continuation(d->sink.user, cs->slot, offset, (uint32_t)(end - offset), at);
}

uint32_t rtmp_dechunk_feed_across(struct rtmp_dechunk *d, const uint8_t *bytes, uint32_t len) {
    struct rtmp_fragment_builder builder;
    builder.on = false;
    uint32_t read = read_chunks(d, &builder, bytes, len);
    const struct rtmp_fragment *fragment = &builder.fragment;
    uint64_t end = fragment_end(d);
    if (!builder.on || fragment->flags != 0 ||
        !tell_continuation(d, builder.stream, fragment->offset, end, fragment->at))
        end_fragment(d, &builder, end);
    return read;
}

/* Bytes in the middle of a chunk, where the sink does not take on_continuation. */
static __attribute__((noinline)) void tell_inside_chunk(struct rtmp_dechunk *d, uint64_t end) {
    struct rtmp_fragment_builder builder;
    rtmp_fragment_begin(&builder, &d->streams, d->current, d->position);
    end_fragment(d, &builder, end);
}

void rtmp_dechunk_feed_inside(struct rtmp_dechunk *d, const uint8_t *bytes, uint32_t len) {
    struct rtmp_chunk_stream *cs = &d->streams.items[d->current];
    const uint64_t end = d->position + len;
    keep(d, cs, bytes, len);
    if (!tell_continuation(d, d->current, d->position, end, cs->received))
        tell_inside_chunk(d, end);
    cs->received += len;
    d->left -= len;
    d->position = end;
}

uint32_t rtmp_dechunk_replay(struct rtmp_dechunk *d, const uint8_t *bytes, uint32_t len) {
    struct rtmp_fragment_builder builder;
    builder.on = false;
    uint32_t read = read_chunks(d, &builder, bytes, len);
    end_fragment(d, &builder, fragment_end(d));
    return read;
}

void rtmp_dechunk_resume(struct rtmp_dechunk *d, uint64_t position) {
    d->state = RTMP_AT_HEADER;
    d->position = position;
    d->partial_header_len = 0;
    d->left = 0;
}

/* ---- gaps ---- */

void rtmp_dechunk_continue(struct rtmp_dechunk *d, const struct rtmp_dechunk_place *place,
                           uint64_t position) {
    struct rtmp_chunk_stream *cs = &d->streams.items[place->stream];
    cs->received = place->received;
    cs->missing += place->missing;
    cs->chunks = place->chunks;
    cs->chunk_origin = place->chunk_origin;
    rtmp_body_skip_gap(cs, place->missing);
    d->current = place->stream;
    d->left = place->left;
    d->state = place->left ? RTMP_IN_DATA : RTMP_AT_HEADER;
    d->position = position;
    d->partial_header_len = 0;
    if (cs->received < cs->message.length)
        return;
    struct rtmp_fragment_builder builder;
    rtmp_fragment_begin(&builder, &d->streams, d->current, position);
    complete_message(d, &builder, position, NULL, 0);
}

uint32_t rtmp_dechunk_skip_gap(struct rtmp_dechunk *d, uint64_t count) {
    if (d->state != RTMP_IN_DATA)
        return 0;
    struct rtmp_chunk_stream *cs = &d->streams.items[d->current];
    uint32_t step = count < d->left ? (uint32_t)count : d->left;
    struct rtmp_fragment_builder builder;
    rtmp_fragment_begin(&builder, &d->streams, d->current, d->position);
    cs->received += step;
    cs->missing += step;
    rtmp_body_skip_gap(cs, step);
    d->left -= step;
    d->position += step;
    if (d->left == 0)
        d->state = RTMP_AT_HEADER;
    if (cs->received == cs->message.length) {
        builder.fragment.at = cs->received;
        complete_message(d, &builder, builder.fragment.offset, NULL, 0);
    }
    return step;
}
