/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_SESSION_SO_SCOPE_H
#define RTMP_SESSION_SO_SCOPE_H

#include "session/state.h"

/* What SharedObjects of the same name are one by (so_objects.h): the connection's server, app and
 * tcUrl. A number of the capture's texts; 0: without memory. */
uint32_t rtmp_so_scope(const struct rtmp_session *session);

#endif
