/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/so_facts.h"

struct rtmp_so_place rtmp_so_place_of(const struct rtmp_session *session, unsigned direction,
                                      uint32_t place) {
    const struct rtmp_records *records = &session->direction[direction].records;
    uint32_t index =
        rtmp_records_segment_of(records, session->direction[direction].so.messages[place].message);
    const struct rtmp_segment_record *segment = &records->segments[index];
    return (struct rtmp_so_place){.frame = segment->dropped ? 0 : segment->frame,
                                  .time = segment->time};
}

static const struct rtmp_so_fact *fact_of_walk(const struct rtmp_so_fact_walk *walk) {
    bool is_known = walk->next && walk->next <= walk->facts.count;
    return is_known ? &walk->facts.fact[walk->next - 1] : NULL;
}

const struct rtmp_so_fact *rtmp_so_fact_of_event(struct rtmp_so_fact_walk *walk) {
    walk->next++;
    walk->event_has_key = false;
    return fact_of_walk(walk);
}

const struct rtmp_so_fact *rtmp_so_fact_of_key(struct rtmp_so_fact_walk *walk) {
    if (walk->event_has_key)
        walk->next++;
    walk->event_has_key = true;
    return fact_of_walk(walk);
}
