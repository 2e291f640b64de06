/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tree/built_in.h"

#include "protocol.h"
#include "wire/handshake.h"

/* Which of the items of our field stand for the built-in's, and with which value. */
enum how {
    VALUE,      /* all, with their value */
    FIRST_BYTE, /* all, with the byte that they begin with */
    IF_VALUE,   /* those with the value `argument` */
    IF_LENGTH,  /* those of `argument` bytes */
    HIGH_BITS,  /* all, with their value shifted right by `argument` */
    OF_CLIENT,  /* bytes of the handshake that begin in packet `argument`, sent by the client */
    OF_SERVER,
};

struct built_in_row {
    const char *name, *ours;
    enum how how;
    uint32_t argument;
    const header_field_info *field; /* NULL: this Wireshark has no such field */
    header_field_info *our_field;
};

#define ROW(name, ours, how, argument)                                                             \
    { name, ours, how, argument, NULL, NULL }
#define SAME(name, ours) ROW(name, ours, VALUE, 0)
static struct built_in_row built_in_rows[] = {
    ROW("rtmpt.handshake.c0", "rtmpx.handshake.version", OF_CLIENT, 0),
    ROW("rtmpt.handshake.s0", "rtmpx.handshake.version", OF_SERVER, 0),
    ROW("rtmpt.handshake.c1", "rtmpx.handshake.packet", OF_CLIENT, 1),
    ROW("rtmpt.handshake.s1", "rtmpx.handshake.packet", OF_SERVER, 1),
    ROW("rtmpt.handshake.c2", "rtmpx.handshake.packet", OF_CLIENT, 2),
    ROW("rtmpt.handshake.s2", "rtmpx.handshake.packet", OF_SERVER, 2),
    SAME("rtmpt.header.format", "rtmpx.chunk.fmt"),
    SAME("rtmpt.header.csid", "rtmpx.csid"),
    SAME("rtmpt.header.timestamp", "rtmpx.timestamp"),
    SAME("rtmpt.header.timestampdelta", "rtmpx.chunk.timestamp_delta"),
    SAME("rtmpt.header.ets", "rtmpx.chunk.extended_timestamp"),
    SAME("rtmpt.header.bodysize", "rtmpx.length"),
    SAME("rtmpt.header.typeid", "rtmpx.type"),
    SAME("rtmpt.header.streamid", "rtmpx.stream_id"),
    SAME("rtmpt.scm.chunksize", "rtmpx.set_chunk_size"),
    SAME("rtmpt.scm.csid", "rtmpx.abort_csid"),
    SAME("rtmpt.scm.seq", "rtmpx.ack_sequence_number"),
    SAME("rtmpt.scm.was", "rtmpx.window_ack_size"),
    SAME("rtmpt.scm.was", "rtmpx.peer_bandwidth"),
    SAME("rtmpt.scm.limittype", "rtmpx.peer_bandwidth.limit_type"),
    SAME("rtmpt.ucm.eventtype", "rtmpx.user_control.event"),
    SAME("rtmpt.function.call", "rtmpx.command.response_in"),
    SAME("rtmpt.function.response", "rtmpx.command.response_to"),
    ROW("rtmpt.audio.control", "rtmpx.audio.format", FIRST_BYTE, 0),
    SAME("rtmpt.audio.format", "rtmpx.audio.format"),
    ROW("rtmpt.audio.is_ex_header", "rtmpx.audio.format", IF_VALUE, 9),
    SAME("rtmpt.audio.rate", "rtmpx.audio.rate"),
    SAME("rtmpt.audio.size", "rtmpx.audio.sample_size"),
    SAME("rtmpt.audio.type", "rtmpx.audio.channels"),
    SAME("rtmpt.audio.data", "rtmpx.audio.data"),
    SAME("rtmpt.audio.packet_type", "rtmpx.audio.packet_type"),
    SAME("rtmpt.audio.fourcc", "rtmpx.audio.fourcc"),
    ROW("rtmpt.video.control", "rtmpx.video.frame_type", FIRST_BYTE, 0),
    SAME("rtmpt.video.type", "rtmpx.video.frame_type"),
    SAME("rtmpt.video.format", "rtmpx.video.codec_id"),
    SAME("rtmpt.video.is_ex_header", "rtmpx.video.enhanced"),
    SAME("rtmpt.video.data", "rtmpx.video.data"),
    SAME("rtmpt.video.packet_type", "rtmpx.video.packet_type"),
    SAME("rtmpt.video.fourcc", "rtmpx.video.fourcc"),
    SAME("rtmpt.video.command", "rtmpx.video.command"),
    SAME("rtmpt.tag.type", "rtmpx.aggregate.tag.type"),
    SAME("rtmpt.tag.datasize", "rtmpx.aggregate.tag.size"),
    SAME("rtmpt.tag.timestamp", "rtmpx.aggregate.tag.timestamp"),
    ROW("rtmpt.tag.ets", "rtmpx.aggregate.tag.timestamp", HIGH_BITS, 24),
    SAME("rtmpt.tag.streamid", "rtmpx.aggregate.tag.stream_id"),
    SAME("rtmpt.tag.tagsize", "rtmpx.aggregate.tag.back_pointer"),
    SAME("amf.amf0_type", "rtmpx.amf0.type"),
    SAME("amf.amf3_type", "rtmpx.amf3.type"),
    SAME("amf.number", "rtmpx.amf.number"),
    SAME("amf.integer", "rtmpx.amf.integer"),
    SAME("amf.boolean", "rtmpx.amf.boolean"),
    SAME("amf.string", "rtmpx.amf.string"),
    SAME("amf.date", "rtmpx.amf.date"),
    SAME("amf.xml_doc", "rtmpx.amf.xml"),
    SAME("amf.xml", "rtmpx.amf.xml"),
    SAME("amf.bytearray", "rtmpx.amf.bytes"),
    ROW("amf.object", "rtmpx.amf0.type", IF_VALUE, 3),
    ROW("amf.object", "rtmpx.amf3.type", IF_VALUE, 10),
    ROW("amf.ecmaarray", "rtmpx.amf0.type", IF_VALUE, 8),
    ROW("amf.strictarray", "rtmpx.amf0.type", IF_VALUE, 10),
    ROW("amf.array", "rtmpx.amf3.type", IF_VALUE, 9),
    SAME("amf.arraylength", "rtmpx.amf.count"),
    SAME("amf.arraydenselength", "rtmpx.amf.count"),
    SAME("amf.traitcount", "rtmpx.amf.member_count"),
    SAME("amf.classname", "rtmpx.amf.class"),
    SAME("amf.membername", "rtmpx.amf.key"),
    ROW("amf.end_of_object_marker", "rtmpx.amf.end", IF_LENGTH, 3),
    ROW("amf.end_of_dynamic_members", "rtmpx.amf.end", IF_LENGTH, 1),
    SAME("amf.end_of_associative_part", "rtmpx.amf.keys_end"),
    SAME("amf.version", "rtmpx.remoting.version"),
    SAME("amf.header_count", "rtmpx.remoting.header_count"),
    SAME("amf.header.name", "rtmpx.remoting.header.name"),
    SAME("amf.header.must_understand", "rtmpx.remoting.header.must_understand"),
    SAME("amf.header.length", "rtmpx.remoting.header.length"),
    SAME("amf.message_count", "rtmpx.remoting.message_count"),
    SAME("amf.message.target_uri", "rtmpx.remoting.target"),
    SAME("amf.message.response_uri", "rtmpx.remoting.response"),
    SAME("amf.message.length", "rtmpx.remoting.length"),
};
_Static_assert(array_length(built_in_rows) <= RTMPX_BUILT_IN_MAX, "a count for each row");

