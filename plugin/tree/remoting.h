/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TREE_REMOTING_H
#define RTMPX_TREE_REMOTING_H

#include "noun.h"
#include "session/remoting_calls.h"

/* AMF packets of Flash Remoting. */
extern const struct rtmpx_noun rtmpx_noun_remoting;

/* An AMF packet as it is shown. */
struct rtmpx_remoting {
    const struct rtmpx_body *body;             /* without a message */
    const struct rtmp_remoting_packet *packet; /* its record */
};

/* Append one line about it: `shop.sum(2, 3.5) /1`. */
void rtmpx_summary_remoting(struct rtmp_text *text, const struct rtmpx_remoting *remoting);

/* Add its layer, with the line as label. tree: NULL when only an expert tap listens. */
void rtmpx_tree_remoting(proto_tree *tree, const struct rtmpx_remoting *remoting, const char *line);

#endif
