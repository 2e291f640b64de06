/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_SESSION_RECORD_H
#define RTMP_SESSION_RECORD_H

#include "base/limits.h"
#include "base/memory.h"
#include "payload/command/head.h"
#include "wire/body_format.h"
#include "wire/chunk_walk.h"
#include "wire/dechunk.h"

/*
 * The records of one direction: the first pass over a capture writes them, any later pass looks
 * them up.
 *
 * Records are appended while segments are fed (session.h). Once its segment was fed a record does
 * not change, with these exceptions: the segment that completes a message is entered when it does;
 * segments whose frame a read filter removed are marked; late bytes correct the timestamp and
 * stream id of messages that were read without them, and mark their gap as filled; the facts of a
 * call get the link to its answer when that comes. Segments are numbered in the order in which they
 * were fed, fragments in the order of their segments. The index of a message is that of the
 * fragment that completes it.
 *
 * Facts of a message come from other messages. They are settled when it is recorded, in this order:
 *
 * Within a direction facts follow `message_offset`. A decoder configuration holds for the messages
 * after it in the stream, also when its bytes came late.
 *
 * Across directions facts follow the order of frames. An answer finds the calls whose bytes were
 * captured before its own; which of those with its id is the last is settled by `message_offset`.
 *
 * A late message is one whose bytes came after later ones of its direction were read. Its facts
 * never rewrite those of a message that was recorded before it.
 */

/* A frame. A read filter that takes one out of the capture (tshark -2 -R) gives its number to the
 * next: only the place in the file tells them apart. All zero: none. */
struct rtmp_frame {
    uint32_t number;
    int64_t place;
};

static inline bool rtmp_frame_same(struct rtmp_frame a, struct rtmp_frame b) {
    return a.number == b.number && a.place == b.place;
}

/* A run of bytes of one message inside one segment (struct rtmp_fragment, packed). */
struct rtmp_fragment_record {
    uint32_t start;              /* in the segment's bytes */
    uint32_t size;               /* 0: all its bytes lie in earlier segments */
    uint32_t at : 24;            /* body position */
    uint32_t partial_header : 5; /* bytes of its first header in earlier segments */
    uint32_t fmt : 2;
    uint32_t has_facts : 1; /* a complete message with an entry in `facts`, or of a control message
                               in `flows` */
    uint32_t length : 24;
    uint32_t type : 8;
    uint32_t timestamp;
    uint32_t stream_id;
    uint32_t csid : 17;
    uint32_t flags : 8;      /* RTMP_FRAGMENT_* */
    uint32_t backwards : 1;  /* of audio and video: a lower timestamp than the message of its kind
                                and message stream before it */
    uint32_t late : 1;       /* of a complete message: its bytes came after later ones were read */
    uint32_t media : 3;      /* enum rtmp_media_class: what it is to a clock (clock.h) */
    uint32_t has_faults : 1; /* a complete message with faults (diagnosis.h) */
    uint32_t has_extended : 1; /* struct rtmp_fragment's */
    uint32_t reassembly;       /* index + 1; 0: the message is this one chunk */
};
_Static_assert(sizeof(struct rtmp_fragment_record) == 32, "a message of one chunk costs one");

/* What the bytes behind the last fragment of a segment are. */
enum rtmp_segment_rest {
    RTMP_REST_UNKNOWN,    /* a chunk header is looked for; or there are none */
    RTMP_REST_HEADER,     /* the beginning of a chunk header that a later segment continues */
    RTMP_REST_READ_LATER, /* of messages that were read, or read again, with later segments */
};

/* The bytes of one direction that were fed at once: of a frame, or one of several of a frame. */
struct rtmp_segment_record {
    int64_t time; /* of capture: ns since 1970 */
    uint32_t frame;
    uint32_t offset_low;          /* rtmp_segment_offset() */
    uint32_t first_fragment;      /* index */
    uint32_t fragment_count : 20; /* at most RTMP_SEGMENT_FRAGMENTS_MAX */
    uint32_t undecided : 1;       /* at its end a handshake cannot be told from chunks */
    uint32_t repeated : 1;        /* nothing of it is new */
    uint32_t dropped : 1;         /* a read filter took the frame away: another has its number */
    uint32_t rest : 2;            /* enum rtmp_segment_rest */
    uint32_t offset_high : 7;
};
_Static_assert(sizeof(struct rtmp_segment_record) == 24, "a message of one chunk costs one");

