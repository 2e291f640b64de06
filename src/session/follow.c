/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/follow.h"

#include "payload/media/config_check.h"
#include "session/chunk_rate.h"
#include "session/diagnose.h"
#include "session/flow_events.h"
#include "session/loss.h"
#include "session/notes.h"
#include "session/secrets.h"
#include "session/so_follow.h"
#include "session/stream_events.h"

void rtmp_follow_media(struct rtmp_session *session) {
    if (session->direction[1].clocks.have_run)
        rtmp_requests_note_media(&session->requests);
}

static struct rtmp_requests_message requests_message(const struct rtmp_session_direction *dir,
                                                     const struct rtmp_fragment *fragment,
                                                     struct rtmp_arguments *arguments) {
    arguments->body = rtmp_reader_over(fragment->body, fragment->available);
    arguments->type = fragment->message.type;
    arguments->is_read = false;
    return (struct rtmp_requests_message){.arguments = arguments,
                                          .stream_id = fragment->message.stream_id,
                                          .frame = dir->last_frame.number,
                                          .is_from_client = rtmp_session_from_client(dir)};
}

/* A user control or data message. */
static void follow_event(struct rtmp_session_direction *dir, const struct rtmp_fragment *fragment) {
    struct rtmp_requests *requests = &dir->session->requests;
    if (requests->count == 0 || dir->filling)
        return;
    struct rtmp_arguments arguments;
    const struct rtmp_requests_message message = requests_message(dir, fragment, &arguments);
    rtmp_requests_follow_event(requests, &message);
}

/* The number of a name among the texts of the capture, 0 without memory. */
static uint32_t keep_name(const struct rtmp_session *session, const struct rtmp_fragment *fragment,
                          struct rtmp_span name) {
    const struct rtmp_reader reader = rtmp_reader_over(fragment->body, fragment->available);
    const struct rtmp_kept_text *text = rtmp_texts_keep(&session->capture->texts, &session->memory,
                                                        rtmp_bytes(&reader, name), name.len);
    return text ? text->number : 0;
}

static void follow_call(struct rtmp_session_direction *dir, struct rtmp_fragment_record *record,
                        const struct rtmp_fragment *fragment,
                        const struct rtmp_command_head *head) {
    struct rtmp_facts_record *facts = rtmp_records_add_facts(&dir->records, record);
    if (!facts) {
        rtmp_loss_up_to(dir, fragment->message_offset + 1);
        return;
    }
    facts->name = keep_name(dir->session, fragment, head->text) & RTMP_FACTS_NAME_MAX;
    facts->reply_kind = (head->creates_stream ? RTMP_REPLY_CREATE_STREAM : RTMP_REPLY_ANOTHER) & 3U;
    const struct rtmp_call call = {.transaction_id = head->transaction_id,
                                   .offset = fragment->message_offset,
                                   .facts = dir->records.facts_count - 1};
    rtmp_calls_add(&dir->calls, &dir->session->memory, call);
}

/* Link an answer and its call. */
static void link_answer(struct rtmp_records *records, const struct rtmp_records *calls,
                        struct rtmp_facts_record *answer, uint32_t found) {
    struct rtmp_facts_record *call = &calls->facts[found];
    call->linked = records->facts_count;
    answer->linked = found + 1;
    answer->name = call->name;
    answer->reply_kind = call->reply_kind;
}

/* The calls of the peer that an answer may be to. One that came late, or that lay in the search
 * buffer until a chunk header was found, was sent before some that were read since. */
static uint32_t calls_before_answer(const struct rtmp_session_direction *dir,
                                    const struct rtmp_fragment *fragment) {
    bool in_order = !dir->filling && fragment->offset + fragment->size > dir->open_offset;
    return in_order ? RTMP_CALLS_ANY : dir->peer_facts_at_loss;
}

