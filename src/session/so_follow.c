/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/so_follow.h"

#include "payload/shared_object.h"
#include "session/so_scope.h"

/* State while the events of a message are applied. */
struct so_message {
    struct rtmp_session_direction *dir;
    struct rtmp_session *session;
    struct rtmp_shared_object *so;
    const struct rtmp_fragment *fragment;
    struct rtmp_so_records *records;      /* of this direction */
    struct rtmp_so_records *peer_records; /* of the other */
    struct rtmp_so_copy *copy;            /* NULL: none is known */
    uint32_t place;                       /* in the records */
    uint32_t version, flags;
    uint32_t event_fact; /* of the event; index + 1 */
    uint32_t fact;       /* of the attribute; index + 1 */
    uint32_t key;        /* of the attribute; 0: not known */
    uint32_t state_fact; /* of the first event that concerns the copy's state; index + 1 */
    uint32_t candidate;  /* where facts of changes that come with a refusal are looked for */
    uint8_t event;       /* 0: none yet */
    bool event_has_key;
    bool from_client;
    bool is_lost; /* something of the message, or of what it says, is not known */
    struct rtmp_so_recent *recent;
    struct rtmp_so_news news;
};

static const struct rtmp_memory *memory_of_message(const struct so_message *m) {
    return &m->session->memory;
}

static struct rtmp_so_fact *fact_at(const struct rtmp_so_records *records, uint32_t index) {
    return &records->facts[index - 1];
}

/* ---- links ---- */

/* A request and its answer, in this message, refer to each other. */
static void link_request(const struct so_message *m, uint32_t request_message,
                         uint32_t request_fact, uint32_t request_flag, uint32_t answer_flag) {
    struct rtmp_so_fact *request = &m->peer_records->facts[request_fact];
    struct rtmp_so_fact *answer = fact_at(m->records, m->fact);
    request->flags &= ~(uint32_t)(RTMP_SO_UNANSWERED | RTMP_SO_UNCONFIRMED);
    request->flags |= request_flag;
    request->link = m->place + 1;
    answer->flags |= answer_flag;
    answer->link = request_message + 1;
}

/* Requests are answered in their order: those before it that were not seen are no longer open. */
static void settle_request(struct so_message *m, uint32_t index, uint32_t request_flag,
                           uint32_t answer_flag) {
    const struct rtmp_so_request *request = &m->copy->requests[index];
    link_request(m, request->message, request->fact, request_flag, answer_flag);
    rtmp_so_copy_close_request(m->copy, index);
    m->copy->lacks_requests = false;
}

/* What the copy had before this event. */
static void note_previous(const struct so_message *m, const struct rtmp_so_attribute *attribute) {
    if (!attribute->is_present)
        return;
    struct rtmp_so_fact *fact = fact_at(m->records, m->fact);
    fact->flags |= RTMP_SO_HAD_VALUE;
    fact->set_in = attribute->told_in;
    fact->previous = attribute->value;
}

/* ---- the copy ---- */

/* What it holds is no longer known. */
static void lose_copy(struct rtmp_so_copy *copy) {
    rtmp_so_copy_clear(copy);
    rtmp_so_copy_forget_requests(copy);
    if (!copy->is_incomplete)
        copy->incomplete_said = false;
    copy->is_incomplete = copy->lacks_requests = true;
    if (copy->use == RTMP_SO_ASKED)
        copy->use = RTMP_SO_NOT_USED;
}

/* The copy that the message is about. One whose use was not seen may hold anything. */
static struct rtmp_so_copy *copy_of_message(struct so_message *m, uint32_t number) {
    struct rtmp_so_copies *copies = &m->session->so;
    struct rtmp_so_copy *copy = rtmp_so_copies_find(copies, number);
    if (!copy) {
        copy = rtmp_so_copies_add(copies, memory_of_message(m), number);
        if (copy)
            copy->is_incomplete = copy->lacks_requests = true;
        return copy;
    }
    if (copy->losses != copies->losses)
        lose_copy(copy);
    copy->losses = copies->losses;
    return copy;
}

static void join_object(struct so_message *m) {
    rtmp_so_objects_join(&m->session->capture->so, memory_of_message(m), rtmp_so_scope(m->session),
                         m->copy);
}

static void leave_object(struct so_message *m) {
    rtmp_so_objects_leave(&m->session->capture->so, memory_of_message(m), m->copy);
}

