/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tap/export_entry.h"

export_object_entry_t *rtmpx_export_entry(const struct rtmpx_tapped *tapped, const char *type,
                                          const char *name) {
    const packet_info *pinfo = tapped->messages->view->pinfo;
    bool from_client = tapped->record.direction == 0;
    export_object_entry_t *entry = g_new0(export_object_entry_t, 1);
    entry->pkt_num = pinfo->num;
    entry->hostname = g_strdup(rtmpx_end_text(pinfo, !from_client));
    entry->content_type = g_strdup(type);
    entry->filename = g_strdup(name);
    return entry;
}
