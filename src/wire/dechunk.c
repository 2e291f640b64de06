/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/dechunk.h"

#include "base/limits.h"
#include "wire/header_check.h"

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
        (void)d->memory.resize(d->memory.user, d->bodies.spare.bytes, 0);
    memset(d, 0, sizeof *d);
}

static void report_note(struct rtmp_dechunk *d, enum rtmp_note_kind kind, uint64_t offset,
                        uint64_t count, const struct rtmp_message *message) {
    rtmp_sink_note(&d->sink, kind, offset, count, message);
}

/* ---- bodies ---- */

static void keep_body_bytes(struct rtmp_dechunk *d, struct rtmp_chunk_stream *cs,
                            const uint8_t *bytes, uint32_t len) {
    if (!rtmp_body_keep(cs, &d->memory, &d->bodies, bytes, len))
        report_note(d, RTMP_NOTE_MEMORY, d->position, cs->message.length, &cs->message);
}

static inline void keep_chunk_bytes(struct rtmp_dechunk *d, struct rtmp_chunk_stream *cs,
                                    const uint8_t *bytes, uint32_t len) {
    if (!rtmp_body_discard(cs, len))
        keep_body_bytes(d, cs, bytes, len);
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
    report_note(d, RTMP_NOTE_ABANDONED, cs->message_offset, cs->received - cs->missing,
                &cs->message);
    close_message(d, cs);
}

