/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_FUZZ_PLANTED_H
#define TESTS_FUZZ_PLANTED_H

/*
 * Defects that fuzz_plugin must find, to know that it does: with RTMPX_FUZZ_PLANT in the
 * environment each frame gets a dissector more, which has the one named: "leak" and "overflow"
 * (found by the sanitizers), "bug" (Wireshark's Dissector bug), "malformed" (its Malformed Packet),
 * "tree" and "order" (what is shown depends on the first visit, on the visit before). Before
 * epan_init().
 */
void fuzz_plant(void);

#endif
