/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/media/reader.h"

#include "base/limits.h"

static void emit(struct rtmp_media *m, const struct rtmp_media_event *event) {
    if (!m->sink)
        return;
    if (event->kind == RTMP_MEDIA_VALUE || event->kind == RTMP_MEDIA_BEGIN)
        if (event->field == RTMP_FIELD_NONE)
            return;
    m->sink(m->context, event);
}

/* Count values and begins against the limit. Ends are not counted: groups are always closed. */
static bool count_item(struct rtmp_media *m) {
    if (m->items < RTMP_LIMIT_MESSAGE_ITEMS) {
        m->items++;
        return true;
    }
    rtmp_fail_at(&m->reader, RTMP_LIMIT_ITEMS, m->reader.pos);
    return false;
}

/* Is this value reported? Tested before the event is made: a summary has no sink. */
static inline bool is_reported(struct rtmp_media *m) {
    return m->sink && rtmp_ok(&m->reader) && count_item(m);
}

struct rtmp_span rtmp_media_since(const struct rtmp_media *m, uint32_t start) {
    return rtmp_span_of(start, m->reader.pos + (m->bits.used ? 1 : 0) - start);
}

uint32_t rtmp_media_announced(const struct rtmp_media *m) {
    return m->limit - m->absent - m->reader.pos;
}

/* The index among the available bytes of a position in the message, at or behind the cursor. */
static uint32_t available_index(const struct rtmp_media *m, uint32_t position) {
    uint32_t absent = m->absent;
    for (uint32_t i = m->hole; i < m->hole_count; i++) {
        uint32_t begin = m->holes[i].at + absent;
        if (position <= begin)
            break;
        if (position - begin < m->holes[i].count)
            return m->holes[i].at;
        absent += m->holes[i].count;
    }
    return position - absent;
}

static void report_event(struct rtmp_media *m, enum rtmp_media_field field, struct rtmp_span span,
                         int64_t number, const char *text) {
    emit(
        m,
        &(struct rtmp_media_event){
            .kind = RTMP_MEDIA_VALUE, .field = field, .span = span, .value = number, .text = text});
}

void rtmp_media_value(struct rtmp_media *m, enum rtmp_media_field field, struct rtmp_span span,
                      int64_t number, const char *text) {
    if (is_reported(m))
        report_event(m, field, span, number, text);
}

void rtmp_media_computed(struct rtmp_media *m, enum rtmp_media_field field, struct rtmp_span span,
                         int64_t number, const char *text) {
    if (is_reported(m))
        emit(m, &(struct rtmp_media_event){.kind = RTMP_MEDIA_VALUE,
                                           .field = field,
                                           .span = span,
                                           .computed = true,
                                           .value = number,
                                           .text = text});
}

void rtmp_media_real(struct rtmp_media *m, enum rtmp_media_field field, struct rtmp_span span,
                     double number) {
    if (is_reported(m))
        emit(m, &(struct rtmp_media_event){.kind = RTMP_MEDIA_VALUE,
                                           .field = field,
                                           .span = span,
                                           .computed = true,
                                           .real = number});
}

/* Not inlined: a pass without a sink needs no stack space for an event. */
__attribute__((noinline)) uint32_t rtmp_media_named(struct rtmp_media *m,
                                                    enum rtmp_media_field field, unsigned n,
                                                    const struct rtmp_name *names) {
    uint32_t start = m->reader.pos;
    uint32_t number = rtmp_bits_take(&m->bits, n);
    if (is_reported(m))
        report_event(m, field, rtmp_media_since(m, start), number,
                     names ? rtmp_name_of(names, number) : NULL);
    return number;
}

uint32_t rtmp_media_u(struct rtmp_media *m, enum rtmp_media_field field, unsigned n) {
    return m->sink ? rtmp_media_named(m, field, n, NULL) : rtmp_bits_take(&m->bits, n);
}

uint32_t rtmp_media_plus(struct rtmp_media *m, enum rtmp_media_field field, unsigned n,
                         uint32_t add) {
    uint32_t start = m->reader.pos;
    uint32_t number = rtmp_bits_take(&m->bits, n) + add;
    if (rtmp_ok(&m->reader))
        rtmp_media_value(m, field, rtmp_media_since(m, start), number, NULL);
    return number;
}

uint32_t rtmp_media_ue(struct rtmp_media *m, enum rtmp_media_field field) {
    uint32_t start = m->reader.pos;
    uint32_t number = rtmp_bits_ue(&m->bits);
    if (rtmp_ok(&m->reader))
        rtmp_media_value(m, field, rtmp_media_since(m, start), number, NULL);
    return number;
}

uint32_t rtmp_media_le(struct rtmp_media *m, enum rtmp_media_field field, unsigned n) {
    struct rtmp_span span = rtmp_take(&m->reader, n);
    uint32_t number = 0;
    for (uint32_t i = span.len; i > 0; i--)
        number = number << 8 | rtmp_peek_at(&m->reader, span.pos + i - 1);
    rtmp_media_value(m, field, span, number, NULL);
    return number;
}

void rtmp_media_bytes(struct rtmp_media *m, enum rtmp_media_field field, uint32_t len) {
    struct rtmp_span span = rtmp_take(&m->reader, len);
    if (span.len)
        rtmp_media_value(m, field, span, 0, NULL);
}

void rtmp_media_offset(struct rtmp_media *m, enum rtmp_media_field field, uint32_t at) {
    if (m->coded)
        rtmp_media_computed(m, field, rtmp_span_of(at, 0), at + (int64_t)m->absent, NULL);
}