/* The attribute of the last key: index + 1, 0: not known. */
static uint32_t attribute_of_key(struct so_message *m) {
    uint32_t index = m->key ? rtmp_so_copy_attribute(m->copy, memory_of_message(m), m->key) : 0;
    if (!index) {
        fact_at(m->records, m->fact)->flags |= RTMP_SO_LIMIT;
        m->is_lost = true;
    }
    return index;
}

/* ---- the client's events ---- */

/* The copy begins, empty. The version that a client has of an object that it kept is 2 or more: a
 * new one has version 1 (observed: FluorineFx uses a new one with it). */
static void apply_use(struct so_message *m) {
    struct rtmp_so_copy *copy = m->copy;
    rtmp_so_copy_clear(copy);
    rtmp_so_copy_forget_requests(copy);
    copy->use = RTMP_SO_ASKED;
    copy->use_message = m->place;
    copy->use_fact = m->event_fact - 1;
    copy->last_write = 0;
    copy->has_version = copy->is_released = copy->lacks_requests = false;
    copy->incomplete_said = copy->answered_twice_said = false;
    copy->is_incomplete = (m->flags & RTMP_SO_PERSISTENT) && m->version > 1;
    join_object(m);
}

static void apply_release(struct so_message *m) {
    m->copy->is_released = true;
    leave_object(m);
}

static void apply_request(struct so_message *m, enum rtmp_so_request_kind kind,
                          struct rtmp_so_value value) {
    uint32_t index = attribute_of_key(m);
    if (!index)
        return;
    note_previous(m, &m->copy->attributes[index - 1]);
    const struct rtmp_so_request request = {.value = value,
                                            .attribute = index - 1,
                                            .message = m->place,
                                            .fact = m->fact - 1,
                                            .kind = (uint8_t)kind};
    m->copy->last_write = m->fact;
    if (!rtmp_so_copy_ask(m->copy, memory_of_message(m), &request)) {
        fact_at(m->records, m->fact)->flags |= RTMP_SO_LIMIT;
        m->is_lost = true;
    }
}

/* ---- the server's events ---- */

/* The client's open request of an attribute that was made first, of either kind: index + 1. */
static uint32_t first_request_of(const struct rtmp_so_copy *copy,
                                 const struct rtmp_so_attribute *attribute) {
    uint32_t write = attribute->request[RTMP_SO_WRITE];
    uint32_t removal = attribute->request[RTMP_SO_REMOVAL];
    if (!write || !removal)
        return write ? write : removal;
    return copy->requests[write - 1].fact < copy->requests[removal - 1].fact ? write : removal;
}

/* A change may come with the refusal of a request: that is known at the end of the message. */
static void apply_change(struct so_message *m, struct rtmp_so_value value) {
    uint32_t index = attribute_of_key(m);
    if (!index)
        return;
    const struct rtmp_so_attribute *attribute = &m->copy->attributes[index - 1];
    struct rtmp_so_fact *fact = fact_at(m->records, m->fact);
    note_previous(m, attribute);
    uint32_t request = m->news.has_joined ? 0 : first_request_of(m->copy, attribute);
    if (request) {
        fact->flags |= RTMP_SO_CANDIDATE;
        fact->link = request;
        if (attribute->request[RTMP_SO_WRITE])
            fact->flags |= RTMP_SO_CONFLICT;
    }
    rtmp_so_copy_set(m->copy, index - 1, value, m->place + 1, m->version);
}

static void apply_success(struct so_message *m) {
    struct rtmp_so_copy *copy = m->copy;
    uint32_t index = attribute_of_key(m);
    if (!index)
        return;
    const struct rtmp_so_attribute *attribute = &copy->attributes[index - 1];
    uint32_t request = attribute->request[RTMP_SO_WRITE];
    const struct rtmp_so_value value =
        request ? copy->requests[request - 1].value : (struct rtmp_so_value){.message = 0};
    note_previous(m, attribute);
    rtmp_so_copy_set(copy, index - 1, value, m->place + 1, m->version);
    if (request)
        settle_request(m, request - 1, RTMP_SO_CONFIRMED, RTMP_SO_CONFIRMS);
}

