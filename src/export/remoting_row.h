/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_EXPORT_REMOTING_ROW_H
#define RTMP_EXPORT_REMOTING_ROW_H

#include "export/row_value.h"
#include "session/remoting_calls.h"

/* The value of a column in the row of a message of an AMF packet; as rtmp_row_value(). Summary and
 * addresses are the caller's. */
struct rtmp_row_value rtmp_remoting_row_value(const struct rtmp_remoting_message *message,
                                              enum rtmp_row_column column, char *buffer,
                                              size_t size);

#endif
