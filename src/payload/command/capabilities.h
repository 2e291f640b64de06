/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_COMMAND_CAPABILITIES_H
#define RTMP_PAYLOAD_COMMAND_CAPABILITIES_H

#include <stdbool.h>

#include "base/text.h"

/*
 * The meaning of a number in a command or data message, by the name of its property: flags of
 * `connect` (capsEx, videoFunction, audioCodecs, videoCodecs, members of videoFourCcInfoMap and
 * audioFourCcInfoMap) as "multitrack, ModEx", codec ids of onMetaData (videocodecid, audiocodecid)
 * as a codec's name, and the colour numbers of colorInfo (ITU-T H.273) as "BT.2020".
 *
 * path: the dotted path of the value (rtmpx.amf.path), "2.videoFourCcInfoMap.hvc1". Appends the
 * text and returns true; false, and nothing appended, for an unknown property or value. Sources:
 * Adobe RTMP 7.2.1.1, Enhanced RTMP v1 and v2, ITU-T H.273.
 */
bool rtmp_property_meaning(struct rtmp_text *text, const char *path, double value);

#endif
