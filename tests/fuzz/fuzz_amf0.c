/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AMF0 values: the input is the body. */
#include "amf_properties.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_amf(0, data, size);
    return 0;
}
