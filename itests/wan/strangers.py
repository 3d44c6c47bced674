# SPDX-License-Identifier: Apache-2.0
"""Strangers knock at the outside port of b, over which a relay carries data meanwhile."""

import os
import re
import subprocess
import sys
import threading

from network import ADDRESSES, PORT, STRANGERS
from reading import RECORDS, RESOURCE, recorded
from sites import HERE, carry, drop_relays
from waiting import Failure, await_that

RATE = "16M"

# By how much b's resident memory may be above what it was under the same load without strangers.
GROWTH_BYTES_MAX = 32 << 20

# How many lines with a warning b may write for all of them.
WARNINGS_MAX = 50

# Who knocks, from how many addresses, and what b's log must say of it; "{}" is the address. The log names ten strangers a minute.
KNOCKS = [
    ("hurried", 1, r"refused a connection from {}:\d+: TLS: (it closed the connection before|connection reset)"),
    ("in_clear", 1, r"refused a connection from {}:\d+: TLS: what it sends is not TLS"),
    ("old_tls", 1, r"refused a connection from {}:\d+: TLS: the other end offers no TLS 1.3"),
    ("no_key", 1, r"refused a connection from {}:\d+: TLS: the other end shows no certificate"),
    ("unknown_key", 1, r"refused a connection from {}:\d+: TLS: the other end's certificate \(CN=stranger, key "),
    ("replayed", 1, r"refused a connection from {}:\d+: TLS: what the other end sends cannot be decrypted"),
    ("peer", 1, r"refused a connection from {}:\d+: it said no hello: peer violated the protocol: "),
    ("silent", 1, r"refused a connection from {}:\d+: TLS: there are 64 handshakes from there already"),
    ("half", 50, r"refused a connection from {}:\d+: TLS: it made room for a later one"),
]


def check_strangers(between, a, b, folder, keys):
    between.let_dial("a", "b")
    clear, covered = recorded(between, a, b, folder)
    said = _said_to(clear, b, RECORDS["hello"])
    _write(folder, "clear", said[: 32 + int.from_bytes(said[8:12], "big")])
    _write(folder, "covered", _said_to(covered, b, b"\x16\x03"))
    _make_pem(keys["a"], os.path.join(folder, "peer.pem"))
    _make_pem(keys["stranger"], os.path.join(folder, "stranger.pem"))
    for site in (a, b):
        site.relay("load", codec="zstd level 1")
        site.relay("quiet", resource=RESOURCE)
    standby = b.sim("load", "standby", "--data", "mix")
    send = a.sim("load", "send", "--data", "mix", "--rate", RATE, "--seconds", "0", "--no-reconnect")
    carry(a, b, "quiet")
    with Memory(b) as memory:
        carry(a, b, "quiet")
        carry(b, a, "quiet")
        memory.mark()
        warned = b.log().count(" WARN ")
        sources = iter(STRANGERS)
        for kind, count, event in KNOCKS:
            source = [next(sources) for _ in range(count)]
            took = _knock(between, kind, folder, source)
            said = await_that("b says of %s: %s" % (kind, event), lambda: _said_of(b, event, source), 20)
            yield "%s, in %s; b says: %s" % (kind, took, said)
    send.interrupt()
    sent = send.result()
    standby.interrupt()
    taken = standby.result()
    if sent["connections"] != 1 or sent["losses"] or taken["wrong"] or not sent["acknowledgedBytes"]:
        raise Failure("the load was disturbed: sent %s, taken %s" % (sent, taken))
    yield "meanwhile %.0f MB were verified over one connection of DRBD, pings %s ms" % (
        sent["acknowledgedBytes"] / 1e6,
        sent["pingMs"],
    )
    warnings = b.log().count(" WARN ") - warned
    if warnings > WARNINGS_MAX:
        raise Failure("b has logged %d warnings (expected: at most %d)" % (warnings, WARNINGS_MAX))
    if memory.growth() > GROWTH_BYTES_MAX:
        raise Failure("b has grown by %.1f MiB" % (memory.growth() / (1 << 20)))
    yield "b had %s before, at most %.1f MiB more with them, and logged %d warnings" % (
        memory,
        memory.growth() / (1 << 20),
        warnings,
    )
    for sender, taker in ((a, b), (b, a)):
        carry(sender, taker, "quiet")
    drop_relays(["load", "quiet"], a, b)
    yield "the port serves both directions as before"


def _said_to(capture, site, begins):
    """One of the streams that came to the site's outside, and begin so."""
    outside = (ADDRESSES[site.site], PORT)
    return next(said for (_, to), said in capture.streams().items() if to == outside and said.startswith(begins))


def _write(folder, file, what):
    with open(os.path.join(folder, file), "wb") as into:
        into.write(what)


def _make_pem(keys, file):
    """The key in use and its certificate: of several, those that belong together."""
    everything = subprocess.run(
        ["openssl", "pkcs12", "-in", os.path.join(keys, "site.p12"), "-passin", "pass:forebay", "-nodes"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    blocks = re.findall(r"localKeyID: ([^\n]*)\n.*?(-----BEGIN .*?-----END [^\n]*\n)", everything, re.DOTALL)
    first = blocks[0][0]
    _write(os.path.dirname(file), os.path.basename(file), "".join(pem for name, pem in blocks if name == first).encode())


def _knock(between, kind, folder, sources):
    command = [sys.executable, os.path.join(HERE, "knocking.py"), kind, ADDRESSES["b"], str(PORT), folder, *sources]
    done = subprocess.run(between.inside_router(*command), capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        raise Failure("%s: %s" % (kind, done.stderr.strip()))
    return done.stdout.strip()


def _said_of(site, event, sources):
    for source in sources:
        found = re.search(event.replace("{}", re.escape(source)) + ".*", site.log())
        if found:
            return found.group()
    return None


class Memory:
    """Watches how much resident memory a site's process has, from `with` on until its end."""

    def __init__(self, site):
        self.site = site
        self.before = 0
        self.peak = 0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._watch)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *raised):
        self.over.set()
        self.thread.join()

    def _watch(self):
        while not self.over.wait(0.1):
            self.peak = max(self.peak, self.site.resident_bytes())

    def mark(self):
        """What it took until now is how much it may take."""
        self.before = self.peak

    def growth(self):
        return self.peak - self.before

    def __str__(self):
        return "%.1f MiB" % (self.before / (1 << 20))
