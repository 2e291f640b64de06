/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The plugin in libwireshark: a conversation as frames of IPv4 and TCP, in one process.
 *
 * First byte: options (enum); then operations as in fuzz_direction.c, a TCP segment each. Whatever
 * the bytes: no dissector bug, nothing that Wireshark itself calls malformed, and what is recorded
 * does not depend on whether the first visit had a tree, a filter or neither, nor later visits on
 * their order. A frame is ours on all visits or on none.
 */
#include <stdio.h>
#include <stdlib.h>

#if defined __has_feature
#if __has_feature(address_sanitizer)
#include <sanitizer/lsan_interface.h>
#endif
#endif

#include <epan/column-info.h>
#include <epan/column.h>
#include <epan/dfilter/dfilter.h>
#include <epan/epan.h>
#include <epan/epan_dissect.h>
#include <epan/frame_data.h>
#include <epan/timestamp.h>
#include <wiretap/wtap.h>
#include <wsutil/filesystem.h>
#include <wsutil/privileges.h>
#include <wsutil/wslog.h>

#include "conversation.h"
#include "fuzz.h"
#include "planted.h"
#include "preferences.h"
#include "rtmpx.h"
#include "shown.h"
#include "wire/handshake.h"

enum {
    AFTER_HANDSHAKE = 1,
    NO_SYN = 2, /* the capture begins inside the connection */
    LITERAL_FMT3 = 4,
    KEEP_MEDIA = 8,
    IN_HTTP = 16,
    OTHER_PORT = 32,
    FILTER_FIRST = 64, /* the second first visit has a filter instead of a visible tree */
    CUT = 128,         /* the capture holds 200 bytes of each frame */
};

#define FRAMES_MAX 400U
#define FRAME_ROOM 8192U
#define CUT_LENGTH 200U

struct frame {
    frame_data data;
    unsigned from; /* 1: the server */
    uint8_t *bytes;
    uint32_t length;
    uint64_t shown; /* checksum of its rtmpx items */
};

struct capture {
    struct frame frame[FRAMES_MAX];
    uint32_t count;
    uint32_t sequence[2];
    uint32_t requests[2]; /* HTTP messages so far */
    uint32_t first_frame; /* number of the first frame */
    uint8_t options;
};

/* Opening a file costs far more than dissecting one of ours: many inputs share a session, each with
 * frame numbers and addresses of its own. So does a search for leaks, which libFuzzer would do
 * after each input, as the session keeps some memory of each: there is one a session. */
#define INPUTS_A_SESSION 2000U
static epan_t *session;
static struct capture *current;
static uint32_t networks, frames;

/* ---- frames ---- */

static void put16(uint8_t *out, uint32_t value) {
    out[0] = (uint8_t)(value >> 8);
    out[1] = (uint8_t)value;
}

static void put32(uint8_t *out, uint32_t value) {
    put16(out, value >> 16);
    put16(out + 2, value & 0xFFFF);
}

#define TCP_SYN  0x02
#define TCP_ACK  0x10
#define HEADERS  40U
#define IN_FRAME (FRAME_ROOM - HEADERS)

static void add_frame(struct capture *c, unsigned from, uint8_t flags, const uint8_t *payload,
                      uint32_t length) {
    if (c->count == FRAMES_MAX || length > IN_FRAME)
        return;
    struct frame *frame = &c->frame[c->count++];
    *frame = (struct frame){.from = from, .length = HEADERS + length};
    uint8_t *b = frame->bytes = calloc(1, frame->length);
    FUZZ_CHECK(b != NULL);
    uint32_t port = c->options & IN_HTTP ? 80 : c->options & OTHER_PORT ? 19350 : 1935;
    b[0] = 0x45;
    put16(b + 2, frame->length);
    b[8] = 64;
    b[9] = 6;
    /* Addresses are put in by each run. */
    put16(b + 20, from ? port : 50000);
    put16(b + 22, from ? 50000 : port);
    put32(b + 24, c->sequence[from]);
    put32(b + 28, c->sequence[1 - from]);
    b[32] = 0x50;
    b[33] = flags;
    put16(b + 34, 0xFFFF);
    if (length)
        memcpy(b + HEADERS, payload, length);
    c->sequence[from] += length + (flags & TCP_SYN ? 1 : 0);
}

