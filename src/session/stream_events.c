/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/stream_events.h"

#include "payload/command/authentication.h"
#include "payload/control.h"
#include "session/diagnose.h"

/* Index of the message that was just recorded. */
static uint32_t last_index(const struct rtmp_session_direction *dir) {
    return rtmp_records_next_index(&dir->records) - 1;
}

static struct rtmp_message_place last_message(const struct rtmp_session_direction *dir) {
    return (struct rtmp_message_place){
        dir->session->id, last_index(dir) << 1 | (rtmp_session_from_client(dir) ? 0U : 1U)};
}

/* ---- streams in use ---- */

static void set_end(const struct rtmp_session_direction *dir, struct rtmp_stream *stream,
                    enum rtmp_stream_end end) {
    stream->ended = (uint8_t)end;
    stream->end = last_message(dir);
    rtmp_diagnose_silence_before(dir->session, stream, rtmp_session_open_segment(dir)->time);
}

static void end_stream(struct rtmp_session_direction *dir, struct rtmp_stream *stream,
                       enum rtmp_stream_end end) {
    struct rtmp_streams_in_use *in_use = &dir->session->streams;
    if (end == RTMP_STREAM_DELETED || end == RTMP_STREAM_CLOSED || end == RTMP_STREAM_UNPUBLISHED)
        rtmp_diagnose_end(dir, stream);
    if (stream->ended == RTMP_STREAM_OPEN)
        set_end(dir, stream, end);
    for (uint32_t i = 0; i < in_use->count; i++)
        if (in_use->stream[i] == stream) {
            in_use->stream[i] = in_use->stream[--in_use->count];
            return;
        }
}

static void put_in_use(struct rtmp_streams_in_use *in_use, struct rtmp_stream *stream) {
    if (in_use->count == RTMP_LIMIT_STREAMS_IN_USE) {
        in_use->count--;
        memmove(&in_use->stream[0], &in_use->stream[1],
                in_use->count * sizeof(struct rtmp_stream *));
    }
    in_use->stream[in_use->count++] = stream;
}

static struct rtmp_stream *stream_in_use_on(const struct rtmp_streams_in_use *in_use, uint32_t id) {
    for (uint32_t i = 0; i < in_use->count; i++)
        if (in_use->stream[i]->id == id)
            return in_use->stream[i];
    return NULL;
}

enum { PUBLISHES = 1U << RTMP_STREAM_PUBLISH, PLAYS = 1U << RTMP_STREAM_PLAY };

/* The only stream in use of these roles that no status ended, NULL: there is none, or several. */
static struct rtmp_stream *only_stream(const struct rtmp_streams_in_use *in_use, unsigned roles) {
    struct rtmp_stream *found = NULL;
    for (uint32_t i = 0; i < in_use->count; i++) {
        if (!(1U << in_use->stream[i]->role & roles) ||
            in_use->stream[i]->ended != RTMP_STREAM_OPEN)
            continue;
        if (found)
            return NULL;
        found = in_use->stream[i];
    }
    return found;
}

/* ---- the client's commands ---- */

static const struct rtmp_kept_text *keep_fact(struct rtmp_session *session,
                                              const struct rtmp_fragment *fragment,
                                              const struct rtmp_amf_leaf *fact) {
    if (!fact->present)
        return NULL;
    return rtmp_texts_keep(&session->capture->texts, &session->memory,
                           fragment->body + fact->text.pos, fact->text.len);
}

static void follow_connect(struct rtmp_session_direction *dir, const struct rtmp_fragment *fragment,
                           struct rtmp_arguments *arguments) {
    struct rtmp_session *session = dir->session;
    const struct rtmp_command *command = rtmp_arguments_of(arguments);
    if (!session->auth.round)
        session->auth = (struct rtmp_auth_connect){
            last_index(dir), rtmp_auth_of_command(command, fragment->body).round};
    session->streams.app = keep_fact(session, fragment, &command->fact[RTMP_FACT_APP]);
    session->streams.tc_url = keep_fact(session, fragment, &command->fact[RTMP_FACT_TC_URL]);
}

/* From message `index` on a message stream belongs to another stream, and its timestamps to another
 * clock. */
