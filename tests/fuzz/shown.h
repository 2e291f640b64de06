/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_FUZZ_SHOWN_H
#define TESTS_FUZZ_SHOWN_H

#include <stdbool.h>

/*
 * A tree of which only the plugin's items are visible: the items of other protocols are not looked
 * at here, and making them costs more than all the rest. The plugin is compiled with the names of
 * these functions in place of those of libwireshark (CMakeLists.txt); the dissectors that it
 * registers make the tree visible before they begin, when that is asked for.
 */
extern bool shown_wanted;

#endif
