/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/diagnosis.h"

#include "base/list.h"
#include "base/sorted.h"

void rtmp_diagnosis_destroy(struct rtmp_diagnosis *diagnosis, const struct rtmp_memory *memory) {
    rtmp_list_free(memory, diagnosis->fault);
    *diagnosis = (struct rtmp_diagnosis){.count = 0};
}

bool rtmp_diagnosis_add(struct rtmp_diagnosis *diagnosis, const struct rtmp_memory *memory,
                        const struct rtmp_media_fault *fault) {
    struct rtmp_media_fault *list = rtmp_list_with_room(memory, diagnosis->fault, diagnosis->count,
                                                        &diagnosis->capacity, sizeof *list);
    if (!list)
        return false;
    diagnosis->fault = list;
    list[diagnosis->count++] = *fault;
    return true;
}

static bool fault_before(const void *record, uint64_t index) {
    const struct rtmp_media_fault *fault = record;
    return fault->message < index;
}

uint32_t rtmp_diagnosis_of(const struct rtmp_diagnosis *diagnosis, uint32_t index,
                           const struct rtmp_media_fault **faults) {
    uint32_t first = RTMP_FIRST_NOT_BEFORE(diagnosis->fault, diagnosis->count, fault_before, index);
    uint32_t end = first;
    while (end < diagnosis->count && diagnosis->fault[end].message == index)
        end++;
    *faults = diagnosis->fault ? &diagnosis->fault[first] : NULL;
    return end - first;
}