static void bind_stream(struct rtmp_session_direction *dir, uint32_t id, uint32_t index,
                        const struct rtmp_stream *stream) {
    rtmp_stream_bind(&dir->streams, &dir->session->memory, id, index, stream);
    rtmp_clocks_restart(&dir->clocks, id);
}

/* Media that came on a message stream which no publish or play named may now be another's. */
static void forget_guess(struct rtmp_session_direction *dir) {
    struct rtmp_stream_bindings *bindings = &dir->streams;
    bindings->media_settled = false;
    if (!bindings->has_guessed)
        return;
    bindings->has_guessed = false;
    bind_stream(dir, bindings->guessed_id, rtmp_records_next_index(&dir->records), NULL);
}

static void bind_both(struct rtmp_session_direction *dir, const struct rtmp_stream *stream) {
    struct rtmp_session_direction *peer = rtmp_session_peer(dir);
    forget_guess(dir);
    forget_guess(peer);
    bind_stream(dir, stream->id, last_index(dir), stream);
    bind_stream(peer, stream->id, rtmp_records_next_index(&peer->records), stream);
}

/* A command of message stream 0 names a stream. */
static void name_stream(struct rtmp_session_direction *dir, const struct rtmp_stream *stream) {
    if (stream)
        rtmp_stream_name_one(&dir->streams, &dir->session->memory, last_index(dir), stream);
}

/* publish or play, whose first argument is a name; false: the stream ends. */
static void begin_stream(struct rtmp_session_direction *dir, const struct rtmp_fragment *fragment,
                         struct rtmp_arguments *arguments, enum rtmp_stream_role role) {
    struct rtmp_session *session = dir->session;
    const struct rtmp_command *command = rtmp_arguments_of(arguments);
    struct rtmp_stream *before = stream_in_use_on(&session->streams, fragment->message.stream_id);
    bool ends = rtmp_command_ends_stream(command);
    if (before)
        end_stream(dir, before, ends ? RTMP_STREAM_CLOSED : RTMP_STREAM_REPLACED);
    struct rtmp_stream *stream =
        ends ? NULL : rtmp_streams_add(&session->capture->streams, &session->memory);
    if (!stream)
        return;
    stream->id = fragment->message.stream_id;
    stream->role = (uint8_t)role;
    stream->begin = last_message(dir);
    /* The earlier one may play on. */
    stream->is_uncertain = before && before->ended != RTMP_STREAM_EOF;
    stream->name = keep_fact(
        session, fragment,
        &command->fact[role == RTMP_STREAM_PUBLISH ? RTMP_FACT_PUBLISH_NAME : RTMP_FACT_PLAY_NAME]);
    stream->app = session->streams.app;
    stream->tc_url = session->streams.tc_url;
    put_in_use(&session->streams, stream);
    if (role == RTMP_STREAM_PUBLISH)
        session->streams.published = stream;
    bind_both(dir, stream);
    if (stream->id == 0)
        name_stream(dir, stream);
}

static void delete_stream(struct rtmp_session_direction *dir, struct rtmp_arguments *arguments) {
    uint32_t id;
    if (!rtmp_command_stream_id(rtmp_arguments_of(arguments), &id))
        return;
    name_stream(dir, rtmp_stream_bound(&dir->streams, id, last_index(dir)));
    struct rtmp_stream *stream = stream_in_use_on(&dir->session->streams, id);
    if (stream)
        end_stream(dir, stream, RTMP_STREAM_DELETED);
}

static uint32_t length_without_query(const uint8_t *name, uint32_t len) {
    const uint8_t *query = len ? memchr(name, '?', len) : NULL;
    return query ? (uint32_t)(query - name) : len;
}

/* Is a name that of a stream? 2: it is. 1: but for a query, or one of them is not known. 0: no. */
static unsigned likeness(const struct rtmp_stream *stream, const struct rtmp_fragment *fragment,
                         const struct rtmp_amf_leaf *argument) {
    if (!argument->present || !stream->name)
        return 1;
    const uint8_t *name = fragment->body + argument->text.pos, *own = stream->name->bytes;
    uint32_t len = length_without_query(name, argument->text.len);
    if (len != length_without_query(own, stream->name->len) || memcmp(name, own, len) != 0)
        return 0;
    return argument->text.len == stream->name->len && memcmp(name, own, stream->name->len) == 0 ? 2
                                                                                                : 1;
}

