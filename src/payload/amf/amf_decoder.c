/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/amf/amf.h"

#include "payload/amf/amf_level.h"

void rtmp_amf_init(struct rtmp_amf *amf, struct rtmp_reader *reader, uint8_t version) {
    amf->reader = reader;
    amf->items = 0;
    amf->items_max = RTMP_LIMIT_MESSAGE_ITEMS;
    amf->object0_count = amf->object3_count = amf->string_count = amf->traits_count = 0;
    amf->level[0] = (struct rtmp_amf_level){.state = version == 3 ? AMF3_TOP : AMF0_TOP};
    rtmp_amf_resume(amf);
}

void rtmp_amf_resume(struct rtmp_amf *amf) {
    if (amf->level[0].state == AMF3_AVMPLUS)
        amf->level[0].state = amf->level[0].after;
    amf->depth = 0;
}

bool rtmp_amf_value_done(const struct rtmp_amf *amf) {
    return amf->depth == 0 && amf->level[0].state != AMF3_AVMPLUS;
}

bool rtmp_amf_next(struct rtmp_amf *amf, struct rtmp_amf_event *event) {
    struct rtmp_reader *r = amf->reader;
    if (!rtmp_ok(r) || (rtmp_left(r) == 0 && rtmp_amf_value_done(amf)))
        return false;
    if (amf->items >= amf->items_max) {
        rtmp_fail_at(r, RTMP_LIMIT_ITEMS, r->pos);
        return false;
    }
    amf->items++;
    amf_blank(event, amf->depth);
    return amf_level(amf)->state < AMF3_TOP ? rtmp_amf0_event(amf, r, event)
                                            : rtmp_amf3_event(amf, r, event);
}

bool rtmp_amf_skip(struct rtmp_amf *amf) {
    struct rtmp_amf_event event;
    do {
        if (!rtmp_amf_next(amf, &event))
            return false;
    } while (!rtmp_amf_value_done(amf));
    return true;
}
