/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_EXPORT_REPORT_COPIES_H
#define RTMP_EXPORT_REPORT_COPIES_H

#include "export/report/objects.h"
#include "session/session.h"

/* All messages were added: add what the copies of a connection hold at their end. connection: its
 * index, last: its last frame. */
void rtmp_report_copies_add(struct rtmp_report_objects *objects, struct rtmp_report_store *store,
                            const struct rtmp_session *session, uint32_t connection, uint32_t last);

#endif
