# SPDX-License-Identifier: Apache-2.0
"""Two sites and a router between them, each a network namespace; the router filters, records, and has strangers."""

import json
import os
import re
import shutil
import signal
import subprocess

from waiting import Failure, await_that, end

TOOLS = ["ip", "nft", "tcpdump", "openssl"]

# Of the ranges for documentation: nothing outside of these namespaces has them.
ADDRESSES = {"a": "192.0.2.1", "b": "198.51.100.1"}
GATEWAYS = {"a": "192.0.2.254", "b": "198.51.100.254"}
STRANGERS = ["203.0.113.%d" % host for host in range(1, 61)]

PORT = 7790

# In KiB, a buffer that all of a recording fits into; without the immediate mode, the kernel hands over packets in lumps,
# and the last one only when it is full or late.
TCPDUMP_OPTIONS = ["-Z", "root", "-B", "65536", "-s", "0", "--immediate-mode"]

# Whoever is not to dial is not answered at all, as by most packet filters.
FILTER = """
table inet wan {
    counter unanswered { }
    chain forward {
        type filter hook forward priority 0; policy drop;
        ct state established,related accept
        %s
        tcp flags & (syn | ack) == syn counter name unanswered
    }
}
"""


def missing():
    """Why there can be no such network here, in a sentence; None if there can."""
    if os.geteuid() != 0:
        return "only root can make network namespaces"
    for tool in TOOLS:
        if shutil.which(tool) is None:
            return "there is no %s" % tool
    probe = "forebay-%d-probe" % os.getpid()
    made = subprocess.run(["ip", "netns", "add", probe], capture_output=True, text=True)
    if made.returncode != 0:
        return "this machine makes no network namespaces: " + made.stderr.strip()
    try:
        for command, what in [
            (["ip", "-n", probe, "link", "add", "one", "type", "veth", "peer", "name", "other"], "no veth"),
            (["ip", "netns", "exec", probe, "nft", FILTER % ""], "no nftables"),
        ]:
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode != 0:
                return "this kernel has %s: %s" % (what, " ".join(done.stderr.split()))
    finally:
        subprocess.run(["ip", "netns", "del", probe], check=False)
    return None


class Network:
    """Made by `with`, and removed at its end."""

    def __init__(self):
        self.router = "forebay-%d-router" % os.getpid()
        self.sites = {site: "forebay-%d-%s" % (os.getpid(), site) for site in ADDRESSES}

    def __enter__(self):
        try:
            self._make()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *raised):
        for name in [self.router, *self.sites.values()]:
            subprocess.run(["ip", "netns", "del", name], stderr=subprocess.DEVNULL, check=False)

    def _make(self):
        for name in [self.router, *self.sites.values()]:
            _call("ip", "netns", "add", name)
            _call("ip", "-n", name, "link", "set", "lo", "up")
        for site, name in self.sites.items():
            line = "to-" + site
            _call("ip", "-n", self.router, "link", "add", line, "type", "veth", "peer", "name", "wan", "netns", name)
            _call("ip", "-n", self.router, "addr", "add", GATEWAYS[site] + "/24", "dev", line)
            _call("ip", "-n", self.router, "link", "set", line, "up")
            _call("ip", "-n", name, "addr", "add", ADDRESSES[site] + "/24", "dev", "wan")
            _call("ip", "-n", name, "link", "set", "wan", "up")
            _call("ip", "-n", name, "route", "add", "default", "via", GATEWAYS[site])
        for stranger in STRANGERS:
            _call("ip", "-n", self.router, "addr", "add", stranger + "/32", "dev", "lo")
        _call(*self.inside_router("sysctl", "-qw", "net.ipv4.ip_forward=1"))

    def inside(self, site, *command):
        """The command that runs this one at a site. It replaces itself, so that its process is that one."""
        return ["ip", "netns", "exec", self.sites[site], *command]

    def inside_router(self, *command):
        return ["ip", "netns", "exec", self.router, *command]

    def let_dial(self, *sites):
        """From now on only these sites can open connections, and only to the other's outside."""
        rules = [
            "ip saddr %s ip daddr %s tcp dport %d ct state new accept" % (ADDRESSES[site], ADDRESSES[other(site)], PORT)
            for site in sites
        ]
        _call(*self.inside_router("nft", "flush ruleset; " + FILTER % "\n".join(rules)))

    def unanswered(self):
        """How many dials the router has swallowed since let_dial."""
        listed = json.loads(_call(*self.inside_router("nft", "-j", "list", "counters")))
        return next(entry["counter"]["packets"] for entry in listed["nftables"] if "counter" in entry)

    def record(self, file):
        return Capture(self.inside_router("tcpdump", "-i", "to-b", *TCPDUMP_OPTIONS, "-w"), file)


def other(site):
    return "b" if site == "a" else "a"


def _call(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failure("%s: %s" % (" ".join(command), done.stderr.strip()))
    return done.stdout


class Capture:
    """Everything that goes over the line, from `with` on until its end."""

    def __init__(self, command, file):
        self.command = command
        self.file = file
        self.said = file + ".log"

    def __enter__(self):
        with open(self.said, "w") as said:
            self.process = subprocess.Popen([*self.command, self.file, "tcp"], stderr=said)
        await_that("tcpdump listens", lambda: "listening on" in self._said() or self.process.poll() is not None)
        return self

    def __exit__(self, *raised):
        try:
            if not raised[0]:
                await_that("tcpdump has recorded all that went over the line", self._has_recorded_all)
        finally:
            end(self.process, signal.SIGINT)

    def _has_recorded_all(self):
        """Asks for figures, which come soon; those of an earlier question are as good once the line is quiet."""
        self.process.send_signal(signal.SIGUSR1)
        figures = re.findall(r"(\d+) packets? captured, (\d+) packets? received by filter, (\d+)", self._said())
        if figures and figures[-1][2] != "0":
            raise Failure("tcpdump did not record everything: " + self._said())
        return figures and figures[-1][0] == figures[-1][1]

    def _said(self):
        with open(self.said) as said:
            return said.read()

    def bytes(self):
        with open(self.file, "rb") as file:
            return file.read()

    def streams(self):
        """What was said in each TCP connection: {((from, port), (to, port)): bytes}. Only whole streams are right."""
        pieces = {}
        for frame in self._frames():
            ip = frame[14:]
            if frame[12:14] != b"\x08\x00" or ip[9] != 6:
                continue
            tcp = ip[(ip[0] & 15) * 4 : int.from_bytes(ip[2:4], "big")]
            payload = tcp[(tcp[12] >> 4) * 4 :]
            ends = (_end(ip[12:16], tcp[0:2]), _end(ip[16:20], tcp[2:4]))
            began = tcp[13] & 2
            stream = pieces.setdefault(ends, {})
            if began:
                stream.clear()
            if payload:
                stream.setdefault(int.from_bytes(tcp[4:8], "big"), payload)
        return {ends: b"".join(stream[at] for at in sorted(stream)) for ends, stream in pieces.items()}

    def _frames(self):
        everything = self.bytes()
        order = "little" if everything[:4] == b"\xd4\xc3\xb2\xa1" else "big"
        at = 24
        while at + 16 <= len(everything):
            length = int.from_bytes(everything[at + 8 : at + 12], order)
            yield everything[at + 16 : at + 16 + length]
            at += 16 + length


def _end(address, port):
    return ".".join(map(str, address)), int.from_bytes(port, "big")
