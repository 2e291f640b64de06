/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_RECOVERY_CONTINUATION_H
#define RTMP_RECOVERY_CONTINUATION_H

#include "recovery/state.h"

/*
 * The cheapest way across a gap: chunking predicts where the open message continues behind it, if
 * nothing else was sent meanwhile. The bytes that follow must confirm the prediction.
 */

/* Predict the far side of a gap of `count` bytes at the reader's position, or behind the buffer
 * when it is searching. */
void rtmp_continuation_predict(struct rtmp_recovery *r, uint64_t count);

/* Do the buffered bytes confirm the prediction? Bytes that refute it make it invalid. */
bool rtmp_continuation_confirmed(struct rtmp_recovery *r);

/* Apply the prediction: the open message continues, or ends, where it says. Synchronised from there
 * on. */
void rtmp_continuation_follow(struct rtmp_recovery *r);

#endif
