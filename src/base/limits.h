/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_BASE_LIMITS_H
#define RTMP_BASE_LIMITS_H

/* Every bound of the product, with its unit and its reason. A fuzzing build (tests/fuzz) defines
 * those smaller that short inputs do not reach. */

/* Nested AMF containers. Flash-era objects stay below 20; Wireshark's own tree stops at 500 levels
 * and one AMF level may take several of them. */
#define RTMP_LIMIT_AMF_DEPTH 64

/* Entries of each AMF reference table of one message. Later entries are counted but cannot be
 * resolved; a decoder is a fixed-size struct that fits on the stack. */
#define RTMP_LIMIT_AMF_REFERENCES 2048
#define RTMP_LIMIT_AMF_TRAITS     256

/* Bytes of the dotted path of an AMF leaf. Every leaf may carry one, so that it bounds the memory
 * that nested containers with long names cost. */
#define RTMP_LIMIT_AMF_PATH 512

/* AMF events shown for one message. Wireshark stops a frame at 1,000,000 items. */
#define RTMP_LIMIT_MESSAGE_ITEMS 100000

/* Messages of one frame that are put together from their chunks to be shown. Each gets a tab of
 * bytes, and Wireshark goes through the list of those for the next one and for every field that it
 * writes as PDML. A frame has up to hundreds of them; thousands are made to cost. */
#define RTMP_LIMIT_FRAME_BODIES 2000U

/* Bytes of a parameter set that Wireshark's dissectors of H.264 and H.265 get: they make up to some
 * eight items of a byte. Sets have some ten to a few hundred bytes; with all scaling lists 2 KB. */
#define RTMP_LIMIT_PARAMETER_SET 2048U

/* Tags shown of one aggregate message, those of aggregates in it included. Servers put some ten to
 * a few hundred into one; each takes about ten items. */
#define RTMP_LIMIT_AGGREGATE_TAGS 10000

/* Bytes of one message: its length field has 24 bits. */
#define RTMP_LIMIT_MESSAGE_LENGTH 0xFFFFFFU

/* Chunk stream ids are 2..65599 (Adobe RTMP 5.3.1.1), which bounds the table of a direction. */
#define RTMP_LIMIT_CSID 65599U

/* Bytes of a chunk until a Set Chunk Size (specified: Adobe RTMP 5.4.1), in each direction. */
#define RTMP_DEFAULT_CHUNK_SIZE 128U

/* Bytes buffered while a direction searches a chunk header after loss. */
#ifndef RTMP_LIMIT_SEARCH_BYTES
#define RTMP_LIMIT_SEARCH_BYTES 65536U
#endif

/* Bytes buffered instead while the first buffered byte is a header and only the chunk size is to be
 * inferred: half of them are examined. Pictures of high quality have some hundred KB, one chunk or
 * many. */
#ifndef RTMP_LIMIT_SIZING_BYTES
#define RTMP_LIMIT_SIZING_BYTES 2097152U
#endif

/* Holes of one direction that may still be filled by late bytes; the first makes room. */
#define RTMP_LIMIT_HOLES 8U

/* Bytes from the first hole to the direction's position, all kept. What TCP sends again comes one
 * round trip later or a fifth of a second: 10 Mbit/s bring 250 KB in that time. */
#ifndef RTMP_LIMIT_LATE_BYTES
#define RTMP_LIMIT_LATE_BYTES 262144U
#endif

/* Directions whose holes may still fill, all connections together: some 40 MB at most. The one that
 * had its last hole longest ago makes room; it may have ended long before. */
#define RTMP_LIMIT_LATE_DIRECTIONS 128U

/* Messages reported from the first hole to the direction's position. */
#ifndef RTMP_LIMIT_LATE_MESSAGES
#define RTMP_LIMIT_LATE_MESSAGES 2048U
#endif

/* Bytes of the state before a hole: chunk streams and what is kept of open messages. It is copied
 * for each hole, so that it bounds the work that many holes cost. */
#ifndef RTMP_LIMIT_HOLE_STATE
#define RTMP_LIMIT_HOLE_STATE 65536U
#endif

/* Bytes of a media body kept for display when the body spans segments. A configuration record and
 * the codec headers of a frame fit; the rest of a frame is entropy-coded data. */
#define RTMP_DEFAULT_MEDIA_HEAD 1024U

/* Bytes kept of each NAL unit, OBU and track behind that head, its length field not counted: its
 * header, the beginning of a slice header or SEI message. Units up to twice that size are kept
 * whole: leaving so little out saves nothing. */
#define RTMP_OUTLINE_UNIT  32U
#define RTMP_OUTLINE_WHOLE 64U

/* Units of one message whose beginnings are kept. A frame has a few; a frame of 1 MB in slices that
 * each fit a packet has some 800. */
#define RTMP_LIMIT_OUTLINE_UNITS 1024U

/* Audio and video messages of one direction that are put together again at a time, to be exported;
 * the oldest makes room. Senders interleave two to four. */
#define RTMP_LIMIT_WHOLE_BODIES 16U

/* Video streams and tracks of one direction whose NAL length size is remembered; the one that was
 * there longest makes room. */
#define RTMP_LIMIT_DECODER_CONFIGS 16U

/* States of that table that are recorded for one direction; of later ones nothing is known. A
 * stream has one, another for each change of its encoder. */
#define RTMP_LIMIT_DECODER_CONFIG_STATES 63U

/* Calls of one side that are remembered; the oldest that was answered makes room, else the oldest.
 * Publishers and players have some five, of which two or three are never answered. */
#define RTMP_LIMIT_CALLS 1024U

/* Of them those that were answered. */
#define RTMP_LIMIT_CALLS_ANSWERED 64U

