/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/error.h"

const char *rtmp_error_text(enum rtmp_error error) {
    switch (error) {
    case RTMP_OK:
        return "no error";
    case RTMP_REMARK_NO_TERMINATOR:
        return "object end marker missing";
    case RTMP_REMARK_LENGTH_OMITTED:
        return "event length omitted";
    case RTMP_REMARK_COUNT_DIFFERS:
        return "declared count differs from the entries present";
    case RTMP_REMARK_NOT_CANONICAL:
        return "integer encoded in more bytes than needed";
    case RTMP_REMARK_UNRESOLVED:
        return "reference to something that is not in this message";
    case RTMP_REMARK_BEYOND_TABLE:
        return "reference to an entry beyond those this dissector keeps";
    case RTMP_REMARK_FORMAT_BYTE:
        return "AMF3 format byte missing or not 0";
    case RTMP_REMARK_BACK_POINTER:
        return "back pointer is not the length of its tag";
    case RTMP_REMARK_TRAILING:
        return "bytes after the last field";
    case RTMP_REMARK_DATE:
        return "date outside the range of calendar dates";
    case RTMP_REMARK_NAL_LENGTH:
        return "no NAL unit length size fits the coded frame";
    case RTMP_REMARK_EMPTY:
        return "media message without bytes (audio: silence)";
    case RTMP_REMARK_CODEC_HEADER:
        return "the coded data do not begin as the codec requires";
    case RTMP_REMARK_LIST_ENDS:
        return "the list of units ends where the available bytes end";
    case RTMP_REMARK_TYPE:
        return "message type that is not assigned";
    case RTMP_ERROR_END:
        return "value runs past the end of the message";
    case RTMP_ERROR_LENGTH:
        return "announced length or count is larger than the bytes left";
    case RTMP_ERROR_MARKER:
        return "unknown AMF marker";
    case RTMP_ERROR_FORMAT:
        return "value not allowed here";
    case RTMP_ERROR_CLASS:
        return "externalizable of an unknown class: its length cannot be known";
    case RTMP_ERROR_TRAITS:
        return "reference to unknown class traits: the object's length cannot be known";
    case RTMP_LIMIT_DEPTH:
        return "nested deeper than this dissector follows";
    case RTMP_LIMIT_ITEMS:
        return "more items than this dissector shows";
    case RTMP_LIMIT_SEARCH:
        return "no chunk header among the bytes that a search can buffer";
    case RTMP_LIMIT_MEMORY:
        return "no memory to keep the message in";
    case RTMP_LIMIT_COPY:
        return "more attributes or requests of a SharedObject than this dissector keeps";
    }
    return "unknown error";
}