static void apply_remove(struct so_message *m) {
    struct rtmp_so_copy *copy = m->copy;
    uint32_t index = m->key ? rtmp_so_copy_find(copy, m->key) : 0;
    if (!index)
        return;
    uint32_t request = copy->attributes[index - 1].request[RTMP_SO_REMOVAL];
    note_previous(m, &copy->attributes[index - 1]);
    rtmp_so_copy_remove(copy, index - 1, m->place + 1, m->version);
    if (request)
        settle_request(m, request - 1, RTMP_SO_CONFIRMED, RTMP_SO_CONFIRMS);
}

/* What an incomplete copy holds is known again. */
static void apply_clear(struct so_message *m) {
    m->news.has_cleared = m->copy->oldest != 0; /* it removed those of this message first */
    rtmp_so_copy_clear(m->copy);
    if (!m->copy->is_incomplete)
        return;
    m->copy->is_incomplete = false;
    if (m->copy->object)
        join_object(m);
}

static void apply_use_success(struct so_message *m) {
    struct rtmp_so_copy *copy = m->copy;
    m->news.has_joined = true;
    if (copy->use == RTMP_SO_ASKED) {
        link_request(m, copy->use_message, copy->use_fact, RTMP_SO_CONFIRMED, RTMP_SO_CONFIRMS);
        copy->use = RTMP_SO_ANSWERED;
        join_object(m);
    } else if (copy->use == RTMP_SO_ANSWERED && !copy->answered_twice_said) {
        copy->answered_twice_said = true;
        fact_at(m->records, m->fact)->flags |= RTMP_SO_ANSWERED_TWICE;
    }
}

/* A refused use leaves no copy; but the client may write, and be confirmed (observed). */
static void refuse_use(struct so_message *m) {
    struct rtmp_so_copy *copy = m->copy;
    if (copy->use != RTMP_SO_ASKED)
        return;
    link_request(m, copy->use_message, copy->use_fact, RTMP_SO_REFUSED, RTMP_SO_REFUSES);
    copy->use = RTMP_SO_USE_REFUSED;
    rtmp_so_copy_clear(copy);
    leave_object(m);
}

/* The next change of this message that came with an open request of its attribute: that request, +
 * 1; 0: there is none. */
static uint32_t next_candidate(struct so_message *m) {
    for (; m->candidate < m->fact - 1; m->candidate++) {
        struct rtmp_so_fact *fact = &m->records->facts[m->candidate];
        uint32_t request = fact->link;
        if (!(fact->flags & RTMP_SO_CANDIDATE) || !m->copy->requests[request - 1].is_open)
            continue;
        fact->flags &= ~(uint32_t)(RTMP_SO_CANDIDATE | RTMP_SO_CONFLICT);
        fact->flags |= RTMP_SO_RESTORES;
        fact->link = m->copy->requests[request - 1].message + 1;
        return request;
    }
    return 0;
}

/* The request that a status refuses which comes with no change; + 1. While one that was not seen
 * may be open it is not known which: neither is then what becomes of the others. */
static uint32_t refused_alone(struct so_message *m) {
    struct rtmp_so_copy *copy = m->copy;
    fact_at(m->records, m->fact)->flags |= RTMP_SO_ALONE;
    if (copy->lacks_requests)
        rtmp_so_copy_forget_requests(copy);
    return copy->oldest_request;
}

static void refuse_write(struct so_message *m) {
    struct rtmp_so_copy *copy = m->copy;
    uint32_t request = next_candidate(m);
    if (!request)
        request = refused_alone(m);
    if (!request)
        return;
    uint32_t attribute = copy->requests[request - 1].attribute;
    fact_at(m->records, m->fact)->refused_key = copy->attributes[attribute].key;
    settle_request(m, request - 1, RTMP_SO_REFUSED, RTMP_SO_REFUSES);
}

static bool is_code(const struct so_message *m, struct rtmp_span code, const char *text) {
    return rtmp_bytes_are(m->so->reader, code, text, strlen(text));
}

static void apply_status(struct so_message *m, struct rtmp_span code) {
    if (is_code(m, code, "SharedObject.NoWriteAccess"))
        refuse_write(m);
    else if (is_code(m, code, "SharedObject.ObjectCreationFailed") ||
             is_code(m, code, "SharedObject.NoReadAccess") ||
             is_code(m, code, "SharedObject.BadPersistence"))
        refuse_use(m);
}

/* ---- a message ---- */

