/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_COMPAT_WIRESHARK_H
#define RTMPX_COMPAT_WIRESHARK_H

/* Every difference between Wireshark 4.0, 4.4 and 4.6; no other file has any. */

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

/* Wireshark's headers convert freely between widths; our own code does not. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include <epan/packet.h>

#include <epan/column-info.h>
#include <epan/conversation.h>
#include <epan/dissectors/packet-http.h>
#include <epan/dissectors/packet-tcp.h>
#include <epan/dissectors/packet-tls.h>
#include <epan/exceptions.h>
#include <epan/expert.h>
#include <epan/prefs-int.h>
#include <epan/prefs.h>
#include <epan/proto_data.h>
#include <epan/tap.h>
#include <epan/to_str.h>
#include <epan/unit_strings.h>
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

/* A field's unit; 4.0 takes the pointer as it is. */
#ifndef UNS
#define UNS(unit) (unit)
#endif

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

/* TCP's data of the connection below, with its current direction; NULL: there is none.
 * get_tcp_conversation_data() would reset the data of the current segment. */
static inline const struct tcp_analysis *rtmpx_tcp_of(packet_info *pinfo) {
    const conversation_t *conversation =
        pinfo->ptype == PT_TCP ? find_conversation_pinfo(pinfo, 0) : NULL;
    return conversation
               ? conversation_get_proto_data(conversation, proto_get_id_by_filter_name("tcp"))
               : NULL;
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

#endif
