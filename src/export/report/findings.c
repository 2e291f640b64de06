/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export/report/findings.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/list.h"

const struct rtmp_finding_info *rtmp_finding_info(enum rtmp_finding_kind kind) {
    static const struct rtmp_finding_info infos[] = {
#define FINDING(identifier, severity, what, filter, scope, title, advice, sum)                     \
    {RTMP_SEVERITY_##severity, what, filter, RTMP_FINDING_SCOPE_##scope, title, advice, sum},
#include "export/report/findings.def"
#undef FINDING
    };
    return &infos[kind];
}

/* One of each cause. Streams, SharedObjects and connections of HTTP have numbers of their own. */
static uint64_t cause_of(const struct rtmp_finding *finding) {
    _Static_assert(RTMP_FINDING_COUNT < 64, "a kind has six bits");
    uint64_t scope = finding->object       ? (uint64_t)finding->object << 2 | 2
                     : finding->stream     ? (uint64_t)finding->stream << 2 | 1
                     : finding->connection ? (uint64_t)finding->connection << 2
                                           : (uint64_t)finding->tcp << 2 | 3;
    return (uint64_t)finding->kind << 58 | (scope & UINT32_MAX) << 26 |
           (finding->detail & ((1U << 26) - 1));
}

static void count_again(struct rtmp_finding *known, const struct rtmp_finding *finding) {
    known->count += finding->count;
    known->sum += finding->sum;
    if (finding->first.frame && finding->first.frame < known->first.frame) {
        known->first = finding->first;
        known->example = finding->example;
    }
}

void rtmp_findings_add(struct rtmp_findings *findings, struct rtmp_report_store *store,
                       const struct rtmp_finding *finding) {
    uint32_t place = rtmp_key_find(&findings->index, cause_of(finding));
    if (place) {
        count_again(&findings->finding[place - 1], finding);
        return;
    }
    struct rtmp_finding *grown = NULL;
    if (findings->count < RTMP_LIMIT_REPORT_CAUSES)
        grown = rtmp_list_with_room(store->memory, findings->finding, findings->count,
                                    &findings->capacity, sizeof *grown);
    if (grown)
        findings->finding = grown;
    if (!grown ||
        !rtmp_key_add(&findings->index, store->memory, cause_of(finding), findings->count)) {
        store->left_out[RTMP_REPORT_FINDINGS]++;
        return;
    }
    findings->finding[findings->count++] = *finding;
}

static int compare_findings(const void *left, const void *right) {
    const struct rtmp_finding *a = left;
    const struct rtmp_finding *b = right;
    int severity =
        (int)rtmp_finding_info(a->kind)->severity - (int)rtmp_finding_info(b->kind)->severity;
    if (severity)
        return severity;
    if (a->first.frame != b->first.frame)
        return a->first.frame < b->first.frame ? -1 : 1;
    return (int)a->kind - (int)b->kind;
}

void rtmp_findings_finish(struct rtmp_findings *findings, struct rtmp_report_store *store) {
    uint32_t kept = 0;
    if (findings->count)
        qsort(findings->finding, findings->count, sizeof *findings->finding, compare_findings);
    for (uint32_t i = 0; i < findings->count; i++)
        kept += rtmp_report_take(store, RTMP_REPORT_FINDINGS);
    findings->count = kept;
}

void rtmp_finding_filter(struct rtmp_text *text, const struct rtmp_finding *finding) {
    const struct rtmp_finding_info *info = rtmp_finding_info(finding->kind);
    if (info->scope == RTMP_FINDING_SCOPE_FRAME ||
        (info->scope == RTMP_FINDING_SCOPE_TCP && !finding->tcp)) {
        rtmp_text_format(text, "frame.number == %" PRIu32, finding->first.frame);
        return;
    }
    rtmp_text_add(text, info->filter);
    if (info->scope == RTMP_FINDING_SCOPE_TCP)
        rtmp_text_format(text, " && tcp.stream == %" PRIu32, finding->tcp - 1);
    else if (finding->object)
        rtmp_text_format(text, " && rtmpx.so.number == %" PRIu32, finding->object - 1);
    else if (finding->stream)
        rtmp_text_format(text, " && rtmpx.stream.number == %" PRIu32, finding->stream - 1);
    else
        rtmp_text_format(text, " && rtmpx.connection == %" PRIu32, finding->connection - 1);
}

static void separate(struct rtmp_text *text) {
    if (text->len)
        rtmp_text_add(text, " ");
}

void rtmp_finding_detail(struct rtmp_text *text, const struct rtmp_report_store *store,
                         const struct rtmp_finding *finding) {
    const struct rtmp_finding_info *info = rtmp_finding_info(finding->kind);
    const struct rtmp_kept_text *words = rtmp_report_text(store, finding->detail);
    const struct rtmp_kept_text *example = rtmp_report_text(store, finding->example);
    if (words)
        rtmp_text_add_len(text, (const char *)words->bytes, words->len);
    if (example) {
        separate(text);
        rtmp_text_add(text, finding->count > 1 ? "The first: " : "");
        rtmp_text_add_len(text, (const char *)example->bytes, example->len);
        rtmp_text_add(text, ".");
    }
    if (*info->sum && finding->sum && (finding->count > 1 || !example)) {
        separate(text);
        rtmp_text_format(text, "%" PRIu64 " %s in all.", finding->sum, info->sum);
    }
    if (*info->advice) {
        separate(text);
        rtmp_text_add(text, info->advice);
    }
}

void rtmp_findings_destroy(struct rtmp_findings *findings, const struct rtmp_memory *memory) {
    rtmp_list_free(memory, findings->finding);
    rtmp_key_index_destroy(&findings->index, memory);
}
