/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/ending.h"

#include <string.h>

#include "base/message.h"
#include "payload/amf/amf0_scalar.h"
#include "payload/command/facts.h"

#define USER_CONTROL_STREAM_BEGIN 0
#define USER_CONTROL_STREAM_EOF   1

const char *rtmp_request_name(enum rtmp_request request) {
    static const char *const names[] = {
        [RTMP_REQUEST_NONE] = "",
        [RTMP_REQUEST_CONNECT] = "connect",
        [RTMP_REQUEST_CREATE_STREAM] = "createStream",
        [RTMP_REQUEST_PUBLISH] = "publish",
        [RTMP_REQUEST_PLAY] = "play",
    };
    return names[request];
}

/* ---- the list ---- */

static bool is_stream(const struct rtmp_open_request *request) {
    return request->kind == RTMP_REQUEST_PUBLISH || request->kind == RTMP_REQUEST_PLAY;
}

static void remove_at(struct rtmp_requests *requests, unsigned i) {
    requests->count--;
    memmove(&requests->open[i], &requests->open[i + 1],
            (requests->count - i) * sizeof requests->open[0]);
}

static void add(struct rtmp_requests *requests, struct rtmp_open_request request) {
    if (requests->count == RTMP_LIMIT_OPEN_REQUESTS)
        remove_at(requests, 0);
    requests->open[requests->count++] = request;
}

/* Which streams an event is about. */
struct selection {
    bool all;
    uint32_t stream_id;
    enum rtmp_request kind; /* RTMP_REQUEST_NONE: both */
};

static bool selects(const struct selection *selection, const struct rtmp_open_request *request) {
    return is_stream(request) && (selection->all || request->stream_id == selection->stream_id) &&
           (selection->kind == RTMP_REQUEST_NONE || request->kind == selection->kind);
}

static void end_streams(struct rtmp_requests *requests, struct selection selection) {
    for (unsigned i = requests->count; i > 0; i--)
        if (selects(&selection, &requests->open[i - 1]))
            remove_at(requests, i - 1);
}

static void note_eof(struct rtmp_requests *requests, struct selection selection, bool has_eof) {
    for (unsigned i = 0; i < requests->count; i++)
        if (selects(&selection, &requests->open[i]))
            requests->open[i].has_eof = has_eof;
}

static void answer_streams(struct rtmp_requests *requests, struct selection selection) {
    for (unsigned i = 0; i < requests->count; i++)
        if (selects(&selection, &requests->open[i]))
            requests->open[i].is_answered = true;
}

/* The streams of an id; all of them where none has it. */
static struct selection streams_of(const struct rtmp_requests *requests, uint32_t stream_id) {
    struct selection selection = {.stream_id = stream_id};
    for (unsigned i = 0; i < requests->count; i++)
        if (selects(&selection, &requests->open[i]))
            return selection;
    selection.all = true;
    return selection;
}

/* ---- the client ---- */

/* publish or play, whose first argument is a name; false: the stream ends. */
static void begin_stream(struct rtmp_requests *requests, const struct rtmp_command_head *head,
                         const struct rtmp_requests_message *message, enum rtmp_request kind) {
    end_streams(requests, (struct selection){.stream_id = message->stream_id});
    if (rtmp_command_ends_stream(rtmp_arguments_of(message->arguments)))
        return;
    add(requests, (struct rtmp_open_request){.transaction_id = head->transaction_id,
                                             .stream_id = message->stream_id,
                                             .frame = message->frame,
                                             .kind = (uint8_t)kind});
}

static void delete_stream(struct rtmp_requests *requests,
                          const struct rtmp_requests_message *message) {
    uint32_t id;
    struct selection selection = {.all = true};
    if (rtmp_command_stream_id(rtmp_arguments_of(message->arguments), &id))
        selection = streams_of(requests, id);
    end_streams(requests, selection);
}

