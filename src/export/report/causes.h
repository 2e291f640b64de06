/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_EXPORT_REPORT_CAUSES_H
#define RTMP_EXPORT_REPORT_CAUSES_H

#include "export/report/connection.h"
#include "export/report/findings.h"

/* What is a finding (findings.def): from messages as they come, and from the records of a
 * connection when all of it was read. */

struct rtmp_causes {
    struct rtmp_findings *findings;
    struct rtmp_report_store *store;
    uint32_t stall; /* ms: shorter ones are none */
};

/* Is it a stall of `least` ms? */
static inline bool rtmp_causes_is_stall(const struct rtmp_media_fault *fault, uint32_t least) {
    return fault->kind == RTMP_FAULT_STALL && fault->value >= least * INT64_C(1000000);
}

/* A message. */
void rtmp_causes_of_message(const struct rtmp_causes *causes, struct rtmp_row *row);

/* The connection's messages are encrypted, as the handshake at `place` says. */
void rtmp_causes_encrypted(const struct rtmp_causes *causes, const struct rtmp_session *session,
                           struct rtmp_report_place place);

/* A stream, of whose connection all was read. */
void rtmp_causes_of_stream(const struct rtmp_causes *causes,
                           const struct rtmp_report_connection *connection,
                           const struct rtmp_stream *stream);

/* A connection, of which all was read. */
void rtmp_causes_of_connection(const struct rtmp_causes *causes,
                               const struct rtmp_report_connection *connection);

#endif
