/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/streams.h"

#include <string.h>

#include "base/list.h"
#include "base/sorted.h"

struct rtmp_stream_id_changes {
    uint32_t id;
    struct rtmp_stream_changes changes;
};

const char *rtmp_stream_role_name(enum rtmp_stream_role role) {
    return role == RTMP_STREAM_PUBLISH ? "publish" : "play";
}

const char *rtmp_stream_end_name(enum rtmp_stream_end end) {
    static const char *const names[] = {
        [RTMP_STREAM_OPEN] = "open",          [RTMP_STREAM_DELETED] = "deleteStream",
        [RTMP_STREAM_CLOSED] = "closeStream", [RTMP_STREAM_UNPUBLISHED] = "FCUnpublish",
        [RTMP_STREAM_REPLACED] = "replaced",  [RTMP_STREAM_STATUS] = "status",
        [RTMP_STREAM_EOF] = "Stream EOF",     [RTMP_STREAM_CONNECTION] = "connection closed",
    };
    return names[end];
}

/* ---- lists ---- */

struct rtmp_stream *rtmp_streams_add(struct rtmp_streams *streams,
                                     const struct rtmp_memory *memory) {
    if (streams->count == RTMP_LIMIT_STREAMS)
        return NULL;
    struct rtmp_stream **list = rtmp_list_with_room(
        memory, streams->stream, streams->count, &streams->capacity, sizeof(struct rtmp_stream *));
    if (!list)
        return NULL;
    streams->stream = list;
    struct rtmp_stream *stream = memory->resize(memory->user, NULL, sizeof *stream);
    if (!stream)
        return NULL;
    *stream = (struct rtmp_stream){.number = streams->count};
    streams->stream[streams->count++] = stream;
    return stream;
}

void rtmp_streams_destroy(struct rtmp_streams *streams, const struct rtmp_memory *memory) {
    for (uint32_t i = 0; i < streams->count; i++)
        (void)memory->resize(memory->user, streams->stream[i], 0);
    rtmp_list_free(memory, streams->stream);
    *streams = (struct rtmp_streams){.count = 0};
}

/* ---- which stream a message concerns ---- */

static bool add_change(struct rtmp_stream_changes *changes, const struct rtmp_memory *memory,
                       uint32_t index, const struct rtmp_stream *stream) {
    struct rtmp_stream_change *list = rtmp_list_with_room(memory, changes->change, changes->count,
                                                          &changes->capacity, sizeof *list);
    if (!list)
        return false;
    changes->change = list;
    list[changes->count++] = (struct rtmp_stream_change){index, stream};
    return true;
}

static bool change_not_after(const void *record, uint64_t index) {
    const struct rtmp_stream_change *change = record;
    return change->message <= index;
}

/* The last change up to message `index`, NULL: none. */
static const struct rtmp_stream_change *change_at(const struct rtmp_stream_changes *changes,
                                                  uint32_t index) {
    uint32_t behind =
        RTMP_FIRST_NOT_BEFORE(changes->change, changes->count, change_not_after, index);
    return behind ? &changes->change[behind - 1] : NULL;
}

static bool id_before(const void *record, uint64_t id) {
    const struct rtmp_stream_id_changes *of = record;
    return of->id < id;
}

static uint32_t place_of_id(const struct rtmp_stream_bindings *bindings, uint32_t id) {
    return RTMP_FIRST_NOT_BEFORE(bindings->of, bindings->count, id_before, id);
}

static bool has_id(const struct rtmp_stream_bindings *bindings, uint32_t at, uint32_t id) {
    return at < bindings->count && bindings->of[at].id == id;
}

/* The changes of an id, which are made if there are none. NULL: no memory, or too many ids. */
static struct rtmp_stream_changes *changes_of(struct rtmp_stream_bindings *bindings,
                                              const struct rtmp_memory *memory, uint32_t id) {
    uint32_t at = place_of_id(bindings, id);
    if (has_id(bindings, at, id))
        return &bindings->of[at].changes;
    if (bindings->count == RTMP_LIMIT_STREAM_IDS)
        return NULL;
    struct rtmp_stream_id_changes *list = rtmp_list_with_room(memory, bindings->of, bindings->count,
                                                              &bindings->capacity, sizeof *list);
    if (!list)
        return NULL;
    bindings->of = list;
    memmove(&list[at + 1], &list[at], (bindings->count - at) * sizeof *list);
    list[at] = (struct rtmp_stream_id_changes){.id = id};
    bindings->count++;
    return &list[at].changes;
}

void rtmp_stream_bind(struct rtmp_stream_bindings *bindings, const struct rtmp_memory *memory,
                      uint32_t id, uint32_t index, const struct rtmp_stream *stream) {
    struct rtmp_stream_changes *changes = changes_of(bindings, memory, id);
    if (changes && !add_change(changes, memory, index, stream))
        changes->count = 0;
}

void rtmp_stream_name_one(struct rtmp_stream_bindings *bindings, const struct rtmp_memory *memory,
                          uint32_t index, const struct rtmp_stream *stream) {
    (void)add_change(&bindings->named, memory, index, stream);
}

const struct rtmp_stream *rtmp_stream_bound(const struct rtmp_stream_bindings *bindings,
                                            uint32_t id, uint32_t index) {
    uint32_t at = place_of_id(bindings, id);
    const struct rtmp_stream_change *change =
        has_id(bindings, at, id) ? change_at(&bindings->of[at].changes, index) : NULL;
    return change ? change->stream : NULL;
}

static bool sends_media(const struct rtmp_stream *stream, bool from_client) {
    return stream && (stream->role == RTMP_STREAM_PUBLISH) == from_client;
}

const struct rtmp_stream *rtmp_stream_of_media(const struct rtmp_stream_bindings *bindings,
                                               bool from_client, uint32_t id, uint32_t index) {
    const struct rtmp_stream *stream = rtmp_stream_bound(bindings, id, index);
    return sends_media(stream, from_client) ? stream : NULL;
}

const struct rtmp_stream *rtmp_stream_only(const struct rtmp_stream_bindings *bindings,
                                           bool from_client, uint32_t index) {
    const struct rtmp_stream *only = NULL;
    for (uint32_t i = 0; i < bindings->count; i++) {
        const struct rtmp_stream_change *change = change_at(&bindings->of[i].changes, index);
        if (!change || !sends_media(change->stream, from_client) || change->stream == only)
            continue;
        if (only)
            return NULL;
        only = change->stream;
    }
    return only;
}

const struct rtmp_stream *rtmp_stream_named(const struct rtmp_stream_bindings *bindings,
                                            uint32_t index) {
    const struct rtmp_stream_change *change = change_at(&bindings->named, index);
    return change && change->message == index ? change->stream : NULL;
}

void rtmp_stream_bindings_destroy(struct rtmp_stream_bindings *bindings,
                                  const struct rtmp_memory *memory) {
    for (uint32_t i = 0; i < bindings->count; i++)
        rtmp_list_free(memory, bindings->of[i].changes.change);
    rtmp_list_free(memory, bindings->of);
    rtmp_list_free(memory, bindings->named.change);
    *bindings = (struct rtmp_stream_bindings){.count = 0};
}
