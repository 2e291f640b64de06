/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gives the core uninitialized bytes: MemorySanitizer must stop it, or it does not watch the
 * core. */
#include <stdlib.h>

#include "payload/amf/amf.h"

#define LENGTH 16

int main(void) {
    uint8_t *bytes = malloc(LENGTH);
    if (!bytes)
        return 1;
    struct rtmp_reader reader = rtmp_reader_over(bytes, LENGTH);
    struct rtmp_amf amf;
    rtmp_amf_init(&amf, &reader, 0);
    (void)rtmp_amf_skip(&amf);
    free(bytes);
    return 0;
}
