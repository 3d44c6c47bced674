# SPDX-License-Identifier: Apache-2.0
"""What somebody who records the line finds in it: all of it without TLS, which proves that he looks right, and nothing with."""

import os

from network import Capture
from sites import KEYS, carry, drop_relays
from waiting import Failure

AMOUNT_BYTES = 4 << 20
MARKER = b"payload-that-nobody-may-read"
RESOURCE = "resource-that-nobody-may-read"

# What a record of each of these types begins with (docs/wire-protocol.md).
RECORDS = {"hello": b"FBAY\x01\x01", "welcome": b"FBAY\x01\x02", "data record": b"FBAY\x01\x04"}

# Where the relays of a site are towards their DRBD is in each hello.
SECRETS = {"payload": MARKER, "resource": RESOURCE.encode(), "address of DRBD": b"127.0.0.1:", **RECORDS}


def check_reading(between, a, b, folder, keys):
    between.let_dial("a", "b")
    clear, covered = recorded(between, a, b, folder)
    missed = [what for what, secret in SECRETS.items() if secret not in clear.bytes()]
    if missed:
        raise Failure("not found without TLS, so nothing would be proved with it: %s" % ", ".join(missed))
    yield "tls off: a recording of %d bytes has %s" % (len(clear.bytes()), ", ".join(SECRETS))
    secrets = {**SECRETS, **{"name of site " + site: name.encode() for site, name in KEYS.items()}}
    found = [what for what, secret in secrets.items() if secret in covered.bytes()]
    if found:
        raise Failure("readable in spite of TLS: %s" % ", ".join(found))
    if len(covered.bytes()) < 2 * AMOUNT_BYTES:
        raise Failure("the recording is not of all that was sent: %d bytes" % len(covered.bytes()))
    yield "tls on: one of %d bytes has none of %s" % (len(covered.bytes()), ", ".join(secrets))


def recorded(between, a, b, folder):
    """What was on the line without TLS, and with."""
    return [_record(between, a, b, folder, tls) for tls in ("off", "on")]


def _record(between, a, b, folder, tls):
    """Sends from each site to the other, and answers what was on the line."""
    file = os.path.join(folder, tls + ".pcap")
    if os.path.exists(file):
        return Capture(None, file)
    content = os.path.join(folder, "content")
    with open(content, "wb") as into:
        into.write((MARKER + b" ") * 1000)
    with between.record(file) as capture:
        for site in (a, b):
            site.relay("read", tls=tls, codec="none", resource=RESOURCE)
        carry(a, b, "read", ("--file", content), str(AMOUNT_BYTES))
        carry(b, a, "read", ("--file", content), str(AMOUNT_BYTES))
        drop_relays(["read"], a, b)
    return capture