static void follow_answer(struct rtmp_session_direction *dir, struct rtmp_fragment_record *record,
                          const struct rtmp_fragment *fragment,
                          const struct rtmp_command_head *head) {
    struct rtmp_session_direction *peer = rtmp_session_peer(dir);
    uint32_t found;
    enum rtmp_call_match match = rtmp_calls_answer(&peer->calls, head->transaction_id,
                                                   calls_before_answer(dir, fragment), &found);
    if (match == RTMP_CALL_NOT_SEEN) {
        if (head->transaction_id != 0 && !rtmp_session_from_client(dir))
            dir->session->answer_without_call = true;
        return;
    }
    struct rtmp_facts_record *facts = rtmp_records_add_facts(&dir->records, record);
    if (!facts)
        return;
    facts->is_answer = 1;
    if (match == RTMP_CALL_FOUND)
        link_answer(&dir->records, &peer->records, facts, found);
    facts->second_answer = match == RTMP_CALL_ANSWERED;
    facts->call_uncertain = match == RTMP_CALL_UNCERTAIN;
}

/* What comes next of audio and video is not compared with what came before. */
static void restart_clocks(struct rtmp_session_direction *dir) {
    rtmp_clocks_judge_anew(&dir->clocks);
    rtmp_clocks_judge_anew(&rtmp_session_peer(dir)->clocks);
    rtmp_clocks_watch_anew(&dir->clocks);
    rtmp_clocks_watch_anew(&rtmp_session_peer(dir)->clocks);
}

/* A command of which streams and endings know something. */
static void follow_named(struct rtmp_session_direction *dir, const struct rtmp_command_head *head,
                         const struct rtmp_fragment *fragment) {
    struct rtmp_arguments arguments;
    const struct rtmp_requests_message message = requests_message(dir, fragment, &arguments);
    rtmp_stream_follow_command(dir, head, fragment, &arguments);
    rtmp_requests_follow_command(&dir->session->requests, head, &message);
}

static void follow_command(struct rtmp_session_direction *dir, struct rtmp_fragment_record *record,
                           const struct rtmp_fragment *fragment) {
    struct rtmp_command_head head;
    struct rtmp_reader reader = rtmp_reader_over(fragment->body, fragment->available);
    if (!rtmp_command_read_head(&head, reader, fragment->message.type))
        return;
    if (dir->session->hides_secrets)
        rtmp_secrets_follow(dir, &head, fragment);
    if (rtmp_calls_expect_answer(&head))
        follow_call(dir, record, fragment, &head);
    else if (head.is_answer)
        follow_answer(dir, record, fragment, &head);
    if (head.restarts_media)
        rtmp_follow_media(dir->session);
    if (head.name != RTMP_NAMED_OTHER && !dir->filling)
        follow_named(dir, &head, fragment);
    if (head.restarts_media)
        restart_clocks(dir);
}

static struct rtmp_media_body media_body(const struct rtmp_session_direction *dir,
                                         const struct rtmp_fragment *fragment) {
    const bool whole = fragment->available == fragment->message.length;
    return (struct rtmp_media_body){
        .video = fragment->message.type == RTMP_MESSAGE_VIDEO,
        .bytes = fragment->body,
        .available = fragment->available,
        .length = fragment->message.length,
        .head = whole ? 0 : dir->wire.chunks.dechunk.bodies.media_head,
    };
}

/* A timestamp that counts from before a loss, or of a late message, is no evidence of the order. */
static void follow_clock(struct rtmp_session_direction *dir, struct rtmp_fragment_record *record,
                         const struct rtmp_fragment *fragment, const struct rtmp_media_body *body) {
    if (dir->filling) {
        rtmp_diagnose_other_media(dir, fragment->message.stream_id);
        return;
    }
    struct rtmp_clock_message message = {
        .index = rtmp_records_next_index(&dir->records) - 1,
        .segment = dir->records.segment_count - 1,
        .stream_id = fragment->message.stream_id,
        .timestamp = fragment->message.timestamp,
        .arrival = rtmp_session_open_segment(dir)->time,
        .kind = body->video ? RTMP_CLOCK_VIDEO : RTMP_CLOCK_AUDIO,
        .class = rtmp_media_classify(body),
    };
    if (fragment->flags & RTMP_FRAGMENT_UNCERTAIN) {
        rtmp_diagnose_relative(dir, &message);
        rtmp_clocks_judge_anew(&dir->clocks);
        return;
    }
    bool backwards;
    if (!rtmp_clocks_follow(&dir->clocks, &dir->session->memory, &message, body, &backwards))
        return;
    record->media = message.class & 7U;
    record->backwards = backwards;
    rtmp_diagnose_media(dir, &message, body);
}

