/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tap/trees.h"

#include "tap/tap.h"

/* Nodes by name: below it a frequent text of the wire makes one node, not one a message. */
enum { TEXT_MAX = 64 };

#define MESSAGES "Messages"
#define BYTES    "Bytes"
#define STATUS   "Status codes"

static struct rtmp_row_message row_message(const struct rtmpx_tapped *tapped) {
    struct rtmpx_body body;
    rtmpx_tapped_body(tapped, &body);
    return rtmpx_tapped_row(tapped, &body);
}

/* The text of a column, "" where the message has none. */
static const char *text_of(struct rtmp_row *row, enum rtmp_row_column column, char *buffer) {
    const struct rtmp_row_value value = rtmp_row_value(row, column, buffer, TEXT_MAX);
    return value.kind == RTMP_VALUE_TEXT ? value.text : "";
}

static void begin_messages(stats_tree *tree) {
    stats_tree_create_node(tree, MESSAGES, 0, STAT_DT_INT, TRUE);
    stats_tree_create_node(tree, BYTES, 0, STAT_DT_INT, TRUE);
}

static tap_packet_status count_message(stats_tree *tree, packet_info *pinfo, epan_dissect_t *edt,
                                       const void *item, tap_flags_t flags) {
    (void)pinfo;
    (void)edt;
    (void)flags;
    const struct rtmp_row_message message = row_message(item);
    struct rtmp_row row;
    char buffer[TEXT_MAX];
    rtmp_row_begin(&row, &message);
    int length = (int)rtmp_row_value(&row, RTMP_ROW_LENGTH, buffer, TEXT_MAX).number;
    const char *kind = text_of(&row, RTMP_ROW_KIND, buffer);
    tick_stat_node(tree, MESSAGES, 0, TRUE);
    int node = tick_stat_node(tree, kind, stats_tree_parent_id_by_name(tree, MESSAGES), TRUE);
    int bytes = avg_stat_node_add_value_int(tree, BYTES, 0, TRUE, length);
    avg_stat_node_add_value_int(tree, kind, bytes, FALSE, length);
    const char *what = text_of(&row, RTMP_ROW_CODEC, buffer);
    if (!*what)
        what = text_of(&row, RTMP_ROW_COMMAND, buffer);
    if (*what)
        tick_stat_node(tree, what, node, FALSE);
    return TAP_PACKET_REDRAW;
}

static void begin_status(stats_tree *tree) {
    stats_tree_create_node(tree, STATUS, 0, STAT_DT_INT, TRUE);
}

static tap_packet_status count_status(stats_tree *tree, packet_info *pinfo, epan_dissect_t *edt,
                                      const void *item, tap_flags_t flags) {
    (void)pinfo;
    (void)edt;
    (void)flags;
    const struct rtmp_row_message message = row_message(item);
    struct rtmp_row row;
    char level[TEXT_MAX];
    char code[TEXT_MAX];
    rtmp_row_begin(&row, &message);
    const char *name = text_of(&row, RTMP_ROW_STATUS_CODE, code);
    if (!*name)
        return TAP_PACKET_DONT_REDRAW;
    const char *parent = text_of(&row, RTMP_ROW_STATUS_LEVEL, level);
    if (!*parent) /* faults of Flash Remoting have none */
        parent = text_of(&row, RTMP_ROW_KIND, level);
    tick_stat_node(tree, STATUS, 0, TRUE);
    int node = tick_stat_node(tree, parent, stats_tree_parent_id_by_name(tree, STATUS), TRUE);
    tick_stat_node(tree, name, node, FALSE);
    return TAP_PACKET_REDRAW;
}

void rtmpx_register_trees(void) {
    stats_tree_register_plugin(RTMPX_TAP, RTMPX_TAP, "RTMP" RTMPX_MENU_SEPARATOR "Messages", 0,
                               count_message, begin_messages, NULL);
    stats_tree_register_plugin(RTMPX_TAP, RTMPX_TAP "_status",
                               "RTMP" RTMPX_MENU_SEPARATOR "Status codes", 0, count_status,
                               begin_status, NULL);
}