bool rtmp_media_has_next(struct rtmp_media *m, uint32_t header) {
    uint32_t left = rtmp_left(&m->reader);
    if (!rtmp_ok(&m->reader))
        return false;
    if (left < header && left < rtmp_media_announced(m))
        rtmp_fail_at(&m->reader, RTMP_REMARK_LIST_ENDS, m->reader.pos);
    return rtmp_ok(&m->reader) && left;
}

void rtmp_media_rest(struct rtmp_media *m, enum rtmp_media_field field) {
    if (rtmp_ok(&m->reader))
        rtmp_media_bytes(m, field, rtmp_left(&m->reader));
}

void rtmp_media_skip_rest(struct rtmp_media *m) {
    if (rtmp_ok(&m->reader))
        (void)rtmp_take(&m->reader, rtmp_left(&m->reader));
    m->bits.used = 0;
}

void rtmp_media_size(struct rtmp_media *m, struct rtmp_span span, uint32_t width, uint32_t height) {
    if (!rtmp_ok(&m->reader) || width == 0 || height == 0)
        return;
    m->info.width = width;
    m->info.height = height;
    rtmp_media_computed(m, RTMP_FIELD_VIDEO_WIDTH, span, width, NULL);
    rtmp_media_computed(m, RTMP_FIELD_VIDEO_HEIGHT, span, height, NULL);
}

void rtmp_media_profile(struct rtmp_media *m, struct rtmp_span span, const char *profile,
                        double level) {
    if (profile)
        rtmp_media_computed(m, RTMP_FIELD_VIDEO_PROFILE, span, 0, profile);
    if (level > 0)
        rtmp_media_real(m, RTMP_FIELD_VIDEO_LEVEL, span, level);
}

void rtmp_media_frame_rate(struct rtmp_media *m, struct rtmp_span span, double rate) {
    if (!rtmp_ok(&m->reader) || !(rate > 0))
        return;
    m->info.frame_rate = rate;
    rtmp_media_real(m, RTMP_FIELD_VIDEO_FRAME_RATE, span, rate);
}

void rtmp_media_sample_rate(struct rtmp_media *m, struct rtmp_span span, uint32_t rate) {
    if (!rtmp_ok(&m->reader) || rate == 0)
        return;
    m->info.sample_rate = rate;
    rtmp_media_computed(m, RTMP_FIELD_AUDIO_SAMPLE_RATE, span, rate, NULL);
}

void rtmp_media_channels(struct rtmp_media *m, struct rtmp_span span, uint32_t channels) {
    if (!rtmp_ok(&m->reader))
        return;
    m->info.channels = channels;
    rtmp_media_computed(m, RTMP_FIELD_AUDIO_CHANNEL_COUNT, span, channels, NULL);
}

bool rtmp_media_enter(struct rtmp_media *m, enum rtmp_media_field field, uint32_t len,
                      struct rtmp_media_range *outer) {
    if (!rtmp_ok(&m->reader) || !count_item(m))
        return false;
    if (len > rtmp_media_announced(m)) {
        rtmp_fail_at(&m->reader, RTMP_ERROR_LENGTH, m->reader.pos);
        return false;
    }
    *outer = (struct rtmp_media_range){m->reader.end, m->limit, m->bits.rbsp};
    m->limit = m->reader.pos + m->absent + len;
    uint32_t end = available_index(m, m->limit);
    if (end < m->reader.end)
        m->reader.end = end;
    emit(m, &(struct rtmp_media_event){
                .kind = RTMP_MEDIA_BEGIN,
                .field = field,
                .span = rtmp_span_of(m->reader.pos, m->reader.end - m->reader.pos)});
    return true;
}

/* Are bytes of the range missing other than those of holes before the cursor? */
static bool is_cut(const struct rtmp_media *m) {
    return m->reader.end < m->limit - m->absent || m->absent > m->hole_bytes;
}

/* An error in coded data does not make the message malformed: it is graded as a remark. */
static enum rtmp_error graded(const struct rtmp_media *m) {
    enum rtmp_error error = m->reader.error;
    return m->coded && (error == RTMP_ERROR_END || error == RTMP_ERROR_FORMAT)
               ? RTMP_REMARK_CODEC_HEADER
               : error;
}

void rtmp_media_report(struct rtmp_media *m) {
    struct rtmp_reader *r = &m->reader;
    if (m->bits.used && rtmp_ok(r)) /* padding bits of a field's last byte */
        rtmp_bits_align(&m->bits);
    m->bits.used = 0;
    bool at_end = r->error == RTMP_ERROR_END && is_cut(m);
    bool cut = at_end || r->error == RTMP_REMARK_LIST_ENDS;
    if ((!rtmp_ok(r) || rtmp_left(r)) && !(at_end && m->coded))
        emit(m, &(struct rtmp_media_event){.kind = RTMP_MEDIA_STOP,
                                           .span = rtmp_span_of(r->pos, rtmp_left(r)),
                                           .cut = cut,
                                           .error = graded(m),
                                           .error_pos = r->error_pos});
    r->pos = r->end;
    if (r->error != RTMP_LIMIT_ITEMS)
        r->error = RTMP_OK;
}

void rtmp_media_leave(struct rtmp_media *m, const struct rtmp_media_range *outer) {
    rtmp_media_report(m);
    emit(m, &(struct rtmp_media_event){.kind = RTMP_MEDIA_END,
                                       .span = rtmp_span_of(m->reader.pos, 0)});
    m->absent = m->limit - m->reader.pos;
    while (m->hole < m->hole_count && m->hole_bytes < m->absent)
        m->hole_bytes += m->holes[m->hole++].count;
    m->reader.end = outer->end;
    m->limit = outer->limit;
    m->bits = (struct rtmp_bits){.reader = &m->reader, .rbsp = outer->rbsp};
}
