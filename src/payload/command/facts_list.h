/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_COMMAND_FACTS_LIST_H
#define RTMP_PAYLOAD_COMMAND_FACTS_LIST_H

/*
 * The facts of commands and data messages: arguments, and properties of objects, that have a field
 * (a display filter) of their own. One line each:
 *
 *     FACT(identifier, value, key, type, shown, label, filter, description)
 *
 * value: the top-level value: COMMAND_OBJECT, ARGUMENT_1 to ARGUMENT_4 behind it, or ANY.
 * key:   the property of that value, an object, that is the fact; "": the value itself is.
 * type:  STRING or NUMBER; a value of another type is no fact.
 * shown: LINE where the summary (payload/command/summary.c) shows it, TREE where not: a summary
 *        reads no further than its last fact. It shows ARGUMENT_1 without a line of its own.
 * label, filter, description: of the field, which plugin/tree/command.c registers from this list.
 *
 * The tree shows them in the order of the list.
 *
 * Sources: Adobe RTMP 7.2; observed: objects with the same properties in any position.
 */
#define RTMP_CONNECT_FACTS(FACT)                                                                   \
    FACT(APP, COMMAND_OBJECT, "app", STRING, LINE, "Application", "rtmpx.connect.app",             \
         "Application that the client connects to")                                                \
    FACT(TC_URL, COMMAND_OBJECT, "tcUrl", STRING, LINE, "Server URL", "rtmpx.connect.tc_url",      \
         "URL of the server and application (tcUrl)")                                              \
    FACT(FLASH_VER, COMMAND_OBJECT, "flashVer", STRING, TREE, "Flash version",                     \
         "rtmpx.connect.flash_ver", "What the client says it is (flashVer)")                       \
    FACT(SWF_URL, COMMAND_OBJECT, "swfUrl", STRING, TREE, "SWF URL", "rtmpx.connect.swf_url",      \
         "URL of the SWF file that connects (swfUrl)")                                             \
    FACT(PAGE_URL, COMMAND_OBJECT, "pageUrl", STRING, TREE, "Page URL", "rtmpx.connect.page_url",  \
         "URL of the page that holds the SWF file (pageUrl)")                                      \
    FACT(OBJECT_ENCODING, COMMAND_OBJECT, "objectEncoding", NUMBER, TREE, "Object encoding",       \
         "rtmpx.connect.object_encoding", "0: AMF0, 3: AMF3")

#define RTMP_PUBLISH_FACTS(FACT)                                                                   \
    FACT(PUBLISH_NAME, ARGUMENT_1, "", STRING, LINE, "Publishing name", "rtmpx.publish.name",      \
         "Stream name or key that is published")                                                   \
    FACT(PUBLISH_TYPE, ARGUMENT_2, "", STRING, LINE, "Publishing type", "rtmpx.publish.type",      \
         "live, record or append")

/* START: seconds; -1 live, -2 live or recorded; observed: some writers send milliseconds. */
#define RTMP_PLAY_FACTS(FACT)                                                                      \
    FACT(PLAY_NAME, ARGUMENT_1, "", STRING, LINE, "Stream name to play", "rtmpx.play.name",        \
         "Stream name that is played")                                                             \
    FACT(PLAY_START, ARGUMENT_2, "", NUMBER, TREE, "Play start", "rtmpx.play.start",               \
         "Seconds (specified); -2: live or recorded, -1: live")                                    \
    FACT(PLAY_DURATION, ARGUMENT_3, "", NUMBER, TREE, "Play duration", "rtmpx.play.duration",      \
         "Seconds (specified); -1: to the end")

/* An information object. In a message without a kind: only with both level and code. */
#define RTMP_INFORMATION_FACTS(FACT)                                                               \
    FACT(LEVEL, ANY, "level", STRING, LINE, "Status level", "rtmpx.status.level",                  \
         "status, warning or error")                                                               \
    FACT(CODE, ANY, "code", STRING, LINE, "Status code", "rtmpx.status.code",                      \
         "Code of a status, such as NetStream.Publish.Start")                                      \
    FACT(DESCRIPTION, ANY, "description", STRING, TREE, "Status description",                      \
         "rtmpx.status.description", "Text of a status for a person")

/* The number in a createStream's `_result`. facts.c has the conditions, which are its own. */
#define RTMP_STREAM_ID_FACT(FACT)                                                                  \
    FACT(STREAM_ID, ANY, "", NUMBER, LINE, "Created stream id", "rtmpx.create_stream.stream_id",   \
         "The message stream id that a createStream returns")

/* Kinds of messages by the facts that they hold: the second column of base/names/commands.def.
 * signatures.c does not compile while a kind is missing there. */
#define RTMP_COMMAND_KINDS(KIND)                                                                   \
    KIND(CONNECT, RTMP_CONNECT_FACTS)                                                              \
    KIND(PUBLISH, RTMP_PUBLISH_FACTS)                                                              \
    KIND(PLAY, RTMP_PLAY_FACTS)                                                                    \
    KIND(INFORMATION, RTMP_INFORMATION_FACTS) /* onFCPublish and its like */

enum rtmp_command_kind {
    RTMP_COMMAND_OTHER, /* no facts but those of an information object */
#define RTMP_KIND(kind, FACTS) RTMP_COMMAND_##kind,
    RTMP_COMMAND_KINDS(RTMP_KIND)
#undef RTMP_KIND
        RTMP_COMMAND_STATUS, /* onStatus, onPlayStatus, _error: an information object */
    RTMP_COMMAND_RESULT,     /* the same, or a createStream's answer */
    RTMP_COMMAND_KIND_COUNT
};

enum rtmp_fact {
#define RTMP_FACT(identifier, ...) RTMP_FACT_##identifier,
#define RTMP_KIND(kind, FACTS)     FACTS(RTMP_FACT)
    RTMP_COMMAND_KINDS(RTMP_KIND) RTMP_STREAM_ID_FACT(RTMP_FACT) RTMP_FACT_COUNT
#undef RTMP_KIND
#undef RTMP_FACT
};

#endif
