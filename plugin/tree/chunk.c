/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tree/chunk.h"

#include "tree/items.h"
#include "tree/note.h"

#include "wire/chunk.h"

static int hf_chunk = -1;
static int hf_fmt = -1;
static int hf_csid = -1;
static int hf_header_length = -1;
static int hf_timestamp = -1;
static int hf_timestamp_delta = -1;
static int hf_extended_timestamp = -1;
static int hf_message_length = -1;
static int hf_message_type = -1;
static int hf_message_stream_id = -1;
static int hf_data_length = -1;
static int hf_data = -1;
static int hf_header_fragment = -1;
static int ett_chunk = -1;

static const value_string fmt_names[] = {
    {0, "absolute timestamp, length, type, stream id"},
    {1, "timestamp delta, length, type"},
    {2, "timestamp delta"},
    {3, "nothing: continues, or repeats the previous header"},
    {0, NULL},
};

static hf_register_info hf[] = {
    {&hf_chunk,
     {"Chunk", "rtmpx.chunk", FT_NONE, BASE_NONE, NULL, 0,
      "One chunk, over its bytes in this frame", HFILL}},
    {&hf_fmt,
     {"Format", "rtmpx.chunk.fmt", FT_UINT8, BASE_DEC, VALS(fmt_names), 0,
      "What the message header holds", HFILL}},
    {&hf_csid, {"Chunk stream id", "rtmpx.chunk.csid", FT_UINT32, BASE_DEC, NULL, 0, NULL, HFILL}},
    {&hf_header_length,
     {"Header length", "rtmpx.chunk.header_length", FT_UINT8, BASE_DEC, NULL, 0,
      "Basic and message header, without the extended timestamp", HFILL}},
    {&hf_timestamp,
     {"Timestamp", "rtmpx.chunk.timestamp", FT_UINT24, BASE_DEC, NULL, 0,
      "Absolute, ms; 16777215: in the extended timestamp", HFILL}},
    {&hf_timestamp_delta,
     {"Timestamp delta", "rtmpx.chunk.timestamp_delta", FT_UINT24, BASE_DEC, NULL, 0,
      "ms; 16777215: in the extended timestamp", HFILL}},
    {&hf_extended_timestamp,
     {"Extended timestamp", "rtmpx.chunk.extended_timestamp", FT_UINT32, BASE_DEC, NULL, 0,
      "Full value, absolute or delta as the 24-bit field", HFILL}},
    {&hf_message_length,
     {"Message length", "rtmpx.chunk.message_length", FT_UINT24, BASE_DEC, NULL, 0, NULL, HFILL}},
    {&hf_message_type,
     {"Message type", "rtmpx.chunk.message_type", FT_UINT8, BASE_DEC,
      VALS(rtmp_names_message_types), 0, NULL, HFILL}},
    {&hf_message_stream_id,
     {"Message stream id", "rtmpx.chunk.message_stream_id", FT_UINT32, BASE_DEC, NULL, 0,
      "Little-endian on the wire", HFILL}},
    {&hf_data_length,
     {"Data length", "rtmpx.chunk.data_length", FT_UINT32, BASE_DEC, NULL, 0,
      "Message bytes of this chunk in this frame", HFILL}},
    {&hf_data, {"Data", "rtmpx.chunk.data", FT_BYTES, BASE_NONE, NULL, 0, NULL, HFILL}},
    {&hf_header_fragment,
     {"Chunk header, in part", "rtmpx.chunk.header_fragment", FT_BYTES, BASE_NONE, NULL, 0,
      "Bytes of a header that an earlier frame began", HFILL}},
};

void rtmpx_register_chunk(int proto) {
    static int *ett[] = {&ett_chunk};
    proto_register_field_array(proto, hf, array_length(hf));
    proto_register_subtree_array(ett, array_length(ett));
}

bool rtmpx_chunk_wanted(proto_tree *tree) {
    return rtmpx_fields_wanted(tree, hf, array_length(hf));
}

/* ---- walking the chunks of a part ---- */

