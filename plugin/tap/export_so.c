/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tap/export_so.h"

#include "tap/export_entry.h"

#include "export/file_name.h"
#include "export/so_json.h"
#include "export/so_totals.h"

/* The file of an object; its bytes belong to its entry. */
struct so_file {
    struct rtmp_buffer json;
    export_object_entry_t *entry;
    const struct rtmp_capture *capture;
    uint32_t number;
    bool is_old; /* it has to be written again */
};

struct rtmpx_so_exports {
    export_object_list_t *list;
    GHashTable *files; /* struct so_file, by number of the object */
};

static void write_file(struct so_file *file) {
    file->json.size = 0;
    file->is_old = false;
    if (!rtmp_so_json_write(file->capture, file->number, &file->json))
        file->json.size = 0;
    file->entry->payload_data = file->json.bytes;
    file->entry->payload_len = file->json.size;
}

/* Listeners are drawn in the reverse order of their registration: this one, registered when the
 * list has its first message, before the list's own, which saves the files (tshark). */
static void write_files(void *data) {
    struct rtmpx_so_exports *exports = data;
    GHashTableIter iter;
    void *file;
    g_hash_table_iter_init(&iter, exports->files);
    while (g_hash_table_iter_next(&iter, NULL, &file))
        if (((struct so_file *)file)->is_old)
            write_file(file);
}

struct rtmpx_so_exports *rtmpx_so_exports_new(export_object_list_t *list) {
    struct rtmpx_so_exports *exports = g_new0(struct rtmpx_so_exports, 1);
    exports->list = list;
    exports->files = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    const char *tap = get_eo_tap_listener_name(get_eo_by_name(RTMPX_TAP));
    GString *error = register_tap_listener(tap, exports, NULL, TL_REQUIRES_NOTHING, NULL, NULL,
                                           write_files, NULL);
    if (error)
        g_string_free(error, TRUE);
    return exports;
}

void rtmpx_so_exports_free(struct rtmpx_so_exports *exports) {
    remove_tap_listener(exports);
    g_hash_table_destroy(exports->files);
    g_free(exports);
}

static struct so_file *new_file(struct rtmpx_so_exports *exports, const struct rtmpx_tapped *tapped,
                                const struct rtmp_so_copy *copy) {
    const struct rtmp_capture *capture = tapped->direction->session->capture;
    const struct rtmp_kept_text *name = rtmp_texts_known(&capture->so.names, copy->number + 1);
    char out[256];
    struct rtmp_text text =
        rtmp_text_masked(out, sizeof out, rtmp_session_mask(tapped->direction->session));
    static const struct rtmp_file_kind kind = {.otherwise = "object", .extension = "json"};
    rtmp_file_name(&text, name->bytes, name->len, copy->number, &kind);
    struct so_file *file = g_new0(struct so_file, 1);
    file->json.memory = rtmpx_heap();
    file->capture = capture;
    file->number = copy->number;
    file->entry = rtmpx_export_entry(tapped, "application/json", out);
    g_hash_table_insert(exports->files, GUINT_TO_POINTER(copy->number), file);
    write_file(file);
    exports->list->add_entry(exports->list->gui_data, file->entry);
    return file;
}

void rtmpx_so_exports_add(struct rtmpx_so_exports *exports, const struct rtmpx_tapped *tapped) {
    uint8_t type = tapped->record.message.type;
    if (type != RTMP_MESSAGE_SHARED_OBJECT_AMF0 && type != RTMP_MESSAGE_SHARED_OBJECT_AMF3)
        return;
    const struct rtmp_so_copy *copy =
        rtmp_so_copy_of(tapped->direction, rtmpx_tapped_index(tapped));
    if (!copy)
        return;
    struct so_file *file = g_hash_table_lookup(exports->files, GUINT_TO_POINTER(copy->number));
    if (!file)
        file = new_file(exports, tapped, copy);
    file->is_old = true;
}
