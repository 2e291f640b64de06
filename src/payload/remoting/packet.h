/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_REMOTING_PACKET_H
#define RTMP_PAYLOAD_REMOTING_PACKET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "payload/amf/amf.h"

/*
 * An AMF packet, the body of an HTTP request or reply of Flash Remoting, as a stream of pieces,
 * pulled by the caller:
 *
 *     version u16 | header count u16 | headers | message count u16 | messages
 *     header:  name | must understand u8 | length u32 | AMF value
 *     message: target | response URI | length u32 | AMF value
 *
 *     struct rtmp_remoting packet;              // holds a rtmp_amf, ~60 kB
 *     rtmp_remoting_init(&packet, &reader);
 *     while (rtmp_remoting_next(&packet, &piece)) ...
 *
 * The `whole` ranges of the pieces, with those of the AMF events of the values, tile the packet in
 * order. Each value has reference tables of its own (observed: all encoders). Lengths are what
 * encoders write: 0 (Py3AMF), 1 (BlazeDS) and 0xFFFFFFFF (SabreAMF, Flash) for one that is not
 * known. So values are read to their own end; a length is only used where the next header or
 * message, or the packet's end, stands behind it: no value is read beyond that, and the packet goes
 * on there behind a value that cannot be read, or that ends where nothing can go on. Source: "The
 * AMF Packet" of Adobe's AMF0, 4.1.
 */

#define RTMP_REMOTING_LENGTH_UNKNOWN 0xFFFFFFFFU

enum rtmp_remoting_kind {
    RTMP_REMOTING_VERSION,       /* number: 0, 1 or 3 */
    RTMP_REMOTING_HEADER_COUNT,  /* number */
    RTMP_REMOTING_HEADER,        /* name, must_understand, length */
    RTMP_REMOTING_MESSAGE_COUNT, /* number */
    RTMP_REMOTING_MESSAGE,       /* name (the target), response, length */
    RTMP_REMOTING_VALUE,         /* the AMF value of a header or message begins; whole is empty */
    RTMP_REMOTING_REST,          /* bytes of a value that were not read, because of error at
                                    error_pos, or (RTMP_OK) because it ends before them, up to where
                                    its length ends it */
    RTMP_REMOTING_END,           /* of a header or message: value; whole is empty */
};

/* What a length says of its value. */
enum rtmp_remoting_length {
    RTMP_REMOTING_LENGTH_TRUE,
    RTMP_REMOTING_LENGTH_NOT_KNOWN, /* 0, 1 or 0xFFFFFFFF, which is not the value's */
    RTMP_REMOTING_LENGTH_DIFFERS,
};

/* One piece. Texts are inside `whole`, without their lengths of 16 bits. */
struct rtmp_remoting_piece {
    enum rtmp_remoting_kind kind;
    enum rtmp_error error; /* REST */
    uint32_t error_pos;    /* REST */
    uint32_t number;
    struct rtmp_span whole;
    struct rtmp_span name;     /* of a header, or the target of a message */
    struct rtmp_span response; /* MESSAGE: the response URI */
    bool must_understand;      /* HEADER */
    uint32_t length;           /* HEADER, MESSAGE, END: as on the wire */
    uint32_t value_max;        /* HEADER, MESSAGE: position where the value ends at the latest */
    struct rtmp_span value;    /* END: the bytes of the value; meaningful if it was_read */
    bool was_read;             /* END: the value was read to its end */
};

struct rtmp_remoting {
    struct rtmp_reader *reader;
    uint8_t state;
    bool in_messages;   /* headers come first */
    uint32_t left;      /* headers or messages to come */
    uint32_t length;    /* of the open value, as on the wire */
    uint32_t value_pos; /* where it begins */
    uint32_t value_max; /* where it ends at the latest */
    bool length_fits;   /* value_max is where its length ends it */
    bool was_read;      /* the last value, to its end, value_end */
    uint32_t value_end;
    uint32_t end;        /* of the packet; while a value is open the reader ends at value_max */
    struct rtmp_amf amf; /* of the open value */
};

/* Begin a packet. Borrows `reader`. */
void rtmp_remoting_init(struct rtmp_remoting *packet, struct rtmp_reader *reader);

/*
 * The next piece. After VALUE the caller may pull the value's events from packet->amf up to its end
 * or its error; the next call skips the rest of it. A value that cannot be read ends at its length
 * where that is known and another header or message (or the packet's end) stands behind it: a REST
 * piece holds the bytes, and the packet goes on. False: the packet is complete (reader ok; bytes
 * behind its last message are left), or the reader holds the error that ended it and the bytes from
 * reader->pos on are undecoded.
 */
bool rtmp_remoting_next(struct rtmp_remoting *packet, struct rtmp_remoting_piece *piece);

/* The value behind a HEADER or MESSAGE piece. packet: over the packet; its cursor does not matter.
 */
struct rtmp_reader rtmp_remoting_value_of(const struct rtmp_reader *packet,
                                          const struct rtmp_remoting_piece *entry);

/* What the length of a value that was read says, by an END piece. */
enum rtmp_remoting_length rtmp_remoting_length_of(const struct rtmp_remoting_piece *piece);

#endif
