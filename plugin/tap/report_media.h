/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TAP_REPORT_MEDIA_H
#define RTMPX_TAP_REPORT_MEDIA_H

#include "tap/report_json.h"

/* Members of a stream: its video, audio and key frames. */
void rtmpx_report_write_media(struct rtmpx_report_writer *writer,
                              const struct rtmp_report_stream *stream);

#endif
