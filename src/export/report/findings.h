/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_EXPORT_REPORT_FINDINGS_H
#define RTMP_EXPORT_REPORT_FINDINGS_H

#include "export/report/place.h"
#include "export/report/store.h"
#include "session/key_index.h"

/*
 * What went wrong, or is worth a look: each cause once, with how often, and where first. A cause is
 * a line of findings.def in one connection of RTMP or HTTP, stream or SharedObject, and with one
 * detail.
 */
enum rtmp_finding_kind {
#define FINDING(identifier, ...) RTMP_FINDING_##identifier,
#include "export/report/findings.def"
#undef FINDING
    RTMP_FINDING_COUNT
};

enum rtmp_severity { RTMP_SEVERITY_ERROR, RTMP_SEVERITY_WARNING, RTMP_SEVERITY_NOTE };

/* How a filter is limited to what the finding concerns. */
enum rtmp_finding_scope {
    RTMP_FINDING_SCOPE_CONNECTION,
    RTMP_FINDING_SCOPE_TCP,
    RTMP_FINDING_SCOPE_FRAME
};

struct rtmp_finding_info {
    enum rtmp_severity severity;
    const char *what, *filter;
    enum rtmp_finding_scope scope;
    const char *title, *advice, *sum;
};

/* Of a kind. Static storage. */
const struct rtmp_finding_info *rtmp_finding_info(enum rtmp_finding_kind kind);

/* Numbers are + 1; 0: it concerns none, or none is known. */
struct rtmp_finding {
    enum rtmp_finding_kind kind;
    uint32_t connection, stream, object;
    uint32_t tcp; /* Wireshark's TCP stream, of RTMP_FINDING_SCOPE_TCP; with it and no connection it
                     concerns Flash Remoting */
    uint32_t detail;  /* in the words of the other side: a text of the store; 0: none */
    uint32_t example; /* a text about the first one, which makes no cause of its own; 0: none */
    struct rtmp_report_place first;
    uint32_t count;
    uint64_t sum; /* of what the kind adds up */
};

/* All zero is the beginning. */
struct rtmp_findings {
    struct rtmp_finding *finding;
    uint32_t count, capacity;
    struct rtmp_key_index index;
};

/* Something is found: a new cause, or `count` more of one that is known, and `sum`. */
void rtmp_findings_add(struct rtmp_findings *findings, struct rtmp_report_store *store,
                       const struct rtmp_finding *finding);

/* All are found: put the most severe first, then by frame, and keep as many as a page has. */
void rtmp_findings_finish(struct rtmp_findings *findings, struct rtmp_report_store *store);

/* Append a display filter that shows the first frame, and others of the cause. */
void rtmp_finding_filter(struct rtmp_text *text, const struct rtmp_finding *finding);

/* Append what is to be said beyond the title. */
void rtmp_finding_detail(struct rtmp_text *text, const struct rtmp_report_store *store,
                         const struct rtmp_finding *finding);

void rtmp_findings_destroy(struct rtmp_findings *findings, const struct rtmp_memory *memory);

#endif