/* RTMP bytes, in HTTP where that is asked for. */
static void add_bytes(struct capture *c, unsigned from, const uint8_t *bytes, uint32_t length) {
    if (!(c->options & IN_HTTP)) {
        add_frame(c, from, TCP_ACK, bytes, length);
        return;
    }
    uint8_t message[FRAME_ROOM];
    uint32_t number = c->requests[from]++;
    const char *command = number == 0 ? "open" : length ? "send" : "idle";
    int head = from ? snprintf((char *)message, sizeof message,
                               "HTTP/1.1 200 OK\r\nContent-Type: application/x-fcs\r\n"
                               "Content-Length: %u\r\n\r\n",
                               number ? length + 1 : 2)
                    : snprintf((char *)message, sizeof message,
                               "POST /%s/%s%u HTTP/1.1\r\nContent-Type: application/x-fcs\r\n"
                               "Content-Length: %u\r\n\r\n",
                               command, number ? "S/" : "", number, length);
    uint32_t at = (uint32_t)head;
    if (from && number == 0) {
        memcpy(message + at, "S\n", 2);
        at += 2;
        length = 0;
    } else if (from) {
        message[at++] = 1;
    }
    if (length > IN_FRAME - at)
        return;
    if (length)
        memcpy(message + at, bytes, length);
    add_frame(c, from, TCP_ACK, message, at + length);
}

/* In one frame a direction. Inputs without it have handshakes of their own. */
static void add_handshake(struct capture *c) {
    static const uint8_t packets[1 + 2 * RTMP_HANDSHAKE_SIZE] = {3};
    for (unsigned from = 0; from < 2; from++)
        add_bytes(c, from, packets, sizeof packets);
}

static void build(struct capture *c, struct fuzz_input input) {
    c->sequence[0] = 0xFFFFFF00U; /* wraps soon */
    c->sequence[1] = 77;
    if (!(c->options & NO_SYN)) {
        add_frame(c, 0, TCP_SYN, NULL, 0);
        add_frame(c, 1, TCP_SYN | TCP_ACK, NULL, 0);
    }
    if (c->options & IN_HTTP)
        for (unsigned from = 0; from < 2; from++)
            add_bytes(c, from, NULL, 0);
    if (c->options & AFTER_HANDSHAKE)
        add_handshake(c);
    while (input.left && c->count < FRAMES_MAX) {
        uint8_t operation = fuzz_u8(&input);
        uint32_t length = operation & 63U;
        length = length < 48 ? length + 1 : ((length - 48) << 8 | fuzz_u8(&input)) + 1;
        unsigned from = operation >> 7;
        const uint8_t *bytes;
        if (operation & 64) {
            /* Bytes that are missing, or a number that is; small ones go back instead. */
            c->sequence[from] += length < 16 ? 0U - length : length;
            c->requests[from] += length < 16;
            continue;
        }
        length = fuzz_take(&input, length, &bytes);
        if (length)
            add_bytes(c, from, bytes, length);
    }
}

/* ---- what is shown ---- */

static void hash_node(proto_node *node, void *data) {
    uint64_t *hash = data;
    field_info *fi = PNODE_FINFO(node);
    if (fi) {
        char label[ITEM_LABEL_LENGTH];
        const char *text = label;
        if (fi->rep)
            text = fi->rep->representation;
        else
            proto_item_fill_label(fi, label);
        fuzz_check_text(text, strlen(text));
        *hash = fuzz_hash(*hash, fi->hfinfo->abbrev, strlen(fi->hfinfo->abbrev));
        *hash = fuzz_hash(*hash, text, strlen(text));
        *hash = fuzz_hash_number(*hash, (uint64_t)(uint32_t)fi->start << 32 | (uint32_t)fi->length);
    }
    proto_tree_children_foreach(node, hash_node, data);
}

