/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tree/aggregate.h"

#include "tree/command.h"
#include "tree/control.h"
#include "tree/items.h"
#include "tree/kind.h"
#include "tree/media.h"
#include "tree/note.h"
#include "tree/room.h"
#include "tree/shared_object.h"
#include "tree/unassigned.h"
#include "wanted.h"

#include "base/limits.h"
#include "payload/aggregate.h"
#include "payload/media/config_message.h"

/* Aggregates inside an aggregate are shown to this depth. */
#define NESTING_MAX 1

static int hf_tag = -1;
static int hf_type = -1;
static int hf_size = -1;
static int hf_timestamp = -1;
static int hf_rebased_timestamp = -1;
static int hf_stream_id = -1;
static int hf_back_pointer = -1;
static int hf_data = -1;

static int ett_tag = -1;

static hf_register_info aggregate_hf[] = {
    {&hf_tag,
     {"Tag", "rtmpx.aggregate.tag", FT_NONE, BASE_NONE, NULL, 0,
      "One message inside the aggregate: header, data and back pointer", HFILL}},
    {&hf_type,
     {"Tag type", "rtmpx.aggregate.tag.type", FT_UINT8, BASE_DEC, VALS(rtmp_names_message_types), 0,
      "Message type of the tag", HFILL}},
    {&hf_size,
     {"Tag data size", "rtmpx.aggregate.tag.size", FT_UINT24, BASE_DEC, NULL, 0,
      "Bytes of the tag's data", HFILL}},
    {&hf_timestamp,
     {"Tag timestamp (ms)", "rtmpx.aggregate.tag.timestamp", FT_UINT32, BASE_DEC, NULL, 0,
      "As the tag says; on the wire bits 0..23, then bits 24..31", HFILL}},
    {&hf_rebased_timestamp,
     {"Effective timestamp (ms)", "rtmpx.aggregate.tag.rebased_timestamp", FT_UINT32, BASE_DEC,
      NULL, 0, "The message's timestamp plus the distance from the first tag's", HFILL}},
    {&hf_stream_id,
     {"Tag stream id", "rtmpx.aggregate.tag.stream_id", FT_UINT24, BASE_DEC, NULL, 0,
      "Not used: the message's stream id counts", HFILL}},
    {&hf_back_pointer,
     {"Back pointer", "rtmpx.aggregate.tag.back_pointer", FT_UINT32, BASE_DEC, NULL, 0,
      "Length of the tag, its header included", HFILL}},
    {&hf_data,
     {"Tag data", "rtmpx.aggregate.tag.data", FT_BYTES, BASE_NONE, NULL, 0,
      "Data of a tag that is not decoded", HFILL}},
};

/* Progress through a message and the aggregates in it. */
struct aggregate_walk {
    unsigned nesting;
    unsigned tags;                       /* so far */
    uint32_t events;                     /* that the later tags may have */
    uint32_t tag_events;                 /* that the open one may have */
    struct rtmp_decoder_configs configs; /* as the next tag finds them */
};

/* A tag itself is as many items as so many events of a body. */
#define TAG_EVENTS 2

/* The share of a tag: what it may need, but no more than half of the rest. False: no room. */
static bool take_tag(struct aggregate_walk *walk, const struct rtmp_aggregate_tag *tag) {
    if (walk->tags == RTMP_LIMIT_AGGREGATE_TAGS || walk->events < TAG_EVENTS)
        return false;
    walk->tags++;
    walk->events -= TAG_EVENTS;
    walk->tag_events = walk->events / 2;
    if (walk->tag_events > rtmpx_most_events(tag->data.len))
        walk->tag_events = rtmpx_most_events(tag->data.len);
    if (tag->type != RTMP_MESSAGE_AGGREGATE) /* its tags take theirs */
        walk->events -= walk->tag_events;
    return true;
}

/* A tag as the message that it carries. The bytes are those of the body, in a subset tvb. */
static struct rtmpx_body tag_body(const struct rtmpx_body *body,
                                  const struct rtmp_aggregate_tag *tag,
                                  const struct aggregate_walk *walk, struct rtmp_message *message) {
    *message = (struct rtmp_message){.timestamp = tag->rebased_timestamp,
                                     .length = tag->size,
                                     .stream_id = body->message->stream_id,
                                     .csid = body->message->csid,
                                     .type = tag->type,
                                     .relative = body->message->relative};
    struct rtmpx_body inner = *body;
    inner.tvb = tvb_new_subset_length(body->tvb, (int)tag->data.pos, (int)tag->data.len);
    inner.bytes = body->bytes + tag->data.pos;
    inner.available = tag->data.len;
    inner.answered = (struct rtmp_answered_call){RTMP_REPLY_UNKNOWN, NULL, 0};
    inner.call = NULL;
    inner.decoder_configs = &walk->configs;
    inner.events = walk->tag_events;
    inner.before += tag->data.pos;
    inner.head = 0;
    inner.incomplete = body->incomplete && tag->data.len < tag->size;
    inner.message = message;
    return inner;
}