/* Half a tebibyte: larger offsets of one direction are recorded as this one. */
#define RTMP_SEGMENT_OFFSET_MAX ((UINT64_C(1) << 39) - 1)
/* Later fragments of a segment are not recorded. Wireshark stops a frame at 1,000,000 items. */
#define RTMP_SEGMENT_FRAGMENTS_MAX ((UINT32_C(1) << 20) - 1)

/* Offset of the segment's first byte; where that was read before, or fills a hole, of the byte that
 * was expected. */
static inline uint64_t rtmp_segment_offset(const struct rtmp_segment_record *segment) {
    return (uint64_t)segment->offset_high << 32 | segment->offset_low;
}

static inline void rtmp_segment_set_offset(struct rtmp_segment_record *segment, uint64_t offset) {
    if (offset > RTMP_SEGMENT_OFFSET_MAX)
        offset = RTMP_SEGMENT_OFFSET_MAX;
    segment->offset_low = (uint32_t)offset;
    segment->offset_high = offset >> 32 & 127U;
}

/* Does it begin before `offset`? */
static inline bool rtmp_segment_before(const struct rtmp_segment_record *segment, uint32_t offset) {
    return segment->offset_high == 0 && segment->offset_low < offset;
}

/* A message of several chunks or segments. */
struct rtmp_reassembly {
    uint32_t first_segment;     /* index + 1 of the segment it begins in; 0: not known */
    uint32_t completed_segment; /* index + 1; 0: not (yet); of a message's first reassembly */
    uint32_t chunk_origin, chunk_size;
    uint32_t chunks;
    uint32_t missing;
    uint32_t available : 24; /* bytes that are kept, or lie in the segment */
    uint32_t in_segment : 1; /* all its chunks lie in the segment that completes it */
    uint32_t first;          /* index + 1 of the message's first reassembly: a change of chunk size
                                inside the message begins another, as many times as it has chunks */
    uint8_t *body;           /* kept when some of it is in earlier segments, else NULL */
    uint8_t *header;         /* RTMP_CHUNK_HEADER_MAX bytes from its first chunk's header on, when
                                two segments share that header, else NULL */
};

/* A note (struct rtmp_note) and its place. */
struct rtmp_note_record {
    uint32_t segment; /* index */
    uint32_t start;   /* in the segment's bytes */
    uint64_t count; /* struct rtmp_note's; of kinds that are told at each occurrence, how many there
                       were in the direction, which grows while it is read */
    enum rtmp_note_kind kind;
    uint32_t csid;
    uint32_t length; /* RTMP_NOTE_ABANDONED: of the message; RTMP_NOTE_GAP: bytes of it that came
                        later; RTMP_NOTE_TIMESTAMP_UNCERTAIN: messages that late bytes corrected */
};

/* Facts of a call, or of an answer to one that was seen. */
struct rtmp_facts_record {
    uint32_t message; /* index */
    uint32_t linked;  /* index + 1, in the facts of the other direction: of a call its answer, of an
                         answer its call; 0: none, or not yet */
    uint32_t name : 27;      /* of the call, in the texts of the capture (texts.h); 0: not known */
    uint32_t reply_kind : 2; /* enum rtmp_reply_kind of an answer to the call */
    uint32_t is_answer : 1;  /* the rest is of an answer: */
    uint32_t second_answer : 1;  /* its call was answered before */
    uint32_t call_uncertain : 1; /* its call may be in bytes that are missing */
};
_Static_assert(sizeof(struct rtmp_facts_record) == 12, "every call and answer has one");
/* Texts are different: if all were as short as they can be, they were less than 2^27. */
_Static_assert(RTMP_LIMIT_TEXT_BYTES <= UINT32_C(1) << 28, "their numbers fit `name`");
#define RTMP_FACTS_NAME_MAX ((UINT32_C(1) << 27) - 1)

/* What is known of the flow of an Acknowledgement, a ping request or a ping response. */
struct rtmp_flow_record {
    uint32_t message;     /* index */
    uint32_t base;        /* of an Acknowledgement: bytes of the handshake that it counts */
    uint64_t outstanding; /* of an Acknowledgement: bytes that were sent and are not acknowledged */
    int64_t round_trip;   /* of a ping response: ns since its request */
    uint32_t frame;       /* of a ping request that of its response, 0: none yet; and back */
    bool is_response;     /* of a ping */
};

/* From this message on another table of decoder configurations applies. */
struct rtmp_config_change {
    uint32_t message; /* index */
    uint32_t configs; /* index + 1; 0: not known */
};