static void check_protocol(proto_node *node, void *data) {
    field_info *fi = PNODE_FINFO(node);
    if (strncmp(fi->hfinfo->abbrev, "rtmpx", 5) == 0)
        hash_node(node, data);
    if (strcmp(fi->hfinfo->abbrev, "_ws.malformed") != 0)
        return;
    char label[ITEM_LABEL_LENGTH];
    if (!fi->rep)
        proto_item_fill_label(fi, label);
    const char *text = fi->rep ? fi->rep->representation : label;
    if (strstr(text, "RTMP"))
        fuzz_stop(text, "Wireshark", 0);
}

/* ---- visits ---- */

enum visit { NO_TREE, VISIBLE, FILTERED };

static dfilter_t *filter;
static column_info columns;

/* Each run is a connection of its own. libwireshark keeps addresses for good: each session has the
 * same ones. */
static void set_addresses(struct capture *c) {
    uint32_t network = 0x0A000000 | networks++ << 2;
    for (uint32_t i = 0; i < c->count; i++) {
        unsigned from = c->frame[i].from;
        put32(c->frame[i].bytes + 12, network + (from ? 2 : 1));
        put32(c->frame[i].bytes + 16, network + (from ? 1 : 2));
    }
}

static void visit(struct capture *c, uint32_t index, enum visit how) {
    struct frame *frame = &c->frame[index];
    bool first = !frame->data.visited;
    wtap_rec record;
    wtap_rec_init(&record);
    record.rec_type = REC_TYPE_PACKET;
    record.presence_flags = WTAP_HAS_TS | WTAP_HAS_CAP_LEN;
    record.rec_header.packet_header.pkt_encap = WTAP_ENCAP_RAW_IP4;
    record.rec_header.packet_header.len = frame->length;
    uint32_t captured = frame->length;
    if ((c->options & CUT) && captured > CUT_LENGTH)
        captured = CUT_LENGTH;
    record.rec_header.packet_header.caplen = captured;
    record.ts.secs = (time_t)index;
    static nstime_t elapsed;
    static const frame_data *reference;
    static uint32_t bytes;
    if (first) {
        frame_data_init(&frame->data, c->first_frame + index, &record,
                        (int64_t)c->first_frame + index, bytes);
        if (index == 0)
            reference = NULL;
        frame_data_set_before_dissect(&frame->data, &elapsed, &reference,
                                      index ? &c->frame[index - 1].data : NULL);
        if (index == 0)
            reference = &frame->data;
    }
    epan_dissect_t *edt = epan_dissect_new(session, how != NO_TREE, FALSE);
    shown_wanted = how == VISIBLE;
    if (how == FILTERED)
        epan_dissect_prime_with_dfilter(edt, filter);
    tvbuff_t *tvb = tvb_new_real_data(frame->bytes, captured, (int)frame->length);
    epan_dissect_run(edt, WTAP_FILE_TYPE_SUBTYPE_UNKNOWN, &record, tvb, &frame->data,
                     how == VISIBLE ? &columns : NULL);
    if (how == FILTERED)
        (void)dfilter_apply_edt(filter, edt);
    if (first)
        frame_data_set_after_dissect(&frame->data, &bytes);
    if (how == VISIBLE) {
        frame->shown = FUZZ_HASH_START;
        proto_tree_children_foreach(edt->tree, check_protocol, &frame->shown);
    }
    epan_dissect_free(edt);
    wtap_rec_cleanup(&record);
}

/* The frame before our first one is of another input. */
static const nstime_t *frame_time(struct packet_provider_data *provider, uint32_t number) {
    static const nstime_t before;
    (void)provider;
    uint32_t index = number - current->first_frame;
    return index < current->count ? &current->frame[index].data.abs_ts : &before;
}

static void check_leaks(void) {
#if defined __has_feature
#if __has_feature(address_sanitizer)
    FUZZ_CHECK(__lsan_do_recoverable_leak_check() == 0);
#endif
#endif
}

static void open_session(void) {
    static const struct packet_provider_funcs functions = {.get_frame_ts = frame_time};
    if (session) {
        epan_free(session);
        check_leaks();
    }
    session = epan_new(NULL, &functions);
    frames = networks = 0;
}

