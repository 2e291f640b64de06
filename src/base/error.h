/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_BASE_ERROR_H
#define RTMP_BASE_ERROR_H

/*
 * Every way in which bytes can be wrong, graded by whether decoding can continue.
 *
 * The grade is the range, so that a caller asks with one comparison:
 *   RTMP_OK            nothing wrong;
 *   1  .. 99           remarks: the value is right, its form is unusual;
 *   100 .. 199         this value ends here, the rest of the message is raw;
 *   200 .. 299         a limit of limits.h is reached, the rest of the message is raw.
 */
enum rtmp_error {
    RTMP_OK = 0,

    /* Remarks. */
    RTMP_REMARK_NO_TERMINATOR = 1, /* AMF0 object without 00 00 09 at the end of the body */
    RTMP_REMARK_LENGTH_OMITTED,    /* SharedObject event of one byte (observed: FluorineFx) */
    RTMP_REMARK_COUNT_DIFFERS,     /* ECMA array count is not the number of entries (a hint) */
    RTMP_REMARK_NOT_CANONICAL,     /* U29 longer than needed */
    RTMP_REMARK_UNRESOLVED,        /* a reference to something that is not in this message */
    RTMP_REMARK_BEYOND_TABLE,      /* a reference to an entry beyond RTMP_LIMIT_AMF_REFERENCES */
    RTMP_REMARK_DATE,              /* a date beyond those of ECMAScript (or NaN) */
    RTMP_REMARK_FORMAT_BYTE,       /* types 15, 16, 17: the format byte is missing or not 0 */
    RTMP_REMARK_BACK_POINTER,      /* aggregate: a back pointer that is not its tag's length */
    RTMP_REMARK_TRAILING,          /* bytes after the last field */
    RTMP_REMARK_NAL_LENGTH,        /* coded frame whose NAL unit lengths do not tile it */
    RTMP_REMARK_EMPTY,             /* audio or video message of no bytes */
    RTMP_REMARK_CODEC_HEADER,      /* coded frame whose own header is short or not the codec's */
    RTMP_REMARK_LIST_ENDS,         /* units of a coded frame are not available, not listed */
    RTMP_REMARK_TYPE,              /* message of an unassigned type */

    /* This value ends. */
    RTMP_ERROR_END = 100, /* a read past the end of the bytes */
    RTMP_ERROR_LENGTH,    /* an announced length or count larger than the bytes left */
    RTMP_ERROR_MARKER,    /* an AMF marker that does not exist */
    RTMP_ERROR_FORMAT,    /* a value that the place does not allow */
    RTMP_ERROR_CLASS,     /* externalizable of an unknown class: length unknown */
    RTMP_ERROR_TRAITS,    /* class traits by a reference that does not resolve: length unknown */

    /* Bounds. */
    RTMP_LIMIT_DEPTH = 200, /* nesting */
    RTMP_LIMIT_ITEMS,       /* number of items */
    RTMP_LIMIT_SEARCH,      /* bytes buffered in a search for a chunk header */
    RTMP_LIMIT_MEMORY,      /* memory could not be had */
    RTMP_LIMIT_COPY,        /* what is kept of a SharedObject's copy */
};

static inline int rtmp_error_ends_value(enum rtmp_error error) {
    return error >= RTMP_ERROR_END;
}
static inline int rtmp_error_is_limit(enum rtmp_error error) {
    return error >= RTMP_LIMIT_DEPTH;
}

/* A short English text for an error, without variable parts. Never NULL; static storage. */
const char *rtmp_error_text(enum rtmp_error error);

#endif
