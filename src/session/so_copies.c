/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/so_copies.h"

#include "base/limits.h"

/* Room for one more of `count` entries. */
static void *entries_with_room(const struct rtmp_memory *memory, void *entries, uint32_t count,
                               uint32_t *capacity, size_t size) {
    if (count < *capacity)
        return entries;
    uint32_t more = *capacity ? *capacity * 2 : 4;
    void *grown = memory->resize(memory->user, entries, more * size);
    if (grown)
        *capacity = more;
    return grown;
}

/* ---- copies ---- */

struct rtmp_so_copy *rtmp_so_copies_find(const struct rtmp_so_copies *copies, uint32_t number) {
    uint32_t found = rtmp_key_find(&copies->numbers, number);
    return found ? copies->copy[found - 1] : NULL;
}

struct rtmp_so_copy *rtmp_so_copies_add(struct rtmp_so_copies *copies,
                                        const struct rtmp_memory *memory, uint32_t number) {
    if (copies->count == RTMP_LIMIT_SO_COPIES)
        return NULL;
    struct rtmp_so_copy **list = entries_with_room(
        memory, copies->copy, copies->count, &copies->capacity, sizeof(struct rtmp_so_copy *));
    if (!list)
        return NULL;
    copies->copy = list;
    struct rtmp_so_copy *copy = memory->resize(memory->user, NULL, sizeof *copy);
    if (!copy)
        return NULL;
    *copy = (struct rtmp_so_copy){.number = number, .losses = copies->losses};
    if (!rtmp_key_add(&copies->numbers, memory, number, copies->count)) {
        (void)memory->resize(memory->user, copy, 0);
        return NULL;
    }
    list[copies->count++] = copy;
    return copy;
}

static void destroy_copy(struct rtmp_so_copy *copy, const struct rtmp_memory *memory) {
    rtmp_key_index_destroy(&copy->keys, memory);
    if (copy->attributes)
        (void)memory->resize(memory->user, copy->attributes, 0);
    if (copy->requests)
        (void)memory->resize(memory->user, copy->requests, 0);
    (void)memory->resize(memory->user, copy, 0);
}

void rtmp_so_copies_destroy(struct rtmp_so_copies *copies, const struct rtmp_memory *memory) {
    for (uint32_t i = 0; i < copies->count; i++)
        destroy_copy(copies->copy[i], memory);
    if (copies->copy)
        (void)memory->resize(memory->user, copies->copy, 0);
    rtmp_key_index_destroy(&copies->numbers, memory);
    *copies = (struct rtmp_so_copies){.count = 0};
}

/* ---- attributes ---- */

uint32_t rtmp_so_copy_attribute(struct rtmp_so_copy *copy, const struct rtmp_memory *memory,
                                uint32_t key) {
    uint32_t found = rtmp_key_find(&copy->keys, key);
    if (found)
        return found;
    if (copy->keys.count == RTMP_LIMIT_SO_ATTRIBUTES)
        return 0;
    uint32_t index = copy->free_attribute ? copy->free_attribute - 1 : copy->attribute_count;
    if (index == copy->attribute_count) {
        struct rtmp_so_attribute *attributes =
            entries_with_room(memory, copy->attributes, copy->attribute_count,
                              &copy->attribute_capacity, sizeof *attributes);
        if (!attributes)
            return 0;
        copy->attributes = attributes;
    }
    if (!rtmp_key_add(&copy->keys, memory, key, index))
        return 0;
    if (index == copy->attribute_count)
        copy->attribute_count++;
    else
        copy->free_attribute = copy->attributes[index].newer;
    copy->attributes[index] = (struct rtmp_so_attribute){.key = key};
    return index + 1;
}

static void unlink_told(struct rtmp_so_copy *copy, uint32_t index) {
    struct rtmp_so_attribute *attribute = &copy->attributes[index];
    if (attribute->older)
        copy->attributes[attribute->older - 1].newer = attribute->newer;
    else
        copy->oldest = attribute->newer;
    if (attribute->newer)
        copy->attributes[attribute->newer - 1].older = attribute->older;
    else
        copy->newest = attribute->older;
    attribute->older = attribute->newer = 0;
    attribute->is_told = false;
}

static void link_told(struct rtmp_so_copy *copy, uint32_t index) {
    struct rtmp_so_attribute *attribute = &copy->attributes[index];
    if (attribute->is_told)
        unlink_told(copy, index);
    attribute->is_told = true;
    attribute->older = copy->newest;
    if (copy->newest)
        copy->attributes[copy->newest - 1].newer = index + 1;
    else
        copy->oldest = index + 1;
    copy->newest = index + 1;
}