/* What a capture shows after a first visit of each frame in a manner; visited again backwards or
 * forwards. */
static uint64_t run(struct capture *c, enum visit how, bool backwards) {
    rtmpx_begin_capture(); /* connections, streams and objects are counted in it */
    set_addresses(c);
    for (uint32_t i = 0; i < c->count; i++)
        memset(&c->frame[i].data, 0, sizeof c->frame[i].data);
    for (uint32_t i = 0; i < c->count; i++) {
        visit(c, i, how);
        c->frame[i].shown = 0;
    }
    /* Nothing of ours is in frames without a payload. */
    for (uint32_t i = 0; i < c->count; i++) {
        uint32_t index = backwards ? c->count - 1 - i : i;
        if (c->frame[index].length > HEADERS)
            visit(c, index, VISIBLE);
    }
    uint64_t hash = FUZZ_HASH_START;
    for (uint32_t i = 0; i < c->count; i++)
        hash = fuzz_hash_number(hash, c->frame[i].shown);
    for (uint32_t i = 0; i < c->count; i++)
        frame_data_destroy(&c->frame[i].data);
    return hash;
}

/* ---- libwireshark ---- */

void plugin_register(void);

/* Other heuristic dissectors would claim a conversation for a few bytes in it, and have bugs of
 * their own. */
static void keep_ours(const char *table, struct heur_dtbl_entry *entry, gpointer data) {
    (void)table;
    (void)data;
    entry->enabled = strncmp(entry->short_name, "rtmpx", 5) == 0;
}

static void begin(void) {
    static bool begun;
    if (begun)
        return;
    begun = true;
    (void)setenv("WIRESHARK_DEBUG_WMEM_OVERRIDE", "simple", 1);
    (void)setenv("WIRESHARK_ABORT_ON_DISSECTOR_BUG", "1", 1);
    (void)setenv("HOME", "/nonexistent", 1);
    (void)setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
    ws_log_init("fuzz_plugin", NULL);
    init_process_policies();
    (void)configuration_init("/usr/bin/tshark", NULL);
    timestamp_set_type(TS_RELATIVE);
    timestamp_set_precision(TS_PREC_AUTO);
    timestamp_set_seconds_type(TS_SECONDS_DEFAULT);
    wtap_init(FALSE);
    plugin_register();
    fuzz_plant();
    FUZZ_CHECK(epan_init(NULL, NULL, FALSE));
    e_prefs *preferences = epan_load_settings();
    heur_dissector_table_foreach("tcp", keep_ours, NULL);
    heur_dissector_table_foreach("http", keep_ours, NULL);
    build_column_format_array(&columns, preferences->num_cols, TRUE);
    char *error = NULL;
    FUZZ_CHECK(dfilter_compile("rtmpx.amf.pair or rtmpx.command.name or rtmpx.so.key "
                               "or rtmpx.video.codec or rtmpx.length > 7",
                               &filter, &error));
}

/* libFuzzer calls this first, so that its time for an input is not spent here. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    begin();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    begin();
    struct fuzz_input input = {data, size};
    static struct capture capture;
    capture = (struct capture){.options = fuzz_u8(&input)};
    rtmpx_preferences.literal_fmt3 = (capture.options & LITERAL_FMT3) != 0;
    rtmpx_preferences.parameter_sets = true;
    rtmpx_preferences.keep_media = (capture.options & KEEP_MEDIA) != 0;
    static uint32_t inputs;
    if (inputs++ % INPUTS_A_SESSION == 0)
        open_session();
    current = &capture;
    capture.first_frame = frames + 1;
    build(&capture, input);
    frames += capture.count;
    uint64_t bare = run(&capture, NO_TREE, false);
    uint64_t wanted = run(&capture, capture.options & FILTER_FIRST ? FILTERED : VISIBLE, true);
    FUZZ_CHECK(bare == wanted);
    for (uint32_t i = 0; i < capture.count; i++)
        free(capture.frame[i].bytes);
    return 0;
}
