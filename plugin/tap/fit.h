/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TAP_FIT_H
#define RTMPX_TAP_FIT_H

#include <stdbool.h>

/*
 * Texts that fit into columns of a terminal, in which a character takes none, one or two. A longer
 * text is cut between characters and gets an ellipsis; a word that hides a secret (base/mask.h) is
 * never cut in two. Texts are valid UTF-8.
 */

/* Where a text is cut. */
enum rtmpx_cut {
    RTMPX_CUT_END,
    RTMPX_CUT_MIDDLE /* for names: what tells them apart may be at the end */
};

/* The text in at most `columns` columns; g_free() it. A name that hides a secret, cut in the
 * middle, keeps the word for it, if there is room for an ellipsis besides. */
char *rtmpx_fit(const char *text, unsigned columns, enum rtmpx_cut where);

/* How many columns a text takes. */
unsigned rtmpx_columns(const char *text);

#endif