/* One chunk, or the piece of one that a segment holds. Positions in the tvb. */
struct piece {
    bool has_header;         /* its header ends in this part */
    uint32_t partial_header; /* bytes of it that an earlier segment holds */
    struct rtmp_chunk_header header;
    uint32_t start;
    uint32_t basic, message, extended; /* positions of the header's pieces */
    bool has_extended;
    uint32_t extended_value;
    uint32_t data, data_length;
};

struct walk {
    const struct rtmpx_fragment *fragment;
    const uint8_t *partial_header_len; /* header bytes of earlier segments */
    struct rtmp_reader reader;         /* over the part's bytes */
    uint32_t at;                       /* body position */
    uint32_t chunk_origin, chunk_size;
    bool header_next;
};

static struct walk walk_of(const struct rtmpx_direction *direction,
                           const struct rtmpx_fragment *fragment, tvbuff_t *tvb) {
    const struct rtmpx_reassembly *reassembly = rtmpx_reassembly_of(direction, fragment);
    static const uint8_t nothing[1];
    const uint8_t *bytes =
        fragment->size ? tvb_get_ptr(tvb, (int)fragment->start, (int)fragment->size) : nothing;
    return (struct walk){
        .fragment = fragment,
        .partial_header_len = reassembly ? reassembly->header : NULL,
        .reader = rtmp_reader_over(bytes, fragment->size),
        .at = fragment->at,
        .chunk_origin = reassembly ? reassembly->chunk_origin : 0,
        .chunk_size = reassembly ? reassembly->chunk_size : fragment->length,
        .header_next = fragment->flags & RTMP_FRAGMENT_HEADER,
    };
}

/* The header at the cursor, or the rest of one whose beginning was carried. */
static bool walk_header(struct walk *w, struct piece *piece) {
    uint32_t partial_header =
        w->at == w->fragment->at && w->reader.pos == 0 ? w->fragment->partial_header : 0;
    uint32_t start = w->reader.pos;
    piece->has_header = true;
    piece->partial_header = partial_header;
    if (partial_header && w->at == 0 && w->partial_header_len) {
        struct rtmp_reader whole = rtmp_reader_over(w->partial_header_len, RTMP_CHUNK_HEADER_MAX);
        (void)rtmp_chunk_header_read(&whole, &piece->header);
        (void)rtmp_take(&w->reader, whole.pos > partial_header ? whole.pos - partial_header : 0);
    } else if (partial_header) {
        /* Of a continuation header nothing is lost: it repeats the chunk stream id. */
        uint32_t csid = w->fragment->csid;
        uint8_t basic = (uint8_t)rtmp_chunk_basic_bytes_of(csid);
        piece->header = (struct rtmp_chunk_header){.fmt = 3, .csid = csid, .basic_length = basic};
        (void)rtmp_take(&w->reader, basic > partial_header ? basic - partial_header : 0);
    } else if (!rtmp_chunk_header_read(&w->reader, &piece->header)) {
        return false;
    }
    struct rtmp_chunk_header *h = &piece->header;
    piece->basic = start;
    piece->message = start + h->basic_length;
    piece->extended = piece->message + h->message_length;
    piece->has_extended = h->has_extended;
    piece->extended_value = h->extended;
    if (h->fmt == 3 && (w->fragment->flags & RTMP_FRAGMENT_EXTENDED)) {
        piece->has_extended = true;
        if (partial_header <= 1) {
            piece->extended = w->reader.pos;
            piece->extended_value = rtmp_u32(&w->reader);
        } else {
            (void)rtmp_take(&w->reader, h->basic_length + 4U > partial_header
                                            ? h->basic_length + 4U - partial_header
                                            : 0);
        }
    }
    return rtmp_ok(&w->reader);
}

/* The bytes of the chunk at the cursor, or as many as there are. */
static struct rtmp_span walk_data(struct walk *w) {
    uint32_t rest = w->fragment->length - w->at;
    uint32_t in_chunk = w->chunk_size ? (w->at - w->chunk_origin) % w->chunk_size : 0;
    uint32_t room = w->chunk_size - in_chunk < rest ? w->chunk_size - in_chunk : rest;
    uint32_t take = room < rtmp_left(&w->reader) ? room : rtmp_left(&w->reader);
    w->at += take;
    w->header_next = take == room && w->at < w->fragment->length;
    return rtmp_take(&w->reader, take);
}