/* Protocols: Wireshark counts a protocol as referenced when one of its fields is. */
static struct rtmpx_built_in_protocol {
    const char *name;
    const header_field_info *field;
} built_in_protocols[] = {{"rtmpt", NULL}, {"amf", NULL}, {"rtmp", NULL}};

void rtmpx_handoff_built_in(void) {
    for (unsigned i = 0; i < array_length(built_in_protocols); i++)
        built_in_protocols[i].field = proto_registrar_get_byname(built_in_protocols[i].name);
    for (unsigned i = 0; i < array_length(built_in_rows); i++) {
        struct built_in_row *row = &built_in_rows[i];
        row->field = proto_registrar_get_byname(row->name);
        row->our_field = proto_registrar_get_byname(row->ours);
    }
}

static bool is_asked_for(const header_field_info *field) {
    return field && field->ref_type != HF_REF_TYPE_NONE;
}

/* The items of our field in the frame so far. */
static uint32_t items_of(proto_tree *tree, const struct built_in_row *row, GPtrArray **items) {
    *items = proto_get_finfo_ptr_array(tree, row->our_field->id);
    return *items ? (uint32_t)(*items)->len : 0;
}

bool rtmpx_built_in_begin(struct rtmpx_built_in *state, proto_tree *tree) {
    bool any = false;
    for (unsigned i = 0; tree && i < array_length(built_in_protocols); i++)
        any |= is_asked_for(built_in_protocols[i].field);
    if (!any)
        return false;
    for (unsigned i = 0; i < array_length(built_in_rows); i++) {
        GPtrArray *items;
        if (!is_asked_for(built_in_rows[i].field))
            continue;
        header_field_info *ours = built_in_rows[i].our_field;
        state->count[i] = items_of(tree, &built_in_rows[i], &items);
        state->reference[i] = ours->ref_type;
        /* What proto_tree_prime_with_hfid() does, which 4.0 does not export. */
        if (ours->ref_type == HF_REF_TYPE_NONE || ours->ref_type == HF_REF_TYPE_INDIRECT)
            ours->ref_type = HF_REF_TYPE_DIRECT;
    }
    return true;
}

/* ---- items ---- */

/* What an item is derived from. */
struct built_in_source {
    proto_tree *tree;
    tvbuff_t *tvb;
    const field_info *item; /* of ours */
    uint64_t offset;        /* of its first byte in the direction */
    bool from_client;
};

