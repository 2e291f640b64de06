/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/so_objects.h"

#include "base/limits.h"
#include "session/so_values.h"

/* Room for one more of `count` entries. */
static void *objects_with_room(const struct rtmp_memory *memory, void *entries, uint32_t count,
                               uint32_t *capacity, size_t size) {
    if (count < *capacity)
        return entries;
    uint32_t more = *capacity ? *capacity * 2 : 4;
    void *grown = memory->resize(memory->user, entries, more * size);
    if (grown)
        *capacity = more;
    return grown;
}

static void release_entries(const struct rtmp_memory *memory, void *entries) {
    if (entries)
        (void)memory->resize(memory->user, entries, 0);
}

/* ---- what was told ---- */

/* All of it; the numbers of changes go on, for the copies that count them. */
static void forget_told(struct rtmp_so_object *object, const struct rtmp_memory *memory) {
    rtmp_key_index_destroy(&object->keys, memory);
    release_entries(memory, object->told);
    release_entries(memory, object->changes);
    *object = (struct rtmp_so_object){.users = object->users,
                                      .change_count = object->change_count,
                                      .first_change = object->change_count};
}

static bool is_same(const struct rtmp_so_told *a, const struct rtmp_so_told *b) {
    return a->is_present == b->is_present && (!a->is_present || a->digest == b->digest);
}

/* The last change, of a key or all of them. */
static void note_change(struct rtmp_so_object *object, uint32_t version, uint32_t told) {
    object->changes[object->change_count++ % RTMP_SO_CHANGES] =
        (struct rtmp_so_change){.version = version, .told = told};
}

static bool has_changes(struct rtmp_so_object *object, const struct rtmp_memory *memory) {
    if (!object->changes)
        object->changes =
            memory->resize(memory->user, NULL, RTMP_SO_CHANGES * sizeof *object->changes);
    return object->changes;
}

/* An entry for a key that has none. Where there is no room for more, all are forgotten: what is
 * compared is what changes from then on. 0: no memory. */
static uint32_t new_told(struct rtmp_so_object *object, const struct rtmp_memory *memory,
                         uint32_t key) {
    if (object->told_count == RTMP_LIMIT_SO_ATTRIBUTES)
        forget_told(object, memory);
    struct rtmp_so_told *entries = objects_with_room(memory, object->told, object->told_count,
                                                     &object->told_capacity, sizeof *entries);
    if (!entries)
        return 0;
    object->told = entries;
    if (!has_changes(object, memory) ||
        !rtmp_key_add(&object->keys, memory, key, object->told_count))
        return 0;
    entries[object->told_count] = (struct rtmp_so_told){.key = key};
    return ++object->told_count;
}

/* What the copy holds of an attribute that a message told it of. */
static struct rtmp_so_told told_of(const struct rtmp_so_attribute *attribute,
                                   const struct rtmp_so_news *news) {
    struct rtmp_so_told told = {.value = attribute->value,
                                .key = attribute->key,
                                .version = attribute->version,
                                .client = news->client,
                                .told_in = attribute->told_in,
                                .is_present = attribute->is_present,
                                .is_comparable = true};
    if (told.is_present)
        told.is_comparable = rtmp_so_value_digest(news->records, told.value, &told.digest);
    return told;
}

/* What all clients were told of a key, if one was: index + 1. Clearing an object tells them that it
 * is not there. */
static const struct rtmp_so_told *last_told(const struct rtmp_so_object *object, uint32_t entry) {
    const struct rtmp_so_told *told = entry ? &object->told[entry - 1] : NULL;
    const struct rtmp_so_told *cleared = object->cleared.change ? &object->cleared : NULL;
    return told && (!cleared || told->change > cleared->change) ? told : cleared;
}

static void tell(struct rtmp_so_object *object, const struct rtmp_memory *memory,
                 const struct rtmp_so_told *told) {
    uint32_t entry = rtmp_key_find(&object->keys, told->key);
    if (!entry)
        entry = new_told(object, memory, told->key);
    if (!entry)
        return;
    bool is_said = object->told[entry - 1].is_said;
    note_change(object, told->version, entry);
    object->told[entry - 1] = *told;
    object->told[entry - 1].is_said = is_said;
    object->told[entry - 1].change = object->change_count;
}

/* ---- differences ---- */

static struct rtmp_so_held held_of(const struct rtmp_so_told *told) {
    return (struct rtmp_so_held){.value = told->value,
                                 .client = told->client,
                                 .told_in = told->told_in,
                                 .is_present = told->is_present};
}

