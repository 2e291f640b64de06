/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tree/media_fields.h"

int rtmpx_media_hf[RTMP_FIELD_COUNT];