/* Forget an attribute that is not there, if no request of it is open. */
static void release_unused(struct rtmp_so_copy *copy, uint32_t index) {
    struct rtmp_so_attribute *attribute = &copy->attributes[index];
    if (attribute->is_told || attribute->request[RTMP_SO_WRITE] ||
        attribute->request[RTMP_SO_REMOVAL])
        return;
    rtmp_key_remove(&copy->keys, attribute->key);
    attribute->newer = copy->free_attribute;
    copy->free_attribute = index + 1;
}

void rtmp_so_copy_set(struct rtmp_so_copy *copy, uint32_t index, struct rtmp_so_value value,
                      uint32_t told_in, uint32_t version) {
    struct rtmp_so_attribute *attribute = &copy->attributes[index];
    copy->present += !attribute->is_present;
    attribute->is_present = true;
    attribute->value = value;
    attribute->told_in = told_in;
    attribute->version = version;
    link_told(copy, index);
}

void rtmp_so_copy_remove(struct rtmp_so_copy *copy, uint32_t index, uint32_t told_in,
                         uint32_t version) {
    struct rtmp_so_attribute *attribute = &copy->attributes[index];
    copy->present -= attribute->is_present;
    attribute->is_present = false;
    attribute->told_in = told_in;
    attribute->version = version;
    link_told(copy, index);
}

static void drop_told(struct rtmp_so_copy *copy, uint32_t index) {
    copy->attributes[index].is_present = false;
    unlink_told(copy, index);
    release_unused(copy, index);
}

void rtmp_so_copy_clear(struct rtmp_so_copy *copy) {
    while (copy->oldest)
        drop_told(copy, copy->oldest - 1);
    copy->present = 0;
}

void rtmp_so_copy_settle(struct rtmp_so_copy *copy, uint32_t told_in) {
    uint32_t next = copy->newest;
    while (next && copy->attributes[next - 1].told_in == told_in) {
        uint32_t index = next - 1;
        next = copy->attributes[index].older;
        if (!copy->attributes[index].is_present)
            drop_told(copy, index);
    }
}

/* ---- requests ---- */

static void append_request(struct rtmp_so_copy *copy, uint32_t index) {
    struct rtmp_so_request *request = &copy->requests[index];
    struct rtmp_so_attribute *attribute = &copy->attributes[request->attribute];
    uint32_t before = attribute->last_request[request->kind];
    if (before)
        copy->requests[before - 1].next = index + 1;
    else
        attribute->request[request->kind] = index + 1;
    attribute->last_request[request->kind] = index + 1;
    request->next = request->newer = 0;
    request->older = copy->newest_request;
    if (copy->newest_request)
        copy->requests[copy->newest_request - 1].newer = index + 1;
    else
        copy->oldest_request = index + 1;
    copy->newest_request = index + 1;
}

bool rtmp_so_copy_ask(struct rtmp_so_copy *copy, const struct rtmp_memory *memory,
                      const struct rtmp_so_request *request) {
    uint32_t index = copy->free_request ? copy->free_request - 1 : copy->request_count;
    if (index == RTMP_LIMIT_SO_REQUESTS)
        return false;
    if (index == copy->request_count) {
        struct rtmp_so_request *requests = entries_with_room(
            memory, copy->requests, copy->request_count, &copy->request_capacity, sizeof *requests);
        if (!requests)
            return false;
        copy->requests = requests;
        copy->request_count++;
    } else {
        copy->free_request = copy->requests[index].newer;
    }
    copy->requests[index] = *request;
    copy->requests[index].is_open = true;
    append_request(copy, index);
    return true;
}

void rtmp_so_copy_close_request(struct rtmp_so_copy *copy, uint32_t index) {
    struct rtmp_so_request *request = &copy->requests[index];
    struct rtmp_so_attribute *attribute = &copy->attributes[request->attribute];
    /* Answers take the oldest of an attribute. */
    attribute->request[request->kind] = request->next;
    if (!request->next)
        attribute->last_request[request->kind] = 0;
    if (request->older)
        copy->requests[request->older - 1].newer = request->newer;
    else
        copy->oldest_request = request->newer;
    if (request->newer)
        copy->requests[request->newer - 1].older = request->older;
    else
        copy->newest_request = request->older;
    release_unused(copy, request->attribute);
    request->is_open = false;
    request->newer = copy->free_request;
    copy->free_request = index + 1;
}

void rtmp_so_copy_forget_requests(struct rtmp_so_copy *copy) {
    while (copy->oldest_request)
        rtmp_so_copy_close_request(copy, copy->oldest_request - 1);
}
