/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_AMF_AMF_SECRET_H
#define RTMP_PAYLOAD_AMF_AMF_SECRET_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Names of properties whose value is a secret. Letters in any case; `_` and `-` do not count:
 * `stream_key` and `stream-key` are `streamKey`. bytes NULL: no name.
 */

/* A password, or user and password together. */
bool rtmp_amf_names_password(const uint8_t *bytes, uint32_t len);

/* That, or a key or token. */
bool rtmp_amf_names_secret(const uint8_t *bytes, uint32_t len);

#endif
