/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/remoting/facts.h"

#define FLEX_ID_BYTES 16U /* a UUID */

struct known_text {
    const char *text;
    uint8_t length;
};
#define KNOWN(literal)                                                                             \
    { literal, sizeof(literal) - 1 }

static bool bytes_are_known(const struct rtmp_reader *reader, struct rtmp_span span,
                            struct known_text known) {
    return rtmp_bytes_are(reader, span, known.text, known.length);
}

/* ---- URIs ---- */

static const struct known_text statuses[] = {
#define RTMP_STATUS(identifier, text) [RTMP_REMOTING_##identifier] = KNOWN(text),
    RTMP_REMOTING_STATUSES(RTMP_STATUS)
#undef RTMP_STATUS
};
#define STATUS_COUNT (sizeof statuses / sizeof *statuses)

const char *rtmp_remoting_status_text(enum rtmp_remoting_status status) {
    return statuses[status].text;
}

static bool is_no_uri(const struct rtmp_reader *reader, struct rtmp_span uri) {
    return uri.len == 0 || rtmp_bytes_are(reader, uri, "null", 4);
}

/* Is the end of a target `/` and this status? */
static bool ends_with_status(const struct rtmp_reader *reader, struct rtmp_span target,
                             struct known_text status) {
    if (target.len < status.length + 1U)
        return false;
    uint32_t slash = rtmp_span_end(target) - status.length - 1;
    return rtmp_peek_at(reader, slash) == '/' &&
           bytes_are_known(reader, rtmp_span_of(slash + 1, status.length), status);
}

struct rtmp_remoting_id rtmp_remoting_id_of(const struct rtmp_reader *reader,
                                            const struct rtmp_remoting_piece *message,
                                            bool is_reply) {
    struct rtmp_remoting_id id = {.text = is_reply ? message->name : message->response};
    if (!is_reply && is_no_uri(reader, id.text))
        id.text.len = 0;
    if (!is_reply)
        return id;
    for (unsigned i = RTMP_REMOTING_ON_RESULT; i < STATUS_COUNT; i++) {
        if (!ends_with_status(reader, id.text, statuses[i]))
            continue;
        id.status = (enum rtmp_remoting_status)i;
        id.text.len -= statuses[i].length + 1U;
        break;
    }
    return id;
}

bool rtmp_remoting_is_reply_target(const struct rtmp_reader *reader, struct rtmp_span target) {
    uint32_t end = rtmp_span_end(target);
    uint32_t at = target.pos + 1;
    if (target.len < 2 || rtmp_peek_at(reader, target.pos) != '/')
        return false;
    while (at < end && rtmp_peek_at(reader, at) >= '0' && rtmp_peek_at(reader, at) <= '9')
        at++;
    return at > target.pos + 1 &&
           (at == end || (end - at > 3 && rtmp_bytes_are(reader, rtmp_span_of(at, 3), "/on", 3)));
}

/* ---- classes ---- */

static enum rtmp_flex_class flex_class_of(const struct rtmp_reader *reader, struct rtmp_span name) {
    static const struct known_text package = KNOWN("flex.messaging.messages.");
    static const struct {
        enum rtmp_flex_class flex;
        bool is_short; /* stands without the package */
        struct known_text name;
    } classes[] = {
        {RTMP_FLEX_REMOTING, false, KNOWN("RemotingMessage")},
        {RTMP_FLEX_COMMAND, false, KNOWN("CommandMessage")},
        {RTMP_FLEX_COMMAND, false, KNOWN("CommandMessageExt")},
        {RTMP_FLEX_ACKNOWLEDGE, false, KNOWN("AcknowledgeMessage")},
        {RTMP_FLEX_ACKNOWLEDGE, false, KNOWN("AcknowledgeMessageExt")},
        {RTMP_FLEX_ASYNC, false, KNOWN("AsyncMessage")},
        {RTMP_FLEX_ASYNC, false, KNOWN("AsyncMessageExt")},
        {RTMP_FLEX_ERROR, false, KNOWN("ErrorMessage")},
        {RTMP_FLEX_COMMAND, true, KNOWN("DSC")},
        {RTMP_FLEX_ACKNOWLEDGE, true, KNOWN("DSK")},
        {RTMP_FLEX_ASYNC, true, KNOWN("DSA")},
    };
    bool in_package = name.len > package.length &&
                      bytes_are_known(reader, rtmp_span_of(name.pos, package.length), package);
    if (in_package)
        name = rtmp_span_of(name.pos + package.length, name.len - package.length);
    for (unsigned i = 0; i < sizeof classes / sizeof *classes; i++)
        if (classes[i].is_short != in_package && bytes_are_known(reader, name, classes[i].name))
            return classes[i].flex;
    return in_package ? RTMP_FLEX_OTHER : RTMP_FLEX_NONE;
}

