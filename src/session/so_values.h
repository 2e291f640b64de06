/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_SESSION_SO_VALUES_H
#define RTMP_SESSION_SO_VALUES_H

#include "base/text.h"
#include "payload/shared_object.h"
#include "session/so_records.h"

/*
 * The values of attributes (so_records.h), read when they are asked for, on any pass. `records`: of
 * the connection whose copy has the value.
 */

/* A value that is about to be read, 60 kB; it refers to itself. */
struct rtmp_so_open_value {
    struct rtmp_reader reader;
    struct rtmp_shared_object so; /* its amf reads the value next */
};

/* False: it is not known. */
bool rtmp_so_value_open(struct rtmp_so_open_value *open, struct rtmp_so_records_pair records,
                        struct rtmp_so_value value);

/* Append it as a line (payload/amf/amf_value.h). False: it is not known. */
bool rtmp_so_value_line(struct rtmp_text *text, struct rtmp_so_records_pair records,
                        struct rtmp_so_value value, bool quoted);

/* By which values are compared. False: it has none. */
bool rtmp_so_value_digest(struct rtmp_so_records_pair records, struct rtmp_so_value value,
                          uint64_t *digest);

#endif
