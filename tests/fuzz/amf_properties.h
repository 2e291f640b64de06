/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_FUZZ_AMF_PROPERTIES_H
#define TESTS_FUZZ_AMF_PROPERTIES_H

#include "fuzz.h"

/* What holds for any bytes read as AMF values: see amf_properties.c. */
void fuzz_amf(uint8_t version, const uint8_t *data, size_t size);

/* One event against the position where the one before it ended. Returns where it ends. */
struct rtmp_amf_event;
uint32_t fuzz_amf_event(const struct rtmp_amf_event *event, uint32_t pos, uint32_t end);

#endif
