/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/so_values.h"

#include "payload/amf/amf_value.h"

/* Read up to the value: what AMF3 refers to may be anywhere before it. */
static bool read_up_to(struct rtmp_shared_object *so, uint32_t at) {
    struct rtmp_so_piece piece;
    while (rtmp_shared_object_next(so, &piece))
        if (piece.kind == RTMP_SO_VALUE && piece.whole.pos == at)
            return true;
    return false;
}

bool rtmp_so_value_open(struct rtmp_so_open_value *open, struct rtmp_so_records_pair records,
                        struct rtmp_so_value value) {
    if (!value.message)
        return false;
    const struct rtmp_so_body *body =
        records.side[value.from_client ? 0 : 1]->messages[value.message - 1].body;
    if (!body)
        return false;
    open->reader = rtmp_reader_over(body->bytes, body->len);
    rtmp_shared_object_init(&open->so, &open->reader, body->type);
    if (!value.is_alone)
        return read_up_to(&open->so, value.at);
    open->reader.pos = value.at;
    return true;
}

bool rtmp_so_value_line(struct rtmp_text *text, struct rtmp_so_records_pair records,
                        struct rtmp_so_value value, bool quoted) {
    struct rtmp_so_open_value open;
    return rtmp_so_value_open(&open, records, value) &&
           rtmp_amf_value_line(&open.so.amf, text, quoted);
}

bool rtmp_so_value_digest(struct rtmp_so_records_pair records, struct rtmp_so_value value,
                          uint64_t *digest) {
    struct rtmp_so_open_value open;
    return rtmp_so_value_open(&open, records, value) && rtmp_amf_value_digest(&open.so.amf, digest);
}
