/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_COLUMNS_H
#define RTMPX_COLUMNS_H

#include "compat-wireshark.h"

/*
 * Protocol and Info of a frame. line: lives as long as the columns, which point to it. first: the
 * first call of a visit of the frame; the lines of further ones (TLS records, tunnelled bodies) are
 * appended.
 */
void rtmpx_set_columns(column_info *columns, const char *line, bool first);

#endif
