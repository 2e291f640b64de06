/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_AMF_AMF_SECRET_H
#define RTMP_PAYLOAD_AMF_AMF_SECRET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/mask.h"

/*
 * Names of properties whose value is a secret, and of calls whose arguments are. Letters in any
 * case; `_` and `-` do not count: `stream_key` and `stream-key` are `streamKey`; nor do digits at
 * the end of a property's name. bytes NULL: no name.
 */

/* A password, or user and password together: `password` and the like, and what ends so
 * (`newPassword`). */
bool rtmp_amf_names_password(const uint8_t *bytes, uint32_t len);

/* What is hidden of the text of a property: of a password, token or key, or what ends so, all; of a
 * stream's name or key what rtmp_mask_stream() says. len 0: nothing. */
struct rtmp_secret rtmp_amf_secret_of(const uint8_t *name, uint32_t name_len, const uint8_t *text,
                                      uint32_t len);

/* A call that logs in or sets a password: `login` and the like, and what ends so behind the last
 * dot or slash (`auth.doLogin`). */
bool rtmp_amf_names_login(const uint8_t *bytes, uint32_t len);

#endif
