/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_AMF_AMF_VALUE_H
#define RTMP_PAYLOAD_AMF_AMF_VALUE_H

#include "base/text.h"
#include "payload/amf/amf.h"

/*
 * A whole value at once: as one line of text, or as a digest by which two values are compared
 * without keeping either.
 */

/*
 * Read the next value of `amf` to its end, and append it as a line: `[1, "two", null]`, `PersonVO
 * {name: "Bo", age: 41.5}`, leaves as rtmp_amf_leaf_text has them; the value itself, when it is a
 * string, in quotation marks only if `quoted`. False: the value ends in an error, which the reader
 * of `amf` holds; what is before it was appended.
 */
bool rtmp_amf_value_line(struct rtmp_amf *amf, struct rtmp_text *text, bool quoted);

/*
 * Read the next value of `amf` to its end. False: it refers to other values of its message, or ends
 * in an error; it has no digest.
 *
 * The digest is of what is said, not of how it is written: the same value has the same digest in
 * AMF0 and AMF3, as an integer or a number, with its properties in any order, as an object without
 * a class or an array with names. An array with names differs from one without, unless both are
 * empty. Other values have the same digest with probability 2^-64, if nobody makes them for that.
 */
bool rtmp_amf_value_digest(struct rtmp_amf *amf, uint64_t *digest);

#endif
