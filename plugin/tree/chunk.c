/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tree/chunk.h"

#include "tree/note.h"
#include "tree/room.h"
#include "wanted.h"

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

static hf_register_info chunk_hf[] = {
    {&hf_chunk,
     {"Chunk", "rtmpx.chunk", FT_NONE, BASE_NONE, NULL, 0,
      "One chunk, over its bytes in this frame", HFILL}},
    {&hf_fmt,
     {"Chunk format", "rtmpx.chunk.fmt", FT_UINT8, BASE_DEC, VALS(fmt_names), 0,
      "Which fields the message header has", HFILL}},
    {&hf_csid,
     {"Chunk stream id (chunk header)", "rtmpx.chunk.csid", FT_UINT32, BASE_DEC, NULL, 0,
      "From the basic header: 2 to 65599", HFILL}},
    {&hf_header_length,
     {"Chunk header length", "rtmpx.chunk.header_length", FT_UINT8, BASE_DEC, NULL, 0,
      "Basic and message header, without the extended timestamp", HFILL}},
    {&hf_timestamp,
     {"Chunk timestamp", "rtmpx.chunk.timestamp", FT_UINT24, BASE_DEC, NULL, 0,
      "Absolute, ms; 16777215: in the extended timestamp", HFILL}},
    {&hf_timestamp_delta,
     {"Timestamp delta", "rtmpx.chunk.timestamp_delta", FT_UINT24, BASE_DEC, NULL, 0,
      "ms; 16777215: in the extended timestamp", HFILL}},
    {&hf_extended_timestamp,
     {"Extended timestamp", "rtmpx.chunk.extended_timestamp", FT_UINT32, BASE_DEC, NULL, 0,
      "Full value, absolute or delta as the 24-bit field", HFILL}},
    {&hf_message_length,
     {"Message length (chunk header)", "rtmpx.chunk.message_length", FT_UINT24, BASE_DEC, NULL, 0,
      "Bytes of the whole message, without chunk headers", HFILL}},
    {&hf_message_type,
     {"Message type (chunk header)", "rtmpx.chunk.message_type", FT_UINT8, BASE_DEC,
      VALS(rtmp_names_message_types), 0, "Message type id in the chunk header", HFILL}},
    {&hf_message_stream_id,
     {"Message stream id (chunk header)", "rtmpx.chunk.message_stream_id", FT_UINT32, BASE_DEC,
      NULL, 0, "Little-endian on the wire", HFILL}},
    {&hf_data_length,
     {"Chunk data length", "rtmpx.chunk.data_length", FT_UINT32, BASE_DEC, NULL, 0,
      "Message bytes of this chunk in this frame", HFILL}},
    {&hf_data,
     {"Chunk data", "rtmpx.chunk.data", FT_BYTES, BASE_NONE, NULL, 0,
      "Message bytes that the chunk carries in this frame", HFILL}},
    {&hf_header_fragment,
     {"Chunk header, in part", "rtmpx.chunk.header_fragment", FT_BYTES, BASE_NONE, NULL, 0,
      "Bytes of a header that an earlier frame began", HFILL}},
};

static int *const chunk_ett[] = {&ett_chunk};

const struct rtmpx_noun rtmpx_noun_chunk = {
    RTMPX_FIELDS(chunk_hf),
    RTMPX_SUBTREES(chunk_ett),
};

/* ---- items ---- */

static void add_chunk_uint(proto_tree *tree, int field, tvbuff_t *tvb, uint32_t start, uint32_t len,
                           uint32_t value) {
    proto_tree_add_uint(tree, field, tvb, (int)start, (int)len, value);
}