static void add_divergence(struct rtmp_so_objects *objects, const struct rtmp_memory *memory,
                           const struct rtmp_so_told *own, struct rtmp_so_told *other) {
    if (other->is_said || objects->divergence_count == RTMP_LIMIT_SO_DIVERGENCES)
        return;
    struct rtmp_so_divergence *divergences =
        objects_with_room(memory, objects->divergences, objects->divergence_count,
                          &objects->divergence_capacity, sizeof *divergences);
    if (!divergences)
        return;
    objects->divergences = divergences;
    divergences[objects->divergence_count++] =
        (struct rtmp_so_divergence){.key = own->key, .own = held_of(own), .other = held_of(other)};
    other->is_said = true;
}

/* The copy was told of an attribute in this message: is it what others were told in the same
 * version, or a change? */
static void compare_told(struct rtmp_so_objects *objects, const struct rtmp_memory *memory,
                         struct rtmp_so_object *object, const struct rtmp_so_told *own) {
    uint32_t entry = rtmp_key_find(&object->keys, own->key);
    const struct rtmp_so_told *last = last_told(object, entry);
    if (!last) {
        tell(object, memory, own);
        return;
    }
    bool differs = own->is_comparable && last->is_comparable && !is_same(own, last);
    bool is_newer = rtmp_so_version_is_before(last->version, own->version) ||
                    (own->version == last->version && own->client == last->client);
    if (is_newer && (differs || !own->is_comparable))
        tell(object, memory, own);
    else if (differs && own->version == last->version && last != &object->cleared)
        add_divergence(objects, memory, own, &object->told[entry - 1]);
}

/* The copy has a later version than a change of an attribute: does it have the change? */
static void compare_change(struct rtmp_so_objects *objects, const struct rtmp_memory *memory,
                           const struct rtmp_so_copy *copy, struct rtmp_so_told *told,
                           const struct rtmp_so_news *news) {
    uint32_t found = rtmp_so_copy_find(copy, told->key);
    const struct rtmp_so_attribute *attribute = found ? &copy->attributes[found - 1] : NULL;
    struct rtmp_so_told own = {
        .key = told->key, .client = news->client, .told_in = news->told_in, .is_comparable = true};
    bool is_told = attribute && attribute->is_told;
    if (is_told && !rtmp_so_version_is_before(attribute->version, told->version))
        return;
    if (is_told)
        own = told_of(attribute, news);
    if (own.is_comparable && told->is_comparable && !is_same(&own, told))
        add_divergence(objects, memory, &own, told);
}

/* The object was cleared: has the copy an attribute from before? */
static void compare_cleared(struct rtmp_so_objects *objects, const struct rtmp_memory *memory,
                            const struct rtmp_so_copy *copy, struct rtmp_so_told *cleared,
                            const struct rtmp_so_news *news) {
    const struct rtmp_so_attribute *oldest =
        copy->oldest ? &copy->attributes[copy->oldest - 1] : NULL;
    if (!oldest || !oldest->is_present ||
        !rtmp_so_version_is_before(oldest->version, cleared->version))
        return;
    const struct rtmp_so_told own = told_of(oldest, news);
    add_divergence(objects, memory, &own, cleared);
}

/* A change, unless a later one of the same attribute, or of all, took its place. */
static void compare_numbered(struct rtmp_so_objects *objects, const struct rtmp_memory *memory,
                             struct rtmp_so_object *object, const struct rtmp_so_copy *copy,
                             const struct rtmp_so_news *news) {
    const struct rtmp_so_change *change = &object->changes[copy->compared % RTMP_SO_CHANGES];
    uint64_t number = copy->compared + 1;
    struct rtmp_so_told *told = change->told ? &object->told[change->told - 1] : NULL;
    if (!told && object->cleared.change == number)
        compare_cleared(objects, memory, copy, &object->cleared, news);
    else if (told && told->change == number && object->cleared.change < number)
        compare_change(objects, memory, copy, told, news);
}

/* The changes of earlier versions that the copy was not asked for yet. */
static void compare_earlier(struct rtmp_so_objects *objects, const struct rtmp_memory *memory,
                            struct rtmp_so_object *object, struct rtmp_so_copy *copy,
                            const struct rtmp_so_news *news) {
    uint64_t first = object->first_change;
    if (object->change_count - first > RTMP_SO_CHANGES)
        first = object->change_count - RTMP_SO_CHANGES;
    if (copy->compared < first)
        copy->compared = first;
    for (; copy->compared < object->change_count; copy->compared++) {
        uint32_t version = object->changes[copy->compared % RTMP_SO_CHANGES].version;
        if (!rtmp_so_version_is_before(version, news->version))
            break;
        compare_numbered(objects, memory, object, copy, news);
    }
}