static bool is_of_state(uint8_t event) {
    return event == RTMP_SO_EVENT_CHANGE || event == RTMP_SO_EVENT_SUCCESS ||
           event == RTMP_SO_EVENT_REMOVE || event == RTMP_SO_EVENT_CLEAR ||
           event == RTMP_SO_EVENT_USE_SUCCESS;
}

static bool add_fact(struct so_message *m) {
    if (!rtmp_so_records_add_fact(m->records, memory_of_message(m))) {
        m->is_lost = true;
        return false;
    }
    m->fact = m->records->fact_count;
    return true;
}

/* The event that was open has no more attributes. */
static void end_event(struct so_message *m) {
    if (!m->event_fact || !is_of_state(m->event) || m->is_lost || m->copy->is_incomplete ||
        m->copy->is_released)
        return;
    struct rtmp_so_fact *fact = fact_at(m->records, m->event_fact);
    fact->flags |= RTMP_SO_COUNTED;
    fact->attribute_count = m->copy->present;
}

/* Events of the server after the release do nothing: the client has no copy. */
static void apply_event(struct so_message *m) {
    if (m->from_client) {
        if (m->event == RTMP_SO_EVENT_USE)
            apply_use(m);
        else if (m->event == RTMP_SO_EVENT_RELEASE)
            apply_release(m);
        return;
    }
    if (m->event == RTMP_SO_EVENT_SEND_MESSAGE)
        m->news.has_sent = true;
    if (!is_of_state(m->event))
        return;
    m->news.is_state = true;
    if (!m->state_fact)
        m->state_fact = m->event_fact;
    if (m->event == RTMP_SO_EVENT_USE_SUCCESS)
        apply_use_success(m);
    else if (m->event == RTMP_SO_EVENT_CLEAR && !m->copy->is_released)
        apply_clear(m);
}

static bool begin_event(struct so_message *m, const struct rtmp_so_piece *piece) {
    end_event(m);
    m->event_fact = 0;
    if (!add_fact(m))
        return false;
    m->event = piece->event;
    m->event_fact = m->fact;
    m->event_has_key = false;
    apply_event(m);
    return true;
}

static bool read_key(struct so_message *m, const struct rtmp_so_piece *piece) {
    if (m->event_has_key && !add_fact(m))
        return false;
    m->event_has_key = true;
    const uint8_t *bytes = rtmp_bytes(m->so->reader, piece->text);
    const struct rtmp_kept_text *key =
        bytes ? rtmp_texts_keep(&m->session->capture->texts, memory_of_message(m), bytes,
                                piece->text.len)
              : NULL;
    m->key = key ? key->number : 0;
    if (!key) {
        fact_at(m->records, m->fact)->flags |= RTMP_SO_LIMIT;
        m->is_lost = true;
    }
    if (m->from_client && m->event == RTMP_SO_EVENT_REQUEST_REMOVE)
        apply_request(m, RTMP_SO_REMOVAL, (struct rtmp_so_value){.message = 0});
    else if (m->from_client || m->copy->is_released)
        return true;
    else if (m->event == RTMP_SO_EVENT_SUCCESS)
        apply_success(m);
    else if (m->event == RTMP_SO_EVENT_REMOVE)
        apply_remove(m);
    return true;
}

/* A value as it will be found again. None of AMF3's tables has an entry: it refers to nothing
 * before it. */
static struct rtmp_so_value kept_value(struct so_message *m, uint32_t at) {
    const struct rtmp_amf *amf = &m->so->amf;
    const struct rtmp_fragment *fragment = m->fragment;
    if (!rtmp_so_records_keep_body(m->records, memory_of_message(m), fragment->message.type,
                                   fragment->body, fragment->available)) {
        fact_at(m->records, m->fact)->flags |= RTMP_SO_LIMIT;
        return (struct rtmp_so_value){.message = 0};
    }
    return (struct rtmp_so_value){.message = m->place + 1,
                                  .at = at & 0xFFFFFFU,
                                  .from_client = m->from_client,
                                  .is_alone = !m->so->is_amf3 && amf->object3_count == 0 &&
                                              amf->string_count == 0 && amf->traits_count == 0};
}

