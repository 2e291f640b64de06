/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_EXPORT_REPORT_STORE_H
#define RTMP_EXPORT_REPORT_STORE_H

#include "base/text.h"
#include "session/texts.h"

/*
 * What the parts of a report (report.h) share: its texts, and how many rows of each kind it may
 * still take. What is beyond a bound is counted, so that the page can say what it lacks.
 */
enum rtmp_report_rows {
#define ROWS(identifier, name, bound) RTMP_REPORT_##identifier,
#include "export/report/rows.def"
#undef ROWS
    RTMP_REPORT_ROWS_COUNT
};

struct rtmp_report_store {
    const struct rtmp_memory *memory;
    bool shows_secrets;           /* of texts that have no mask of their own */
    const struct rtmp_mask *mask; /* what texts that are kept hide; NULL: nothing */
    struct rtmp_texts texts;
    uint64_t text_bytes; /* of all that refer to them, as JSON */
    uint32_t taken[RTMP_REPORT_ROWS_COUNT];
    uint32_t left_out[RTMP_REPORT_ROWS_COUNT];
};

/* "findings" and so on. Static storage. */
const char *rtmp_report_rows_name(enum rtmp_report_rows rows);

/* One more row. False: it is left out, which is counted. */
bool rtmp_report_take(struct rtmp_report_store *store, enum rtmp_report_rows rows);

/* What is read next has texts with this mask. NULL: they have none; of these queries of names and
 * URLs, which may be keys, are left out. */
void rtmp_report_set_mask(struct rtmp_report_store *store, const struct rtmp_mask *mask);

/*
 * Keep a text: its number, 0: it is left out. It becomes a line of good UTF-8 (rtmp_text_wire()) of
 * at most RTMP_LIMIT_REPORT_TEXT bytes; a longer one is cut and says how long it was.
 */
uint32_t rtmp_report_keep(struct rtmp_report_store *store, const uint8_t *bytes, uint32_t len);

/* The same of a C string, 0: it is NULL. */
uint32_t rtmp_report_keep_string(struct rtmp_report_store *store, const char *string);

/* The same of a line that is good, and hides what it must. */
uint32_t rtmp_report_keep_line(struct rtmp_report_store *store, const struct rtmp_text *line);

/* The text of a number; NULL of 0. */
static inline const struct rtmp_kept_text *rtmp_report_text(const struct rtmp_report_store *store,
                                                            uint32_t number) {
    return rtmp_texts_of(&store->texts, number);
}

void rtmp_report_store_destroy(struct rtmp_report_store *store);

#endif
