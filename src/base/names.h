/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_BASE_NAMES_H
#define RTMP_BASE_NAMES_H

#include <stddef.h>
#include <stdint.h>

/*
 * A list of names/ as an array that ends with RTMP_NAMES_END:
 *
 *     #define NAME RTMP_NAME
 *     static const struct rtmp_name profiles[] = {
 *     #include "base/names/avc_profiles.def"
 *         RTMP_NAMES_END};
 *     #undef NAME
 */
struct rtmp_name {
    uint32_t value;
    const char *text;
};
#define RTMP_NAME(value, identifier, text) {value, text},
#define RTMP_NAMES_END                                                                             \
    { 0, NULL }

/* The text of the first entry with this value; NULL without one. Static storage. */
static inline const char *rtmp_name_of(const struct rtmp_name *names, uint32_t value) {
    while (names->text && names->value != value)
        names++;
    return names->text;
}

#endif