static inline void check_config(struct rtmp_session_direction *dir,
                                const struct rtmp_fragment *fragment,
                                const struct rtmp_media_body *body) {
    if (!rtmp_config_may_lack(body->video, body->length, body->bytes, body->available))
        return;
    if (body->available == body->length && rtmp_config_lacks(body))
        rtmp_session_note(dir, &(struct rtmp_note){.kind = RTMP_NOTE_CONFIG,
                                                   .offset = fragment->offset,
                                                   .count = 1,
                                                   .message = fragment->message});
}

static void follow_media(struct rtmp_session_direction *dir, struct rtmp_fragment_record *record,
                         const struct rtmp_fragment *fragment) {
    const struct rtmp_media_body body = media_body(dir, fragment);
    rtmp_stream_follow_media(dir, fragment->message.stream_id);
    follow_clock(dir, record, fragment, &body);
    check_config(dir, fragment, &body);
}

static void follow_aggregate(struct rtmp_session_direction *dir,
                             const struct rtmp_fragment *fragment) {
    if (dir->filling)
        rtmp_diagnose_other_media(dir, fragment->message.stream_id);
    else
        rtmp_diagnose_aggregate(dir, &fragment->message, fragment->body, fragment->available);
}

bool rtmp_follow_message(struct rtmp_session_direction *dir, struct rtmp_fragment_record *record,
                         const struct rtmp_fragment *fragment) {
    record->late = dir->filling;
    rtmp_flow_follow_bytes(dir, fragment);
    if (fragment->chunks > 1)
        rtmp_chunking_follow(dir, fragment);
    switch (fragment->message.type) {
    case RTMP_MESSAGE_COMMAND_AMF0:
    case RTMP_MESSAGE_COMMAND_AMF3:
        follow_command(dir, record, fragment);
        return true;
    case RTMP_MESSAGE_ACKNOWLEDGEMENT:
    case RTMP_MESSAGE_WINDOW_ACK_SIZE:
        rtmp_flow_follow_control(dir, record, fragment);
        return true;
    case RTMP_MESSAGE_USER_CONTROL:
        rtmp_stream_follow_control(dir, fragment);
        rtmp_flow_follow_control(dir, record, fragment);
        follow_event(dir, fragment);
        return true;
    case RTMP_MESSAGE_DATA_AMF0:
    case RTMP_MESSAGE_DATA_AMF3:
        rtmp_stream_follow_media(dir, fragment->message.stream_id);
        follow_event(dir, fragment);
        return true;
    case RTMP_MESSAGE_AUDIO:
        follow_media(dir, record, fragment);
        return true;
    case RTMP_MESSAGE_VIDEO:
        follow_media(dir, record, fragment);
        return rtmp_records_note_configs(&dir->records, fragment->decoder_configs);
    case RTMP_MESSAGE_SHARED_OBJECT_AMF0:
    case RTMP_MESSAGE_SHARED_OBJECT_AMF3:
        rtmp_so_follow(dir, fragment);
        return true;
    case RTMP_MESSAGE_AGGREGATE:
        rtmp_stream_follow_media(dir, fragment->message.stream_id);
        follow_aggregate(dir, fragment);
        return rtmp_records_note_configs(&dir->records, fragment->decoder_configs);
    default:
        return true;
    }
}
