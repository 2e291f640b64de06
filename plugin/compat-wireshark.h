/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_COMPAT_WIRESHARK_H
#define RTMPX_COMPAT_WIRESHARK_H

/* Every difference between Wireshark 4.0, 4.4 and 4.6; no other file has any. */

#include <stdbool.h>
#include <stdint.h>

#include <dlfcn.h>

#include <glib.h>

/* Wireshark's headers convert freely between widths; our own code does not. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include <epan/packet.h>

#include <epan/column-info.h>
#include <epan/conversation.h>
#include <epan/conversation_filter.h>
#include <epan/dissectors/packet-http.h>
#include <epan/dissectors/packet-tcp.h>
#include <epan/dissectors/packet-tls.h>
#include <epan/exceptions.h>
#include <epan/expert.h>
#include <epan/export_object.h>
#include <epan/follow.h>
#include <epan/funnel.h>
#include <epan/plugin_if.h>
#include <epan/prefs-int.h>
#include <epan/prefs.h>
#include <epan/proto_data.h>
#include <epan/srt_table.h>
#include <epan/stat_tap_ui.h>
#include <epan/stats_tree.h>
#include <epan/tap.h>
#include <epan/to_str.h>
#include <epan/unit_strings.h>
#include <wsutil/json_dumper.h>
#if RTMPX_WIRESHARK_VERSION >= 40200
#include <epan/dissectors/packet-media-type.h>
#endif
#pragma GCC diagnostic pop

#include "base/names.h"

/* VALS() takes the core's lists of names as they are. */
_Static_assert(sizeof(struct rtmp_name) == sizeof(value_string) &&
                   offsetof(struct rtmp_name, value) == offsetof(value_string, value) &&
                   offsetof(struct rtmp_name, text) == offsetof(value_string, strptr) &&
                   sizeof((struct rtmp_name){0}.value) == sizeof((value_string){0}.value),
               "struct rtmp_name has the layout of value_string");

/* Wireshark's own converts nothing: clang warns of lists of the core. */
#undef VALS
#define VALS(names) ((const value_string *)(names))

#if RTMPX_WIRESHARK_VERSION >= 40200
#include <wsutil/plugins.h>
typedef bool ws_bool;
#define RTMPX_PLUGIN_DESCRIPTION WS_PLUGIN_DESC_DISSECTOR
#else
/* gboolean: preferences and some callbacks differ in size between the two. */
typedef gboolean ws_bool;
#define RTMPX_PLUGIN_DESCRIPTION 0
#endif

/* Named so since 4.6. */
#if RTMPX_WIRESHARK_VERSION < 40600
#define dissector_try_uint_with_data dissector_try_uint_new
#endif

/* The value of an item. */
static inline fvalue_t *rtmpx_value_of(const field_info *item) {
#if RTMPX_WIRESHARK_VERSION >= 40200
    return item->value;
#else
    return (fvalue_t *)&item->value;
#endif
}

/* A field's unit; 4.0 takes the pointer as it is. */
#ifndef UNS
#define UNS(unit) (unit)
#endif

/* Between the levels of a menu. */
#if RTMPX_WIRESHARK_VERSION >= 40400
#define RTMPX_MENU_SEPARATOR "//"
#else
#define RTMPX_MENU_SEPARATOR "/"
#endif

/* The function `name` for stat_tap_ui, which calls `add(argument)`; 4.6 wants to know whether it
 * worked: `add` ends the program if not, as tshark does. */
#if RTMPX_WIRESHARK_VERSION >= 40600
#define RTMPX_STAT_CALLBACK(name, add)                                                             \
    static bool name(const char *argument, void *data) {                                           \
        (void)data;                                                                                \
        add(argument);                                                                             \
        return true;                                                                               \
    }
#else
#define RTMPX_STAT_CALLBACK(name, add)                                                             \
    static void name(const char *argument, void *data) {                                           \
        (void)data;                                                                                \
        add(argument);                                                                             \
    }
#endif

/* A protocol that can be followed. Sub-streams since 4.4: how many streams there are, and the next
 * sub-stream from one on, up or (le) down. */
struct rtmpx_follow {
    const char *tap;
    follow_conv_filter_func filter_of_frame;
    follow_index_filter_func filter_of_index;
    follow_address_filter_func filter_of_addresses;
    follow_port_to_display_func port_text;
    tap_packet_cb packet;
    uint32_t (*count)(void);
    bool (*next_sub_stream)(unsigned stream, unsigned from, bool le, unsigned *next);
};