static void follow_client(struct rtmp_requests *requests, const struct rtmp_command_head *head,
                          const struct rtmp_requests_message *message) {
    switch (head->name) {
    case RTMP_NAMED_CONNECT:
    case RTMP_NAMED_CREATE_STREAM:
        add(requests, (struct rtmp_open_request){.transaction_id = head->transaction_id,
                                                 .frame = message->frame,
                                                 .kind = head->name == RTMP_NAMED_CONNECT
                                                             ? RTMP_REQUEST_CONNECT
                                                             : RTMP_REQUEST_CREATE_STREAM});
        break;
    case RTMP_NAMED_PUBLISH:
        begin_stream(requests, head, message, RTMP_REQUEST_PUBLISH);
        break;
    case RTMP_NAMED_PLAY:
        begin_stream(requests, head, message, RTMP_REQUEST_PLAY);
        break;
    case RTMP_NAMED_DELETE_STREAM:
        delete_stream(requests, message);
        break;
    case RTMP_NAMED_CLOSE_STREAM:
        end_streams(requests, streams_of(requests, message->stream_id));
        break;
    case RTMP_NAMED_FC_UNPUBLISH: /* by name, which is that of the publish */
        end_streams(requests, (struct selection){.all = true, .kind = RTMP_REQUEST_PUBLISH});
        break;
    default:
        break;
    }
}

/* ---- the server ---- */

static void answer_call(struct rtmp_requests *requests, const struct rtmp_command_head *head) {
    for (unsigned i = 0; i < requests->count; i++) {
        struct rtmp_open_request *request = &requests->open[i];
        if (request->transaction_id != head->transaction_id)
            continue;
        if (is_stream(request) && head->name == RTMP_NAMED_RESULT)
            request->is_answered = true;
        else
            remove_at(requests, i);
        return;
    }
}

/* Codes after which the stream continues. Others say, or may say, why it does not. */
static bool continues(const struct rtmp_reader *reader, struct rtmp_span code) {
#define CODE(text)                                                                                 \
    { text, sizeof text - 1 }
    static const struct {
        const char *text;
        size_t length;
    } codes[] = {
        CODE("NetStream.Publish.Start"),      CODE("NetStream.Play.Start"),
        CODE("NetStream.Play.Reset"),         CODE("NetStream.Play.PublishNotify"),
        CODE("NetStream.Play.Switch"),        CODE("NetStream.Play.Transition"),
        CODE("NetStream.Data.Start"),         CODE("NetStream.Record.Start"),
        CODE("NetStream.Seek.Notify"),        CODE("NetStream.Pause.Notify"),
        CODE("NetStream.Unpause.Notify"),     CODE("NetStream.Buffer.Full"),
        CODE("NetStream.Transition.Success"), CODE("NetConnection.Connect.Success"),
    };
#undef CODE
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (rtmp_bytes_are(reader, code, codes[i].text, codes[i].length))
            return true;
    return false;
}

static bool begins_with(const struct rtmp_reader *reader, struct rtmp_span span, const char *text) {
    const struct rtmp_span beginning = rtmp_span_of(span.pos, (uint32_t)strlen(text));
    return span.len >= beginning.len && rtmp_bytes_are(reader, beginning, text, beginning.len);
}

static void follow_status(struct rtmp_requests *requests,
                          const struct rtmp_requests_message *message) {
    if (requests->count == 0)
        return;
    const struct rtmp_command *command = rtmp_arguments_of(message->arguments);
    const struct rtmp_reader *body = &message->arguments->body;
    const struct rtmp_amf_leaf *code = &command->fact[RTMP_FACT_CODE];
    const struct rtmp_amf_leaf *level = &command->fact[RTMP_FACT_LEVEL];
    bool is_error = level->present && rtmp_bytes_are(body, level->text, "error", 5);
    const struct selection selection = streams_of(requests, message->stream_id);
    if (!is_error && code->present && continues(body, code->text))
        answer_streams(requests, selection);
    else if (code->present && begins_with(body, code->text, "NetConnection."))
        rtmp_requests_forget(requests);
    else
        end_streams(requests, selection);
}

void rtmp_requests_follow_command(struct rtmp_requests *requests,
                                  const struct rtmp_command_head *head,
                                  const struct rtmp_requests_message *message) {
    if (message->is_from_client)
        follow_client(requests, head, message);
    else if (head->is_answer && head->transaction_id != 0)
        answer_call(requests, head);
    else if (head->name == RTMP_NAMED_ON_STATUS || head->name == RTMP_NAMED_ERROR)
        follow_status(requests, message);
}

