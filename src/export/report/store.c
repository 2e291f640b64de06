/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export/report/store.h"

#include "base/limits.h"

const char *rtmp_report_rows_name(enum rtmp_report_rows rows) {
    static const char *const names[] = {
#define ROWS(identifier, name, bound) name,
#include "export/report/rows.def"
#undef ROWS
    };
    return names[rows];
}

bool rtmp_report_take(struct rtmp_report_store *store, enum rtmp_report_rows rows) {
    static const uint32_t bounds[] = {
#define ROWS(identifier, name, bound) bound,
#include "export/report/rows.def"
#undef ROWS
    };
    if (store->taken[rows] < bounds[rows]) {
        store->taken[rows]++;
        return true;
    }
    if (store->left_out[rows] < UINT32_MAX)
        store->left_out[rows]++;
    return false;
}

/* Bytes of a line as JSON: `<`, `>` and `&` become six, quotes and backslashes two. */
static uint32_t json_length(const struct rtmp_text *line) {
    uint32_t length = 0;
    for (size_t i = 0; i < line->len; i++)
        length += strchr("<>&", line->out[i]) ? 6 : strchr("\"\\", line->out[i]) ? 2 : 1;
    return length;
}

static uint32_t keep_text(struct rtmp_report_store *store, const struct rtmp_text *line) {
    uint32_t length = json_length(line);
    const struct rtmp_kept_text *kept =
        store->text_bytes + length > RTMP_LIMIT_REPORT_TEXT_BYTES
            ? NULL
            : rtmp_texts_keep(&store->texts, store->memory, (const uint8_t *)line->out,
                              (uint32_t)line->len);
    if (!kept) {
        store->left_out[RTMP_REPORT_TEXTS]++;
        return 0;
    }
    store->text_bytes += length;
    return kept->number;
}

static uint32_t keep_masked(struct rtmp_report_store *store, const uint8_t *bytes, uint32_t len,
                            const struct rtmp_mask *mask) {
    char out[RTMP_LIMIT_REPORT_TEXT + 40];
    struct rtmp_text line = rtmp_text_masked(out, sizeof out, mask);
    rtmp_text_wire(&line, bytes, len, RTMP_LIMIT_REPORT_TEXT);
    if (line.len > RTMP_LIMIT_REPORT_TEXT)
        rtmp_text_format(&line, " (%u bytes)", len);
    return keep_text(store, &line);
}

void rtmp_report_set_mask(struct rtmp_report_store *store, const struct rtmp_mask *mask) {
    static const struct rtmp_mask elided = {.elides = true};
    store->mask = mask || store->shows_secrets ? mask : &elided;
}

uint32_t rtmp_report_keep(struct rtmp_report_store *store, const uint8_t *bytes, uint32_t len) {
    return keep_masked(store, bytes, len, store->mask);
}

uint32_t rtmp_report_keep_line(struct rtmp_report_store *store, const struct rtmp_text *line) {
    return line->len ? keep_masked(store, (const uint8_t *)line->out, (uint32_t)line->len, NULL)
                     : 0;
}

uint32_t rtmp_report_keep_string(struct rtmp_report_store *store, const char *string) {
    return string ? rtmp_report_keep(store, (const uint8_t *)string, (uint32_t)strlen(string)) : 0;
}

void rtmp_report_store_destroy(struct rtmp_report_store *store) {
    rtmp_texts_destroy(&store->texts, store->memory);
}
