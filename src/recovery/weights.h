/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_RECOVERY_WEIGHTS_H
#define RTMP_RECOVERY_WEIGHTS_H

/*
 * Every number by which a chunk header is told from payload. All WEIGHT_* and NEED_* are in bits:
 * roughly minus log2 of the chance that random bytes agree as well. They add up.
 *
 * Where a weight comes from, in its comment:
 *   chance:   computed from the width of the field, as if payload were random bytes;
 *   tuned:    chance, lowered or raised until the property tests over recorded traffic
 *             (tests/properties) found every message and no phantom; payload is not random: it has
 *             many zeros, small numbers and repeated values.
 * README.md names for each weight the tests that fail when it is changed.
 */

/* ---- evidence.c: one header by itself ---- */

#define WEIGHT_IMPOSSIBLE (-99) /* it is no header, whatever the other evidence */

/* The chunk stream id. */
#define WEIGHT_CSID_SEEN 5    /* chance: some 2 of 64 one-byte ids are in use */
#define WEIGHT_CSID_LOW  2    /* tuned: a one-byte id, as nearly all senders use */
#define WEIGHT_CSID_HIGH (-4) /* tuned: hardly a sender uses ids of two or three bytes */

/* A header that inherits everything (fmt 3) of a chunk stream that was seen. */
#define WEIGHT_FMT3 6 /* chance: 2 bits of fmt and 4 of a one-byte id in use */

/* The message type, with a length that it can have. */
#define WEIGHT_TYPE_FIXED_LENGTH 24    /* chance: a 24-bit length that the type alone allows */
#define WEIGHT_TYPE_USER_CONTROL 18    /* chance: 43 of 2^24 lengths */
#define WEIGHT_TYPE_MEDIA        5     /* chance: 2 of 256 types, less 2: payload is not random */
#define WEIGHT_TYPE_AMF          4     /* tuned: 7 of 256 types */
#define WEIGHT_TYPE_UNASSIGNED   (-12) /* tuned: common in payload, rare in messages */
#define WEIGHT_TYPE_SAME         3     /* tuned: the type of the chunk stream's last message */

/* The message length. A random 24-bit length is at least 1 MiB with probability 15/16; real
 * messages almost never are. */
#define LENGTH_SHORT        (1U << 17) /* bytes */
#define LENGTH_LONG         (1U << 20)
#define WEIGHT_LENGTH_SHORT 5    /* chance: 2^17 of 2^24 are 7 bits, less 2 */
#define WEIGHT_LENGTH_LONG  3    /* chance: 2^20 of 2^24 are 4 bits, less 1 */
#define WEIGHT_LENGTH_HUGE  (-8) /* tuned */
#define WEIGHT_LENGTH_ZERO  (-6) /* tuned: zeros are common in payload, empty messages are not */

/* The message stream id of a fmt 0 header, little-endian. */
#define STREAM_ID_LIKELY        256U /* as servers number them (observed: 1, 2, ...) */
#define STREAM_ID_POSSIBLE      65536U
#define WEIGHT_STREAM_ID_SAME   26   /* chance: 32 bits, less 6 */
#define WEIGHT_STREAM_ID_LIKELY 20   /* chance: 24 bits, less 4 */
#define WEIGHT_STREAM_ID_MAYBE  8    /* chance: 16 bits, halved */
#define WEIGHT_STREAM_ID_ODD    (-8) /* tuned */
#define WEIGHT_STREAM_ID_ZEROS  0    /* of audio and video: rather zeros in payload */

/* The timestamp of a fmt 0 header, by its distance from the chunk stream's last one, in ms. */
#define DISTANCE_NEAR              (1U << 16) /* a minute */
#define DISTANCE_FAR               (1U << 22) /* an hour */
#define WEIGHT_TIMESTAMP_NEAR      8          /* chance: 2^17 of 2^24 are 7 bits, plus 1 */
#define WEIGHT_TIMESTAMP_FAR       2          /* chance: 2^23 of 2^24 are 1 bit, plus 1 */
#define WEIGHT_TIMESTAMP_APART     (-4)       /* tuned */
#define WEIGHT_EXTENDED_NOT_NEEDED (-20)      /* an extended value that 24 bits would hold */
#define WEIGHT_EXTENDED_DELTA      2 /* a delta of hours, or negative (observed: librtmp) */

