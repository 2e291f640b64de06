/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/amf/amf_value.h"

#include "base/text.h"

/* What a digest begins with: kinds that are the same value share one. */
enum value_class {
    CLASS_NUMBER = 1,
    CLASS_BOOLEAN,
    CLASS_STRING,
    CLASS_DATE,
    CLASS_XML,
    CLASS_BYTES,
    CLASS_NULL,
    CLASS_UNDEFINED,
    CLASS_UNSUPPORTED,
    CLASS_OBJECT, /* or an array with names */
    CLASS_ARRAY,
    CLASS_VECTOR,
    CLASS_DICTIONARY,
};

struct digested_container {
    uint64_t sum;  /* of its members, in any order */
    uint64_t key;  /* of the next member, when it has one */
    uint64_t name; /* of its class */
    uint32_t next; /* index of the next member without a key */
    enum value_class kind;
    bool has_key, has_members;
};

struct value_digest {
    const struct rtmp_reader *reader;
    struct rtmp_amf *amf;
    bool is_cut;        /* not all of the value could be read */
    bool has_reference; /* it refers to another value */
};

/* Every bit of the result depends on every bit of both. The constants are those of splitmix64. */
static uint64_t mixed(uint64_t a, uint64_t b) {
    uint64_t x = a * UINT64_C(0x9E3779B97F4A7C15) + b;
    x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
    return x ^ x >> 31;
}

/* FNV-1a, 64 bits. */
static uint64_t digest_of_bytes(const uint8_t *bytes, size_t len) {
    uint64_t hash = UINT64_C(0xCBF29CE484222325);
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001B3);
    return mixed(hash, len);
}

static uint64_t digest_of_span(const struct rtmp_reader *reader, struct rtmp_span span) {
    const uint8_t *bytes = rtmp_bytes(reader, span);
    return digest_of_bytes(bytes, bytes ? span.len : 0);
}

static uint64_t digest_of_number(double number) {
    uint64_t bits;
    if (number == 0)
        number = 0; /* of either sign */
    memcpy(&bits, &number, sizeof bits);
    return number == number ? bits : UINT64_MAX;
}

/* The name of a member without one: an array with names has some with digits as well. */
static uint64_t digest_of_index(uint32_t index) {
    char digits[16];
    struct rtmp_text text = rtmp_text_over(digits, sizeof digits);
    rtmp_text_unsigned(&text, index);
    return digest_of_bytes((const uint8_t *)digits, text.len);
}

static uint64_t digest_of_leaf(const struct rtmp_reader *reader,
                               const struct rtmp_amf_event *event) {
    switch (event->kind) {
    case RTMP_AMF_NUMBER:
        return mixed(CLASS_NUMBER, digest_of_number(event->value.number));
    case RTMP_AMF_INTEGER:
        return mixed(CLASS_NUMBER, digest_of_number(event->value.integer));
    case RTMP_AMF_UNSIGNED:
        return mixed(CLASS_NUMBER, digest_of_number(event->value.unsigned_integer));
    case RTMP_AMF_BOOLEAN:
        return mixed(CLASS_BOOLEAN, event->value.boolean);
    case RTMP_AMF_STRING:
        return mixed(CLASS_STRING, digest_of_span(reader, event->text));
    case RTMP_AMF_XML:
        return mixed(CLASS_XML, digest_of_span(reader, event->text));
    case RTMP_AMF_DATE:
        return mixed(CLASS_DATE, digest_of_number(event->value.milliseconds));
    case RTMP_AMF_BYTES:
        return mixed(CLASS_BYTES, digest_of_span(reader, event->payload));
    case RTMP_AMF_UNDEFINED:
        return CLASS_UNDEFINED;
    case RTMP_AMF_UNSUPPORTED:
        return CLASS_UNSUPPORTED;
    default:
        return CLASS_NULL;
    }
}

static enum value_class class_of_container(enum rtmp_amf_kind kind) {
    switch (kind) {
    case RTMP_AMF_OBJECT:
    case RTMP_AMF_ECMA_ARRAY:
        return CLASS_OBJECT;
    case RTMP_AMF_VECTOR:
        return CLASS_VECTOR;
    case RTMP_AMF_DICTIONARY:
        return CLASS_DICTIONARY;
    default:
        return CLASS_ARRAY;
    }
}

/* A value inside a container, or the key of a dictionary's entry, is complete. */
static void digest_member(struct digested_container *container, uint64_t digest, bool is_key) {
    container->has_members = true;
    if (is_key) {
        container->key = digest;
        container->has_key = true;
        return;
    }
    uint64_t key = container->has_key ? container->key : digest_of_index(container->next++);
    container->sum += mixed(key, digest);
    container->has_key = false;
}

static uint64_t digest_of_container(const struct digested_container *container) {
    bool is_plain = container->kind == CLASS_OBJECT || container->kind == CLASS_ARRAY;
    if (is_plain && !container->has_members && !container->name)
        return CLASS_ARRAY;
    return mixed(mixed(container->kind, container->name), container->sum);
}

static void digest_key(struct digested_container *container, const struct rtmp_reader *reader,
                       const struct rtmp_amf_event *event) {
    container->key = event->name
                         ? digest_of_bytes((const uint8_t *)event->name, strlen(event->name))
                         : digest_of_span(reader, event->text);
    if (container->kind == CLASS_ARRAY)
        container->kind = CLASS_OBJECT;
    container->has_key = container->has_members = true;
}

static bool next_event(struct value_digest *d, struct rtmp_amf_event *event) {
    d->is_cut |= !rtmp_amf_next(d->amf, event);
    return !d->is_cut;
}

static bool is_value(const struct rtmp_amf_event *event) {
    return rtmp_amf_is_leaf(event->kind) || rtmp_amf_is_container(event->kind);
}

/* Of a value that begins; what is inside a container is read. Not deeper than
 * RTMP_LIMIT_AMF_DEPTH, which the decoder sees to. */
static uint64_t digest_of_value(struct value_digest *d, const struct rtmp_amf_event *first) {
    if (rtmp_amf_is_leaf(first->kind)) {
        d->has_reference |= first->kind == RTMP_AMF_REFERENCE || rtmp_amf_is_unresolved(first);
        return digest_of_leaf(d->reader, first);
    }
    struct digested_container container = {
        .name = first->text.len ? digest_of_span(d->reader, first->text) : 0,
        .kind = class_of_container(first->kind)};
    struct rtmp_amf_event event;
    while (next_event(d, &event) && event.kind != RTMP_AMF_END) {
        if (event.kind == RTMP_AMF_KEY)
            digest_key(&container, d->reader, &event);
        else if (is_value(&event))
            digest_member(&container, digest_of_value(d, &event), event.is_dictionary_key);
    }
    return digest_of_container(&container);
}

bool rtmp_amf_value_digest(struct rtmp_amf *amf, uint64_t *digest) {
    struct value_digest d = {.reader = amf->reader, .amf = amf};
    struct rtmp_amf_event event;
    do {
        if (next_event(&d, &event) && is_value(&event))
            *digest = digest_of_value(&d, &event);
    } while (!d.is_cut && !rtmp_amf_value_done(amf));
    return !d.is_cut && !d.has_reference;
}
