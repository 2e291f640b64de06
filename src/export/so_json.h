/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_EXPORT_SO_JSON_H
#define RTMP_EXPORT_SO_JSON_H

#include "base/buffer.h"
#include "session/session.h"

/*
 * SharedObject `number` of a capture (so_objects.h) as JSON: its name, and each client's copy as
 * far as the capture was read: the number of its connection, its application and version, what the
 * copy is now (so_totals.h), the value of each attribute, and the frame that told the client of it.
 * False: no memory.
 */
bool rtmp_so_json_write(const struct rtmp_capture *capture, uint32_t number,
                        struct rtmp_buffer *out);

#endif
