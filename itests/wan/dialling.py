# SPDX-License-Identifier: Apache-2.0
"""A packet filter lets only one site dial: which words of `dial` work all the same, and what is said of one that cannot."""

from network import other
from sites import carry, drop_relays
from waiting import Failure, await_that

# Who can dial, and what each site says.
WORKS = [
    ("a", {"a": "outbound", "b": "inbound"}),
    ("b", {"a": "inbound", "b": "outbound"}),
    ("a", {"a": "outbound", "b": "both"}),
    ("a", {"a": "both", "b": "both"}),
    ("b", {"a": "both", "b": "both"}),
]

# What forebay:diag must say where no link can come to be, and why.
NOBODY_DIALS = "which alone is to dial (dial = inbound), has not reached the outside"


def check_dialling(between, a, b, folder, keys):
    sites = {"a": a, "b": b}
    for number, (dialler, words) in enumerate(WORKS):
        between.let_dial(dialler)
        name = "dial%d" % number
        for site in sites.values():
            site.relay(name, dial=words[site.site])
        carry(a, b, name)
        carry(b, a, name)
        swallowed = between.unanswered()
        if words[other(dialler)] == "inbound" and swallowed:
            raise Failure("%s says inbound, but dialled: %d packets" % (other(dialler), swallowed))
        drop_relays([name], a, b)
        yield "only %s can dial, a says %s, b says %s: both directions are verified (%d dials swallowed)" % (
            dialler,
            words["a"],
            words["b"],
            swallowed,
        )
    between.let_dial("a", "b")
    for site in sites.values():
        site.relay("nobody", dial="inbound")
    for site in sites.values():
        yield "both say inbound, and %s says: %s" % (site.site, await_that("a diagnosis", lambda: _nobody_dials(site)))
    drop_relays(["nobody"], a, b)


def _nobody_dials(site):
    return next((line for line in site.diagnosis().splitlines() if NOBODY_DIALS in line), None)
