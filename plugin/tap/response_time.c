/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tap/response_time.h"

#include "tap/tap.h"
#include "tree/items.h"

/* Rows of the table; calls of further names share the last one. An application has some ten. */
enum { ROWS_MAX = 500 };
#define OTHER_CALLS "(other calls)"

static void begin_table(struct register_srt *srt, GArray *tables) {
    (void)srt;
    /* The row number is no value of a field, so that rows have no filter. */
    (void)init_srt_table("RTMP calls", "Calls", tables, 0, "Call", NULL, NULL);
}

/* The row of a name, which is made if there is none. */
static int row_of(srt_stat_table *table, const char *name) {
    int row = 0;
    while (row < table->num_procs && g_strcmp0(table->procedures[row].procedure, name) != 0)
        row++;
    if (row == table->num_procs && row < ROWS_MAX)
        init_srt_table_row(table, row, name);
    if (row < ROWS_MAX)
        return row;
    if (row == ROWS_MAX && table->num_procs == ROWS_MAX)
        init_srt_table_row(table, row, OTHER_CALLS);
    return ROWS_MAX;
}

static const char *name_of_call(const struct rtmpx_tapped *tapped, packet_info *pinfo) {
    if (tapped->remoting) {
        const char *call = rtmp_remoting_answered(tapped->remoting->record);
        return call ? call : OTHER_CALLS;
    }
    const struct rtmp_kept_text *name =
        rtmp_session_call_name(tapped->direction->session, tapped->record.facts.call);
    if (!name)
        return OTHER_CALLS;
    return rtmpx_bytes_string(pinfo, name->bytes, name->len,
                              rtmp_session_mask(tapped->direction->session));
}

/* When the call was made that the message answers, ns since 1970; -1: it answers none. */
static int64_t time_of_call(const struct rtmpx_tapped *tapped) {
    if (tapped->remoting) {
        const struct rtmp_remoting_record *reply = tapped->remoting->record;
        bool is_answer = reply->packet->is_reply && reply->peer && reply->peer->peer == reply;
        return is_answer ? reply->peer->packet->time : -1; /* debug events are none */
    }
    const struct rtmp_facts_record *call = tapped->record.facts.call;
    struct rtmp_linked linked;
    bool is_answer =
        call && call->is_answer && rtmp_session_linked(tapped->direction, call, &linked);
    return is_answer ? linked.time : -1;
}

static tap_packet_status add_answer(void *data, packet_info *pinfo, epan_dissect_t *edt,
                                    const void *item, tap_flags_t flags) {
    (void)edt;
    (void)flags;
    const srt_data_t *srt = data;
    const struct rtmpx_tapped *tapped = item;
    int64_t time = time_of_call(tapped);
    if (time < 0)
        return TAP_PACKET_DONT_REDRAW;
    srt_stat_table *table = g_array_index(srt->srt_array, srt_stat_table *, 0);
    const nstime_t asked = rtmpx_nstime(time);
    add_srt_table_data(table, row_of(table, name_of_call(tapped, pinfo)), &asked, pinfo);
    return TAP_PACKET_REDRAW;
}

void rtmpx_register_response_time(int proto) {
    register_srt_table(proto, RTMPX_TAP, 1, add_answer, begin_table, NULL);
}