static inline void rtmpx_register_follow_stream(int proto, const struct rtmpx_follow *follow) {
    register_follow_stream(proto, follow->tap, follow->filter_of_frame, follow->filter_of_index,
                           follow->filter_of_addresses, follow->port_text, follow->packet
#if RTMPX_WIRESHARK_VERSION >= 40400
                           ,
                           follow->count, follow->next_sub_stream
#endif
    );
}

/* Of the functions of a conversation filter: is there one, and which. */
#if RTMPX_WIRESHARK_VERSION >= 40200
#define RTMPX_FILTER_PARAMETERS packet_info *pinfo, G_GNUC_UNUSED void *user_data
#else
#define RTMPX_FILTER_PARAMETERS packet_info *pinfo
#endif

static inline void rtmpx_register_filter(const char *title, is_filter_valid_func is_valid,
                                         build_filter_string_func build) {
#if RTMPX_WIRESHARK_VERSION >= 40200
    register_conversation_filter("rtmpx", title, is_valid, build, NULL);
#else
    register_conversation_filter("rtmpx", title, is_valid, build);
#endif
}

/* Give the rest of the TLS session to `handle`; `data` is the argument that TLS passes to its
 * heuristics. */
static inline void rtmpx_tls_set_app_handle(void *data, dissector_handle_t handle) {
#if RTMPX_WIRESHARK_VERSION >= 40400
    struct tlsinfo *info = data;
    if (info && info->app_handle)
        *info->app_handle = handle;
#else
    dissector_handle_t *app_handle = data;
    if (app_handle)
        *app_handle = handle;
#endif
}

/* Does HTTP pass a request, not a reply, to a dissector of a media type with this `data`? */
static inline bool rtmpx_http_is_request(const void *data) {
#if RTMPX_WIRESHARK_VERSION >= 40200
    const media_content_info_t *info = data;
    return info && info->type == MEDIA_CONTAINER_HTTP_REQUEST;
#else
    const http_message_info_t *info = data;
    return info && info->type == HTTP_REQUEST;
#endif
}

/* ... or a reply, not a request? Over HTTP/2 it says neither. */
static inline bool rtmpx_http_is_reply(const void *data) {
#if RTMPX_WIRESHARK_VERSION >= 40200
    const media_content_info_t *info = data;
    return info && info->type == MEDIA_CONTAINER_HTTP_RESPONSE;
#else
    const http_message_info_t *info = data;
    return info && info->type == HTTP_RESPONSE;
#endif
}

/* TCP's data of the connection below, with its current direction; NULL: there is none.
 * get_tcp_conversation_data() would reset the data of the current segment. */
static inline const struct tcp_analysis *rtmpx_tcp_of(packet_info *pinfo) {
    const conversation_t *conversation =
        pinfo->ptype == PT_TCP ? find_conversation_pinfo(pinfo, 0) : NULL;
    return conversation
               ? conversation_get_proto_data(conversation, proto_get_id_by_filter_name("tcp"))
               : NULL;
}

/* Was a FIN or RST of the connection seen, by TCP's conversation completeness? */
static inline bool rtmpx_tcp_has_ended(const struct tcp_analysis *tcp) {
    enum { SAW_FIN_OR_RST = 0x30 };
    return tcp->conversation_completeness & SAW_FIN_OR_RST;
}

/* What the sender of the current segment acknowledges; 0: TCP does not analyse. */
static inline uint32_t rtmpx_tcp_acknowledged(const struct tcp_analysis *tcp) {
    return tcp && tcp->fwd && tcp->fwd->tcp_analyze_seq_info
               ? tcp->fwd->tcp_analyze_seq_info->lastack
               : 0;
}

/* First visit: HTTP's data of the TCP connection, NULL when there is none. */
static inline const http_conv_t *rtmpx_http_of(packet_info *pinfo) {
    const conversation_t *conversation = find_conversation_pinfo(pinfo, 0);
    return conversation
               ? conversation_get_proto_data(conversation, proto_get_id_by_filter_name("http"))
               : NULL;
}

/* First visit: HTTP's record of the current request, in which the frame of its reply will stand
 * (res_framenum). NULL: there is none. */
