/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export/so_totals.h"

#include <string.h>

#include "base/list.h"
#include "payload/shared_object.h"
#include "session/so_facts.h"
#include "session/so_values.h"

void rtmp_so_totals_destroy(struct rtmp_so_totals *totals, const struct rtmp_memory *memory) {
    rtmp_list_free(memory, totals->times);
    *totals = (struct rtmp_so_totals){.writes = 0};
}

const struct rtmp_so_copy *rtmp_so_copy_of(const struct rtmp_session_direction *direction,
                                           uint32_t index) {
    const struct rtmp_so_facts facts = rtmp_so_records_find(&direction->so, index);
    return facts.message ? rtmp_so_copies_find(&direction->session->so, facts.message->number)
                         : NULL;
}

/* Without memory it counts, but has no time. */
static void add_time(struct rtmp_so_totals *totals, const struct rtmp_memory *memory,
                     int64_t time) {
    totals->confirmed++;
    int64_t *times = rtmp_list_with_room(memory, totals->times, totals->times_count,
                                         &totals->times_capacity, sizeof *times);
    if (!times)
        return;
    uint32_t at = totals->times_count++;
    totals->times = times;
    for (; at > 0 && times[at - 1] > time; at--)
        times[at] = times[at - 1];
    times[at] = time;
}

/* The totals, while the facts of a message are added. */
struct totals_of_message {
    struct rtmp_so_totals *totals;
    const struct rtmp_memory *memory;
    const struct rtmp_session_direction *direction;
    int64_t time; /* of the message */
};

static void add_answer(const struct totals_of_message *m, const struct rtmp_so_fact *fact) {
    if (fact->flags & RTMP_SO_REFUSES)
        m->totals->refused++;
    else if (fact->flags & RTMP_SO_CONFIRMS)
        add_time(m->totals, m->memory,
                 m->time - rtmp_so_place_of(m->direction->session, 0, fact->link - 1).time);
}

/* An attribute of an event, or a status. */
static void add_key(const struct totals_of_message *m, uint8_t event,
                    const struct rtmp_so_fact *fact) {
    bool from_client = rtmp_session_from_client(m->direction);
    if (from_client &&
        (event == RTMP_SO_EVENT_REQUEST_CHANGE || event == RTMP_SO_EVENT_REQUEST_REMOVE))
        m->totals->writes++;
    else if (!from_client && fact)
        add_answer(m, fact);
}

void rtmp_so_totals_add(struct rtmp_so_totals *totals, const struct rtmp_memory *memory,
                        const struct rtmp_session_direction *direction, uint32_t index,
                        struct rtmp_reader body, uint8_t type) {
    struct rtmp_shared_object so;
    struct rtmp_so_piece piece;
    struct rtmp_so_fact_walk walk = {.facts = rtmp_so_records_find(&direction->so, index)};
    const struct rtmp_so_fact *fact = NULL;
    if (!walk.facts.message)
        return;
    unsigned side = rtmp_session_from_client(direction) ? 0 : 1;
    const struct totals_of_message m = {
        .totals = totals,
        .memory = memory,
        .direction = direction,
        .time = rtmp_so_place_of(direction->session, side, rtmp_so_place_in(direction, &walk.facts))
                    .time};
    rtmp_shared_object_init(&so, &body, type);
    while (rtmp_shared_object_next(&so, &piece)) {
        if (piece.kind == RTMP_SO_EVENT)
            fact = rtmp_so_fact_of_event(&walk);
        else if (piece.kind == RTMP_SO_KEY)
            add_key(&m, piece.event, rtmp_so_fact_of_key(&walk));
        else if (piece.kind == RTMP_SO_STATUS_CODE && fact && fact->refused_key)
            add_key(&m, piece.event, fact); /* not that of a use */
    }
}

int64_t rtmp_so_totals_median(const struct rtmp_so_totals *totals) {
    uint32_t count = totals->times_count;
    if (count == 0)
        return -1;
    return (totals->times[(count - 1) / 2] + totals->times[count / 2]) / 2;
}

const char *rtmp_so_copy_state(const struct rtmp_session *session,
                               const struct rtmp_so_copy *copy) {
    if (copy->is_released)
        return "released";
    if (copy->use == RTMP_SO_USE_REFUSED)
        return "use refused";
    if (copy->is_incomplete)
        return "incomplete";
    if (copy->use == RTMP_SO_ASKED)
        return "use unanswered";
    return session->is_closed ? "connection ended" : "in use";
}

void rtmp_so_copy_values(struct rtmp_text *text, const struct rtmp_session *session,
                         const struct rtmp_so_copy *copy) {
    const struct rtmp_so_records_pair records = rtmp_so_records_of(session);
    const struct rtmp_so_attribute *attribute;
    for (uint32_t next = copy->newest; next && !text->cut; next = attribute->older) {
        attribute = &copy->attributes[next - 1];
        const struct rtmp_kept_text *key =
            rtmp_texts_known(&session->capture->texts, attribute->key);
        rtmp_text_add(text, next == copy->newest ? "" : ", ");
        rtmp_text_wire(text, key->bytes, key->len, 0);
        rtmp_text_add(text, " = ");
        (void)rtmp_so_value_line(text, records, attribute->value, true);
    }
}