/* The value of the last key. */
static void read_value(struct so_message *m, uint32_t at) {
    bool is_request = m->from_client && m->event == RTMP_SO_EVENT_REQUEST_CHANGE;
    bool is_change = !m->from_client && m->event == RTMP_SO_EVENT_CHANGE && !m->copy->is_released;
    if (!is_request && !is_change)
        return;
    bool is_whole = rtmp_shared_object_skip_value(m->so);
    const struct rtmp_so_value value =
        is_whole ? kept_value(m, at) : (struct rtmp_so_value){.message = 0};
    if (is_request)
        apply_request(m, RTMP_SO_WRITE, value);
    else
        apply_change(m, value);
}

/* False: no memory. */
static bool read_piece(struct so_message *m, const struct rtmp_so_piece *piece) {
    switch (piece->kind) {
    case RTMP_SO_VERSION:
        m->version = m->news.version = piece->number;
        return true;
    case RTMP_SO_FLAGS:
        m->flags = piece->number;
        return true;
    case RTMP_SO_EVENT:
        return begin_event(m, piece);
    case RTMP_SO_KEY:
        return read_key(m, piece);
    case RTMP_SO_VALUE:
        if (m->event_has_key)
            read_value(m, piece->whole.pos);
        return true;
    case RTMP_SO_STATUS_CODE:
        if (!m->from_client)
            apply_status(m, piece->text);
        return true;
    case RTMP_SO_REST:
        if (rtmp_error_ends_value(piece->error) && !m->from_client && is_of_state(m->event))
            m->is_lost = true;
        return true;
    default:
        return true;
    }
}

/* Changes that came with an open request, and no refusal. */
static void settle_candidates(const struct so_message *m, uint32_t first) {
    for (uint32_t i = first; i < m->records->fact_count; i++) {
        struct rtmp_so_fact *fact = &m->records->facts[i];
        if (!(fact->flags & RTMP_SO_CANDIDATE))
            continue;
        fact->flags &= ~(uint32_t)RTMP_SO_CANDIDATE;
        fact->link = 0;
    }
}

/* All events were applied: what the message says of the copy as a whole. */
static void end_state(struct so_message *m) {
    struct rtmp_so_copy *copy = m->copy;
    struct rtmp_so_fact *fact = m->state_fact ? fact_at(m->records, m->state_fact) : NULL;
    if (!fact || copy->is_released)
        return;
    if (copy->has_version && m->version < copy->version &&
        rtmp_so_version_is_before(m->version, copy->version))
        fact->flags |= RTMP_SO_VERSION_BACKWARDS;
    copy->version = m->version;
    copy->has_version = true;
    if (copy->use == RTMP_SO_ASKED)
        m->peer_records->facts[copy->use_fact].flags |= RTMP_SO_UNANSWERED;
    if (copy->is_incomplete && !copy->incomplete_said) {
        copy->incomplete_said = true;
        fact->flags |= RTMP_SO_INCOMPLETE;
    }
}

static void compare_copy(struct so_message *m) {
    struct rtmp_so_objects *objects = &m->session->capture->so;
    uint32_t before = objects->divergence_count;
    if (m->from_client || m->copy->is_incomplete || m->copy->is_released)
        return;
    m->news.client = m->session->so.client;
    m->news.told_in = m->place + 1;
    m->news.records = (struct rtmp_so_records_pair){{m->peer_records, m->records}};
    rtmp_so_objects_compare(objects, memory_of_message(m), m->copy, &m->news);
    m->records->messages[m->place].first_divergence = before;
    m->records->messages[m->place].divergence_count = objects->divergence_count - before;
}

/* The events behind the header. */
static void apply_events(struct so_message *m, uint32_t number) {
    const struct rtmp_so_piece *piece;
    m->copy = copy_of_message(m, number);
    if (!m->copy)
        return;
    uint32_t first = m->records->fact_count;
    m->candidate = first;
    bool has_memory = true;
    const struct rtmp_so_piece *numbers = rtmp_so_recent_next_numbers(m->recent, m->so);
    if (numbers) {
        m->version = m->news.version = numbers[0].number;
        m->flags = numbers[1].number;
    }
    while (has_memory && (piece = rtmp_so_recent_next(m->recent, m->so)) != NULL)
        has_memory = read_piece(m, piece);
    if (has_memory && m->fragment->available == m->fragment->message.length)
        rtmp_so_recent_know(m->recent, m->so, m->records, m->records->messages[m->place].message);
    if (m->fragment->available < m->fragment->message.length ||
        (!m->from_client && !rtmp_ok(m->so->reader)))
        m->is_lost = true;
    end_event(m);
    settle_candidates(m, first);
    if (m->is_lost)
        lose_copy(m->copy);
    end_state(m);
    compare_copy(m);
    rtmp_so_copy_settle(m->copy, m->place + 1);
}

