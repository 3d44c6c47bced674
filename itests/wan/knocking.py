#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Strangers at an outside port: knocking.py KIND ADDRESS PORT FOLDER SOURCE...

Each kind ends with status 0 when it was turned away as it should be. In FOLDER there are what real peers said (clear, covered)
and the keys (peer.pem, stranger.pem).
"""

import os
import random
import resource
import socket
import ssl
import struct
import sys
import time

PATIENCE_S = 20
MANY = 10_000
HELD_AT_ONCE = 2_000
RECORD_HELLO = 1
RECORD_PING = 10
SEED = 20261121


class NotTurnedAway(Exception):
    """Somebody got further than he may."""


class Door:
    """Where they knock, from where, and with what."""

    def __init__(self, address, port, folder, sources):
        self.target = (address, int(port))
        self.folder = folder
        self.sources = sources

    def said(self, file):
        with open(os.path.join(self.folder, file), "rb") as said:
            return said.read()

    def connect(self, number=0):
        return socket.create_connection(self.target, PATIENCE_S, (self.sources[number % len(self.sources)], 0))

    def tls(self, key=None, newest=ssl.TLSVersion.TLSv1_3):
        return self.context(key, newest).wrap_socket(self.connect())

    def context(self, key, newest):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.maximum_version = newest
        if key:
            context.load_cert_chain(os.path.join(self.folder, key))
        return context

    def first_message(self):
        """What a client of TLS 1.3 says first."""
        out = ssl.MemoryBIO()
        client = self.context(None, ssl.TLSVersion.TLSv1_3).wrap_bio(ssl.MemoryBIO(), out)
        try:
            client.do_handshake()
        except ssl.SSLWantReadError:
            return out.read()


def hurried(door):
    """Connect and go, in an orderly way and by a reset, as scans of ports do; and those who say a part of a first message."""
    for number in range(400):
        connection = door.connect(number)
        if number % 2:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
    _cut_off(door)


def _cut_off(door):
    """A peer's first message of TLS, cut off at different places; they wait, or go."""
    said = door.said("covered")
    first = 5 + int.from_bytes(said[3:5], "big")
    waiting = []
    for length in [1, 4, 5, 6, first // 2, first - 1, first, first + 1, first + 3]:
        for goes in (True, False):
            connection = door.connect()
            connection.sendall(said[:length])
            if goes:
                connection.shutdown(socket.SHUT_WR)
            waiting.append(connection)
    for connection in waiting:
        _expect_end(connection)
        connection.close()


def in_clear(door):
    """A peer's hello, as it is said without TLS."""
    with door.connect() as connection:
        connection.sendall(door.said("clear"))
        _expect_end(connection)


def old_tls(door):
    try:
        door.tls("peer.pem", ssl.TLSVersion.TLSv1_2).close()
    except TimeoutError:
        raise NotTurnedAway("TLS 1.2 was not answered") from None
    except (ssl.SSLError, OSError):
        return
    raise NotTurnedAway("TLS 1.2 was taken")


def no_key(door):
    _turned_away_with(door, None)


def unknown_key(door):
    _turned_away_with(door, "stranger.pem")


def _turned_away_with(door, key):
    """TLS 1.3 lets a client be done before the server has looked at its certificate."""
    try:
        with door.tls(key) as connection:
            connection.sendall(door.said("clear"))
            answer = connection.recv(1)
    except TimeoutError:
        raise NotTurnedAway("not closed, with the key %s" % key) from None
    except (ssl.SSLError, OSError):
        return
    if answer:
        raise NotTurnedAway("a hello was answered that came with the key %s" % key)


def replayed(door):
    """All that a peer said over a link, byte for byte."""
    with door.connect() as connection:
        try:
            connection.sendall(door.said("covered"))
        except OSError:
            return
        _expect_end(connection)


def silent(door):
    """Many connections that say nothing."""
    _hold_many(door, b"")


def half(door):
    """Many that begin TLS in an orderly way, and say nothing more; again and again, for what is kept of them would add up."""
    for _ in range(3):
        _hold_many(door, door.first_message())


def _hold_many(door, message):
    held = []
    for number in range(MANY):
        connection = door.connect(number)
        held.append(connection)
        if message:
            try:
                connection.sendall(message)
            except OSError:
                pass  # turned away already
        if len(held) > HELD_AT_ONCE:
            held.pop(0).close()
    for connection in held:
        connection.close()


def peer(door):
    """Somebody with a peer's key, who is let in and then says what no peer says."""
    rnd = random.Random(SEED)
    hello = door.said("clear")
    flipped = bytearray(hello)
    flipped[40] ^= 1
    waiting = []
    for saying in [
        rnd.randbytes(1_000_000),
        _record(RECORD_PING, b"\1") + rnd.randbytes(1_000),
        bytes(flipped),
        _record(RECORD_HELLO, b"x" * 100_000, 0x7FFFFFFF),
        _record(RECORD_HELLO, bytes(62)),
        _record(RECORD_HELLO, rnd.randbytes(4096)),
        *[hello[:length] for length in (1, 16, 31, 32, 33, len(hello) - 1)],
        hello + rnd.randbytes(1_000_000),
        hello + hello,
    ]:
        connection = door.tls("peer.pem")
        waiting.append(connection)
        try:
            connection.sendall(saying)
        except OSError:
            pass  # turned away while it was still speaking
    for connection in waiting:
        _expect_end(connection)
        connection.close()


def _record(kind, payload, told_bytes=None):
    """With checksums that are right, as a peer's would be, and a length that need not be."""
    length = len(payload) if told_bytes is None else told_bytes
    header = b"FBAY" + struct.pack(">BBBBIIQI", 1, kind, 0, 0, length, length, 0, _crc32c(payload))
    return header + struct.pack(">I", _crc32c(header)) + payload


def _crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def _expect_end(connection):
    """Reads until the other end has closed, which must come within its own patience."""
    deadline = time.monotonic() + PATIENCE_S
    try:
        while connection.recv(65536):
            if time.monotonic() > deadline:
                raise NotTurnedAway("still answered after %d s" % PATIENCE_S)
    except TimeoutError:
        raise NotTurnedAway("not closed within %d s" % PATIENCE_S) from None
    except (ssl.SSLError, OSError):
        return


KINDS = {
    one.__name__: one
    for one in (hurried, in_clear, old_tls, no_key, unknown_key, replayed, peer, silent, half)
}


def main(kind, address, port, folder, *sources):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 2 * HELD_AT_ONCE), hard))
    began = time.monotonic()
    KINDS[kind](Door(address, port, folder, sources))
    print("%.1f s" % (time.monotonic() - began))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except NotTurnedAway as further:
        sys.exit(str(further))