static void apply_protocol_control(struct rtmp_dechunk *d, uint8_t type, uint32_t value) {
    if (type == RTMP_MESSAGE_SET_CHUNK_SIZE) {
        value &= 0x7FFFFFFFU; /* specified: the top bit is 0 */
        if (value) {
            d->chunk_size = value;
            d->chunk_size_known = true;
            d->chunk_size_set = true;
            d->chunk_size_proved = false;
            d->chunk_size_floor = 0;
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
static bool may_have_configs(uint8_t type) {
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
    if (cs->chunks == 1 && d->chunk_size_known && cs->message.length > d->chunk_size_floor)
        d->chunk_size_floor = cs->message.length;
    bool is_control = rtmp_message_controls_chunking(&cs->message, fragment->available);
    struct rtmp_reader r = rtmp_reader_over(fragment->body, fragment->available);
    uint32_t value = is_control ? rtmp_u32(&r) : 0;
    fragment->decoder_configs = &d->bodies.decoder_configs;
    end_fragment(d, builder, end);
    if (may_have_configs(type))
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
static uint32_t read_next_chunk_header(const struct rtmp_dechunk *d, const uint8_t *bytes,
                                       uint32_t len, struct header_at *header) {
    return rtmp_chunk_streams_read_header(&d->streams, bytes, len, &header->h,
                                          &header->repeats_extended);
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
 * Reads such chunks faster than begin_chunk() and read_chunk_data(), with the same result: those
 * that are complete in `bytes` and do not end their message. Returns the bytes read.
 */
static uint32_t read_whole_chunks(struct rtmp_dechunk *d, const uint8_t *bytes, uint32_t len) {
    struct rtmp_chunk_stream *cs = &d->streams.items[d->current];
    const uint8_t header = bytes[0];
    const uint32_t size = d->chunk_size;
    uint32_t pos = 0;
    while (len - pos > size && cs->message.length - cs->received > size && bytes[pos] == header) {
        d->position++;
        keep_chunk_bytes(d, cs, bytes + pos + 1, size);
        d->position += size;
        cs->received += size;
        cs->chunks++;
        pos += 1 + size;
    }
    return pos;
}

/* A header stands where the last chunk ends, since nothing was missing. Synchronisation was lost
 * only if the bytes cannot be a header: there is nothing to inherit from, or the header is unlikely
 * and nothing else looks like one either. */
static bool is_header(const struct rtmp_dechunk *d, const struct rtmp_chunk_stream *cs,
                      const struct rtmp_chunk_header *h) {
    if (h->fmt >= 2)
        return cs != NULL;
    return !rtmp_header_is_unlikely(cs, h) || !d->believes || d->believes(cs, h);
}

/* Is it one even if the chunk size is in doubt? Payload may look like the first header of a chunk
 * stream. */
static bool is_sure_header(const struct rtmp_dechunk *d, const struct rtmp_chunk_stream *cs,
                           const struct rtmp_chunk_header *h) {
    return is_header(d, cs, h) && (cs || !d->believes || d->believes(cs, h));
}

/* Add a chunk stream that was not seen before. Only after its header is accepted, since later
 * headers inherit from it. NULL: no memory. */
static struct rtmp_chunk_stream *add_stream(struct rtmp_dechunk *d,
                                            const struct rtmp_chunk_header *h, uint64_t offset) {
    struct rtmp_chunk_stream *cs = rtmp_chunk_streams_add(&d->streams, &d->memory, h->csid);
    if (!cs) {
        report_note(d, RTMP_NOTE_MEMORY, offset, 0, NULL);
        return NULL;
    }
    cs->uncertain = h->fmt != 0 && !d->whole;
    if (h->fmt != 0 && d->whole)
        report_note(d, RTMP_NOTE_FIRST_FMT, offset, 1, &cs->message);
    return cs;
}

/* Notes about an unusual header of a message. */
static __attribute__((cold)) void note_odd_header(struct rtmp_dechunk *d,
                                                  struct rtmp_chunk_stream *cs,
                                                  const struct rtmp_chunk_header *h,
                                                  uint64_t offset) {
    if (rtmp_message_is_misplaced_control(&cs->message))
        report_note(d, RTMP_NOTE_CONTROL_CSID, offset, 1, &cs->message);
    if (rtmp_header_has_cut_delta(cs, h))
        report_note(d, RTMP_NOTE_TIMESTAMP_DELTA, offset, 1, &cs->message);
    if (cs->flags & RTMP_FRAGMENT_AMBIGUOUS)
        report_note(d, RTMP_NOTE_TIMESTAMP_AMBIGUOUS, offset, 1, &cs->message);
    if (cs->uncertain && !cs->uncertain_told) {
        cs->uncertain_told = true;
        report_note(d, RTMP_NOTE_TIMESTAMP_UNCERTAIN, offset, 1, &cs->message);
    }
}

static inline void begin_message(struct rtmp_dechunk *d, struct rtmp_chunk_stream *cs,
                                 const struct rtmp_chunk_header *h, uint64_t offset) {
    rtmp_dechunk_abandon(d, cs);
    rtmp_chunk_stream_begin(cs, h, d->fmt3_repeats_timestamp);
    rtmp_body_begin(cs);
    rtmp_chunk_streams_trust(&d->streams, cs);
    cs->message_offset = offset;
    if (cs->flags || rtmp_header_has_cut_delta(cs, h) ||
        rtmp_message_is_misplaced_control(&cs->message))
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

/*
 * What stands behind the open chunk is no header: take back its message, if all of it lies in this
 * feed or is held, to be read again with another chunk size. Once: the bytes may be no chunks of
 * any size. Not a long one, whose bytes are not to be held for that.
 */
static bool take_back(struct rtmp_dechunk *d, struct rtmp_fragment_builder *builder) {
    bool is_unreported = builder->on && builder->stream == d->current &&
                         (builder->fragment.flags & RTMP_FRAGMENT_FIRST) &&
                         builder->fragment.partial_header == 0;
    if (!is_unreported && !d->held_at)
        return false;
    struct rtmp_chunk_stream *cs = &d->streams.items[d->current];
    if (!is_unreported && d->held_at != cs->message_offset + 1)
        return false;
    if (!cs->open || !d->whole || d->cut_at == cs->message_offset + 1 ||
        cs->message.length > RTMP_LIMIT_SEARCH_BYTES / 2)
        return false;
    builder->on = false;
    if (!is_unreported)
        d->sink.withdrawn(d->sink.user, cs->slot);
    if (cs->fmt != 0)
        cs->message.timestamp -= cs->delta;
    close_message(d, cs);
    d->position = cs->message_offset;
    d->cut_at = cs->message_offset + 1;
    return true;
}

/* A complete header was read: find its chunk stream, and begin or continue a message. False:
 * stopped. */
static bool begin_chunk(struct rtmp_dechunk *d, struct rtmp_fragment_builder *builder,
                        const struct header_at *header) {
    const struct rtmp_chunk_header *h = &header->h;
    struct rtmp_chunk_stream *cs = rtmp_chunk_streams_find(&d->streams, h->csid);
    if (!is_sure_header(d, cs, h) && take_back(d, builder))
        return stop(d, RTMP_STOP_CUT);
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
            report_note(d, RTMP_NOTE_EXTENDED_OMITTED, header->offset, 1, &cs->message);
    }
    if (first) { /* the fragment may be of the message that ends here */
        end_fragment(d, builder, header->offset + header->partial);
        begin_message(d, cs, h, header->offset);
        d->size_doubted = !d->chunk_size_proved && d->chunk_size_known && d->whole &&
                          length > d->chunk_size_floor;
    } else {
        d->chunk_size_proved = true;
        if (h->fmt != 3)
            report_note(d, RTMP_NOTE_CONTINUATION_FMT, header->offset, 1, &cs->message);
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

/* May the bytes behind a message be a header? Where too few of them are in this feed, they may, but
 * not one that has nothing to inherit from. */
static bool header_follows(const struct rtmp_dechunk *d, const uint8_t *bytes, uint32_t len) {
    struct header_at header;
    if (read_next_chunk_header(d, bytes, len, &header) == 0)
        return bytes[0] < 0x40 || (bytes[0] & 0x3F) < 2 ||
               rtmp_chunk_streams_find(&d->streams, bytes[0] & 0x3F);
    return is_sure_header(d, rtmp_chunk_streams_find(&d->streams, header.h.csid), &header.h);
}

/* Body bytes of the open chunk; returns how many were read. */
static uint32_t read_chunk_data(struct rtmp_dechunk *d, struct rtmp_fragment_builder *builder,
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
        keep_chunk_bytes(d, cs, bytes, take);
    cs->received += take;
    d->left -= take;
    d->position += take;
    if (d->left == 0)
        d->state = RTMP_AT_HEADER;
    if (cs->received != cs->message.length)
        return take;
    if (take < len && cs->message.length > RTMP_DEFAULT_CHUNK_SIZE &&
        !header_follows(d, bytes + take, len - take) && take_back(d, builder)) {
        (void)stop(d, RTMP_STOP_CUT);
        return take;
    }
    complete_message(d, builder, d->position, direct, body_offset);
    return take;
}

static uint32_t read_chunks(struct rtmp_dechunk *d, struct rtmp_fragment_builder *builder,
                            const uint8_t *bytes, uint32_t len);

/* A header whose beginning came in an earlier feed. Returns how many of `bytes` were read. */
static uint32_t complete_partial_header(struct rtmp_dechunk *d,
                                        struct rtmp_fragment_builder *builder, const uint8_t *bytes,
                                        uint32_t len) {
    uint32_t before = d->partial_header_len;
    uint32_t add = RTMP_CHUNK_HEADER_MAX - before;
    if (add > len)
        add = len;
    memcpy(d->partial_header + before, bytes, add);
    struct header_at header;
    uint32_t used = read_next_chunk_header(d, d->partial_header, before + add, &header);
    if (used == 0) {
        d->partial_header_len += add;
        d->position += add;
        return add;
    }
    header.offset = d->position - before;
    header.partial = used < before ? used : before;
    if (!begin_chunk(d, builder, &header)) {
        if (d->stop != RTMP_STOP_CUT)
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
    uint32_t used = read_next_chunk_header(d, bytes, len, &header);
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
    const uint64_t begin = d->position;
    uint32_t pos = 0;
    while (d->state != RTMP_STOPPED) {
        if (d->state == RTMP_IN_DATA) {
            /* An empty message ends with its header. */
            if (pos == len && d->left)
                break;
            pos += read_chunk_data(d, builder, bytes + pos, len - pos);
            continue;
        }
        if (pos == len)
            break;
        if (d->partial_header_len) {
            pos += complete_partial_header(d, builder, bytes + pos, len - pos);
            continue;
        }
        if (is_plain_continuation(d, builder, bytes[pos])) {
            uint32_t whole = read_whole_chunks(d, bytes + pos, len - pos);
            pos += whole;
            if (whole)
                continue;
            enter_chunk(d, &d->streams.items[d->current]);
            d->chunk_size_proved = true;
            d->position++;
            pos++;
            continue;
        }
        pos += read_next_header(d, builder, bytes + pos, len - pos);
    }
    bool is_taken_back = d->state == RTMP_STOPPED && d->stop == RTMP_STOP_CUT;
    if (!is_taken_back)
        return pos;
    return d->position > begin ? (uint32_t)(d->position - begin) : 0;
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
    keep_chunk_bytes(d, cs, bytes, len);
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