/* By name, which is that of the publish. It may come behind the end of the stream, or of the
 * connection, as the other side sees it. */
static void unpublish(struct rtmp_session_direction *dir, const struct rtmp_fragment *fragment,
                      struct rtmp_arguments *arguments) {
    const struct rtmp_streams_in_use *in_use = &dir->session->streams;
    const struct rtmp_amf_leaf *name = &rtmp_arguments_of(arguments)->argument;
    struct rtmp_stream *found = in_use->published;
    unsigned best = found ? likeness(found, fragment, name) : 0;
    for (uint32_t i = 0; i < in_use->count; i++) {
        struct rtmp_stream *stream = in_use->stream[i];
        if (stream->role != RTMP_STREAM_PUBLISH)
            continue;
        unsigned like = likeness(stream, fragment, name);
        if (like >= best)
            found = stream;
        best = like > best ? like : best;
    }
    if (best == 0)
        return;
    name_stream(dir, found);
    if (found->ended == RTMP_STREAM_OPEN || found->ended == RTMP_STREAM_STATUS)
        end_stream(dir, found, RTMP_STREAM_UNPUBLISHED);
}

static void close_stream(struct rtmp_session_direction *dir, uint32_t id) {
    struct rtmp_stream *stream = stream_in_use_on(&dir->session->streams, id);
    if (stream)
        end_stream(dir, stream, RTMP_STREAM_CLOSED);
}

/* ---- the server's ---- */

/* The server says something of a stream, which may explain a silence. That its own buffer ran
 * empty, or is filled again, tells of one and explains nothing. */
static void watch_anew(struct rtmp_session_direction *dir, uint32_t stream_id) {
    struct rtmp_clocks *clocks = &dir->clocks;
    struct rtmp_clocks *peer = &rtmp_session_peer(dir)->clocks;
    bool is_here = rtmp_clocks_watch_stream_anew(clocks, stream_id);
    if (rtmp_clocks_watch_stream_anew(peer, stream_id) || is_here)
        return;
    rtmp_clocks_watch_anew(clocks);
    rtmp_clocks_watch_anew(peer);
}

static bool is_code(const struct rtmp_fragment *fragment, const struct rtmp_amf_leaf *text,
                    const char *code) {
    uint32_t len = (uint32_t)strlen(code);
    return text->text.len == len && memcmp(fragment->body + text->text.pos, code, len) == 0;
}

static bool is_code_of(const struct rtmp_fragment *fragment, const struct rtmp_amf_leaf *text,
                       const char *beginning) {
    uint32_t len = (uint32_t)strlen(beginning);
    return text->text.len > len && memcmp(fragment->body + text->text.pos, beginning, len) == 0;
}

/* What the server says of a stream may end it, as an error of its publish or play does. It stays in
 * use: what the client does then is still about it, and a play may start again. */
static void apply_status(struct rtmp_session_direction *dir, const struct rtmp_stream *told,
                         const struct rtmp_fragment *fragment, struct rtmp_arguments *arguments) {
    struct rtmp_stream *stream = dir->session->capture->streams.stream[told->number];
    if (stream->ended != RTMP_STREAM_OPEN && stream->ended != RTMP_STREAM_STATUS)
        return;
    const struct rtmp_command *command = rtmp_arguments_of(arguments);
    const struct rtmp_amf_leaf *code = &command->fact[RTMP_FACT_CODE];
    const struct rtmp_amf_leaf *level = &command->fact[RTMP_FACT_LEVEL];
    if (!code->present)
        return;
    bool failed = level->present && is_code(fragment, level, "error") &&
                  (is_code_of(fragment, code, "NetStream.Publish.") ||
                   is_code_of(fragment, code, "NetStream.Play."));
    bool plays = is_code(fragment, code, "NetStream.Play.Start");
    if (!stream->has_started && (plays || is_code(fragment, code, "NetStream.Publish.Start"))) {
        stream->has_started = true;
        stream->started = rtmp_session_open_segment(dir)->time;
    }
    if (plays) {
        stream->ended = RTMP_STREAM_OPEN;
    } else if (stream->ended == RTMP_STREAM_OPEN &&
               (failed || is_code(fragment, code, "NetStream.Play.Stop") ||
                is_code(fragment, code, "NetStream.Unpublish.Success"))) {
        set_end(dir, stream, RTMP_STREAM_STATUS);
    }
}