static bool walk_next(struct walk *w, struct piece *piece) {
    if (rtmp_left(&w->reader) == 0 &&
        !(w->header_next && w->fragment->partial_header && w->fragment->size == 0))
        return false;
    *piece = (struct piece){.start = w->reader.pos};
    if (w->header_next && !walk_header(w, piece))
        return false;
    struct rtmp_span data = walk_data(w);
    piece->data = data.pos;
    piece->data_length = data.len;
    return piece->has_header || data.len;
}

/* Over a header that nobody looks at. */
static bool skip_header(struct walk *w) {
    uint8_t first = rtmp_peek_at(&w->reader, w->reader.pos);
    struct piece piece;
    if (w->reader.pos == 0 && w->fragment->partial_header)
        return walk_header(w, &piece);
    bool extended = w->fragment->flags & RTMP_FRAGMENT_EXTENDED;
    if (first >> 6 != 3) {
        struct rtmp_reader r = w->reader;
        (void)rtmp_take(&r, rtmp_chunk_basic_bytes(first));
        extended = rtmp_u24(&r) == RTMP_EXTENDED_TIMESTAMP;
    }
    (void)rtmp_take(&w->reader, rtmp_chunk_header_bytes(first) + (extended ? 4U : 0U));
    return rtmp_ok(&w->reader);
}

uint32_t rtmpx_chunk_data(const struct rtmpx_direction *direction,
                          const struct rtmpx_fragment *fragment, tvbuff_t *tvb, uint8_t *out,
                          uint32_t room) {
    struct walk w = walk_of(direction, fragment, tvb);
    uint32_t done = 0;
    while (done < room && rtmp_left(&w.reader) && (!w.header_next || skip_header(&w))) {
        struct rtmp_span data = walk_data(&w);
        uint32_t take = data.len < room - done ? data.len : room - done;
        if (take == 0)
            break;
        memcpy(out + done, rtmp_bytes(&w.reader, data), take);
        done += take;
    }
    return done;
}

/* ---- items ---- */

static void add_uint(proto_tree *tree, int field, tvbuff_t *tvb, uint32_t start, uint32_t len,
                     uint32_t value) {
    proto_tree_add_uint(tree, field, tvb, (int)start, (int)len, value);
}

/* A header whole in this frame: every field over its bytes. */
static void add_header(proto_tree *tree, tvbuff_t *tvb, uint32_t base, const struct piece *piece) {
    const struct rtmp_chunk_header *h = &piece->header;
    uint32_t basic = base + piece->basic;
    uint32_t message = base + piece->message;
    add_uint(tree, hf_fmt, tvb, basic, 1, h->fmt);
    add_uint(tree, hf_csid, tvb, basic, h->basic_length, h->csid);
    proto_item *length = proto_tree_add_uint(tree, hf_header_length, tvb, (int)basic,
                                             h->basic_length + h->message_length,
                                             (uint32_t)h->basic_length + h->message_length);
    proto_item_set_generated(length);
    if (h->fmt <= 2)
        add_uint(tree, h->fmt == 0 ? hf_timestamp : hf_timestamp_delta, tvb, message, 3,
                 h->timestamp);
    if (h->fmt <= 1) {
        add_uint(tree, hf_message_length, tvb, message + 3, 3, h->length);
        add_uint(tree, hf_message_type, tvb, message + 6, 1, h->type);
    }
    if (h->fmt == 0)
        add_uint(tree, hf_message_stream_id, tvb, message + 7, 4, h->stream_id);
    if (piece->has_extended)
        add_uint(tree, hf_extended_timestamp, tvb, base + piece->extended, 4,
                 piece->extended_value);
}

