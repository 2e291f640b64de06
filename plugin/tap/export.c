/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tap/export.h"

#include "tap/export_entry.h"
#include "tap/export_so.h"

#include "export/flv.h"
#include "export/whole_bodies.h"
#include "session/stream_events.h"

/* The file of a stream; its bytes belong to its entry, whose bytes Wireshark frees with g_free().
 */
struct exported {
    struct rtmp_flv flv;
    export_object_entry_t *entry;
    uint32_t left_out; /* as the entry says */
    uint32_t losses;   /* of its direction, up to its last message */
};

/* What is followed of a direction. */
struct followed {
    struct rtmp_whole_bodies bodies;
    uint32_t losses; /* places at which messages were lost */
};

/* What belongs to a list of objects. */
struct exports {
    GHashTable *files;      /* struct exported, by stream */
    GHashTable *directions; /* struct followed, by direction */
    struct rtmpx_so_exports *objects;
};

/* By list; NULL: there is none. Wireshark keeps nothing of ours with a list. */
static GHashTable *exports_of_lists;

static void free_followed(void *data) {
    struct followed *followed = data;
    rtmp_whole_bodies_destroy(&followed->bodies, rtmpx_heap());
    g_free(followed);
}

static void free_exports(void *data) {
    struct exports *exports = data;
    g_hash_table_destroy(exports->files);
    g_hash_table_destroy(exports->directions);
    rtmpx_so_exports_free(exports->objects);
    g_free(exports);
}

static void forget_exports(void) {
    if (exports_of_lists)
        g_hash_table_destroy(exports_of_lists);
    exports_of_lists = NULL;
}

static struct exports *exports_of(export_object_list_t *list) {
    if (!exports_of_lists)
        exports_of_lists = g_hash_table_new_full(NULL, NULL, NULL, free_exports);
    struct exports *exports = g_hash_table_lookup(exports_of_lists, list);
    if (!exports) {
        exports = g_new0(struct exports, 1);
        exports->files = g_hash_table_new_full(NULL, NULL, NULL, g_free);
        exports->directions = g_hash_table_new_full(NULL, NULL, NULL, free_followed);
        exports->objects = rtmpx_so_exports_new(list);
        g_hash_table_insert(exports_of_lists, list, exports);
    }
    return exports;
}

static struct followed *followed_of(const struct exports *exports,
                                    struct rtmp_session_direction *direction) {
    struct followed *followed = g_hash_table_lookup(exports->directions, direction);
    if (!followed) {
        followed = g_new0(struct followed, 1);
        g_hash_table_insert(exports->directions, direction, followed);
    }
    return followed;
}

/* A chunk header had to be searched: what was before it is not known. */
static void count_losses(struct followed *followed, const struct rtmp_segment_view *core) {
    const struct rtmp_note_record *notes;
    const uint32_t count = rtmp_records_notes_of(&core->direction->records, core->segment, &notes);
    for (uint32_t i = 0; i < count; i++)
        followed->losses += notes[i].kind == RTMP_NOTE_RESYNCHRONIZED;
}

/* ---- entries ---- */

static export_object_entry_t *entry_of_stream(const struct rtmpx_tapped *tapped) {
    const struct rtmp_stream *stream = tapped->stream;
    char out[256];
    struct rtmp_text text =
        rtmp_text_masked(out, sizeof out, rtmp_session_mask(tapped->direction->session));
    rtmp_flv_file_name(&text, stream->name ? stream->name->bytes : NULL,
                       stream->name ? stream->name->len : 0, stream->number);
    return rtmpx_export_entry(tapped, "video/x-flv", out);
}

/* No tap is told which message is the last: the entry grows with its file. */
static void update_entry(struct exported *file) {
    file->entry->payload_data = file->flv.file.bytes;
    file->entry->payload_len = file->flv.file.size;
    if (file->left_out == file->flv.left_out)
        return;
    file->left_out = file->flv.left_out;
    g_free(file->entry->content_type);
    file->entry->content_type =
        g_strdup_printf("video/x-flv (without %u damaged messages)", file->left_out);
}

static void export_message(export_object_list_t *list, const struct exports *exports,
                           const struct rtmpx_tapped *tapped, const uint8_t *whole,
                           uint32_t losses) {
    const struct rtmp_message *message = &tapped->record.message;
    struct exported *file = g_hash_table_lookup(exports->files, tapped->stream);
    if (!file) {
        file = g_new0(struct exported, 1);
        file->flv.file.memory = rtmpx_heap();
        file->losses = losses;
        g_hash_table_insert(exports->files, (void *)(uintptr_t)tapped->stream, file);
    }
    if (file->losses != losses)
        rtmp_flv_lose(&file->flv);
    file->losses = losses;
    struct rtmpx_body body;
    rtmpx_tapped_whole_body(tapped, whole, &body);
    rtmp_flv_add(&file->flv, message, body.bytes, body.available);
    if (file->flv.file.size == 0)
        return;
    bool is_new = !file->entry;
    if (is_new)
        file->entry = entry_of_stream(tapped);
    update_entry(file);
    if (is_new)
        list->add_entry(list->gui_data, file->entry);
}

/* ---- the tap ---- */

static tap_packet_status export_segment(void *data, packet_info *pinfo, epan_dissect_t *edt,
                                        const void *item, tap_flags_t flags) {
    (void)pinfo;
    (void)edt;
    (void)flags;
    export_object_list_t *list = data;
    struct rtmpx_messages messages = *(const struct rtmpx_messages *)item;
    const struct rtmp_segment_view *core = &messages.view->core;
    const struct exports *exports = exports_of(list);
    struct followed *followed = followed_of(exports, core->direction);
    count_losses(followed, core);
    for (uint32_t i = 0; i < core->segment->fragment_count; i++) {
        const uint8_t *whole = rtmp_whole_bodies_follow(&followed->bodies, rtmpx_heap(), core, i);
        struct rtmpx_tapped tapped;
        if (!rtmpx_tapped_message(&messages, i, &tapped))
            continue;
        if (tapped.stream)
            export_message(list, exports, &tapped, whole, followed->losses);
        rtmpx_so_exports_add(exports->objects, &tapped);
    }
    return TAP_PACKET_REDRAW;
}

void rtmpx_register_export(int proto) {
    rtmpx_add_segment_tap(register_export_object(proto, export_segment, forget_exports));
}
