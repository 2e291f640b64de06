/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes from the wire as text. First byte: capacity; second: limit. Always valid, always bounded.
 */
#include "base/text.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct fuzz_input input = {data, size};
    size_t cap = 4U + fuzz_u8(&input);
    size_t limit = fuzz_u8(&input);
    char out[260];
    struct rtmp_text text = rtmp_text_over(out, cap);
    rtmp_text_wire(&text, input.data, input.left, limit);
    FUZZ_CHECK(text.len < cap);
    fuzz_check_text(out, text.len);
    double number = 0;
    memcpy(&number, input.data, input.left < sizeof number ? input.left : sizeof number);
    rtmp_text_number(&text, number);
    rtmp_text_size(&text, input.left * 1000003);
    rtmp_text_add(&text, "\xC3\x97");
    FUZZ_CHECK(text.len < cap);
    fuzz_check_text(out, text.len);
    return 0;
}