/* Each client is told of it once. */
static void tell_cleared(struct rtmp_so_object *object, const struct rtmp_memory *memory,
                         const struct rtmp_so_news *news) {
    const struct rtmp_so_told *before = &object->cleared;
    bool is_known =
        before->change && before->version == news->version && before->client != news->client;
    if (is_known || !has_changes(object, memory))
        return;
    note_change(object, news->version, 0);
    object->cleared = (struct rtmp_so_told){.version = news->version,
                                            .client = news->client,
                                            .told_in = news->told_in,
                                            .change = object->change_count,
                                            .is_comparable = true,
                                            .is_said = before->is_said};
}

void rtmp_so_objects_compare(struct rtmp_so_objects *objects, const struct rtmp_memory *memory,
                             struct rtmp_so_copy *copy, const struct rtmp_so_news *news) {
    struct rtmp_so_object *object = copy->object ? &objects->objects[copy->object - 1] : NULL;
    if (!object || object->users < 2 || news->has_joined)
        return;
    if (news->has_cleared)
        tell_cleared(object, memory, news);
    uint32_t next = copy->newest;
    while (next && copy->attributes[next - 1].told_in == news->told_in) {
        const struct rtmp_so_told own = told_of(&copy->attributes[next - 1], news);
        next = copy->attributes[next - 1].older;
        compare_told(objects, memory, object, &own);
    }
    if (news->is_state && object->changes)
        compare_earlier(objects, memory, object, copy, news);
    /* A message to all comes with the removal, in the same version (observed: FluorineFx). */
    if (news->has_sent && !news->is_state && object->cleared.change > copy->compared &&
        object->cleared.version == news->version && object->cleared.client != news->client)
        compare_cleared(objects, memory, copy, &object->cleared, news);
}

/* ---- objects and clients ---- */

static struct rtmp_so_object *find_or_add_object(struct rtmp_so_objects *objects,
                                                 const struct rtmp_memory *memory, uint64_t key) {
    uint32_t found = rtmp_key_find(&objects->index, key);
    if (found)
        return &objects->objects[found - 1];
    struct rtmp_so_object *list = objects_with_room(memory, objects->objects, objects->object_count,
                                                    &objects->object_capacity, sizeof *list);
    if (!list)
        return NULL;
    objects->objects = list;
    if (!rtmp_key_add(&objects->index, memory, key, objects->object_count))
        return NULL;
    struct rtmp_so_object *object = &list[objects->object_count++];
    *object = (struct rtmp_so_object){.users = 0};
    return object;
}

void rtmp_so_objects_join(struct rtmp_so_objects *objects, const struct rtmp_memory *memory,
                          uint32_t scope, struct rtmp_so_copy *copy) {
    if (!copy->object) {
        struct rtmp_so_object *object =
            find_or_add_object(objects, memory, (uint64_t)scope << 32 | copy->number);
        if (!object)
            return;
        object->users++;
        copy->object = (uint32_t)(object - objects->objects) + 1;
    }
    copy->compared = objects->objects[copy->object - 1].change_count;
}

void rtmp_so_objects_leave(struct rtmp_so_objects *objects, const struct rtmp_memory *memory,
                           struct rtmp_so_copy *copy) {
    if (!copy->object)
        return;
    struct rtmp_so_object *object = &objects->objects[copy->object - 1];
    copy->object = 0;
    if (--object->users < 2)
        forget_told(object, memory);
}

uint32_t rtmp_so_objects_add_client(struct rtmp_so_objects *objects,
                                    const struct rtmp_memory *memory,
                                    const struct rtmp_session *session) {
    const struct rtmp_session **clients =
        objects_with_room(memory, objects->clients, objects->client_count,
                          &objects->client_capacity, sizeof(const struct rtmp_session *));
    if (!clients)
        return 0;
    objects->clients = clients;
    clients[objects->client_count] = session;
    return ++objects->client_count;
}

void rtmp_so_objects_destroy(struct rtmp_so_objects *objects, const struct rtmp_memory *memory) {
    for (uint32_t i = 0; i < objects->object_count; i++)
        forget_told(&objects->objects[i], memory);
    release_entries(memory, objects->objects);
    release_entries(memory, objects->divergences);
    release_entries(memory, objects->clients);
    rtmp_key_index_destroy(&objects->index, memory);
    rtmp_texts_destroy(&objects->names, memory);
    *objects = (struct rtmp_so_objects){.object_count = 0};
}