/* ---- messages of other types ---- */

static void follow_user_control(struct rtmp_requests *requests,
                                const struct rtmp_requests_message *message) {
    struct rtmp_reader reader = message->arguments->body;
    uint16_t event = rtmp_u16(&reader);
    uint32_t stream_id = rtmp_u32(&reader);
    if (!rtmp_ok(&reader))
        return;
    if (event == USER_CONTROL_STREAM_EOF) {
        note_eof(requests, streams_of(requests, stream_id), true);
    } else if (event == USER_CONTROL_STREAM_BEGIN) {
        const struct selection plays = {.stream_id = stream_id, .kind = RTMP_REQUEST_PLAY};
        answer_streams(requests, plays);
        note_eof(requests, plays, false);
    }
}

static bool is_play_status(const struct rtmp_requests_message *message) {
    static const char name[] = "onPlayStatus";
    struct rtmp_reader reader = message->arguments->body;
    (void)rtmp_command_read_format(&reader, message->arguments->type);
    return rtmp_u8(&reader) == RTMP_AMF0_STRING && rtmp_u16(&reader) == sizeof name - 1 &&
           rtmp_bytes_are(&reader, rtmp_span_of(reader.pos, sizeof name - 1), name,
                          sizeof name - 1);
}

void rtmp_requests_follow_event(struct rtmp_requests *requests,
                                const struct rtmp_requests_message *message) {
    if (requests->count == 0 || message->is_from_client)
        return;
    if (message->arguments->type == RTMP_MESSAGE_USER_CONTROL)
        follow_user_control(requests, message);
    else if (is_play_status(message))
        follow_status(requests, message);
}

void rtmp_requests_note_media(struct rtmp_requests *requests) {
    answer_streams(requests, (struct selection){.all = true, .kind = RTMP_REQUEST_PLAY});
}

/* ---- the end ---- */

static struct rtmp_ending ending_of(const struct rtmp_open_request *request,
                                    enum rtmp_ending_kind kind, bool by_client) {
    return (struct rtmp_ending){.kind = (uint8_t)kind,
                                .request = request->kind,
                                .by_client = by_client,
                                .request_frame = request->frame};
}

struct rtmp_ending rtmp_requests_close(const struct rtmp_requests *requests, bool by_client) {
    for (unsigned i = requests->count; i > 0; i--)
        if (!requests->open[i - 1].is_answered && !requests->open[i - 1].has_eof)
            return ending_of(&requests->open[i - 1], RTMP_ENDING_UNANSWERED, by_client);
    for (unsigned i = requests->count; i > 0; i--)
        if (!requests->open[i - 1].has_eof &&
            (!by_client || requests->open[i - 1].kind == RTMP_REQUEST_PUBLISH))
            return ending_of(&requests->open[i - 1], RTMP_ENDING_IN_USE, by_client);
    return (struct rtmp_ending){.by_client = by_client};
}

static const struct rtmp_open_request *accepted(const struct rtmp_requests *requests,
                                                uint32_t stream_id) {
    for (unsigned i = 0; i < requests->count; i++)
        if (is_stream(&requests->open[i]) && requests->open[i].stream_id == stream_id &&
            requests->open[i].is_answered && !requests->open[i].has_eof)
            return &requests->open[i];
    return NULL;
}

bool rtmp_requests_have_accepted(const struct rtmp_requests *requests, uint32_t stream_id) {
    return accepted(requests, stream_id);
}

struct rtmp_ending rtmp_requests_close_without_media(const struct rtmp_requests *requests,
                                                     uint32_t stream_id) {
    const struct rtmp_open_request *request = accepted(requests, stream_id);
    return request ? ending_of(request, RTMP_ENDING_NO_MEDIA, true)
                   : (struct rtmp_ending){.by_client = true};
}

bool rtmp_requests_wait(const struct rtmp_requests *requests, const struct rtmp_ending *ending) {
    for (unsigned i = 0; i < requests->count; i++) {
        const struct rtmp_open_request *request = &requests->open[i];
        if (!request->is_answered && !request->has_eof && request->kind == ending->request &&
            request->frame == ending->request_frame)
            return true;
    }
    return false;
}
