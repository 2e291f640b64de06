/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_EXPORT_REPORT_AUTHENTICATION_H
#define RTMP_EXPORT_REPORT_AUTHENTICATION_H

#include "export/report/causes.h"

/*
 * Authentications in a report (payload/command/authentication.h): connections that are the rounds
 * of one. A connect continues that of its client's address, server and application which waits for
 * its round.
 */
struct rtmp_report_auth {
    uint32_t client, server, app;   /* texts: address without a port, address:port, without query */
    uint32_t connection;            /* index in the report of that of the newest round */
    uint32_t number;                /* of the first one in the capture */
    struct rtmp_report_place first; /* its first message */
    uint8_t round;                  /* the newest */
    uint8_t rounds;                 /* that are in the capture */
    uint8_t step;                   /* enum rtmp_auth_step: the newest */
};

/* All zero is the beginning. */
struct rtmp_report_auths {
    struct rtmp_report_auth *auth;
    uint32_t count, capacity;
};

/* A message of connection `index` of the report. True: it is the refusal of a round, which is told
 * with the others. */
bool rtmp_report_auths_follow(struct rtmp_report_auths *auths, struct rtmp_report_store *store,
                              const struct rtmp_report_connection *connection, uint32_t index,
                              struct rtmp_row *row);

/* All was read: what each is a finding of. */
void rtmp_report_auths_tell(const struct rtmp_report_auths *auths,
                            const struct rtmp_causes *causes);

void rtmp_report_auths_destroy(struct rtmp_report_auths *auths, const struct rtmp_memory *memory);

#endif
