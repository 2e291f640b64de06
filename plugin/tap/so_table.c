/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tap/so_table.h"

#include "tap/table.h"

#include "export/so_totals.h"

/* Columns. Numbers are integers, so that they sort; so does the time, which is empty where there is
 * none, as its texts have one width. With the two characters that tshark writes behind each cell a
 * row is 200 wide. */
enum so_column {
    SO_NAME,
    SO_CLIENT,
    SO_VERSION,
    SO_ATTRIBUTES,
    SO_WRITES,
    SO_REFUSED,
    SO_UNANSWERED,
    SO_MEDIAN,
    SO_STATE,
    SO_VALUES,
    SO_COLUMN_COUNT
};

static stat_tap_table_item so_columns[SO_COLUMN_COUNT] = {
    [SO_NAME] = {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Object          ", "%-16s"},
    [SO_CLIENT] = {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Client               ", "%-21s"},
    [SO_VERSION] = {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "   Version", "%10u"},
    [SO_ATTRIBUTES] = {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Attributes", "%10u"},
    [SO_WRITES] = {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, " Writes", "%7u"},
    [SO_REFUSED] = {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Refused", "%7u"},
    [SO_UNANSWERED] = {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Unanswered", "%10u"},
    [SO_MEDIAN] = {TABLE_ITEM_STRING, TAP_ALIGN_RIGHT, "Confirmed ms", "%12s"},
    [SO_STATE] = {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "State           ", "%-16s"},
    [SO_VALUES] = {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Last values", "%-71s"},
};

struct so_row {
    struct rtmpx_table_row row;
    struct rtmp_so_totals totals;
};

static void free_so_row(struct rtmpx_table_row *row) {
    struct so_row *so = (struct so_row *)row;
    rtmp_so_totals_destroy(&so->totals, rtmpx_heap());
    g_free(so);
}

/* ---- rows ---- */

static struct so_row *add_so_row(stat_tap_table *table, const struct rtmpx_tapped *tapped,
                                 const packet_info *pinfo, const struct rtmp_so_copy *copy) {
    const struct rtmp_session *session = tapped->direction->session;
    struct so_row *so = g_new0(struct so_row, 1);
    so->row.free = free_so_row;
    rtmpx_table_add(table, so_columns, SO_COLUMN_COUNT, copy, &so->row);
    rtmpx_table_set_kept(table, so->row.row, SO_NAME,
                         rtmp_texts_of(&session->capture->so.names, copy->number + 1),
                         rtmp_session_mask(session));
    rtmpx_table_set_client(table, so->row.row, SO_CLIENT, pinfo, tapped->record.direction == 0);
    return so;
}

static void set_number(const stat_tap_table *table, const struct so_row *so, enum so_column column,
                       uint32_t number) {
    rtmpx_table_set_number(table, so->row.row, (unsigned)column, number);
}

static void set_median(const stat_tap_table *table, const struct so_row *so) {
    enum { NS_PER_MS = 1000000 };
    int64_t median = rtmp_so_totals_median(&so->totals);
    char out[32] = "";
    if (median >= 0)
        (void)snprintf(out, sizeof out, "%12.3f", (double)median / NS_PER_MS);
    rtmpx_table_set_text(table, so->row.row, SO_MEDIAN, out);
}

static void set_values(const stat_tap_table *table, const struct so_row *so,
                       const struct rtmp_session *session, const struct rtmp_so_copy *copy) {
    char out[160];
    struct rtmp_text text = rtmp_text_masked(out, sizeof out, rtmp_session_mask(session));
    rtmp_so_copy_values(&text, session, copy);
    rtmpx_table_set_text(table, so->row.row, SO_VALUES, out);
}

static void set_state(const stat_tap_table *table, const struct so_row *so,
                      const struct rtmp_session *session, const struct rtmp_so_copy *copy) {
    rtmpx_table_set_text(table, so->row.row, SO_STATE, rtmp_so_copy_state(session, copy));
}

static void update_so_row(const stat_tap_table *table, const struct so_row *so,
                          const struct rtmp_session *session, const struct rtmp_so_copy *copy) {
    set_number(table, so, SO_VERSION, copy->version);
    set_number(table, so, SO_ATTRIBUTES, copy->present);
    set_number(table, so, SO_WRITES, so->totals.writes);
    set_number(table, so, SO_REFUSED, so->totals.refused);
    set_number(table, so, SO_UNANSWERED, rtmp_so_totals_unanswered(&so->totals));
    set_median(table, so);
    set_state(table, so, session, copy);
    set_values(table, so, session, copy);
}

/* ---- the tap ---- */

/* The connection of a copy ends. */
static tap_packet_status end_so_row(const stat_tap_table *table,
                                    const struct rtmpx_tapped *tapped) {
    const struct so_row *so = (const struct so_row *)rtmpx_table_find(table, tapped->copy);
    if (!so)
        return TAP_PACKET_DONT_REDRAW;
    set_state(table, so, tapped->direction->session, tapped->copy);
    return TAP_PACKET_REDRAW;
}

static tap_packet_status follow_so_message(void *data, packet_info *pinfo, epan_dissect_t *edt,
                                           const void *item, tap_flags_t flags) {
    (void)edt;
    (void)flags;
    const stat_data_t *stat = data;
    const struct rtmpx_tapped *tapped = item;
    stat_tap_table *table = g_array_index(stat->stat_tap_data->tables, stat_tap_table *, 0);
    if (!tapped->messages)
        return end_so_row(table, tapped);
    uint32_t index = rtmpx_tapped_index(tapped);
    const struct rtmp_so_copy *copy = rtmp_so_copy_of(tapped->direction, index);
    if (!copy)
        return TAP_PACKET_DONT_REDRAW;
    struct so_row *so = (struct so_row *)rtmpx_table_find(table, copy);
    if (!so)
        so = add_so_row(table, tapped, pinfo, copy);
    struct rtmpx_body body;
    rtmpx_tapped_body(tapped, &body);
    rtmp_so_totals_add(&so->totals, rtmpx_heap(), tapped->direction, index,
                       rtmp_reader_over(body.bytes, body.available), tapped->record.message.type);
    update_so_row(table, so, tapped->direction->session, copy);
    return TAP_PACKET_REDRAW;
}

static void begin_so_table(stat_tap_table_ui *ui) {
    rtmpx_table_begin(ui, NULL);
}

void rtmpx_register_so_table(void) {
    static stat_tap_table_ui table = {
        .title = "RTMP SharedObjects",
        .tap_name = RTMPX_SO_TAP,
        .cli_string = RTMPX_TAP ",so",
        .stat_tap_init_cb = begin_so_table,
        .packet_func = follow_so_message,
        .nfields = SO_COLUMN_COUNT,
        .fields = so_columns,
    };
    rtmpx_table_register(&table);
}