/* Requests of a connection that wait for their answer, and streams in use; the first makes room. A
 * connection has one or two streams. */
#define RTMP_LIMIT_OPEN_REQUESTS 8U

/* Streams of one connection that have not ended; the first makes room. */
#define RTMP_LIMIT_STREAMS_IN_USE 16U

/* Streams of a capture; later ones have no number. Each costs some 200 bytes. */
#define RTMP_LIMIT_STREAMS 1000000U

/* Message stream ids of one direction that belong to streams; media of others belong to none. A
 * connection has one or two. */
#define RTMP_LIMIT_STREAM_IDS 1024U

/* Messages of one AMF packet whose calls and replies are linked. Flex puts what it calls within one
 * frame of its display into one packet: some ten. */
#define RTMP_LIMIT_REMOTING_MESSAGES 1024U

/* Requests of one HTTP connection that wait for their reply; the first makes room. Clients send the
 * next one when the reply has come, or a handful at once. */
#define RTMP_LIMIT_REMOTING_REQUESTS 64U

/* Bytes of a response URI that links a reply with its call: `/` and a number, in all captures. */
#define RTMP_LIMIT_REMOTING_ID 64U

/* Message streams of one direction whose audio and video have a clock; media of others have none. A
 * connection has one or two. */
#define RTMP_LIMIT_CLOCKS 32U

/* Tracks of one direction whose key frames are counted. Multitrack streams have a few. */
#define RTMP_LIMIT_CLOCK_TRACKS 64U

/* RTMPT messages that wait for one with a lower sequence number. Players have a handful of requests
 * under way at most; a number that is not there by then is not in the capture. */
#define RTMP_LIMIT_TUNNEL_WAITING 16U

/* Bytes of names and values that the facts of a capture refer to, together. Later ones are not
 * known. */
#define RTMP_LIMIT_TEXT_BYTES (UINT64_C(256) << 20)

/* Ping requests of one direction that wait for their response: the longest waiting makes room.
 * Observed are one or two; servers send one a second or less often. */
#define RTMP_LIMIT_PINGS 16U

/* Texts of one connection that are listed as secrets, where they are hidden: stream names and
 * passwords. Later ones are not. */
#define RTMP_LIMIT_SECRETS 1024U

/* Bytes of an attribute's previous value that are shown. */
#define RTMP_LIMIT_SO_VALUE 256U

/* Bytes of the SharedObject messages of one direction that are kept for the values in them. Later
 * values are not known. */
#ifndef RTMP_LIMIT_SO_BODIES
#define RTMP_LIMIT_SO_BODIES 67108864U
#endif

/* SharedObjects of which one client has a copy; of further ones no facts are known. Applications
 * have a handful. */
#define RTMP_LIMIT_SO_COPIES 4096U

/* Attributes of one copy, those of open requests included, and requests of one copy that are open.
 * Where there are more the copy is incomplete. Rooms with a note for each user have some thousand.
 */
#ifndef RTMP_LIMIT_SO_ATTRIBUTES
#define RTMP_LIMIT_SO_ATTRIBUTES 65536U
#endif
#ifndef RTMP_LIMIT_SO_REQUESTS
#define RTMP_LIMIT_SO_REQUESTS 65536U
#endif

/* Differences between copies of a capture; more are not reported. */
#define RTMP_LIMIT_SO_DIVERGENCES 1000U

/*
 * Of a report (export/report/report.h), so that its page stays below 10 MB and opens in seconds;
 * what is beyond them is counted on the page.
 */
/* Rows of all connections together. A person reads the first hundreds. */
#define RTMP_LIMIT_REPORT_FINDINGS    500U
#define RTMP_LIMIT_REPORT_CONNECTIONS 1000U
#define RTMP_LIMIT_REPORT_STREAMS     1000U
#define RTMP_LIMIT_REPORT_COMMANDS    5000U
#define RTMP_LIMIT_REPORT_KEYS        40000U
#define RTMP_LIMIT_REPORT_STALLS      10000U
#define RTMP_LIMIT_REPORT_ACKS        20000U
#define RTMP_LIMIT_REPORT_SETTINGS    5000U
#define RTMP_LIMIT_REPORT_PINGS       5000U
#define RTMP_LIMIT_REPORT_OBJECTS     200U
#define RTMP_LIMIT_REPORT_EVENTS      20000U
#define RTMP_LIMIT_REPORT_COPIES      1000U
#define RTMP_LIMIT_REPORT_ATTRIBUTES  20000U
/* Points of charts: of a series that is not thinned, and buckets of one that is; of all. A screen
 * has some thousand columns. */
#define RTMP_LIMIT_REPORT_UNTHINNED 2000U
#define RTMP_LIMIT_REPORT_BUCKETS   1000U
#define RTMP_LIMIT_REPORT_POINTS    60000U
/* Steps of one bit rate, and of all. */
#define RTMP_LIMIT_REPORT_STEPS     4000U
#define RTMP_LIMIT_REPORT_ALL_STEPS 60000U
/* Points of bytes sent of one direction, and of all. */
#define RTMP_LIMIT_REPORT_SENT     500U
#define RTMP_LIMIT_REPORT_ALL_SENT 40000U
/* Bytes of one text, and of all as JSON: 64 KB a text make a browser need half a minute. */
#define RTMP_LIMIT_REPORT_TEXT       240U
#define RTMP_LIMIT_REPORT_TEXT_BYTES 3000000U
/* Authentications; refusals of others are findings of their own. */
#define RTMP_LIMIT_REPORT_AUTHENTICATIONS 1000U
/* Causes that are known of before the most severe are chosen. */
#define RTMP_LIMIT_REPORT_CAUSES 20000U

#endif