/* ---- the pass over a value ---- */

static const struct known_text fact_keys[] = {
#define RTMP_FACT(identifier, key) [RTMP_REMOTING_FACT_##identifier] = KNOWN(key),
    RTMP_REMOTING_FACTS(RTMP_FACT)
#undef RTMP_FACT
};

/* The member of the object that is read. */
enum member { MEMBER_OTHER, MEMBER_HEADERS, MEMBER_BODY };

struct remoting_scan {
    struct rtmp_remoting_facts *facts;
    const struct rtmp_reader *reader;
    bool in_object;  /* the object with the facts is open */
    bool is_in_list; /* the value is an array, whose first item comes */
    enum member member;
    bool member_is_open; /* its value may still be that of a list */
    int fact;            /* of the last key, or -1 */
};

static struct rtmp_amf_leaf leaf_of_event(const struct rtmp_amf_event *event) {
    double number = event->kind == RTMP_AMF_NUMBER    ? event->value.number
                    : event->kind == RTMP_AMF_INTEGER ? event->value.integer
                                                      : 0;
    return (struct rtmp_amf_leaf){
        .present = true,
        .kind = event->kind,
        .number = number,
        .whole = event->whole,
        .text = event->kind == RTMP_AMF_BYTES ? event->payload : event->text,
    };
}

static bool key_is(const struct remoting_scan *scan, const struct rtmp_amf_event *key,
                   struct known_text name) {
    return rtmp_amf_key_is(scan->reader, key, name.text, name.length);
}

static int fact_of_key(const struct remoting_scan *scan, const struct rtmp_amf_event *key) {
    for (unsigned i = 0; i < RTMP_REMOTING_FACT_COUNT; i++)
        if (key_is(scan, key, fact_keys[i]))
            return (int)i;
    return -1;
}

static void take_member_key(struct remoting_scan *scan, const struct rtmp_amf_event *key) {
    static const struct known_text headers = KNOWN("headers");
    static const struct known_text body = KNOWN("body");
    scan->fact = fact_of_key(scan, key);
    if (scan->fact == RTMP_REMOTING_FACT_DS_ID)
        scan->fact = -1;
    scan->member = key_is(scan, key, headers) ? MEMBER_HEADERS
                   : key_is(scan, key, body)  ? MEMBER_BODY
                                              : MEMBER_OTHER;
    scan->member_is_open = true;
}

static bool is_id_in_bytes(int fact) {
    return fact == RTMP_REMOTING_FACT_CLIENT_ID_BYTES ||
           fact == RTMP_REMOTING_FACT_MESSAGE_ID_BYTES ||
           fact == RTMP_REMOTING_FACT_CORRELATION_ID_BYTES;
}

/* The first value of a key counts. */
static void take_member_leaf(struct remoting_scan *scan, const struct rtmp_amf_event *event) {
    int fact = scan->fact;
    scan->fact = -1;
    if (fact < 0 || scan->facts->fact[fact].present || rtmp_amf_is_unresolved(event))
        return;
    bool is_wanted = is_id_in_bytes(fact)
                         ? event->kind == RTMP_AMF_BYTES && event->payload.len == FLEX_ID_BYTES
                         : event->kind == RTMP_AMF_STRING || rtmp_amf_is_number(event->kind);
    if (is_wanted)
        scan->facts->fact[fact] = leaf_of_event(event);
}

static bool is_list(const struct rtmp_amf_event *event) {
    return event->kind == RTMP_AMF_STRICT_ARRAY || event->kind == RTMP_AMF_ARRAY;
}

/* A container that is the member, or the first value of an externalizable one (ArrayCollection). */
static void take_member_container(struct remoting_scan *scan, const struct rtmp_amf_event *event) {
    scan->fact = -1;
    if (scan->member != MEMBER_BODY || !scan->member_is_open)
        return;
    scan->member_is_open = event->is_externalizable;
    if (!is_list(event))
        return;
    scan->facts->body_is_list = true;
    scan->facts->body_count = event->count;
}

/* Events of the object's members, and of the members of those. */
static void take_inside(struct remoting_scan *scan, const struct rtmp_amf_event *event) {
    uint8_t depth = scan->facts->members_depth;
    if (event->kind == RTMP_AMF_KEY && event->depth == depth) {
        take_member_key(scan, event);
    } else if (event->kind == RTMP_AMF_KEY && event->depth == depth + 1) {
        bool is_ds_id = scan->member == MEMBER_HEADERS &&
                        key_is(scan, event, fact_keys[RTMP_REMOTING_FACT_DS_ID]);
        scan->fact = is_ds_id ? RTMP_REMOTING_FACT_DS_ID : -1;
    } else if (rtmp_amf_is_leaf(event->kind)) {
        bool is_ds_id = scan->fact == RTMP_REMOTING_FACT_DS_ID;
        if (event->depth == depth + is_ds_id)
            take_member_leaf(scan, event);
    } else if (rtmp_amf_is_container(event->kind) && event->depth <= depth + 1) {
        take_member_container(scan, event);
    } else if (event->kind == RTMP_AMF_END && event->depth < depth) {
        scan->in_object = false;
    }
}