/* The object's name among those of the capture, nearly always that of the connection's last
 * message. NULL without memory. */
static const struct rtmp_kept_text *keep_name(struct so_message *m, const uint8_t *bytes,
                                              uint32_t len) {
    struct rtmp_so_copies *copies = &m->session->so;
    const struct rtmp_kept_text *last = copies->last_name;
    if (!last || last->len != len || memcmp(last->bytes, bytes, len) != 0)
        copies->last_name =
            rtmp_texts_keep(&m->session->capture->so.names, memory_of_message(m), bytes, len);
    return copies->last_name;
}

/* The record of the message with the number of its object's name + 1. 0: neither is known. */
static uint32_t record_message(struct so_message *m, const struct rtmp_so_piece *name) {
    const uint8_t *bytes = rtmp_bytes(m->so->reader, name->text);
    const struct rtmp_kept_text *kept = bytes ? keep_name(m, bytes, name->text.len) : NULL;
    if (!kept)
        return 0;
    struct rtmp_so_message *message = rtmp_so_records_add(
        m->records, memory_of_message(m), rtmp_records_next_index(&m->dir->records) - 1);
    if (!message)
        return 0;
    message->number = kept->number - 1;
    m->place = m->records->message_count - 1;
    return kept->number;
}

/* NULL: it cannot be read. */
static const struct rtmp_so_piece *read_name(struct so_message *m) {
    const struct rtmp_so_piece *piece;
    rtmp_so_recent_begin(m->recent);
    while ((piece = rtmp_so_recent_next(m->recent, m->so)) != NULL)
        if (piece->kind == RTMP_SO_NAME)
            return piece;
    return NULL;
}

void rtmp_so_follow(struct rtmp_session_direction *dir, const struct rtmp_fragment *fragment) {
    struct rtmp_session *session = dir->session;
    struct rtmp_shared_object so;
    struct rtmp_reader reader = rtmp_reader_over(fragment->body, fragment->available);
    rtmp_shared_object_init(&so, &reader, fragment->message.type);
    struct so_message m = {.dir = dir,
                           .session = session,
                           .so = &so,
                           .fragment = fragment,
                           .records = &dir->so,
                           .peer_records = &rtmp_session_peer(dir)->so,
                           .recent = &session->capture->so.recent,
                           .from_client = rtmp_session_from_client(dir)};
    dir->so.recent = m.recent;
    if (!session->so.client)
        session->so.client =
            rtmp_so_objects_add_client(&session->capture->so, &session->memory, session);
    const struct rtmp_so_piece *name = session->so.client ? read_name(&m) : NULL;
    uint32_t number = name ? record_message(&m, name) : 0;
    if (number && !dir->filling)
        apply_events(&m, number - 1);
    else if (!number)
        rtmp_so_follow_loss(session);
}

/* ---- the connection ---- */

static void close_copy(struct rtmp_session *session, const struct rtmp_so_copy *copy) {
    struct rtmp_so_fact *facts = session->direction[0].so.facts;
    if (copy->losses != session->so.losses)
        return;
    if (copy->use == RTMP_SO_ASKED)
        facts[copy->use_fact].flags |= RTMP_SO_UNANSWERED;
    const struct rtmp_so_request *newest =
        copy->newest_request ? &copy->requests[copy->newest_request - 1] : NULL;
    if (newest && newest->fact + 1 == copy->last_write)
        facts[newest->fact].flags |= RTMP_SO_UNCONFIRMED;
}

void rtmp_so_follow_close(struct rtmp_session *session) {
    for (uint32_t i = 0; i < session->so.count; i++)
        close_copy(session, session->so.copy[i]);
}

void rtmp_so_follow_destroy(struct rtmp_session *session) {
    struct rtmp_so_objects *objects = &session->capture->so;
    for (uint32_t i = 0; i < session->so.count; i++)
        rtmp_so_objects_leave(objects, &session->memory, session->so.copy[i]);
    if (session->so.client)
        objects->clients[session->so.client - 1] = NULL;
    rtmp_so_copies_destroy(&session->so, &session->memory);
    for (unsigned i = 0; i < 2; i++)
        rtmp_so_records_destroy(&session->direction[i].so, &session->memory);
}