/* A status on a message stream that no publish or play named (observed: 0). */
static void follow_status(struct rtmp_session_direction *dir, const struct rtmp_fragment *fragment,
                          struct rtmp_arguments *arguments) {
    uint32_t id = fragment->message.stream_id;
    const struct rtmp_stream *stream = rtmp_stream_bound(&dir->streams, id, last_index(dir));
    bool is_bound = stream;
    if (!is_bound)
        stream = only_stream(&dir->session->streams, PUBLISHES | PLAYS);
    if (!stream)
        return;
    if (!is_bound || id == 0)
        name_stream(dir, stream);
    apply_status(dir, stream, fragment, arguments);
}

/* An answer to a publish or play, on message stream 0: it concerns that stream. */
static void follow_answer(struct rtmp_session_direction *dir, const struct rtmp_fragment *fragment,
                          struct rtmp_arguments *arguments) {
    const struct rtmp_streams_in_use *in_use = &dir->session->streams;
    const struct rtmp_records *records = &dir->records;
    const struct rtmp_facts_record *answer =
        records->facts_count ? &records->facts[records->facts_count - 1] : NULL;
    if (!answer || answer->message != last_index(dir) || !answer->linked)
        return;
    uint32_t call = rtmp_session_peer(dir)->records.facts[answer->linked - 1].message;
    for (uint32_t i = 0; i < in_use->count; i++)
        if (in_use->stream[i]->begin.message == call << 1) {
            name_stream(dir, in_use->stream[i]);
            apply_status(dir, in_use->stream[i], fragment, arguments);
        }
}

void rtmp_stream_follow_command(struct rtmp_session_direction *dir,
                                const struct rtmp_command_head *head,
                                const struct rtmp_fragment *fragment,
                                struct rtmp_arguments *arguments) {
    uint32_t id = fragment->message.stream_id;
    if (!rtmp_session_from_client(dir)) {
        if (head->name == RTMP_NAMED_ON_STATUS) {
            follow_status(dir, fragment, arguments);
            watch_anew(dir, id);
        } else if (head->is_answer) {
            follow_answer(dir, fragment, arguments);
        }
        return;
    }
    switch (head->name) {
    case RTMP_NAMED_CONNECT:
        follow_connect(dir, fragment, arguments);
        break;
    case RTMP_NAMED_PUBLISH:
        begin_stream(dir, fragment, arguments, RTMP_STREAM_PUBLISH);
        break;
    case RTMP_NAMED_PLAY:
        begin_stream(dir, fragment, arguments, RTMP_STREAM_PLAY);
        break;
    case RTMP_NAMED_DELETE_STREAM:
        delete_stream(dir, arguments);
        break;
    case RTMP_NAMED_CLOSE_STREAM:
        close_stream(dir, id);
        break;
    case RTMP_NAMED_FC_UNPUBLISH:
        unpublish(dir, fragment, arguments);
        break;
    default:
        break;
    }
}

/* ---- messages of other types ---- */

/* Stream EOF and Stream begin. Observed of nginx-rtmp: where the player pauses, or another
 * publisher follows, the one comes, and later the other. So the stream stays in use. */
static void apply_user_control(struct rtmp_session_direction *dir, struct rtmp_stream *stream,
                               uint32_t event) {
    if (event == RTMP_USER_CONTROL_STREAM_EOF && stream->ended == RTMP_STREAM_OPEN)
        set_end(dir, stream, RTMP_STREAM_EOF);
    else if (event == RTMP_USER_CONTROL_STREAM_BEGIN && stream->ended == RTMP_STREAM_EOF)
        stream->ended = RTMP_STREAM_OPEN;
}

