/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TAP_TABLE_H
#define RTMPX_TAP_TABLE_H

#include "tap/tap.h"

#include "session/texts.h"

/*
 * Tables (stat_tap_ui.h) that have a row for each thing of a kind, such as a stream. Wireshark
 * keeps nothing of ours with a table but its cells: the first cell of a row holds what is known of
 * the row, the second cell of the first row holds the rows by the things that they are about. Texts
 * of cells are the table's own.
 *
 * The format of a column says how wide it is (`%-16s`, `%7u`). Nothing is wider: texts are cut
 * (tap/fit.h), a number of more digits is shown as the greatest of its column. So rows of tshark
 * have a width that does not depend on what is in the capture; nor does where their bars are.
 */

/* What is known of a row begins with this. */
struct rtmpx_table_row {
    unsigned row;
    const stat_tap_table_item *columns;
    void (*free)(struct rtmpx_table_row *row); /* and what it holds */
};

/* Register a table. Its title, tap, switch, columns and callbacks for its beginning and its
 * messages are set; the rest is the same for all. */
void rtmpx_table_register(stat_tap_table_ui *table);

/* What a stat_tap_init_cb does: the table is empty. filter: of a row, with %d for its first number;
 * NULL: none. */
void rtmpx_table_begin(stat_tap_table_ui *ui, const char *filter);

/* The row of a thing, NULL: it has none. */
struct rtmpx_table_row *rtmpx_table_find(const stat_tap_table *table, const void *thing);

/* Add a row, with empty cells of these columns, two or more; *row becomes the table's. */
void rtmpx_table_add(stat_tap_table *table, const stat_tap_table_item *columns, unsigned count,
                     const void *thing, struct rtmpx_table_row *row);

struct rtmpx_table_row *rtmpx_table_row(const stat_tap_table *table, unsigned row);

/* Columns of a terminal. */
unsigned rtmpx_table_width(const stat_tap_table *table, unsigned row, unsigned column);

void rtmpx_table_set_number(const stat_tap_table *table, unsigned row, unsigned column,
                            uint32_t number);

/* Of a column with two decimals. */
void rtmpx_table_set_hundredths(const stat_tap_table *table, unsigned row, unsigned column,
                                double number);

/* Cut at its end. */
void rtmpx_table_set_text(const stat_tap_table *table, unsigned row, unsigned column,
                          const char *text);

/* A text from the wire, NULL: none, and what it hides. Cut in the middle, as the client's. */
void rtmpx_table_set_kept(const stat_tap_table *table, unsigned row, unsigned column,
                          const struct rtmp_kept_text *kept, const struct rtmp_mask *mask);

/* The client's address and port. */
void rtmpx_table_set_client(const stat_tap_table *table, unsigned row, unsigned column,
                            const packet_info *pinfo, bool from_client);

#endif
