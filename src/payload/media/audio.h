/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_MEDIA_AUDIO_H
#define RTMP_PAYLOAD_MEDIA_AUDIO_H

#include "payload/media/reader.h"

/* Read an audio body: AudioTagHeader (Adobe FLV 10.1, E.4.2), or Enhanced RTMP's header. */
void rtmp_audio_read(struct rtmp_media *m);

#endif