void rtmp_stream_follow_control(struct rtmp_session_direction *dir,
                                const struct rtmp_fragment *fragment) {
    if (dir->filling)
        return;
    struct rtmp_reader reader = rtmp_reader_over(fragment->body, fragment->available);
    struct rtmp_control control;
    struct rtmp_control_field field;
    rtmp_control_init(&control, &reader, fragment->message.type);
    bool has_stream = false, explains = true;
    uint32_t event = UINT32_MAX, id = 0;
    while (rtmp_control_next(&control, &field)) {
        if (field.kind == RTMP_CONTROL_EVENT) {
            event = field.value;
            explains = field.value != RTMP_USER_CONTROL_BUFFER_EMPTY &&
                       field.value != RTMP_USER_CONTROL_BUFFER_READY;
        }
        if (field.kind != RTMP_CONTROL_STREAM_ID)
            continue;
        has_stream = true;
        id = field.value;
        name_stream(dir, rtmp_stream_bound(&dir->streams, field.value, last_index(dir)));
        struct rtmp_stream *stream = stream_in_use_on(&dir->session->streams, field.value);
        if (stream)
            apply_user_control(dir, stream, event);
    }
    if (has_stream && explains && !rtmp_session_from_client(dir))
        watch_anew(dir, id);
}

void rtmp_stream_settle_media(struct rtmp_session_direction *dir, uint32_t id) {
    struct rtmp_stream_bindings *bindings = &dir->streams;
    bindings->media_id = id;
    bindings->media_settled = true;
    if (bindings->has_guessed || rtmp_stream_bound(bindings, id, last_index(dir)))
        return;
    const struct rtmp_stream *stream =
        only_stream(&dir->session->streams, rtmp_session_from_client(dir) ? PUBLISHES : PLAYS);
    if (!stream)
        return;
    bind_stream(dir, id, last_index(dir), stream);
    bindings->guessed_id = id;
    bindings->has_guessed = true;
}

void rtmp_stream_close_all(struct rtmp_session *session) {
    struct rtmp_streams_in_use *in_use = &session->streams;
    for (uint32_t i = 0; i < in_use->count; i++)
        if (in_use->stream[i]->ended == RTMP_STREAM_OPEN)
            in_use->stream[i]->ended = RTMP_STREAM_CONNECTION;
    in_use->count = 0;
}

/* The stream that its message stream belongs to, NULL: none, or it does not tell. Behind a loss the
 * message stream is not known: media and data that can be of one stream only are of that one. */
static const struct rtmp_stream *stream_by_id(const struct rtmp_session_direction *dir,
                                              const struct rtmp_fragment_record *fragment,
                                              uint32_t index) {
    const bool from_client = rtmp_session_from_client(dir);
    const bool is_known = !(fragment->flags & RTMP_FRAGMENT_UNCERTAIN);
    const uint32_t id = fragment->stream_id;
    switch (fragment->type) {
    case RTMP_MESSAGE_AUDIO:
    case RTMP_MESSAGE_VIDEO:
    case RTMP_MESSAGE_AGGREGATE:
        return is_known ? rtmp_stream_of_media(&dir->streams, from_client, id, index)
                        : rtmp_stream_only(&dir->streams, from_client, index);
    case RTMP_MESSAGE_DATA_AMF0:
    case RTMP_MESSAGE_DATA_AMF3:
        return is_known ? rtmp_stream_bound(&dir->streams, id, index)
                        : rtmp_stream_only(&dir->streams, from_client, index);
    case RTMP_MESSAGE_COMMAND_AMF0:
    case RTMP_MESSAGE_COMMAND_AMF3:
        return is_known && id ? rtmp_stream_bound(&dir->streams, id, index) : NULL;
    default:
        return NULL;
    }
}

const struct rtmp_stream *rtmp_stream_of(const struct rtmp_session_direction *dir,
                                         const struct rtmp_fragment_record *fragment,
                                         uint32_t index) {
    const struct rtmp_stream *stream = stream_by_id(dir, fragment, index);
    return stream ? stream : rtmp_stream_named(&dir->streams, index);
}
