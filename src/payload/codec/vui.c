/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/codec/vui.h"

/* H.264 (E.1.1, 7.4.2.1.1), H.265 (E.2.1, 7.4.3.2.1) and H.266. */

enum { EXTENDED_SAR = 255, MAX_SIDE = 1 << 17 };

void rtmp_vui_colour(struct rtmp_media *m) {
    if (rtmp_bits_take(&m->bits, 1)) { /* aspect_ratio_info_present_flag */
        if (rtmp_media_u(m, RTMP_FIELD_ASPECT_RATIO_IDC, 8) == EXTENDED_SAR) {
            rtmp_media_u(m, RTMP_FIELD_SAR_WIDTH, 16);
            rtmp_media_u(m, RTMP_FIELD_SAR_HEIGHT, 16);
        }
    }
    if (rtmp_bits_take(&m->bits, 1)) /* overscan_info_present_flag */
        rtmp_bits_skip(&m->bits, 1);
    if (rtmp_bits_take(&m->bits, 1)) { /* video_signal_type_present_flag */
        rtmp_bits_skip(&m->bits, 3);
        rtmp_media_u(m, RTMP_FIELD_FULL_RANGE, 1);
        if (rtmp_bits_take(&m->bits, 1)) { /* colour_description_present_flag */
            rtmp_media_u(m, RTMP_FIELD_COLOUR_PRIMARIES, 8);
            rtmp_media_u(m, RTMP_FIELD_TRANSFER_CHARACTERISTICS, 8);
            rtmp_media_u(m, RTMP_FIELD_MATRIX_COEFFICIENTS, 8);
        }
    }
    if (rtmp_bits_take(&m->bits, 1)) { /* chroma_loc_info_present_flag */
        (void)rtmp_bits_ue(&m->bits);
        (void)rtmp_bits_ue(&m->bits);
    }
}

void rtmp_vui_timing(struct rtmp_media *m, unsigned ticks) {
    if (!rtmp_bits_take(&m->bits, 1))
        return;
    uint32_t start = m->reader.pos;
    uint32_t units = rtmp_media_u(m, RTMP_FIELD_NUM_UNITS_IN_TICK, 32);
    uint32_t scale = rtmp_media_u(m, RTMP_FIELD_TIME_SCALE, 32);
    if (rtmp_ok(&m->reader) && units)
        rtmp_media_frame_rate(m, rtmp_media_since(m, start),
                              (double)scale / ((double)units * (double)ticks));
}

void rtmp_sps_size(struct rtmp_media *m, uint32_t start, const uint32_t size[2],
                   const uint64_t crop[2]) {
    if (!rtmp_ok(&m->reader))
        return;
    for (int i = 0; i < 2; i++)
        if (size[i] == 0 || size[i] > MAX_SIDE || crop[i] >= size[i]) {
            rtmp_fail_at(&m->reader, RTMP_ERROR_FORMAT, start);
            return;
        }
    rtmp_media_size(m, rtmp_media_since(m, start), size[0] - (uint32_t)crop[0],
                    size[1] - (uint32_t)crop[1]);
}

void rtmp_sps_window_size(struct rtmp_media *m, uint32_t chroma) {
    uint32_t start = m->reader.pos;
    uint32_t size[2];
    size[0] = rtmp_bits_ue(&m->bits);
    size[1] = rtmp_bits_ue(&m->bits);
    uint64_t crop[2] = {0, 0};
    if (rtmp_bits_take(&m->bits, 1)) { /* conformance_window_flag */
        for (int i = 0; i < 2; i++) {
            crop[i] = rtmp_bits_ue(&m->bits);
            crop[i] += rtmp_bits_ue(&m->bits);
        }
        crop[0] *= chroma == 1 || chroma == 2 ? 2 : 1;
        crop[1] *= chroma == 1 ? 2 : 1;
    }
    rtmp_sps_size(m, start, size, crop);
}