/* The timestamp delta of a fmt 1 or 2 header, in ms. */
#define DELTA_USUAL           1000U
#define DELTA_POSSIBLE        60000U
#define WEIGHT_DELTA_USUAL    13   /* chance: 1000 of 2^24 are 14 bits, less 1 */
#define WEIGHT_DELTA_POSSIBLE 8    /* chance: 60000 of 2^24 */
#define WEIGHT_DELTA_LONG     (-4) /* tuned */

/* The first byte of the body. Chance: one of 256, less 1 or 2 as the byte is also common. */
#define WEIGHT_FIRST_BYTE_SAME  6 /* that of the chunk stream's last message of this type */
#define WEIGHT_FIRST_BYTE_AMF0  7 /* the AMF0 string marker */
#define WEIGHT_FIRST_BYTE_AMF3  6 /* the format byte, or the string marker without it */
#define WEIGHT_FIRST_BYTE_ZERO  6 /* a short name's length, or a known event's first byte */
#define WEIGHT_FIRST_BYTE_VIDEO 1 /* half of all bytes can begin a video message */

/* The bytes of an audio or video header behind the first. */
#define WEIGHT_BODY_FOURCC 24 /* chance: 32 bits, some 10 known values, less 4 */
#define WEIGHT_BODY_PACKET 6  /* chance: 2 or 3 of 256 packet types */
#define WEIGHT_BODY_TIMED  12 /* and a composition time of a minute at most: 2^17 of 2^24 */

/* ---- probe.c: from header to header ---- */

#define PROBE_BODY_BYTES 8 /* bytes of a body that are examined */

#define WEIGHT_CONTINUATION                                                                        \
    6 /* chance: a one-byte header where the open chunk ends: 8 bits, less 2 */
#define WEIGHT_MIDDLE        5 /* a continuation of a message whose beginning is lost */
#define WEIGHT_INHERITS_HERE 5 /* a header that inherits from one that the probe has read */
#define WEIGHT_FLUSHED       10 /* a message ends where its segment does: 1 of some 1,000 positions */
#define WEIGHT_LANDING       10 /* a message ends at a strong header: 2^-10 by chance, tuned */
#define WEIGHT_ALIGNED       12 /* a segment begins here: one position, not one of 64 Ki; less 4 */

/* A header that hardly stands in payload by chance. */
#define NEED_STRONG 25
/* A header that may be one. */
#define NEED_LIKELY 10
/* Needed to accept the first header of a probe, or the headers up to one that they lead to. */
#define NEED_BELIEVED 22

/* ---- search.c: which position is accepted ---- */

/* Among 64 Ki positions of payload a threshold of 34 bits leaves a chance of 2^-18 of a phantom. */
#define NEED_ENOUGH 34
/* The least, however few positions were looked at before it. */
#define NEED_LEAST 26
/* Where chunking predicts a header: one position. */
#define NEED_EXPECTED 12
/* Enough to wait for more bytes. */
#define NEED_PENDING 18

/* Bytes read without a loss behind which what is no header has another cause than a gap before: a
 * wrong header would have led to bytes that are none, for hardly a message is longer. */
#define READ_ENOUGH (1U << 20)

#define SEGMENT_SHORT 16   /* two segments in so few bytes: where they begin is no evidence */
#define LOOKED_INTO   1024 /* bytes of a message that are examined for an earlier end */

/* ---- sizing.c: how long chunks are ---- */

/* A message is cut into chunks of one size. */
#define NEED_SIZE 20
/* A message is cut that may as well be one chunk. */
#define NEED_CUT 12
/* No sender was seen to choose a size below the default, so it takes more evidence. */
#define NEED_SMALL 26
/* Enough to wait for more bytes. */
#define NEED_SMALL_PENDING 12

#define WEIGHT_SIZE_CURRENT     7    /* the size that was known last: a usual one, plus 1 */
#define WEIGHT_SIZE_USUAL       6    /* observed: sizes that senders choose */
#define WEIGHT_SIZE_ROUND       5    /* one that they may choose: few sizes are round */
#define WEIGHT_SIZE_INTERLEAVED 6    /* the header of another message where the next chunk may be */
#define WEIGHT_SIZE_ANY         (-5) /* one of the many where a continuation header may stand */
#define WEIGHT_SIZE_SOLE        9 /* exactly one candidate size puts a header at the message's end */
#define WEIGHT_SIZE_SMALL_AGAIN 18 /* a size below the default that was known last */

/* Sizes that are tried beside the usual ones for one guess, which bounds the work: those that fit
 * only if other messages are interleaved, and those that fit without. */
#define OTHER_SIZES     32
#define UNREFUTED_SIZES 64

#endif
