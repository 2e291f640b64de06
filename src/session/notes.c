/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/notes.h"

#include "session/loss.h"

/* Kinds that are reported at each occurrence have one note in a direction, which counts them. */
static bool counts_with_others(struct rtmp_session_direction *dir, enum rtmp_note_kind kind) {
    if (kind < RTMP_NOTE_FIRST_COUNTED)
        return false;
    uint32_t *counter = &dir->counter[kind - RTMP_NOTE_FIRST_COUNTED];
    if (*counter) {
        dir->records.notes[*counter - 1].count++;
        return true;
    }
    *counter = dir->records.note_count + 1;
    return false;
}

/* The length that a kind has (struct rtmp_note_record). */
static uint32_t length_of(const struct rtmp_note *note) {
    bool has_length = note->kind == RTMP_NOTE_ABANDONED ||
                      note->kind == RTMP_NOTE_NO_ACKNOWLEDGEMENT ||
                      note->kind == RTMP_NOTE_WINDOW_EXCEEDED;
    return has_length ? note->message.length : 0;
}

/* The note could not be stored: no memory. */
static void forget_counter(struct rtmp_session_direction *dir, enum rtmp_note_kind kind) {
    if (kind >= RTMP_NOTE_FIRST_COUNTED)
        dir->counter[kind - RTMP_NOTE_FIRST_COUNTED] = 0;
}

/* The gap whose bytes have come: how many of it. A gap ends where the segment that showed it
 * begins. */
static void fill_gap(struct rtmp_records *records, const struct rtmp_note *late) {
    for (uint32_t i = records->note_count; i > 0; i--) {
        struct rtmp_note_record *note = &records->notes[i - 1];
        if (note->kind != RTMP_NOTE_GAP || note->start != 0)
            continue;
        uint64_t end = rtmp_segment_offset(&records->segments[note->segment]);
        if (late->offset < end && late->offset + note->count >= end) {
            note->length += (uint32_t)late->count;
            return;
        }
    }
}

void rtmp_session_note(struct rtmp_session_direction *dir, const struct rtmp_note *note) {
    struct rtmp_records *records = &dir->records;
    if (note->kind == RTMP_NOTE_LATE)
        fill_gap(records, note);
    if (!records->recording || counts_with_others(dir, note->kind))
        return;
    rtmp_loss_note(dir, note);
    struct rtmp_note_record *record = rtmp_records_add_note(records);
    if (!record) {
        forget_counter(dir, note->kind);
        return;
    }
    *record = (struct rtmp_note_record){
        .segment = records->segment_count - 1,
        .start = (uint32_t)(rtmp_session_clamp(dir, note->offset) - dir->open_offset),
        .count = note->count,
        .kind = note->kind,
        .csid = note->message.csid,
        .length = length_of(note),
    };
}