/* A header that is complete in this frame: each field over its bytes. */
static void add_header(proto_tree *tree, tvbuff_t *tvb, uint32_t base,
                       const struct rtmp_chunk_piece *piece) {
    const struct rtmp_chunk_header *h = &piece->header;
    uint32_t basic = base + piece->basic;
    uint32_t message = base + piece->message;
    add_chunk_uint(tree, hf_fmt, tvb, basic, 1, h->fmt);
    add_chunk_uint(tree, hf_csid, tvb, basic, h->basic_length, h->csid);
    proto_item *length = proto_tree_add_uint(tree, hf_header_length, tvb, (int)basic,
                                             h->basic_length + h->message_length,
                                             (uint32_t)h->basic_length + h->message_length);
    proto_item_set_generated(length);
    if (h->fmt <= 2)
        add_chunk_uint(tree, h->fmt == 0 ? hf_timestamp : hf_timestamp_delta, tvb, message, 3,
                       h->timestamp);
    if (h->fmt <= 1) {
        add_chunk_uint(tree, hf_message_length, tvb, message + 3, 3, h->length);
        add_chunk_uint(tree, hf_message_type, tvb, message + 6, 1, h->type);
    }
    if (h->fmt == 0)
        add_chunk_uint(tree, hf_message_stream_id, tvb, message + 7, 4, h->stream_id);
    if (piece->has_extended)
        add_chunk_uint(tree, hf_extended_timestamp, tvb, base + piece->extended, 4,
                       piece->extended_value);
}

/* A header that begins in an earlier frame: its values are generated, its bytes here get one item.
 */
static void add_partial_header(proto_tree *tree, tvbuff_t *tvb, uint32_t base,
                               const struct rtmp_chunk_piece *piece) {
    const struct rtmp_chunk_header *h = &piece->header;
    if (piece->data.pos > piece->start)
        proto_tree_add_item(tree, hf_header_fragment, tvb, (int)(base + piece->start),
                            (int)(piece->data.pos - piece->start), ENC_NA);
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

/* "Chunk, fmt 3, csid 6, 128 bytes". Without printf, which would be a third of the cost of these
 * items; a frame has up to hundreds. */
static void name_piece(proto_item *item, const struct rtmp_fragment_record *fragment,
                       const struct rtmp_chunk_piece *piece) {
    char label[64];
    struct rtmp_text text = rtmp_text_over(label, sizeof label);
    rtmp_text_add(&text, piece->has_header ? "Chunk, fmt " : "Chunk");
    if (piece->has_header)
        rtmp_text_unsigned(&text, piece->header.fmt);
    rtmp_text_add(&text, ", csid ");
    rtmp_text_unsigned(&text, fragment->csid);
    rtmp_text_add(&text, ", ");
    rtmp_text_unsigned(&text, piece->data.len);
    rtmp_text_add(&text, piece->has_header ? " bytes" : " bytes more");
    proto_item_set_text(item, "%s", label);
}

static void add_piece(proto_tree *tree, tvbuff_t *tvb, const struct rtmp_fragment_record *fragment,
                      const struct rtmp_chunk_piece *piece) {
    uint32_t base = fragment->start;
    uint32_t end = rtmp_span_end(piece->data);
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
    proto_item *length =
        proto_tree_add_uint(chunk, hf_data_length, tvb, (int)(base + piece->data.pos),
                            (int)piece->data.len, piece->data.len);
    proto_item_set_generated(length);
    if (piece->data.len)
        proto_tree_add_item(chunk, hf_data, tvb, (int)(base + piece->data.pos),
                            (int)piece->data.len, ENC_NA);
}

void rtmpx_tree_chunks(proto_tree *tree, const struct rtmpx_view *view,
                       const struct rtmp_fragment_record *fragment, uint32_t *chunks) {
    struct rtmp_chunk_walk walk =
        rtmp_records_walk(&view->core.direction->records, fragment, view->core.bytes);
    struct rtmp_chunk_piece piece;
    while (rtmpx_room_take(chunks))
        if (rtmp_chunk_walk_next(&walk, &piece))
            add_piece(tree, view->tvb, fragment, &piece);
        else
            return;
    rtmpx_note_not_shown(tree, view->pinfo, view->tvb, fragment->start + walk.reader.pos,
                         fragment->start + fragment->size);
}