/* The value, or the first item of the array that it is. */
static void take_first(struct remoting_scan *scan, const struct rtmp_amf_event *event) {
    struct rtmp_remoting_facts *facts = scan->facts;
    if (event->depth == 0 && rtmp_amf_is_leaf(event->kind))
        facts->leaf = leaf_of_event(event);
    bool is_object = event->kind == RTMP_AMF_OBJECT || event->kind == RTMP_AMF_ECMA_ARRAY;
    bool is_first = event->depth == 0 || scan->is_in_list;
    if (event->depth == 0)
        scan->is_in_list = is_list(event);
    else if (rtmp_amf_is_leaf(event->kind) || rtmp_amf_is_container(event->kind))
        scan->is_in_list = false;
    if (!is_object || !is_first)
        return;
    facts->flex = flex_class_of(scan->reader, event->text);
    if (event->depth > 0 && facts->flex == RTMP_FLEX_NONE)
        return;
    facts->class_name =
        facts->flex == RTMP_FLEX_NONE ? rtmp_span_of(event->text.pos, 0) : event->text;
    facts->members_depth = (uint8_t)(event->depth + 1);
    scan->in_object = true;
    scan->member = MEMBER_OTHER;
    scan->fact = -1;
}

void rtmp_remoting_facts_read(struct rtmp_remoting_facts *facts, struct rtmp_reader reader) {
    struct rtmp_amf amf;
    struct rtmp_amf_event event;
    struct remoting_scan scan = {.facts = facts, .reader = &reader, .fact = -1};
    *facts = (struct rtmp_remoting_facts){.flex = RTMP_FLEX_NONE};
    if (rtmp_left(&reader) == 0)
        return;
    rtmp_amf_init(&amf, &reader, 0);
    bool is_done = false;
    while (!is_done && rtmp_amf_next(&amf, &event)) {
        if (scan.in_object)
            take_inside(&scan, &event);
        else if (!facts->members_depth)
            take_first(&scan, &event);
        is_done = rtmp_amf_value_done(&amf) || (facts->members_depth && !scan.in_object);
    }
}

/* ---- what follows from them ---- */

int rtmp_remoting_command_of(const struct rtmp_remoting_facts *facts) {
    const struct rtmp_amf_leaf *operation = &facts->fact[RTMP_REMOTING_FACT_OPERATION];
    if (facts->flex != RTMP_FLEX_COMMAND || !operation->present ||
        !rtmp_amf_is_number(operation->kind) || !(operation->number >= 0) ||
        operation->number > UINT8_MAX)
        return -1;
    int command = (int)operation->number;
    return operation->number == command ? command : -1;
}

bool rtmp_remoting_is_fault(const struct rtmp_remoting_facts *facts,
                            enum rtmp_remoting_status status) {
    return status == RTMP_REMOTING_ON_STATUS || facts->flex == RTMP_FLEX_ERROR;
}

/* The first of them that is there and not empty; else the last. */
static const struct rtmp_amf_leaf *first_of(const struct rtmp_amf_leaf *const *leaf,
                                            unsigned count) {
    for (unsigned i = 0; i < count; i++)
        if (leaf[i]->present && (rtmp_amf_is_number(leaf[i]->kind) || leaf[i]->text.len))
            return leaf[i];
    return leaf[count - 1];
}

const struct rtmp_amf_leaf *rtmp_remoting_fault_code(const struct rtmp_remoting_facts *facts) {
    const struct rtmp_amf_leaf *const codes[] = {&facts->fact[RTMP_REMOTING_FACT_FAULT_CODE],
                                                 &facts->fact[RTMP_REMOTING_FACT_CODE]};
    return first_of(codes, 2);
}

const struct rtmp_amf_leaf *
rtmp_remoting_fault_description(const struct rtmp_remoting_facts *facts) {
    const struct rtmp_amf_leaf *const texts[] = {&facts->fact[RTMP_REMOTING_FACT_FAULT_STRING],
                                                 &facts->fact[RTMP_REMOTING_FACT_DESCRIPTION],
                                                 &facts->fact[RTMP_REMOTING_FACT_MESSAGE]};
    const struct rtmp_amf_leaf *text = first_of(texts, 3);
    bool is_text_alone = facts->leaf.present && facts->leaf.kind == RTMP_AMF_STRING;
    return !text->present && is_text_alone ? &facts->leaf : text;
}
