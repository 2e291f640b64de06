/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/so_records.h"

#include <string.h>

#include "base/limits.h"
#include "base/sorted.h"
#include "session/so_recent.h"

/* Room for one more of `count` records. */
static void *with_room(const struct rtmp_memory *memory, void *records, uint32_t count,
                       uint32_t *capacity, size_t size) {
    if (count < *capacity)
        return records;
    uint32_t more = *capacity ? *capacity * 2 : 4;
    void *grown = more > *capacity ? memory->resize(memory->user, records, more * size) : NULL;
    if (grown)
        *capacity = more;
    return grown;
}

struct rtmp_so_message *rtmp_so_records_add(struct rtmp_so_records *records,
                                            const struct rtmp_memory *memory, uint32_t message) {
    struct rtmp_so_message *messages = with_room(memory, records->messages, records->message_count,
                                                 &records->message_capacity, sizeof *messages);
    if (!messages)
        return NULL;
    records->messages = messages;
    struct rtmp_so_message *added = &messages[records->message_count++];
    *added = (struct rtmp_so_message){.message = message, .first_fact = records->fact_count};
    return added;
}

struct rtmp_so_fact *rtmp_so_records_add_fact(struct rtmp_so_records *records,
                                              const struct rtmp_memory *memory) {
    struct rtmp_so_fact *facts = with_room(memory, records->facts, records->fact_count,
                                           &records->fact_capacity, sizeof *facts);
    if (!facts)
        return NULL;
    records->facts = facts;
    struct rtmp_so_fact *added = &facts[records->fact_count++];
    *added = (struct rtmp_so_fact){.flags = 0};
    return added;
}

bool rtmp_so_records_keep_body(struct rtmp_so_records *records, const struct rtmp_memory *memory,
                               uint8_t type, const uint8_t *bytes, uint32_t len) {
    struct rtmp_so_message *message = &records->messages[records->message_count - 1];
    if (message->body)
        return true;
    if (len > RTMP_LIMIT_SO_BODIES - records->body_bytes)
        return false;
    message->body = memory->resize(memory->user, NULL, sizeof *message->body + len);
    if (!message->body)
        return false;
    message->body->len = len;
    message->body->type = type;
    memcpy(message->body->bytes, bytes, len);
    records->body_bytes += len;
    return true;
}

void rtmp_so_records_destroy(struct rtmp_so_records *records, const struct rtmp_memory *memory) {
    for (uint32_t i = 0; i < records->message_count; i++)
        if (records->messages[i].body)
            (void)memory->resize(memory->user, records->messages[i].body, 0);
    if (records->messages)
        (void)memory->resize(memory->user, records->messages, 0);
    if (records->facts)
        (void)memory->resize(memory->user, records->facts, 0);
    *records = (struct rtmp_so_records){.messages = NULL};
}

static bool so_before_message(const void *record, uint64_t message) {
    const struct rtmp_so_message *so = record;
    return so->message < message;
}

struct rtmp_so_facts rtmp_so_records_find(const struct rtmp_so_records *records, uint32_t message) {
    uint32_t count = records->message_count;
    bool is_last = count && records->messages[count - 1].message == message;
    uint32_t found =
        is_last ? count - 1
                : RTMP_FIRST_NOT_BEFORE(records->messages, count, so_before_message, message);
    if (found == count || records->messages[found].message != message)
        return (struct rtmp_so_facts){.message = NULL};
    const struct rtmp_so_message *so = &records->messages[found];
    uint32_t end = found + 1 < count ? so[1].first_fact : records->fact_count;
    return (struct rtmp_so_facts){.message = so,
                                  .recent = rtmp_so_recent_of(records->recent, records, message),
                                  .fact = records->facts ? records->facts + so->first_fact : NULL,
                                  .count = end - so->first_fact};
}
