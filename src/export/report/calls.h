/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_EXPORT_REPORT_CALLS_H
#define RTMP_EXPORT_REPORT_CALLS_H

#include "export/report/place.h"
#include "export/report/store.h"

/*
 * Every command of a capture, and every message of Flash Remoting, in order, as a row. publish and
 * play are answered by the first onStatus of their stream.
 */
enum rtmp_report_answer {
    RTMP_REPORT_ANSWER_NONE,   /* it wants one, and has none */
    RTMP_REPORT_ANSWER_RESULT, /* `_result` or `_error` */
    RTMP_REPORT_ANSWER_STATUS, /* an onStatus */
    RTMP_REPORT_ANSWER_NOT_WANTED,
};

struct rtmp_report_call {
    const struct rtmp_remoting_record *remoting; /* of Flash Remoting: its record; NULL: of RTMP */
    uint32_t tcp;                                /* of Flash Remoting: its TCP stream + 1 */
    uint32_t connection;                         /* of RTMP: index in the report */
    struct rtmp_report_place place;
    struct rtmp_report_place other;  /* of its answer; of an answer, of the call. frame 0: none */
    uint32_t name, arguments, level; /* texts: arguments is the code of a status */
    double transaction_id;
    bool has_transaction_id;
    uint32_t stream_id;
    uint8_t direction;
    uint8_t answer; /* enum rtmp_report_answer */
    bool is_answer;
    bool is_error;   /* of an answer; of a call: its answer is one */
    uint32_t facts;  /* of it, in the direction's records; + 1 */
    uint32_t stream; /* that it begins: its number + 1 */
};

/* All zero is the beginning. */
struct rtmp_report_calls {
    struct rtmp_report_call *call;
    uint32_t count, capacity;
};

/* Does a status or an answer say that it is an error? */
bool rtmp_report_has_error_level(const struct rtmp_row_message *message,
                                 const struct rtmp_command *command);

/* A new row, which the caller fills. NULL: it is left out. */
struct rtmp_report_call *rtmp_report_calls_new(struct rtmp_report_calls *calls,
                                               struct rtmp_report_store *store);

/* A command of a connection, `connection` its index. */
void rtmp_report_calls_add(struct rtmp_report_calls *calls, struct rtmp_report_store *store,
                           struct rtmp_row *row, uint32_t connection);

/* All were added: the answer of a call of RTMP that has one. */
void rtmp_report_call_settle(struct rtmp_report_call *call,
                             const struct rtmp_session_direction *direction);

void rtmp_report_calls_destroy(struct rtmp_report_calls *calls, const struct rtmp_memory *memory);

#endif
