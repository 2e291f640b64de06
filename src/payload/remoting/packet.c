/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/remoting/packet.h"

#include "payload/amf/amf0_scalar.h"

/* Events that a header or message counts for besides those of its value: the fields of its own and
 * the facts of it that are shown. */
#define ENTRY_EVENTS 3U

enum state { AT_VERSION, AT_COUNT, AT_ENTRY, AT_VALUE, IN_VALUE, AT_END, AFTER };

void rtmp_remoting_init(struct rtmp_remoting *packet, struct rtmp_reader *reader) {
    packet->reader = reader;
    packet->state = AT_VERSION;
    packet->in_messages = packet->length_fits = packet->was_read = false;
    packet->value_end = 0;
    packet->left = packet->length = packet->value_pos = 0;
    packet->value_max = packet->end = reader->end;
    rtmp_amf_init(&packet->amf, reader, 0);
}

static bool read_number(struct rtmp_remoting *packet, struct rtmp_remoting_piece *piece) {
    piece->whole = rtmp_span_of(packet->reader->pos, 2);
    piece->number = rtmp_u16(packet->reader);
    return rtmp_ok(packet->reader);
}

static bool read_version(struct rtmp_remoting *packet, struct rtmp_remoting_piece *piece) {
    packet->state = AT_COUNT;
    piece->kind = RTMP_REMOTING_VERSION;
    return read_number(packet, piece);
}

static bool read_count(struct rtmp_remoting *packet, struct rtmp_remoting_piece *piece) {
    packet->state = AT_ENTRY;
    piece->kind = packet->in_messages ? RTMP_REMOTING_MESSAGE_COUNT : RTMP_REMOTING_HEADER_COUNT;
    bool was_read = read_number(packet, piece);
    packet->left = piece->number;
    return was_read;
}

/* What stands before the value of a header or message. False: the cursor has not moved. */
static bool read_entry_head(struct rtmp_reader *reader, bool is_message,
                            struct rtmp_remoting_piece *piece) {
    uint32_t start = reader->pos;
    piece->name = rtmp_amf0_text(reader);
    if (is_message)
        piece->response = rtmp_amf0_text(reader);
    else
        piece->must_understand = rtmp_u8(reader) != 0;
    piece->length = rtmp_u32(reader);
    piece->whole = rtmp_span_of(start, reader->pos - start);
    if (rtmp_ok(reader))
        return true;
    reader->pos = start;
    return false;
}

static bool is_known(uint32_t length) {
    return length > 1 && length != RTMP_REMOTING_LENGTH_UNKNOWN;
}

/* No control characters. */
static bool is_plain_text(const struct rtmp_reader *reader, struct rtmp_span text) {
    const uint8_t *bytes = rtmp_bytes(reader, text);
    for (uint32_t i = 0; bytes && i < text.len; i++)
        if (bytes[i] < 0x20 || bytes[i] == 0x7F)
            return false;
    return true;
}

/* Is it likely that a header or message stands at the cursor: are its names texts, and does a value
 * follow? */
static bool is_entry(struct rtmp_reader *reader, bool is_message) {
    struct rtmp_remoting_piece piece = {.error = RTMP_OK};
    return read_entry_head(reader, is_message, &piece) && piece.name.len &&
           is_plain_text(reader, piece.name) && is_plain_text(reader, piece.response) &&
           rtmp_left(reader) && rtmp_peek_at(reader, reader->pos) <= RTMP_AMF0_AVMPLUS_OBJECT;
}

/* Is it likely that what comes behind a value stands at `pos`? */
static bool is_value_end(const struct rtmp_remoting *packet, uint32_t pos) {
    struct rtmp_reader reader = rtmp_reader_over(packet->reader->data, packet->end);
    reader.pos = pos;
    if (packet->left)
        return is_entry(&reader, packet->in_messages);
    if (packet->in_messages)
        return rtmp_left(&reader) == 0;
    return rtmp_u16(&reader) ? rtmp_ok(&reader) && is_entry(&reader, true)
                             : rtmp_ok(&reader) && rtmp_left(&reader) == 0;
}

/* Of the value at the cursor. */
static void set_value_max(struct rtmp_remoting *packet) {
    uint32_t pos = packet->reader->pos;
    packet->length_fits = is_known(packet->length) && packet->length <= packet->end - pos &&
                          is_value_end(packet, pos + packet->length);
    packet->value_max = packet->length_fits ? pos + packet->length : packet->end;
}

static bool read_entry(struct rtmp_remoting *packet, struct rtmp_remoting_piece *piece) {
    piece->kind = packet->in_messages ? RTMP_REMOTING_MESSAGE : RTMP_REMOTING_HEADER;
    if (!read_entry_head(packet->reader, packet->in_messages, piece))
        return false;
    packet->amf.items += ENTRY_EVENTS;
    packet->left--;
    packet->length = piece->length;
    set_value_max(packet);
    piece->value_max = packet->value_max;
    packet->state = AT_VALUE;
    return true;
}

static bool begin_value_of(struct rtmp_remoting *packet, struct rtmp_remoting_piece *piece) {
    struct rtmp_reader *reader = packet->reader;
    piece->kind = RTMP_REMOTING_VALUE;
    piece->whole = rtmp_span_of(reader->pos, 0);
    if (rtmp_left(reader) == 0) {
        rtmp_fail_at(reader, RTMP_ERROR_END, reader->pos);
        return false;
    }
    /* Events of earlier values count on. */
    uint32_t items = packet->amf.items;
    uint32_t items_max = packet->amf.items_max;
    rtmp_amf_init(&packet->amf, reader, 0);
    packet->amf.items = items;
    packet->amf.items_max = items_max;
    packet->value_pos = reader->pos;
    reader->end = packet->value_max;
    packet->state = IN_VALUE;
    return true;
}

