/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/amf.h"

#include "payload/amf_level.h"

void rtmp_amf_init(struct rtmp_amf *amf, struct rtmp_reader *reader, uint8_t version) {
    amf->reader = reader;
    amf->items = 0;
    amf->object0_count = amf->object3_count = amf->string_count = amf->traits_count = 0;
    amf->level[0] = (struct rtmp_amf_level){.state = version == 3 ? AMF3_TOP : AMF0_TOP};
    rtmp_amf_resume(amf);
}

void rtmp_amf_resume(struct rtmp_amf *amf) {
    amf->depth = 0;
    amf->avmplus = false;
}

bool rtmp_amf_value_done(const struct rtmp_amf *amf) {
    return amf->depth == 0 && !amf->avmplus;
}

bool rtmp_amf_next(struct rtmp_amf *amf, struct rtmp_amf_event *event) {
    /* A copy that only a whole event is written back from: after an error the cursor still stands
     * behind the last event. */
    struct rtmp_reader r = *amf->reader;
    if (r.error != RTMP_OK || (rtmp_left(&r) == 0 && rtmp_amf_value_done(amf)))
        return false;
    if (amf->items >= RTMP_LIMIT_MESSAGE_ITEMS) {
        rtmp_fail_at(amf->reader, RTMP_LIMIT_ITEMS, r.pos);
        return false;
    }
    *event = (struct rtmp_amf_event){.depth = amf->depth};
    if (amf->avmplus || amf_level(amf)->state >= AMF3_TOP)
        rtmp_amf3_event(amf, &r, event);
    else
        rtmp_amf0_event(amf, &r, event);
    if (r.error != RTMP_OK) {
        rtmp_fail_at(amf->reader, r.error, r.error_pos);
        return false;
    }
    amf->items++;
    amf->reader->pos = r.pos;
    return true;
}

bool rtmp_amf_skip(struct rtmp_amf *amf) {
    struct rtmp_amf_event event;
    do {
        if (!rtmp_amf_next(amf, &event))
            return false;
    } while (!rtmp_amf_value_done(amf));
    return true;
}