static inline const http_req_res_t *rtmpx_http_exchange(packet_info *pinfo) {
    const http_conv_t *http = rtmpx_http_of(pinfo);
    return http ? http->req_res_tail : NULL;
}

/* What HTTP counted of a TCP connection, in the records of its requests and replies. */
struct rtmpx_http_counter {
    const http_req_res_t *last;
    uint32_t requests, replies; /* of the records before it */
};

/* First visit: the requests and replies on the connection up to the current one, and with it; 0:
 * not known, as the records of 4.4 and later are no list. */
static inline void rtmpx_http_count(struct rtmpx_http_counter *counter, packet_info *pinfo,
                                    uint32_t *requests, uint32_t *replies) {
    *requests = *replies = 0;
#ifndef HTTP_PROTO_DATA_REQRES
    if (!counter->last) {
        counter->last = rtmpx_http_exchange(pinfo);
        while (counter->last && counter->last->prev)
            counter->last = counter->last->prev;
    }
    if (!counter->last)
        return;
    for (; counter->last->next; counter->last = counter->last->next) {
        counter->requests += counter->last->req_framenum != 0;
        counter->replies += counter->last->res_framenum != 0;
    }
    *requests = counter->requests + (counter->last->req_framenum != 0);
    *replies = counter->replies + (counter->last->res_framenum != 0);
#else
    (void)counter;
    (void)pinfo;
#endif
}

/* The HTTP/2 stream whose body is dissected, 0 when it is not known. http2_get_stream_id() is not
 * exported; what is followed is asked instead, which gives the same number (4.0, 4.4, 4.6). */
static inline uint32_t rtmpx_http2_stream_of(packet_info *pinfo) {
    register_follow_t *follow = get_follow_by_name("HTTP2");
    unsigned tcp = 0;
    unsigned stream = 0;
    if (follow)
        g_free(get_follow_conv_func(follow)(NULL, pinfo, &tcp, &stream));
    return stream;
}

/* First visit: the status code of the current reply, 0 when it is not known. */
static inline unsigned rtmpx_http_status(packet_info *pinfo) {
    const http_conv_t *http = rtmpx_http_of(pinfo);
#ifdef HTTP_PROTO_DATA_REQRES
    return http && http->req_res_tail ? http->req_res_tail->response_code : 0;
#else
    return http ? http->response_code : 0;
#endif
}

/* First visit: the URL of the current HTTP request, NULL when there is none. */
static inline const char *rtmpx_http_request_uri(packet_info *pinfo) {
    const http_conv_t *http = rtmpx_http_of(pinfo);
#ifdef HTTP_PROTO_DATA_REQRES
    return http && http->req_res_tail ? http->req_res_tail->request_uri : NULL;
#else
    return http ? http->request_uri : NULL;
#endif
}

/*
 * Flow graphs: libwireshark exports the functions, but no header of its -dev package declares them.
 * They are looked up when the program runs, so that a version without them loads the plugin too.
 */
static inline void *rtmpx_symbol_of_wireshark(const char *name) {
    return dlsym(RTLD_DEFAULT, name);
}

/* What adds a packet to the flow of all packets, "any"; NULL: there is none. */
static inline tap_packet_cb rtmpx_flow_of_all_packets(void) {
    union {
        void *symbol;
        void *(*find)(const char *);
    } by_name = {rtmpx_symbol_of_wireshark("sequence_analysis_find_by_name")};
    union {
        void *symbol;
        tap_packet_cb (*get)(void *);
    } function_of = {rtmpx_symbol_of_wireshark("sequence_analysis_get_packet_func")};
    void *any = by_name.symbol && function_of.symbol ? by_name.find("any") : NULL;
    return any ? function_of.get(any) : NULL;
}

/* Register a flow `name` (-z flow,NAME), `title` in the menu, of a tap's packets with columns. */
static inline void rtmpx_add_flow(const char *name, const char *title, int proto, const char *tap,
                                  tap_packet_cb packet) {
    union {
        void *symbol;
        void (*add)(const char *, const char *, int, const char *, unsigned, tap_packet_cb);
    } flows = {rtmpx_symbol_of_wireshark("register_seq_analysis")};
    if (flows.symbol)
        flows.add(name, title, proto, tap, TL_REQUIRES_COLUMNS, packet);
}

#endif
