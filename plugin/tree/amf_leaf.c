/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tree/amf_leaf.h"

#include <math.h>

#include "tree/amf_label.h"
#include "tree/items.h"

static int hf_number = -1;
static int hf_integer = -1;
static int hf_unsigned = -1;
static int hf_boolean = -1;
static int hf_string = -1;
static int hf_date = -1;
static int hf_milliseconds = -1;
static int hf_timezone = -1;
static int hf_xml = -1;
static int hf_bytes = -1;
static int hf_reference = -1;
static int hf_target = -1;

static hf_register_info amf_leaf_hf[] = {
    {&hf_number,
     {"Number", "rtmpx.amf.number", FT_DOUBLE, BASE_NONE, NULL, 0, "AMF0 number, AMF3 double",
      HFILL}},
    {&hf_integer,
     {"Integer", "rtmpx.amf.integer", FT_INT32, BASE_DEC, NULL, 0,
      "AMF3 integer (29 bits) or item of a vector of int", HFILL}},
    {&hf_unsigned,
     {"Unsigned integer", "rtmpx.amf.unsigned", FT_UINT32, BASE_DEC, NULL, 0,
      "Item of a vector of uint", HFILL}},
    {&hf_boolean,
     {"Boolean", "rtmpx.amf.boolean", FT_BOOLEAN, BASE_NONE, NULL, 0,
      "AMF0 boolean, AMF3 true or false", HFILL}},
    {&hf_string,
     {"String", "rtmpx.amf.string", FT_STRING, BASE_NONE, NULL, 0,
      "String value, AMF3 references resolved; never a key", HFILL}},
    {&hf_date,
     {"Date", "rtmpx.amf.date", FT_ABSOLUTE_TIME, ABSOLUTE_TIME_UTC, NULL, 0,
      "UTC; milliseconds since 1970 on the wire", HFILL}},
    {&hf_milliseconds,
     {"Milliseconds", "rtmpx.amf.milliseconds", FT_DOUBLE, BASE_NONE, NULL, 0,
      "Since 1970; a date outside the calendar (NaN, or beyond ECMAScript's range)", HFILL}},
    {&hf_timezone,
     {"Time zone", "rtmpx.amf.timezone", FT_INT16, BASE_DEC, NULL, 0, "Minutes, should be 0",
      HFILL}},
    {&hf_xml,
     {"XML", "rtmpx.amf.xml", FT_STRING, BASE_NONE, NULL, 0,
      "Text of an XML document or AMF3 XML value", HFILL}},
    {&hf_bytes,
     {"Bytes", "rtmpx.amf.bytes", FT_BYTES, BASE_NONE, NULL, 0, "Content of a ByteArray", HFILL}},
    {&hf_reference,
     {"Reference", "rtmpx.amf.reference", FT_UINT32, BASE_DEC, NULL, 0,
      "Index of an earlier object, string or class", HFILL}},
    {&hf_target,
     {"Referred value", "rtmpx.amf.target", FT_STRING, BASE_NONE, NULL, 0,
      "What a reference refers to, and where in the message it starts", HFILL}},
};

const struct rtmpx_noun rtmpx_noun_amf_leaf = {
    RTMPX_FIELDS(amf_leaf_hf),
};

bool rtmpx_amf_leaf_text_wanted(proto_tree *tree) {
    return proto_field_is_referenced(tree, hf_string) || proto_field_is_referenced(tree, hf_xml);
}

void rtmpx_add_amf_reference(proto_tree *tree, const struct rtmpx_body *body,
                             struct rtmp_span range, uint32_t reference) {
    rtmpx_add_uint(tree, hf_reference, body, range, reference);
}

static proto_item *add_leaf_string(proto_tree *tree, int id, const struct rtmpx_body *body,
                                   struct rtmp_span range, const char *text) {
    return proto_tree_add_string(tree, id, body->tvb, (int)range.pos, (int)range.len, text);
}

static proto_item *add_date(proto_tree *tree, const struct rtmpx_body *body,
                            const struct rtmp_amf_event *event, struct rtmp_span range) {
    double milliseconds = event->value.milliseconds;
    if (event->remark == RTMP_REMARK_DATE)
        return rtmpx_add_double(tree, hf_milliseconds, body, range, milliseconds);
    double seconds = floor(milliseconds / 1000);
    nstime_t time = {
        .secs = (time_t)seconds,
        .nsecs = (int)((milliseconds - seconds * 1000) * 1e6),
    };
    return proto_tree_add_time(tree, hf_date, body->tvb, (int)range.pos, (int)range.len, &time);
}

proto_item *rtmpx_add_amf_leaf_value(proto_tree *tree, const struct rtmpx_amf_leaf *leaf,
                                     struct rtmp_span range) {
    const struct rtmpx_body *body = leaf->body;
    const struct rtmp_amf_event *event = leaf->event;
    tvbuff_t *tvb = body->tvb;
    int start = (int)range.pos;
    int len = (int)range.len;
    if (leaf->is_secret)
        return add_leaf_string(tree, hf_string, body, range, RTMP_SECRET_TEXT);
    switch (event->kind) {
    case RTMP_AMF_NUMBER:
        return proto_tree_add_double(tree, hf_number, tvb, start, len, event->value.number);
    case RTMP_AMF_INTEGER:
        return proto_tree_add_int(tree, hf_integer, tvb, start, len, event->value.integer);
    case RTMP_AMF_UNSIGNED:
        return rtmpx_add_uint(tree, hf_unsigned, body, range, event->value.unsigned_integer);
    case RTMP_AMF_BOOLEAN:
        return proto_tree_add_boolean(tree, hf_boolean, tvb, start, len, event->value.boolean);
    case RTMP_AMF_STRING:
        if (rtmp_amf_is_unresolved(event))
            return NULL;
        return add_leaf_string(tree, hf_string, body, range, leaf->text);
    case RTMP_AMF_XML:
        return add_leaf_string(tree, hf_xml, body, range, leaf->text);
    case RTMP_AMF_DATE:
        return add_date(tree, body, event, range);
    case RTMP_AMF_BYTES:
        return proto_tree_add_bytes_with_length(tree, hf_bytes, tvb, start, len,
                                                rtmp_bytes(leaf->reader, event->payload),
                                                (int)event->payload.len);
    case RTMP_AMF_REFERENCE:
        return rtmpx_add_uint(tree, hf_reference, body, range, event->reference);
    default:
        return NULL;
    }
}

static void add_target(proto_tree *tree, const struct rtmpx_body *body,
                       const struct rtmp_amf_event *event) {
    char line[64];
    struct rtmp_text text = rtmp_text_over(line, sizeof line);
    rtmpx_amf_target(&text, event);
    if (text.len)
        proto_item_set_generated(add_leaf_string(tree, hf_target, body, event->target, text.out));
}

void rtmpx_add_amf_leaf_parts(proto_tree *tree, const struct rtmpx_amf_leaf *leaf) {
    const struct rtmpx_body *body = leaf->body;
    const struct rtmp_amf_event *event = leaf->event;
    if (event->kind == RTMP_AMF_STRING && event->is_reference)
        rtmpx_add_uint(tree, hf_reference, body, rtmpx_amf_behind_marker(event), event->reference);
    else if (event->kind == RTMP_AMF_DATE && event->version == 0)
        proto_tree_add_int(tree, hf_timezone, body->tvb, (int)rtmp_span_end(event->whole) - 2, 2,
                           event->timezone);
    else if (event->kind == RTMP_AMF_REFERENCE)
        add_target(tree, body, event);
}
