# SPDX-License-Identifier: GPL-2.0-or-later
"""TLS connections made here, with their keys: OpenSSL of Python's standard library, without a certificate."""
import ssl

import rtmp_writer as rtmp


def _context(protocol):
    context = ssl.SSLContext(protocol)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("AECDH-AES128-SHA:@SECLEVEL=0")
    return context


class Connection(rtmp.Connection):
    """As its base, but what is sent goes through TLS: each piece of at most mss bytes is a record.

    segment: the size of TCP segments; key_log: the file that the session's secret is added to."""

    def __init__(self, key_log, *arguments, segment=1448, **options):
        super().__init__(*arguments, **options)
        self.segment = segment
        contexts = _context(ssl.PROTOCOL_TLS_CLIENT), _context(ssl.PROTOCOL_TLS_SERVER)
        contexts[rtmp.CLIENT].keylog_filename = str(key_log)
        self.incoming = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.sides = [context.wrap_bio(incoming, outgoing, server_side=side == rtmp.SERVER)
                      for side, (context, incoming, outgoing)
                      in enumerate(zip(contexts, self.incoming, self.outgoing))]

    def open(self):
        super().open()
        for direction in (rtmp.CLIENT, rtmp.SERVER, rtmp.CLIENT, rtmp.SERVER):
            try:
                self.sides[direction].do_handshake()
            except ssl.SSLWantReadError:
                pass
            self._flush(direction)
        return self

    def send(self, direction, payload, mss=None):
        size = mss or 1 << 14
        for at in range(0, len(payload), size):
            self.sides[direction].write(payload[at:at + size])
        self._flush(direction)

    def _flush(self, direction):
        """What the side has written travels, and is what the other side reads next."""
        sent = self.outgoing[direction].read()
        self.incoming[1 - direction].write(sent)
        super().send(direction, sent, self.segment)
