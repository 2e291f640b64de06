/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_SHARED_OBJECT_H
#define RTMP_PAYLOAD_SHARED_OBJECT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "payload/amf/amf.h"

/*
 * Remote SharedObject messages (types 19 and 16) as a stream of parts, pulled by the caller:
 *
 *     [type 16: format byte] name | version u32 | flags u32 | u32 | events until the end
 *     event: type u8 | length u32 | body
 *
 *     struct rtmp_shared_object so;             // holds the message's rtmp_amf, ~60 kB
 *     rtmp_shared_object_init(&so, &reader, type);
 *     while (rtmp_shared_object_next(&so, &part)) ...
 *
 * The `whole` ranges of the parts, with those of the AMF events of the values, tile the body in
 * order. Sources: Adobe does not publish the format; Red5, FluorineFx, crtmpserver, erlyvideo and
 * rtmp-python agree on it, and captures of them (observed).
 */

/* Body parts, one line each in base/names/shared_object_events.def. */
enum rtmp_so_event {
#define NAME(value, identifier, text, layout) RTMP_SO_EVENT_##identifier = value,
#include "base/names/shared_object_events.def"
#undef NAME
};

/* How the body of an event is read. */
enum rtmp_so_layout {
    RTMP_SO_LAYOUT_RAW, /* an unknown event: opaque */
    RTMP_SO_LAYOUT_EMPTY,
    RTMP_SO_LAYOUT_ATTRIBUTES,    /* {key, AMF value} repeated */
    RTMP_SO_LAYOUT_KEYS,          /* {key} repeated */
    RTMP_SO_LAYOUT_NUMBERED_KEYS, /* {key, u32} repeated */
    RTMP_SO_LAYOUT_VALUES,        /* the handler's name as an AMF0 string, then AMF values */
    RTMP_SO_LAYOUT_STATUS,        /* code, level: two u16-counted texts */
    RTMP_SO_LAYOUT_NESTED,        /* events inside a type 11 (interpretation; no known writer) */
};

enum rtmp_so_kind {
    RTMP_SO_FORMAT,   /* type 16: number = format byte, 0 in all captures */
    RTMP_SO_NAME,     /* text */
    RTMP_SO_VERSION,  /* number */
    RTMP_SO_FLAGS,    /* number; RTMP_SO_PERSISTENT is the only published bit */
    RTMP_SO_RESERVED, /* number, 0 in all captures */
    RTMP_SO_EVENT,    /* header of a body part: event, layout, body; number = announced length */
    RTMP_SO_KEY,      /* text: attribute name; followed by VALUE or NUMBER if the layout has it */
    RTMP_SO_VALUE,    /* an AMF value begins; whole is empty */
    RTMP_SO_METHOD,   /* text: the handler of a send message; absent if it is no AMF0 string */
    RTMP_SO_NUMBER,   /* number: the u32 of NUMBERED_KEYS */
    RTMP_SO_STATUS_CODE,  /* text */
    RTMP_SO_STATUS_LEVEL, /* text */
    RTMP_SO_DATA,         /* the body of an unknown event */
    RTMP_SO_REST,         /* bytes of an event that were not decoded, because of error at error_pos;
                             RTMP_REMARK_TRAILING: surplus after the last field */
};

#define RTMP_SO_PERSISTENT 2U

/* The format byte for "values are AMF3 without the marker 0x11" in one reader (Red5). */
#define RTMP_SO_FORMAT_AMF3 3U

/*
 * One part. event, depth and layout are those of the event the part belongs to (0 in the message's
 * header); depth is 0, or 1 inside a NESTED body.
 */
struct rtmp_so_piece {
    enum rtmp_so_kind kind;
    enum rtmp_so_layout layout;
    uint8_t event;
    uint8_t depth;
    enum rtmp_error
        error; /* REST: the reason. Elsewhere RTMP_OK or a remark: FORMAT_BYTE, LENGTH_OMITTED */
    uint32_t error_pos; /* REST */
    uint32_t number;
    struct rtmp_span whole;
    struct rtmp_span text; /* inside `whole` */
    struct rtmp_span body; /* EVENT; starts at whole's end */
};

struct rtmp_shared_object {
    struct rtmp_reader *reader; /* its `end` is narrowed to the event while inside one */
    uint32_t message_end;
    uint32_t outer_end; /* of the event around a nested one, else message_end */
    uint32_t value_pos; /* position of the value that was returned */
    uint8_t state;
    uint8_t event;
    uint8_t depth;
    uint8_t step; /* within the event's layout */
    bool value_pending;
    bool is_amf3; /* values without the marker 0x11 */
    enum rtmp_so_layout layout;
    struct rtmp_amf amf; /* one for the message: its tables span attributes and events */
};

/* Begin a message of type 16 or 19 (RTMP_MESSAGE_SHARED_OBJECT_AMF3, _AMF0). Borrows `reader`. */
void rtmp_shared_object_init(struct rtmp_shared_object *so, struct rtmp_reader *reader,
                             uint8_t message_type);

/*
 * The next part. After VALUE the caller may pull the value's events from so->amf up to its end or
 * its error; the next call skips the rest of it. An error inside an event ends that event: a REST
 * part holds it, and the next event follows. False: the message is complete (reader ok), or the
 * reader holds the error that ended it (a short header, an event longer than the message,
 * RTMP_LIMIT_ITEMS) and the bytes from reader->pos on are undecoded.
 */
bool rtmp_shared_object_next(struct rtmp_shared_object *so, struct rtmp_so_piece *piece);

/* Behind the NAME: VERSION, FLAGS and RESERVED at once. False: nothing was read; they come one by
 * one. */
bool rtmp_shared_object_next_numbers(struct rtmp_shared_object *so, struct rtmp_so_piece piece[3]);

/* Behind a VALUE: skip what was not pulled of it. False: it ends in an error. */
bool rtmp_shared_object_skip_value(struct rtmp_shared_object *so);

/* "Use", "Request change" ...; NULL for an unknown event. Static storage. */
const char *rtmp_so_event_name(uint8_t event);

#endif
