/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_SESSION_NOTES_H
#define RTMP_SESSION_NOTES_H

#include "session/state.h"

/*
 * Record a note of the wire layer, or about a message, with its place in the segment that is being
 * fed. Kinds that are reported at each occurrence (RTMP_NOTE_FIRST_COUNTED and later) have one
 * record in a direction, which counts them. Bytes that came late are counted by their gap. Without
 * memory, or while nothing is recorded, the note is lost.
 */
void rtmp_session_note(struct rtmp_session_direction *direction, const struct rtmp_note *note);

#endif