/* A header that an earlier frame began: its values are generated, its bytes here a fragment. */
static void add_partial_header(proto_tree *tree, tvbuff_t *tvb, uint32_t base,
                               const struct piece *piece) {
    const struct rtmp_chunk_header *h = &piece->header;
    if (piece->data > piece->start)
        proto_tree_add_item(tree, hf_header_fragment, tvb, (int)(base + piece->start),
                            (int)(piece->data - piece->start), ENC_NA);
    const struct {
        int field;
        bool present;
        uint32_t value;
    } values[] = {
        {hf_fmt, true, h->fmt},
        {hf_csid, true, h->csid},
        {hf_header_length, true, (uint32_t)h->basic_length + h->message_length},
        {hf_timestamp, h->fmt == 0, h->timestamp},
        {hf_timestamp_delta, h->fmt == 1 || h->fmt == 2, h->timestamp},
        {hf_message_length, h->fmt <= 1, h->length},
        {hf_message_type, h->fmt <= 1, h->type},
        {hf_message_stream_id, h->fmt == 0, h->stream_id},
        {hf_extended_timestamp, h->has_extended, h->extended},
    };
    for (size_t i = 0; i < array_length(values); i++) {
        if (!values[i].present)
            continue;
        proto_item *item =
            proto_tree_add_uint(tree, values[i].field, tvb, (int)base, 0, values[i].value);
        proto_item_set_generated(item);
    }
}

/* "Chunk, fmt 3, csid 6, 128 bytes". A frame has up to hundreds of them, and printf would take a
 * third of what they cost. */
static void name_piece(proto_item *item, const struct rtmpx_fragment *fragment,
                       const struct piece *piece) {
    char label[64];
    struct rtmp_text text = rtmp_text_over(label, sizeof label);
    rtmp_text_add(&text, piece->has_header ? "Chunk, fmt " : "Chunk");
    if (piece->has_header)
        rtmp_text_unsigned(&text, piece->header.fmt);
    rtmp_text_add(&text, ", csid ");
    rtmp_text_unsigned(&text, fragment->csid);
    rtmp_text_add(&text, ", ");
    rtmp_text_unsigned(&text, piece->data_length);
    rtmp_text_add(&text, piece->has_header ? " bytes" : " bytes more");
    proto_item_set_text(item, "%s", label);
}

static void add_piece(proto_tree *tree, tvbuff_t *tvb, const struct rtmpx_fragment *fragment,
                      const struct piece *piece) {
    uint32_t base = fragment->start;
    uint32_t end = piece->data + piece->data_length;
    proto_item *item = proto_tree_add_item(tree, hf_chunk, tvb, (int)(base + piece->start),
                                           (int)(end - piece->start), ENC_NA);
    proto_tree *chunk = proto_item_add_subtree(item, ett_chunk);
    if (rtmpx_tree_visible(tree))
        name_piece(item, fragment, piece);
    if (piece->has_header) {
        if (piece->partial_header)
            add_partial_header(chunk, tvb, base, piece);
        else
            add_header(chunk, tvb, base, piece);
    } else {
        proto_item *csid =
            proto_tree_add_uint(chunk, hf_csid, tvb, (int)(base + piece->start), 0, fragment->csid);
        proto_item_set_generated(csid);
    }
    proto_item *length = proto_tree_add_uint(chunk, hf_data_length, tvb, (int)(base + piece->data),
                                             (int)piece->data_length, piece->data_length);
    proto_item_set_generated(length);
    if (piece->data_length)
        proto_tree_add_item(chunk, hf_data, tvb, (int)(base + piece->data), (int)piece->data_length,
                            ENC_NA);
}

void rtmpx_tree_chunks(proto_tree *tree, packet_info *pinfo, tvbuff_t *tvb,
                       const struct rtmpx_direction *direction,
                       const struct rtmpx_fragment *fragment) {
    struct walk w = walk_of(direction, fragment, tvb);
    struct piece piece;
    while (!rtmpx_frame_is_full(tree))
        if (walk_next(&w, &piece))
            add_piece(tree, tvb, fragment, &piece);
        else
            return;
    rtmpx_note_not_shown(tree, pinfo, tvb, fragment->start + w.reader.pos,
                         fragment->start + fragment->size);
}
