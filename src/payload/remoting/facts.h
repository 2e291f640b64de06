/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_REMOTING_FACTS_H
#define RTMP_PAYLOAD_REMOTING_FACTS_H

#include "payload/amf/amf.h"
#include "payload/remoting/packet.h"

/* What a message of an AMF packet is, from its URIs and from its value. */

/* What the target of a reply ends with: an enum value and its text each. */
#define RTMP_REMOTING_STATUSES(STATUS)                                                             \
    STATUS(BARE, "") /* `/1` alone (observed: BlazeDS, when the call names a class of its own) */  \
    STATUS(ON_RESULT, "onResult")                                                                  \
    STATUS(ON_STATUS, "onStatus")                                                                  \
    STATUS(ON_DEBUG_EVENTS, "onDebugEvents") /* before the result, when the client asked for it */

enum rtmp_remoting_status {
#define RTMP_STATUS(identifier, text) RTMP_REMOTING_##identifier,
    RTMP_REMOTING_STATUSES(RTMP_STATUS)
#undef RTMP_STATUS
};

/* "onResult" ...; "" for a bare one. Static storage. */
const char *rtmp_remoting_status_text(enum rtmp_remoting_status status);

/* What links a call with its reply: `/1` of the response URI `/1` and of the target `/1/onResult`.
 */
struct rtmp_remoting_id {
    struct rtmp_span text;            /* empty: the call asks for no reply */
    enum rtmp_remoting_status status; /* of a reply */
};

/* Of a MESSAGE piece, in a request or in a reply. A response URI `null` is none (observed: in
 * replies). */
struct rtmp_remoting_id rtmp_remoting_id_of(const struct rtmp_reader *reader,
                                            const struct rtmp_remoting_piece *message,
                                            bool is_reply);

/* Is a target that of a reply, `/1` or `/1/on...`? For packets of which the transport does not
 * tell. */
bool rtmp_remoting_is_reply_target(const struct rtmp_reader *reader, struct rtmp_span target);

/* Messages of Flex, by class: flex.messaging.messages.*, and their small forms DSA, DSC, DSK. */
enum rtmp_flex_class {
    RTMP_FLEX_NONE, /* the value is none of them */
    RTMP_FLEX_REMOTING,
    RTMP_FLEX_COMMAND,
    RTMP_FLEX_ACKNOWLEDGE,
    RTMP_FLEX_ASYNC,
    RTMP_FLEX_ERROR,
    RTMP_FLEX_OTHER, /* another class of that package */
};

/*
 * The facts: members of a Flex message, of the map of its headers (DSId), and of the object that an
 * onStatus brings. FACT(identifier, key). Sources: BlazeDS, AbstractMessage and its subclasses;
 * observed of onStatus: code and description (Flash, Py3AMF), code and message (BlazeDS), faultCode
 * and faultString (amfphp).
 */
#define RTMP_REMOTING_FACTS(FACT)                                                                  \
    FACT(OPERATION, "operation")                                                                   \
    FACT(DESTINATION, "destination")                                                               \
    FACT(SOURCE, "source")                                                                         \
    FACT(CLIENT_ID, "clientId")                                                                    \
    FACT(CLIENT_ID_BYTES, "clientIdBytes")                                                         \
    FACT(MESSAGE_ID, "messageId")                                                                  \
    FACT(MESSAGE_ID_BYTES, "messageIdBytes")                                                       \
    FACT(CORRELATION_ID, "correlationId")                                                          \
    FACT(CORRELATION_ID_BYTES, "correlationIdBytes")                                               \
    FACT(DS_ID, "DSId")                                                                            \
    FACT(FAULT_CODE, "faultCode")                                                                  \
    FACT(FAULT_STRING, "faultString")                                                              \
    FACT(CODE, "code")                                                                             \
    FACT(DESCRIPTION, "description")                                                               \
    FACT(MESSAGE, "message")                                                                       \
    FACT(USER, "userid")

enum rtmp_remoting_fact {
#define RTMP_FACT(identifier, key) RTMP_REMOTING_FACT_##identifier,
    RTMP_REMOTING_FACTS(RTMP_FACT) RTMP_REMOTING_FACT_COUNT
#undef RTMP_FACT
};

/* What one pass over a value found. Spans are positions in the packet. */
struct rtmp_remoting_facts {
    enum rtmp_flex_class flex;
    struct rtmp_span class_name; /* of a Flex message; else empty */
    uint8_t members_depth;       /* of the events of the object's members */
    struct rtmp_amf_leaf leaf;   /* the value itself, when it is a leaf */
    /* Strings, numbers and, of the ids in bytes, ByteArrays of 16; null and others are absent. */
    struct rtmp_amf_leaf fact[RTMP_REMOTING_FACT_COUNT];
    bool body_is_list;   /* of a Flex message: its body is an array or an ArrayCollection ... */
    uint32_t body_count; /* ... of so many items */
};

/*
 * Read the value at the cursor: an object, or an array whose first item is a Flex message. An error
 * ends the pass; what was found before it stays.
 */
void rtmp_remoting_facts_read(struct rtmp_remoting_facts *facts, struct rtmp_reader reader);

/* The operation of a CommandMessage, 0 to 255; -1: it is none, or has no such operation. */
int rtmp_remoting_command_of(const struct rtmp_remoting_facts *facts);

/* Of a fault: its code and its text, absent where it has none. `status`: of the reply. */
bool rtmp_remoting_is_fault(const struct rtmp_remoting_facts *facts,
                            enum rtmp_remoting_status status);
const struct rtmp_amf_leaf *rtmp_remoting_fault_code(const struct rtmp_remoting_facts *facts);
const struct rtmp_amf_leaf *
rtmp_remoting_fault_description(const struct rtmp_remoting_facts *facts);

#endif
