/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tap/streams_table.h"

#include <math.h>

#include "tap/table.h"

#include "export/stream_totals.h"

/* Columns. Numbers are integers, so that they sort. With the two characters that tshark writes
 * behind each cell a row is 200 wide. */
enum column {
    NUMBER,
    ROLE,
    NAME,
    VIDEO,
    VIDEO_RATE,
    FRAME_RATE,
    KEY_INTERVAL,
    VIDEO_DRIFT,
    AUDIO,
    AUDIO_RATE,
    AUDIO_DRIFT,
    DURATION,
    KEY_DELAY,
    LOST,
    ENDED,
    CLIENT,
    APP,
    COLUMN_COUNT
};

static stat_tap_table_item columns[COLUMN_COUNT] = {
    [NUMBER] = {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Stream", "%6u"},
    [ROLE] = {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Role   ", "%-7s"},
    [NAME] = {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Name            ", "%-16s"},
    [VIDEO] = {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Video          ", "%-15s"},
    [VIDEO_RATE] = {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, " kbit/s", "%7u"},
    [FRAME_RATE] = {TABLE_ITEM_FLOAT, TAP_ALIGN_RIGHT, "    fps", "%7.2f"},
    [KEY_INTERVAL] = {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, " Key ms", "%7u"},
    [VIDEO_DRIFT] = {TABLE_ITEM_STRING, TAP_ALIGN_RIGHT, " Drift", "%6s"},
    [AUDIO] = {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Audio       ", "%-12s"},
    [AUDIO_RATE] = {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, " kbit/s", "%7u"},
    [AUDIO_DRIFT] = {TABLE_ITEM_STRING, TAP_ALIGN_RIGHT, " Drift", "%6s"},
    [DURATION] = {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, " Length ms", "%10u"},
    [KEY_DELAY] = {TABLE_ITEM_STRING, TAP_ALIGN_RIGHT, "1st key", "%7s"},
    [LOST] = {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, " Lost", "%5u"},
    [ENDED] = {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Ended by    ", "%-12s"},
    [CLIENT] = {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Client               ", "%-21s"},
    [APP] = {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Application    ", "%-15s"},
};

struct stream_row {
    struct rtmpx_table_row row;
    struct rtmp_stream_totals totals;
};

static void free_stream_row(struct rtmpx_table_row *row) {
    g_free(row);
}

/* ---- rows ---- */

static struct stream_row *add_row(stat_tap_table *table, const struct rtmpx_tapped *tapped,
                                  const packet_info *pinfo) {
    const struct rtmp_stream *stream = tapped->stream;
    struct stream_row *found = g_new0(struct stream_row, 1);
    found->row.free = free_stream_row;
    rtmpx_table_add(table, columns, COLUMN_COUNT, stream, &found->row);
    unsigned row = found->row.row;
    const struct rtmp_mask *mask = rtmp_session_mask(tapped->direction->session);
    rtmpx_table_set_number(table, row, NUMBER, stream->number);
    rtmpx_table_set_text(table, row, ROLE,
                         rtmp_stream_role_name((enum rtmp_stream_role)stream->role));
    rtmpx_table_set_kept(table, row, NAME, stream->name, mask);
    rtmpx_table_set_kept(table, row, APP, stream->app, mask);
    rtmpx_table_set_client(table, row, CLIENT, pinfo, tapped->record.direction == 0);
    return found;
}

/* `H.264 1280x720`, `AAC 44100`. Where there is no room for both, the codecs. */
static void set_media(const stat_tap_table *table, const struct stream_row *found,
                      enum column column, const struct rtmp_kind_totals *kind,
                      const char *property) {
    char out[128];
    struct rtmp_text text = rtmp_text_over(out, sizeof out);
    rtmp_kind_totals_codecs(&text, kind);
    if (text.len + strlen(property) <= rtmpx_table_width(table, found->row.row, (unsigned)column))
        rtmp_text_add(&text, property);
    rtmpx_table_set_text(table, found->row.row, (unsigned)column, out);
}

static void set_both_media(const stat_tap_table *table, const struct stream_row *found) {
    const struct rtmp_stream_totals *totals = &found->totals;
    char property[32] = "";
    if (totals->width)
        (void)snprintf(property, sizeof property, " %ux%u", totals->width, totals->height);
    set_media(table, found, VIDEO, &totals->video, property);
    property[0] = '\0';
    if (totals->sample_rate)
        (void)snprintf(property, sizeof property, " %u", totals->sample_rate);
    set_media(table, found, AUDIO, &totals->audio, property);
}

static void set_delay(const stat_tap_table *table, const struct stream_row *found) {
    enum { MOST = 9999999 };
    int32_t delay = rtmp_stream_totals_key_delay(&found->totals);
    char out[16] = "";
    if (delay >= 0)
        (void)snprintf(out, sizeof out, "%d", MIN(delay, MOST));
    rtmpx_table_set_text(table, found->row.row, KEY_DELAY, out);
}

/* kbit/s. */
static void set_rate(const stat_tap_table *table, unsigned row, enum column column,
                     const struct rtmp_kind_totals *kind) {
    const uint64_t rate = rtmp_kind_totals_rate(kind) / 1000;
    rtmpx_table_set_number(table, row, (unsigned)column, (uint32_t)MIN(rate, UINT32_MAX));
}

/* ms per second by which a kind comes ever later; empty: not known. */
static void set_drift(const stat_tap_table *table, unsigned row, enum column column,
                      const struct rtmp_kind_totals *kind) {
    const double most = 99999;
    char out[16] = "";
    double drift;
    if (rtmp_kind_totals_drift(kind, &drift)) {
        drift = CLAMP(drift, -most, most);
        bool has_room = fabs(drift) < 999;
        (void)snprintf(out, sizeof out, has_room ? "%.1f" : "%.0f", drift);
    }
    rtmpx_table_set_text(table, row, (unsigned)column, strcmp(out, "-0.0") == 0 ? "0.0" : out);
}

/* `Ended by` stands above it. */
static const char *end_text(const struct rtmp_stream *stream) {
    enum rtmp_stream_end end = (enum rtmp_stream_end)stream->ended;
    return end == RTMP_STREAM_OPEN         ? ""
           : end == RTMP_STREAM_CONNECTION ? "connection"
                                           : rtmp_stream_end_name(end);
}

static void update_row(const stat_tap_table *table, const struct stream_row *found,
                       const struct rtmp_stream *stream) {
    const struct rtmp_stream_totals *totals = &found->totals;
    unsigned row = found->row.row;
    set_rate(table, row, VIDEO_RATE, &totals->video);
    set_rate(table, row, AUDIO_RATE, &totals->audio);
    rtmpx_table_set_hundredths(table, row, FRAME_RATE, rtmp_kind_totals_frame_rate(&totals->video));
    rtmpx_table_set_number(table, row, KEY_INTERVAL, rtmp_stream_totals_key_interval(totals));
    set_drift(table, row, VIDEO_DRIFT, &totals->video);
    set_drift(table, row, AUDIO_DRIFT, &totals->audio);
    rtmpx_table_set_number(table, row, DURATION, rtmp_stream_totals_duration(totals));
    rtmpx_table_set_number(table, row, LOST, totals->audio.incomplete + totals->video.incomplete);
    rtmpx_table_set_text(table, row, ENDED, end_text(stream));
}

/* ---- the tap ---- */

static tap_packet_status follow_message(void *data, packet_info *pinfo, epan_dissect_t *edt,
                                        const void *item, tap_flags_t flags) {
    (void)edt;
    (void)flags;
    const stat_data_t *stat = data;
    const struct rtmpx_tapped *tapped = item;
    stat_tap_table *table = g_array_index(stat->stat_tap_data->tables, stat_tap_table *, 0);
    struct stream_row *found = (struct stream_row *)rtmpx_table_find(table, tapped->stream);
    if (!tapped->messages) { /* its connection ends */
        if (found)
            update_row(table, found, tapped->stream);
        return found ? TAP_PACKET_REDRAW : TAP_PACKET_DONT_REDRAW;
    }
    if (!found)
        found = add_row(table, tapped, pinfo);
    struct rtmpx_body body;
    rtmpx_tapped_body(tapped, &body);
    const struct rtmp_row_message message = rtmpx_tapped_row(tapped, &body);
    struct rtmp_row row;
    rtmp_row_begin(&row, &message);
    const struct rtmp_media_info *media = rtmp_row_media(&row);
    rtmp_stream_totals_add(&found->totals, &tapped->record, media, rtmp_row_jumps(&row));
    if ((media && media->kind == RTMP_MEDIA_CONFIG) || found->totals.audio.coded == 1 ||
        found->totals.video.coded == 1)
        set_both_media(table, found);
    if (found->totals.key_frames == 1)
        set_delay(table, found);
    update_row(table, found, tapped->stream);
    return TAP_PACKET_REDRAW;
}

static void begin_table(stat_tap_table_ui *ui) {
    rtmpx_table_begin(ui, "rtmpx.stream.number == %d");
}

void rtmpx_register_streams_table(void) {
    static stat_tap_table_ui table = {
        .title = "RTMP Streams",
        .tap_name = RTMPX_STREAM_TAP,
        .cli_string = RTMPX_TAP ",streams",
        .stat_tap_init_cb = begin_table,
        .packet_func = follow_message,
        .nfields = COLUMN_COUNT,
        .fields = columns,
    };
    rtmpx_table_register(&table);
}
