/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tree/amf_label.h"

/* Bytes of a string that a label shows. */
#define LABEL_STRING 100U

static const char *marker_name(uint8_t version, uint8_t marker) {
    const char *name =
        rtmp_name_of(version == 3 ? rtmp_names_amf3_markers : rtmp_names_amf0_markers, marker);
    return name ? name : "Unknown";
}

static void append_label_text(struct rtmp_text *line, const struct rtmp_reader *reader,
                              struct rtmp_span span) {
    const uint8_t *bytes = rtmp_bytes(reader, span);
    if (bytes)
        rtmp_text_wire(line, bytes, span.len, LABEL_STRING);
}

static void append_value_name(struct rtmp_text *line, const struct rtmp_reader *reader,
                              const struct rtmpx_amf_name *name,
                              const struct rtmp_amf_event *event) {
    if (name->key && rtmp_amf_is_leaf(name->key->kind))
        rtmp_amf_leaf_text(line, reader, name->key, LABEL_STRING);
    else if (name->key && name->key->name)
        rtmp_text_add(line, name->key->name);
    else if (name->key)
        append_label_text(line, reader, name->key->text);
    else if (event->depth > 0 && !event->is_dictionary_key)
        rtmp_text_format(line, "[%u]", name->index);
    else if (name->label)
        rtmp_text_add(line, name->label);
    else
        return;
    rtmp_text_add(line, ": ");
}

static void append_leaf(struct rtmp_text *line, const char *value,
                        const struct rtmp_amf_event *event) {
    const char *quote = event->kind == RTMP_AMF_STRING ? "\"" : "";
    rtmp_text_add(line, quote);
    rtmp_text_wire(line, (const uint8_t *)value, strlen(value), LABEL_STRING);
    rtmp_text_add(line, quote);
    if (event->kind == RTMP_AMF_REFERENCE && event->target.len) {
        rtmp_text_add(line, " (");
        rtmpx_amf_target(line, event);
        rtmp_text_add(line, ")");
    }
}

static void add_container(struct rtmp_text *line, const struct rtmp_reader *reader,
                          const struct rtmp_amf_event *event) {
    rtmp_text_add(line, marker_name(event->version, event->marker));
    if (event->text.len == 0)
        return;
    rtmp_text_add(line, " ");
    append_label_text(line, reader, event->text);
}

void rtmpx_amf_set_label(proto_item *item, const struct rtmp_reader *reader,
                         const struct rtmpx_amf_name *name, const struct rtmp_amf_event *event,
                         const char *value) {
    char out[ITEM_LABEL_LENGTH];
    struct rtmp_text line = rtmp_text_masked(out, sizeof out, name->mask);
    append_value_name(&line, reader, name, event);
    if (!rtmp_amf_is_leaf(event->kind)) {
        add_container(&line, reader, event);
    } else {
        line.mask = NULL;
        append_leaf(&line, value, event);
    }
    proto_item_set_text(item, "%s", line.out);
}

void rtmpx_amf_append_count(proto_item *item, unsigned count, bool of_keys) {
    const char *one = of_keys ? "property" : "item";
    const char *many = of_keys ? "properties" : "items";
    proto_item_append_text(item, " (%u %s)", count, count == 1 ? one : many);
}

void rtmpx_amf_target(struct rtmp_text *text, const struct rtmp_amf_event *event) {
    if (event->target.len)
        rtmp_text_format(text, "%s at byte %u", marker_name(event->version, event->target_marker),
                         (unsigned)event->target.pos);
}

/* Bytes of such a text that are shown wherever in the frame it stands. */
#define SHARE_AT_LEAST 128U

/*
 * Bytes to show of a text that stands elsewhere: of the n-th value of a frame 1 MB / n, where each
 * byte of an earlier message counts as a value. What all of a frame show together is in the order
 * of 1 MB * log(bytes), or the least for each.
 */
static size_t share(const struct rtmpx_amf_texts *texts) {
    size_t bytes = 1000000U / ((size_t)texts->before + texts->amf->items + 1);
    return bytes > SHARE_AT_LEAST ? bytes : SHARE_AT_LEAST;
}

/* The buffer for a text that takes `len` bytes, of which `limit` are shown (0: all of them). */
static struct rtmp_text begin_text(struct rtmpx_amf_texts *texts, size_t around, size_t len,
                                   size_t limit) {
    /* 16: for the ellipsis of the limit and that of the buffer. */
    size_t size = around + (limit && len > limit ? limit : len) + 16;
    char *out =
        size <= sizeof texts->scratch ? texts->scratch : wmem_alloc_array(texts->pool, char, size);
    return rtmp_text_masked(out, size, texts->mask);
}

const char *rtmpx_amf_path_text(struct rtmpx_amf_texts *texts, const struct rtmp_text *path) {
    size_t shown = path->len > SHARE_AT_LEAST ? share(texts) : SHARE_AT_LEAST;
    if (path->len <= shown)
        return path->out;
    struct rtmp_text text = rtmp_text_over(texts->path, shown);
    rtmp_text_add_len(&text, path->out, path->len);
    return text.out;
}

const char *rtmpx_amf_name_text(struct rtmpx_amf_texts *texts, const struct rtmp_amf_event *event) {
    if (event->name)
        return event->name;
    bool elsewhere = event->is_reference || event->whole.len == 0;
    const uint8_t *bytes = rtmp_bytes(texts->amf->reader, event->text);
    size_t limit = elsewhere ? share(texts) : 0;
    struct rtmp_text text =
        begin_text(texts, 0, RTMP_TEXT_WIRE_GROWTH * (size_t)event->text.len, limit);
    if (bytes)
        rtmp_text_wire(&text, bytes, event->text.len, limit);
    return text.out;
}

struct rtmpx_amf_leaf_text rtmpx_amf_leaf_text(struct rtmpx_amf_texts *texts, const char *path,
                                               const struct rtmp_amf_event *event) {
    size_t limit = event->is_reference ? share(texts) : 0;
    struct rtmp_text text = begin_text(texts, strlen(path) + 1, rtmp_amf_leaf_size(event), limit);
    rtmp_text_add(&text, path);
    rtmp_text_add(&text, "=");
    size_t value = text.len;
    rtmp_amf_leaf_text(&text, texts->amf->reader, event, limit);
    return (struct rtmpx_amf_leaf_text){.pair = text.out, .value = text.out + value};
}