/* Records of fragments lie in blocks, numbered in steps of so many; a larger block has several
 * entries. */
#define RTMP_FRAGMENT_BLOCK 128U
struct rtmp_fragment_block {
    struct rtmp_fragment_record *records;
    bool continues; /* the block of the entry before */
};

/* One direction. All zero but `memory` is the beginning. */
struct rtmp_records {
    const struct rtmp_memory *memory;
    struct rtmp_segment_record *segments;
    struct rtmp_reassembly *reassemblies;
    struct rtmp_note_record *notes;
    struct rtmp_facts_record *facts;
    struct rtmp_flow_record *flows;
    struct rtmp_config_change *config_changes;
    struct rtmp_decoder_configs *configs;       /* each state of the decoder configurations */
    struct rtmp_fragment_block *blocks;         /* by index / RTMP_FRAGMENT_BLOCK */
    struct rtmp_fragment_record *next_fragment; /* where the next one is written */
    uint32_t fragment_room;                     /* from there on */
    uint32_t fragment_end;                      /* index after that room */
    uint32_t block_size;                        /* of the last block */
    uint32_t segment_count, segment_capacity;
    uint32_t reassembly_count, reassembly_capacity;
    uint32_t note_count, note_capacity;
    uint32_t facts_count, facts_capacity;
    uint32_t flow_count, flow_capacity;
    uint32_t config_change_count, config_change_capacity;
    uint32_t configs_count, configs_capacity;
    uint32_t block_count, block_capacity;
    uint32_t config_version; /* of the table before the last message */
    bool recording;          /* the last segment has a record */
};

void rtmp_records_destroy(struct rtmp_records *records);

/* ---- first pass: each returns NULL or false when memory could not be had ---- */

/* A new segment, zero but for the index of its first fragment. Until the next one, without memory,
 * nothing is recorded. */
struct rtmp_segment_record *rtmp_records_open_segment(struct rtmp_records *records);

/* A block with room for the next fragment. */
bool rtmp_records_begin_block(struct rtmp_records *records);

/* Index of the next fragment. */
static inline uint32_t rtmp_records_next_index(const struct rtmp_records *records) {
    return records->fragment_end - records->fragment_room;
}

/* A new fragment of the open segment, to be written. The next one may move it in memory; its index
 * stays. */
static inline struct rtmp_fragment_record *rtmp_records_add_fragment(struct rtmp_records *records) {
    if (records->fragment_room == 0 && !rtmp_records_begin_block(records))
        return NULL;
    records->fragment_room--;
    return records->next_fragment++;
}

/* Take back the last one. */
static inline void rtmp_records_remove_fragment(struct rtmp_records *records) {
    records->fragment_room++;
    records->next_fragment--;
}

/* A new reassembly, with all members zero. */
struct rtmp_reassembly *rtmp_records_add_reassembly(struct rtmp_records *records);

struct rtmp_note_record *rtmp_records_add_note(struct rtmp_records *records);

/* New facts of the last fragment's message, zero but for its index. */
struct rtmp_facts_record *rtmp_records_add_facts(struct rtmp_records *records,
                                                 struct rtmp_fragment_record *message);

/* Record what is known of the flow of the message of the last fragment; its index is filled in. The
 * record's index + 1; 0: no memory. */
uint32_t rtmp_records_add_flow(struct rtmp_records *records, struct rtmp_fragment_record *message,
                               const struct rtmp_flow_record *flow);

/* Record the decoder configurations before the message of the last fragment. Up to
 * RTMP_LIMIT_DECODER_CONFIG_STATES states are recorded; later ones are unknown. */
bool rtmp_records_note_configs(struct rtmp_records *records,
                               const struct rtmp_decoder_configs *configs);

/* All of the open segment, the last one, was fed. */
static inline void rtmp_records_close_segment(const struct rtmp_records *records,
                                              struct rtmp_segment_record *segment) {
    uint32_t count = rtmp_records_next_index(records) - segment->first_fragment;
    segment->fragment_count = count & RTMP_SEGMENT_FRAGMENTS_MAX;
}

/* The fragments of a segment that was just closed, without a look-up; NULL: none. */
static inline const struct rtmp_fragment_record *
rtmp_records_fragments_closed(const struct rtmp_records *records,
                              const struct rtmp_segment_record *segment) {
    uint32_t count = rtmp_records_next_index(records) - segment->first_fragment;
    return count ? records->next_fragment - count : NULL;
}

