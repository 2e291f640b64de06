/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AMF0 decoding: rtmp_amf_next against librtmp's AMF_Decode on the same bytes, as Markdown. */
#include <librtmp/amf.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "payload/amf/amf.h"
#include "timing.h"

struct body {
    uint8_t bytes[1 << 18];
    uint32_t len;
    uint32_t values; /* leaves */
};

static void put(struct body *body, const void *bytes, uint32_t len) {
    if (len > sizeof body->bytes - body->len)
        abort();
    memcpy(body->bytes + body->len, bytes, len);
    body->len += len;
}

static void put_count(struct body *body, uint32_t count, unsigned size) {
    for (unsigned shift = 8 * size; shift; shift -= 8)
        put(body, &(uint8_t){(uint8_t)(count >> (shift - 8))}, 1);
}

static void put_key(struct body *body, const char *key) {
    put_count(body, (uint32_t)strlen(key), 2);
    put(body, key, (uint32_t)strlen(key));
}

static void put_number(struct body *body) {
    put(body, "\x00\x40\x5e\xdd\x2f\x1a\x9f\xbe\x77", 9);
    body->values++;
}

/* What commands carry: half numbers, a quarter strings, a quarter booleans. */
static void put_leaf(struct body *body, uint32_t i) {
    if (i % 4 == 1) {
        put(body, "\x02", 1);
        put_key(body, "NetStream.Play.Start");
        body->values++;
    } else if (i % 4 == 3) {
        put(body, "\x01\x01", 2);
        body->values++;
    } else {
        put_number(body);
    }
}

static void put_object(struct body *body, uint32_t properties) {
    put(body, "\x03", 1);
    for (uint32_t i = 0; i < properties; i++) {
        char key[32];
        snprintf(key, sizeof key, "property%u", i);
        put_key(body, key);
        put_leaf(body, i);
    }
    put(body, "\x00\x00\x09", 3);
}

static void put_array(struct body *body, uint32_t items) {
    put(body, "\x0a", 1);
    put_count(body, items, 4);
    for (uint32_t i = 0; i < items; i++)
        put_number(body);
}

static void put_nested(struct body *body, uint32_t levels) {
    for (uint32_t i = 0; i < levels; i++) {
        put(body, "\x03", 1);
        put_key(body, "number");
        put_number(body);
        put_key(body, "inner");
    }
    put_number(body);
    for (uint32_t i = 0; i < levels; i++)
        put(body, "\x00\x00\x09", 3);
}

static uint64_t decode(void *user) {
    const struct body *body = user;
    static struct rtmp_amf amf;
    struct rtmp_amf_event event;
    struct rtmp_reader reader = rtmp_reader_over(body->bytes, body->len);
    uint64_t leaves = 0;
    rtmp_amf_init(&amf, &reader, 0);
    while (rtmp_amf_next(&amf, &event))
        leaves += rtmp_amf_is_leaf(event.kind);
    if (!rtmp_ok(&reader) || leaves != body->values)
        abort();
    return leaves;
}

static uint64_t decode_librtmp(void *user) {
    const struct body *body = user;
    AMFObject object = {0};
    if (AMF_Decode(&object, (const char *)body->bytes, (int)body->len, FALSE) < 0)
        abort();
    uint64_t properties = (uint64_t)object.o_num;
    AMF_Reset(&object);
    return properties;
}

static void compare(const char *title, struct body *body) {
    struct timing_pair ns = timing_compare(decode, decode_librtmp, body);
    double ours = body->len * 1e3 / ns.first, theirs = body->len * 1e3 / ns.second;
    printf("| %s | %.0f | %.0f | %.1f | %.1f | %.2f: %s |\n", title, ours, theirs,
           ns.first / body->values, ns.second / body->values, ours / theirs,
           ours >= 2 * theirs ? "met" : "**missed**");
}

int main(void) {
    static struct body body;
    static const uint32_t properties[] = {4, 16, 1000}, items[] = {16, 1000}, levels[] = {4, 32};
    char title[64];
    printf("| AMF0 | rtmpx MB/s | librtmp MB/s | rtmpx ns/value | librtmp ns/value "
           "| ratio, goal 2 |\n|---|---|---|---|---|---|\n");
    for (unsigned i = 0; i < sizeof properties / sizeof *properties; i++) {
        body.len = body.values = 0;
        put_object(&body, properties[i]);
        snprintf(title, sizeof title, "object of %u properties", properties[i]);
        compare(title, &body);
    }
    for (unsigned i = 0; i < sizeof items / sizeof *items; i++) {
        body.len = body.values = 0;
        put_array(&body, items[i]);
        snprintf(title, sizeof title, "strict array of %u numbers", items[i]);
        compare(title, &body);
    }
    for (unsigned i = 0; i < sizeof levels / sizeof *levels; i++) {
        body.len = body.values = 0;
        put_nested(&body, levels[i]);
        snprintf(title, sizeof title, "%u nested objects", levels[i]);
        compare(title, &body);
    }
    return 0;
}