/* Skip what the caller did not pull of the value. */
static void skip_value(struct rtmp_remoting *packet) {
    bool begun = packet->reader->pos != packet->value_pos;
    if (!begun || !rtmp_amf_value_done(&packet->amf))
        (void)rtmp_amf_skip(&packet->amf);
}

/* Does another header or message, the count of messages or the end of the packet stand at `pos`, as
 * the counts want it? */
static bool goes_on_at(const struct rtmp_remoting *packet, uint32_t pos) {
    struct rtmp_reader reader = rtmp_reader_over(packet->reader->data, packet->reader->end);
    struct rtmp_remoting_piece piece;
    reader.pos = pos;
    if (packet->left)
        return read_entry_head(&reader, packet->in_messages, &piece);
    return packet->in_messages ? rtmp_left(&reader) == 0 : rtmp_left(&reader) >= 2;
}

/* The bytes up to where the length of the value ends it. */
static bool take_rest(struct rtmp_remoting *packet, struct rtmp_remoting_piece *piece) {
    struct rtmp_reader *reader = packet->reader;
    uint32_t end = packet->value_pos + packet->length;
    piece->kind = RTMP_REMOTING_REST;
    piece->error = reader->error;
    piece->error_pos = reader->error_pos;
    piece->whole = rtmp_span_of(reader->pos, end - reader->pos);
    reader->error = RTMP_OK;
    reader->pos = end;
    packet->state = AT_END;
    return true;
}

/* The value could not be read; its error is cleared. False: where the value ends is not known. */
static bool read_value_rest(struct rtmp_remoting *packet, struct rtmp_remoting_piece *piece) {
    struct rtmp_reader *reader = packet->reader;
    uint32_t size = packet->length;
    if (rtmp_error_is_limit(reader->error) && reader->error != RTMP_LIMIT_DEPTH)
        return false;
    if (!is_known(size) || size > reader->end - packet->value_pos)
        return false;
    uint32_t end = packet->value_pos + size;
    if (end < reader->pos || (end != packet->value_max && !goes_on_at(packet, end)))
        return false;
    return take_rest(packet, piece);
}

static bool end_entry(struct rtmp_remoting *packet, struct rtmp_remoting_piece *piece) {
    piece->kind = RTMP_REMOTING_END;
    piece->whole = rtmp_span_of(packet->reader->pos, 0);
    piece->length = packet->length;
    piece->value = rtmp_span_of(packet->value_pos, packet->value_end - packet->value_pos);
    piece->was_read = packet->was_read;
    packet->state = AT_ENTRY;
    return true;
}

static bool leave_value(struct rtmp_remoting *packet, struct rtmp_remoting_piece *piece) {
    skip_value(packet);
    packet->reader->end = packet->end;
    packet->was_read = rtmp_ok(packet->reader);
    packet->value_end = packet->reader->pos;
    if (!packet->was_read) {
        packet->state = AT_END;
        return read_value_rest(packet, piece);
    }
    if (packet->length_fits && packet->value_end < packet->value_max &&
        !is_value_end(packet, packet->value_end))
        return take_rest(packet, piece);
    return end_entry(packet, piece);
}

/* Behind the last header come the messages; behind the last message nothing. */
static void next_part(struct rtmp_remoting *packet) {
    if (packet->state != AT_ENTRY || packet->left)
        return;
    packet->state = packet->in_messages ? AFTER : AT_COUNT;
    packet->in_messages = true;
}

bool rtmp_remoting_next(struct rtmp_remoting *packet, struct rtmp_remoting_piece *piece) {
    if (!rtmp_ok(packet->reader) && packet->state != IN_VALUE)
        return false;
    if (packet->amf.items >= packet->amf.items_max && packet->state != IN_VALUE) {
        rtmp_fail_at(packet->reader, RTMP_LIMIT_ITEMS, packet->reader->pos);
        return false;
    }
    packet->amf.items++;
    *piece = (struct rtmp_remoting_piece){.error = RTMP_OK};
    next_part(packet);
    switch (packet->state) {
    case AT_VERSION:
        return read_version(packet, piece);
    case AT_COUNT:
        return read_count(packet, piece);
    case AT_ENTRY:
        return read_entry(packet, piece);
    case AT_VALUE:
        return begin_value_of(packet, piece);
    case IN_VALUE:
        return leave_value(packet, piece);
    case AT_END:
        return end_entry(packet, piece);
    default:
        return false;
    }
}

struct rtmp_reader rtmp_remoting_value_of(const struct rtmp_reader *packet,
                                          const struct rtmp_remoting_piece *entry) {
    struct rtmp_reader value = rtmp_reader_over(packet->data, entry->value_max);
    value.pos = rtmp_span_end(entry->whole);
    return value;
}

enum rtmp_remoting_length rtmp_remoting_length_of(const struct rtmp_remoting_piece *piece) {
    if (piece->length == piece->value.len)
        return RTMP_REMOTING_LENGTH_TRUE;
    return is_known(piece->length) ? RTMP_REMOTING_LENGTH_DIFFERS : RTMP_REMOTING_LENGTH_NOT_KNOWN;
}