static uint32_t number_of(const field_info *item) {
    fvalue_t *value = rtmpx_value_of(item);
    switch (item->hfinfo->type) {
    case FT_BOOLEAN:
        return fvalue_get_uinteger64(value) ? 1 : 0;
    case FT_INT32:
        return (uint32_t)fvalue_get_sinteger(value);
    case FT_UINT8:
    case FT_UINT16:
    case FT_UINT24:
    case FT_UINT32:
    case FT_FRAMENUM:
        return fvalue_get_uinteger(value);
    default:
        return 0;
    }
}

/* Wireshark shifts the value of a field with a mask. */
static uint32_t unshifted(const header_field_info *field, uint32_t number) {
    return field->bitmask ? number << __builtin_ctzll(field->bitmask) : number;
}

static proto_item *add_text_or_number(const struct built_in_source *source,
                                      const header_field_info *field) {
    fvalue_t *value = rtmpx_value_of(source->item);
    switch (field->type) {
    case FT_STRING:
    case FT_UINT_STRING:
        return proto_tree_add_string(source->tree, field->id, source->tvb, 0, 0,
                                     fvalue_get_string(value));
    case FT_DOUBLE:
        return proto_tree_add_double(source->tree, field->id, source->tvb, 0, 0,
                                     fvalue_get_floating(value));
    case FT_ABSOLUTE_TIME:
        return proto_tree_add_time(source->tree, field->id, source->tvb, 0, 0,
                                   fvalue_get_time(value));
    case FT_BOOLEAN:
        return proto_tree_add_boolean(source->tree, field->id, source->tvb, 0, 0,
                                      unshifted(field, number_of(source->item)));
    default:
        return proto_tree_add_uint(source->tree, field->id, source->tvb, 0, 0,
                                   unshifted(field, number_of(source->item)));
    }
}

static bool stands_for(const struct built_in_source *source, const struct built_in_row *row) {
    static const uint32_t packet_begins[] = {0, 1, 1 + RTMP_HANDSHAKE_SIZE, RTMP_HANDSHAKE_TOTAL};
    switch (row->how) {
    case IF_VALUE:
        return number_of(source->item) == row->argument;
    case IF_LENGTH:
        return source->item->length >= 0 && (uint32_t)source->item->length == row->argument;
    case OF_CLIENT:
    case OF_SERVER:
        return source->from_client == (row->how == OF_CLIENT) &&
               source->offset >= packet_begins[row->argument] &&
               source->offset < packet_begins[row->argument + 1];
    default:
        return true;
    }
}

static proto_item *add_number(const struct built_in_source *source, const header_field_info *field,
                              uint32_t number) {
    return proto_tree_add_uint(source->tree, field->id, source->tvb, 0, 0,
                               unshifted(field, number));
}

static void add_built_in(const struct built_in_source *source, const struct built_in_row *row) {
    const field_info *item = source->item;
    proto_item *added;
    if (row->how == FIRST_BYTE)
        added = add_number(source, row->field, *tvb_get_ptr(item->ds_tvb, item->start, 1));
    else if (row->how == HIGH_BITS)
        added = add_number(source, row->field, number_of(item) >> row->argument);
    else if (row->field->type == FT_BYTES || row->field->type == FT_NONE)
        added = proto_tree_add_item(source->tree, row->field->id, item->ds_tvb, item->start,
                                    item->length, ENC_NA);
    else
        added = add_text_or_number(source, row->field);
    proto_item_set_hidden(added);
}

static void add_protocols(proto_tree *tree, tvbuff_t *tvb) {
    for (unsigned i = 0; i < array_length(built_in_protocols); i++) {
        const header_field_info *field = built_in_protocols[i].field;
        if (is_asked_for(field) && field->ref_type != HF_REF_TYPE_INDIRECT)
            proto_item_set_hidden(proto_tree_add_item(tree, field->id, tvb, 0, -1, ENC_NA));
    }
}

/* Items of protocols in our own subtree, when there is one: at the top, Wireshark counts them. */
static proto_tree *own_subtree(proto_tree *tree) {
    proto_node *last = tree->last_child;
    return last && last->finfo && last->finfo->hfinfo->id == proto_rtmpx ? last : tree;
}

void rtmpx_built_in_end(const struct rtmpx_built_in *state, proto_tree *tree, tvbuff_t *tvb,
                        uint64_t first_byte, bool from_client) {
    struct built_in_source source = {
        .tree = own_subtree(tree), .tvb = tvb, .from_client = from_client};
    add_protocols(source.tree, tvb);
    /* Backwards: several rows may have kept the same items. */
    for (unsigned i = array_length(built_in_rows); i-- > 0;) {
        const struct built_in_row *row = &built_in_rows[i];
        GPtrArray *items;
        if (!is_asked_for(row->field))
            continue;
        row->our_field->ref_type = state->reference[i];
        uint32_t count = items_of(tree, row, &items);
        for (uint32_t k = state->count[i]; k < count; k++) {
            source.item = g_ptr_array_index(items, k);
            source.offset = first_byte + (uint32_t)(source.item->start - tvb_raw_offset(tvb));
            if (stands_for(&source, row))
                add_built_in(&source, row);
        }
    }
}