/* The segments that were recorded last, under the number of a frame that was taken away, are not
 * those of the frame that has the number now. */
void rtmp_records_drop_frame(struct rtmp_records *records, uint32_t frame);

/* ---- any pass ---- */

/* The fragment of an index; the later ones of its segment follow it in memory. */
static inline struct rtmp_fragment_record *rtmp_records_fragment(const struct rtmp_records *records,
                                                                 uint32_t index) {
    return records->blocks[index / RTMP_FRAGMENT_BLOCK].records + index % RTMP_FRAGMENT_BLOCK;
}

/* The fragments of a segment, fragment_count of them; NULL: none. */
static inline const struct rtmp_fragment_record *
rtmp_records_fragments(const struct rtmp_records *records,
                       const struct rtmp_segment_record *segment) {
    return segment->fragment_count ? rtmp_records_fragment(records, segment->first_fragment) : NULL;
}

/* Index of the first segment of a frame, or of a later one if it has none. *several: it has more.
 */
uint32_t rtmp_records_find_frame(const struct rtmp_records *records, uint32_t frame, bool *several);

/* The segment of an index, NULL: it is of another frame. */
const struct rtmp_segment_record *rtmp_records_segment(const struct rtmp_records *records,
                                                       uint32_t index, uint32_t frame);

/* Is it the first segment of its frame? */
bool rtmp_records_begins_frame(const struct rtmp_records *records,
                               const struct rtmp_segment_record *segment);

/* The segment that holds the byte at `offset` of the direction: index + 1; 0: none. */
uint32_t rtmp_records_segment_at(const struct rtmp_records *records, uint64_t offset);

/* The notes of a segment: count, and the first through `*notes`. */
uint32_t rtmp_records_notes_of(const struct rtmp_records *records,
                               const struct rtmp_segment_record *segment,
                               const struct rtmp_note_record **notes);

/* The reassembly of a fragment, NULL for a message of one chunk in one segment. */
static inline const struct rtmp_reassembly *
rtmp_records_reassembly(const struct rtmp_records *records,
                        const struct rtmp_fragment_record *fragment) {
    return fragment->reassembly ? &records->reassemblies[fragment->reassembly - 1] : NULL;
}

/* Frame in which a message begins, 0: not known. */
uint32_t rtmp_records_first_frame(const struct rtmp_records *records,
                                  const struct rtmp_reassembly *reassembly);

/* Frame in which the fragment's message completes, 0 when it never does or is not known yet. */
uint32_t rtmp_records_completed_in(const struct rtmp_records *records,
                                   const struct rtmp_fragment_record *fragment);

/* Does the fragment's message complete in this very segment? */
bool rtmp_records_completes_in(const struct rtmp_records *records,
                               const struct rtmp_fragment_record *fragment,
                               const struct rtmp_segment_record *segment);

/* Bytes of all chunk headers of a complete message, the fragment its last one. */
uint32_t rtmp_records_chunk_headers(const struct rtmp_records *records,
                                    const struct rtmp_fragment_record *fragment);

/* The effective header of a fragment's message. */
struct rtmp_message rtmp_records_header(const struct rtmp_fragment_record *fragment);

/* A walk over the chunks of a fragment; bytes: the segment's. */
struct rtmp_chunk_walk rtmp_records_walk(const struct rtmp_records *records,
                                         const struct rtmp_fragment_record *fragment,
                                         const uint8_t *bytes);

/* Facts of a message that come from other messages. */
struct rtmp_message_facts {
    enum rtmp_reply_kind reply_kind;      /* of a command: what it answers */
    const struct rtmp_facts_record *call; /* of a call or an answer; NULL: nothing is known */
    const struct rtmp_decoder_configs *decoder_configs; /* before a video or aggregate message;
                                                           NULL: none is known, or another type */
    bool late; /* its bytes came after later ones were read */
};

/* The facts of a complete message; all zero of one that others say nothing of. fragment: the one
 * of the message's index. */
struct rtmp_message_facts rtmp_records_facts(const struct rtmp_records *records, uint32_t message,
                                             const struct rtmp_fragment_record *fragment);

/* What is known of the flow of a control message; NULL: nothing. fragment: the one of its index. */
const struct rtmp_flow_record *rtmp_records_flow(const struct rtmp_records *records,
                                                 uint32_t message,
                                                 const struct rtmp_fragment_record *fragment);

/* The segment that holds a fragment: its index. */
uint32_t rtmp_records_segment_of(const struct rtmp_records *records, uint32_t fragment);

#endif
