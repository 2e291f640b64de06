/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every name function for every value: a printable text, or none where the list has none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/message.h"
#include "base/names.h"
#include "payload/control.h"
#include "payload/shared_object.h"
#include "wire/handshake.h"
#include "wire/tunnel.h"

/* How many of the values 0 .. 255 have a name that is not `unknown`. */
static unsigned named(const char *(*name)(uint32_t), const char *unknown) {
    unsigned count = 0;
    for (uint32_t value = 0; value < 256; value++) {
        const char *text = name(value);
        if (!text) {
            assert_null(unknown);
            continue;
        }
        assert_true(strlen(text) > 0 && strlen(text) < 80);
        count += !unknown || strcmp(text, unknown) != 0;
    }
    return count;
}

static const char *message(uint32_t value) {
    return rtmp_message_type_name((uint8_t)value);
}
static const char *error(uint32_t value) {
    return rtmp_error_text((enum rtmp_error)value);
}
static const char *version(uint32_t value) {
    return rtmp_handshake_version_name((uint8_t)value);
}
static const char *tunnel(uint32_t value) {
    return rtmp_tunnel_command_name((enum rtmp_tunnel_command)value);
}
static const char *so_event(uint32_t value) {
    return rtmp_so_event_name((uint8_t)value);
}
static const char *avc_nal(uint32_t value) {
    return rtmp_name_of(rtmp_names_avc_nal_types, value);
}
static const char *hevc_nal(uint32_t value) {
    return rtmp_name_of(rtmp_names_hevc_nal_types, value);
}
static const char *vvc_nal(uint32_t value) {
    return rtmp_name_of(rtmp_names_vvc_nal_types, value);
}

/* The numbers are those of the lists' lines. */
static void every_value_has_its_name_or_none(void **state) {
    (void)state;
    assert_int_equal(named(message, "Unknown"), 16);
    assert_true(named(error, rtmp_error_text((enum rtmp_error)99)) >= 18);
    assert_int_equal(named(version, "Unknown"), 4);
    assert_int_equal(named(tunnel, NULL), 5);
    assert_int_equal(named(so_event, NULL), 14);
    assert_int_equal(named(rtmp_peer_bandwidth_limit_name, "unknown limit type"), 3);
    assert_true(named(rtmp_user_control_event_name, NULL) > 10);
    assert_true(named(avc_nal, NULL) > 10);
    assert_true(named(hevc_nal, NULL) > 20);
    assert_true(named(vvc_nal, NULL) > 15);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_value_has_its_name_or_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
