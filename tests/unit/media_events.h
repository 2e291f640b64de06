/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_UNIT_MEDIA_EVENTS_H
#define TESTS_UNIT_MEDIA_EVENTS_H

#include "payload/media/media.h"

/* The events of one media body, for tests. */
enum { MEDIA_EVENTS = 16384 };

struct media_events {
    struct rtmp_media_event event[MEDIA_EVENTS];
    size_t count; /* may exceed MEDIA_EVENTS: the rest is only counted */
};

/* Read a body whose bytes are all there; the events replace those in `events`. Checks the
 * invariants that hold for any input (see media_events_check). */
void media_events_read(struct media_events *events, bool video, const uint8_t *bytes, size_t len);
void media_events_read_body(struct media_events *events, const struct rtmp_media_body *body);

/* The nth (from 0) value or group of a field; NULL when there are fewer. */
const struct rtmp_media_event *media_event(const struct media_events *events,
                                           enum rtmp_media_field field, unsigned nth);

/* The nth event's number; fails the test when there is none. */
int64_t media_number(const struct media_events *events, enum rtmp_media_field field, unsigned nth);

/* Stops with an error, without those for bytes left over. */
size_t media_errors(const struct media_events *events);

/* "AVC_PROFILE 1+1 = 100 High" lines, groups indented: for a test that names every field. Static.
 */
const char *media_events_text(const struct media_events *events);

#endif
