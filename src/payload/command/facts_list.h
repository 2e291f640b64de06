/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_COMMAND_FACTS_LIST_H
#define RTMP_PAYLOAD_COMMAND_FACTS_LIST_H

/*
 * The facts of commands and data messages: arguments, and properties of objects, that have a field
 * (a display filter) of their own. One line each:
 *
 *     FACT(identifier, value, key, type, shown)
 *
 * value: the top-level value: COMMAND_OBJECT, ARGUMENT_1 to ARGUMENT_4 behind it, or ANY.
 * key:   the property of that value, an object, that is the fact; "": the value itself is.
 * type:  STRING or NUMBER; a value of another type is no fact.
 * shown: LINE where payload/command/summary.c shows it, TREE where not: a summary reads no further
 *        than its last fact.
 *
 * The tree shows them in the order of the list.
 *
 * A field for each is registered in plugin/tree/command.c, which does not compile without it.
 * Sources: Adobe RTMP 7.2; observed: objects with the same properties in any position.
 */
#define RTMP_CONNECT_FACTS(FACT)                                                                   \
    FACT(APP, COMMAND_OBJECT, "app", STRING, LINE)                                                 \
    FACT(TC_URL, COMMAND_OBJECT, "tcUrl", STRING, LINE)                                            \
    FACT(FLASH_VER, COMMAND_OBJECT, "flashVer", STRING, TREE)                                      \
    FACT(SWF_URL, COMMAND_OBJECT, "swfUrl", STRING, TREE)                                          \
    FACT(PAGE_URL, COMMAND_OBJECT, "pageUrl", STRING, TREE)                                        \
    FACT(OBJECT_ENCODING, COMMAND_OBJECT, "objectEncoding", NUMBER, TREE)

#define RTMP_PUBLISH_FACTS(FACT)                                                                   \
    FACT(PUBLISH_NAME, ARGUMENT_1, "", STRING, LINE)                                               \
    FACT(PUBLISH_TYPE, ARGUMENT_2, "", STRING, LINE)

/* START: seconds; -1 live, -2 live or recorded; observed: some writers send milliseconds. */
#define RTMP_PLAY_FACTS(FACT)                                                                      \
    FACT(PLAY_NAME, ARGUMENT_1, "", STRING, LINE)                                                  \
    FACT(PLAY_START, ARGUMENT_2, "", NUMBER, TREE)                                                 \
    FACT(PLAY_DURATION, ARGUMENT_3, "", NUMBER, TREE)

/* An information object. In a message without a kind: only with both level and code. */
#define RTMP_INFORMATION_FACTS(FACT)                                                               \
    FACT(LEVEL, ANY, "level", STRING, LINE)                                                        \
    FACT(CODE, ANY, "code", STRING, LINE)                                                          \
    FACT(DESCRIPTION, ANY, "description", STRING, TREE)

/* The number in a createStream's `_result`. facts.c has the conditions, which are its own. */
#define RTMP_STREAM_ID_FACT(FACT) FACT(STREAM_ID, ANY, "", NUMBER, LINE)

/* Kinds of messages by the facts that they hold: the second column of base/names/commands.def. */
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
#define RTMP_FACT(identifier, value, key, type, shown) RTMP_FACT_##identifier,
#define RTMP_KIND(kind, FACTS)                         FACTS(RTMP_FACT)
    RTMP_COMMAND_KINDS(RTMP_KIND) RTMP_STREAM_ID_FACT(RTMP_FACT) RTMP_FACT_COUNT
#undef RTMP_KIND
#undef RTMP_FACT
};

#endif
