/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_EXPORT_REPORT_BODY_CHECK_H
#define RTMP_EXPORT_REPORT_BODY_CHECK_H

#include "export/row.h"

/* Why the body of an audio, video, command, data, SharedObject or control message, or of an
 * aggregate but for the audio and video in it, cannot be read to its end; of several reasons the
 * first. RTMP_OK: it can, the capture does not have the bytes, or it is of another type. */
enum rtmp_error rtmp_report_body_error(const struct rtmp_row_message *message);

#endif
