/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Preloaded into tshark while its instructions are counted. wmem multiplies the keys of its tables
 * by a random number, and how many of them meet differs with it: two runs of one command differ by
 * a million instructions, where they differ by some 20,000 when it is always the same. This one
 * spreads equidistant keys well (Fibonacci hashing: 2^32 divided by the golden ratio).
 */
#include <glib.h>

guint32 g_random_int(void) {
    return 2654435769U;
}