static proto_tree *add_tag(proto_tree *tree, const struct rtmpx_body *body,
                           const struct rtmp_aggregate_tag *tag) {
    proto_item *item = rtmpx_add_range(tree, hf_tag, body, tag->whole);
    proto_tree *subtree = proto_item_add_subtree(item, ett_tag);
    rtmpx_add_uint(subtree, hf_type, body, tag->type_span, tag->type);
    rtmpx_add_uint(subtree, hf_size, body, tag->size_span, tag->size);
    rtmpx_add_uint(subtree, hf_timestamp, body, tag->timestamp_span, tag->timestamp);
    proto_item_set_generated(rtmpx_add_uint(subtree, hf_rebased_timestamp, body,
                                            tag->timestamp_span, tag->rebased_timestamp));
    rtmpx_add_uint(subtree, hf_stream_id, body, tag->stream_id_span, tag->stream_id);
    return subtree;
}

static void add_tags(proto_tree *tree, const struct rtmpx_body *body, struct aggregate_walk *walk);

/* Dissect the tag's data as the message that it carries. Nested aggregates are dissected here,
 * where their depth is known. */
static void add_data(proto_tree *tree, const struct rtmpx_body *body,
                     const struct rtmp_aggregate_tag *tag, struct aggregate_walk *walk) {
    struct rtmp_message message;
    struct rtmpx_body inner = tag_body(body, tag, walk, &message);
    /* A tag that is longer than its aggregate does not have the length that it says. */
    if (tag->data.len == tag->size || inner.incomplete)
        rtmpx_tree_kind(tree, body->tvb, tag->whole.pos, &message);
    if (tag->type != RTMP_MESSAGE_AGGREGATE) {
        const struct rtmpx_noun *noun = rtmpx_noun_of(tag->type);
        if (rtmpx_wanted(tree, noun))
            noun->tree(tree, &inner);
        rtmp_decoder_configs_learn(&walk->configs, &message, inner.bytes, inner.available);
    } else if (walk->nesting < NESTING_MAX) {
        walk->nesting++;
        add_tags(tree, &inner, walk);
        walk->nesting--;
    } else {
        proto_item *item = rtmpx_add_range(tree, hf_data, body, tag->data);
        expert_add_info(body->pinfo, item, &ei_rtmpx_limit);
    }
}

static void label_tag(proto_item *item, const struct rtmpx_body *body,
                      const struct rtmp_aggregate_tag *tag, const struct aggregate_walk *walk) {
    char line[ITEM_LABEL_LENGTH];
    struct rtmp_message message;
    struct rtmpx_body inner = tag_body(body, tag, walk, &message);
    struct rtmp_text text = rtmp_text_masked(line, sizeof line, body->mask);
    rtmp_text_add(&text, "Tag: ");
    rtmpx_noun_of(tag->type)->summary(&text, &inner);
    proto_item_set_text(item, "%s", line);
}

static void add_tags(proto_tree *tree, const struct rtmpx_body *body, struct aggregate_walk *walk) {
    struct rtmp_reader reader = rtmp_reader_over(body->bytes, body->available);
    struct rtmp_aggregate aggregate;
    struct rtmp_aggregate_tag tag;
    rtmp_aggregate_init(&aggregate, &reader, body->message->timestamp);
    while (rtmp_aggregate_next(&aggregate, &tag)) {
        if (!take_tag(walk, &tag)) {
            rtmp_fail_at(&reader, RTMP_LIMIT_ITEMS, tag.whole.pos);
            break;
        }
        proto_tree *subtree = add_tag(tree, body, &tag);
        if (rtmpx_tree_visible(subtree))
            label_tag(subtree, body, &tag, walk);
        add_data(subtree, body, &tag, walk);
        if (tag.has_back_pointer)
            rtmpx_note_remark(rtmpx_add_uint(subtree, hf_back_pointer, body, tag.back_pointer_span,
                                             tag.back_pointer),
                              body, tag.remark);
    }
    rtmpx_note_rest(tree, body, &reader);
}

static void add_aggregate(proto_tree *tree, const struct rtmpx_body *body) {
    struct aggregate_walk walk = {.events = body->events};
    if (body->decoder_configs)
        walk.configs = *body->decoder_configs;
    add_tags(tree, body, &walk);
}

static void summarise_aggregate(struct rtmp_text *text, const struct rtmpx_body *body) {
    rtmp_aggregate_summary(text, rtmp_reader_over(body->bytes, body->available), body->incomplete);
}

static int *const aggregate_ett[] = {&ett_tag};
static const struct rtmpx_noun *const aggregate_parts[] = {&rtmpx_noun_control,
                                                           &rtmpx_noun_media,
                                                           &rtmpx_noun_command,
                                                           &rtmpx_noun_shared_object,
                                                           &rtmpx_noun_unassigned,
                                                           &rtmpx_noun_kind,
                                                           NULL};

const struct rtmpx_noun rtmpx_noun_aggregate = {
    RTMPX_FIELDS(aggregate_hf), RTMPX_SUBTREES(aggregate_ett),
    .parts = aggregate_parts,   .types = {RTMP_MESSAGE_AGGREGATE},
    .tree = add_aggregate,      .summary = summarise_aggregate,
};
