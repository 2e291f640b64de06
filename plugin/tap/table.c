/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tap/table.h"

#include "tap/fit.h"

/* The cells that hold what is ours. */
enum { CELL_OF_ROW, CELL_OF_ROWS };

static stat_tap_table_item_type *rtmpx_table_cell(const stat_tap_table *table, unsigned row,
                                                  unsigned column) {
    return stat_tap_get_field_data(table, row, column);
}

static GHashTable *rows_of_table(const stat_tap_table *table) {
    return table->num_elements ? rtmpx_table_cell(table, 0, CELL_OF_ROWS)->user_data.ptr_value
                               : NULL;
}

struct rtmpx_table_row *rtmpx_table_find(const stat_tap_table *table, const void *thing) {
    GHashTable *rows = rows_of_table(table);
    return rows ? g_hash_table_lookup(rows, thing) : NULL;
}

struct rtmpx_table_row *rtmpx_table_row(const stat_tap_table *table, unsigned row) {
    return rtmpx_table_cell(table, row, CELL_OF_ROW)->user_data.ptr_value;
}

void rtmpx_table_add(stat_tap_table *table, const stat_tap_table_item *columns, unsigned count,
                     const void *thing, struct rtmpx_table_row *row) {
    unsigned number = table->num_elements;
    GHashTable *rows = number ? rows_of_table(table) : g_hash_table_new(NULL, NULL);
    stat_tap_table_item_type *cells = g_new0(stat_tap_table_item_type, count);
    for (unsigned i = 0; i < count; i++) {
        cells[i].type = columns[i].type;
        if (columns[i].type == TABLE_ITEM_STRING)
            cells[i].value.string_value = g_strdup("");
    }
    row->row = number;
    row->columns = columns;
    cells[CELL_OF_ROW].user_data.ptr_value = row;
    if (number == 0)
        cells[CELL_OF_ROWS].user_data.ptr_value = rows;
    stat_tap_init_table_row(table, number, count, cells);
    g_free(cells); /* it was copied */
    g_hash_table_insert(rows, (void *)(uintptr_t)thing, row);
}

static void free_cell(stat_tap_table *table, unsigned row, unsigned column,
                      stat_tap_table_item_type *item) {
    (void)table;
    if (column == CELL_OF_ROW) {
        struct rtmpx_table_row *known = item->user_data.ptr_value;
        known->free(known);
    }
    if (column == CELL_OF_ROWS && row == 0)
        g_hash_table_destroy(item->user_data.ptr_value);
    if (item->type == TABLE_ITEM_STRING) {
        g_free((char *)(uintptr_t)item->value.string_value);
        item->value.string_value = NULL;
    }
}

/* What the rows are about may be gone. */
static void clear_table(stat_tap_table *table) {
    for (unsigned row = 0; row < table->num_elements; row++) {
        for (unsigned column = 0; column < table->num_fields; column++)
            free_cell(table, row, column, rtmpx_table_cell(table, row, column));
        g_free(table->elements[row]);
    }
    table->num_elements = 0;
}

/* ---- the table ---- */

void rtmpx_table_register(stat_tap_table_ui *table) {
    static tap_param parameters[] = {{PARAM_FILTER, "filter", "Filter", NULL, TRUE}};
    table->group = REGISTER_PACKET_STAT_GROUP_UNSORTED;
    table->stat_tap_reset_table_cb = clear_table;
    table->stat_tap_free_table_item_cb = free_cell;
    table->nparams = array_length(parameters);
    table->params = parameters;
    register_stat_tap_table_ui(table);
}

void rtmpx_table_begin(stat_tap_table_ui *ui, const char *filter) {
    stat_tap_table *table = stat_tap_find_table(ui, ui->title);
    if (table)
        clear_table(table);
    else
        stat_tap_add_table(ui, stat_tap_init_table(ui->title, (int)ui->nfields, 0, filter));
}

/* ---- cells ---- */

unsigned rtmpx_table_width(const stat_tap_table *table, unsigned row, unsigned column) {
    const char *format = rtmpx_table_row(table, row)->columns[column].field_format;
    return (unsigned)g_ascii_strtoull(format + strspn(format, "%-"), NULL, 10);
}

/* The greatest number of so many digits. */
static uint64_t greatest(unsigned digits) {
    uint64_t power = 1;
    for (; digits; digits--)
        power *= 10;
    return power - 1;
}

void rtmpx_table_set_number(const stat_tap_table *table, unsigned row, unsigned column,
                            uint32_t number) {
    uint64_t most = greatest(rtmpx_table_width(table, row, column));
    rtmpx_table_cell(table, row, column)->value.uint_value =
        number > most ? (unsigned)most : number;
}

void rtmpx_table_set_hundredths(const stat_tap_table *table, unsigned row, unsigned column,
                                double number) {
    enum { POINT = 1, HUNDREDTHS = 100 };
    double most = (double)greatest(rtmpx_table_width(table, row, column) - POINT);
    double rounded = (double)(int64_t)(number * HUNDREDTHS + 0.5);
    rtmpx_table_cell(table, row, column)->value.float_value =
        (rounded > most ? most : rounded) / HUNDREDTHS;
}

/* tshark writes a bar behind each cell: those of a text are shown as what is invisible is
 * (base/text.h). */
static char *without_bars(const char *text) {
    GString *out = g_string_new(NULL);
    for (; *text; text++)
        if (*text == '|')
            g_string_append(out, "<U+007C>");
        else
            g_string_append_c(out, *text);
    return g_string_free(out, FALSE);
}

/* A text that fits, as a cell: tshark fills it up by bytes, of which a character may take more or
 * fewer than columns. */
static char *fill_up(char *text, unsigned width) {
    unsigned columns = rtmpx_columns(text);
    if (columns == strlen(text))
        return text;
    char *filled = g_strdup_printf("%s%*s", text, (int)(width - columns), "");
    g_free(text);
    return filled;
}

static void set_fitted(const stat_tap_table *table, unsigned row, unsigned column, const char *text,
                       enum rtmpx_cut where) {
    stat_tap_table_item_type *item = rtmpx_table_cell(table, row, column);
    unsigned width = rtmpx_table_width(table, row, column);
    if (g_strcmp0(item->value.string_value, text) == 0)
        return;
    g_free((char *)(uintptr_t)item->value.string_value);
    char *shown = without_bars(text);
    item->value.string_value = fill_up(rtmpx_fit(shown, width, where), width);
    g_free(shown);
}

void rtmpx_table_set_text(const stat_tap_table *table, unsigned row, unsigned column,
                          const char *text) {
    set_fitted(table, row, column, text, RTMPX_CUT_END);
}

void rtmpx_table_set_kept(const stat_tap_table *table, unsigned row, unsigned column,
                          const struct rtmp_kept_text *kept, const struct rtmp_mask *mask) {
    char out[256];
    struct rtmp_text text = rtmp_text_masked(out, sizeof out, mask);
    if (kept)
        rtmp_text_wire(&text, kept->bytes, kept->len, 0);
    set_fitted(table, row, column, out, RTMPX_CUT_MIDDLE);
}

void rtmpx_table_set_client(const stat_tap_table *table, unsigned row, unsigned column,
                            const packet_info *pinfo, bool from_client) {
    set_fitted(table, row, column, rtmpx_end_text(pinfo, from_client), RTMPX_CUT_MIDDLE);
}
