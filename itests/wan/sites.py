# SPDX-License-Identifier: Apache-2.0
"""The Forebay of a site, out of the built distribution, and the stand-in DRBD nodes of `forebay sim`."""

import glob
import json
import os
import shutil
import signal
import subprocess

from network import ADDRESSES, PORT, other
from waiting import Failure, await_that, end

HERE = os.path.dirname(os.path.abspath(__file__))

# States of a socket, as the system writes them: FIN_WAIT2, TIME_WAIT and CLOSE, which need nobody's process.
CLOSED = ["05", "06", "07"]

KEYS = {"a": "site-that-nobody-may-know-a", "b": "site-that-nobody-may-know-b"}


def forebay():
    """The newest bin/forebay that was built; None if there is none."""
    built = glob.glob(os.path.join(HERE, "../../distribution/target/forebay-*/bin/forebay"))
    return max(built, key=os.path.getmtime, default=None)


def make_keys(folder):
    """Keys of both sites, and of a stranger, in folders of their names."""
    everybody = [*KEYS.values(), "stranger"]
    subprocess.run([forebay(), "keygen", "--folder", folder, *everybody], check=True, stdout=subprocess.DEVNULL)
    for name in KEYS.values():
        os.remove(os.path.join(folder, name, "peers/stranger.crt"))
    return {**{site: os.path.join(folder, name) for site, name in KEYS.items()}, "stranger": folder + "/stranger"}


class Site:
    """One Forebay on a base of its own."""

    def __init__(self, network, site, base, keys):
        self.network = network
        self.site = site
        self.base = base
        self.process = None
        os.makedirs(os.path.join(base, "etc"))
        shutil.copytree(keys, os.path.join(base, "etc/tls"))

    def relay(self, name, **settings):
        """Writes the file of a relay that is as usual but for these settings; Forebay reads it at once."""
        lines = {
            **_towards_drbd(name),
            "outside": "%s:%d" % (ADDRESSES[self.site], PORT),
            "peer": "%s:%d" % (ADDRESSES[other(self.site)], PORT),
            "memlimit": "32M",
            **settings,
        }
        with open(self._relay_file(name), "w") as file:
            file.writelines("%s = %s\n" % line for line in lines.items())

    def drop_relay(self, name):
        os.remove(self._relay_file(name))

    def uses_the_line(self):
        """Whether a listener or a connection is left of any relay."""
        port = ":%04X" % PORT
        tables = [_text("/proc/%d/net/%s" % (self.process.pid, table)) for table in ("tcp", "tcp6")]
        lines = [line.split() for table in tables for line in table.splitlines()]
        return any(ends[1].endswith(port) or ends[2].endswith(port) for ends in lines if ends[3] not in CLOSED)

    def _relay_file(self, name):
        return os.path.join(self.base, "etc/io.forebay.relay-%s.cfg" % name)

    def start(self):
        with open(self._console(), "w") as out:
            self.process = subprocess.Popen(self._command("run"), stdout=out, stderr=out, stdin=subprocess.DEVNULL)

    def await_ready(self):
        await_that("Forebay %s is ready" % self.site, self._is_ready)

    def _is_ready(self):
        if self.process.poll() is not None:
            raise Failure("Forebay %s has ended: %s" % (self.site, _text(self._console())))
        return "forebay: ready" in _text(self._console())

    def _console(self):
        return os.path.join(self.base, "console.log")

    def stop(self):
        if self.process is not None:
            end(self.process)
            self.process = None

    def _command(self, *words):
        return self.network.inside(self.site, forebay(), "--base", self.base, *words)

    def diagnosis(self):
        return subprocess.run(self._command("client", "diag"), capture_output=True, text=True).stdout

    def log(self):
        return _text(os.path.join(self.base, "log/forebay.log"))

    def resident_bytes(self):
        with open("/proc/%d/status" % self.process.pid) as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS"))

    def sim(self, relay, *words):
        """Begins a stand-in DRBD node of a relay."""
        towards = _towards_drbd(relay)
        command = self._command("sim", *words, "--inside", towards["inside"], "--drbd", towards["drbd"], "--json")
        return Sim(command)


def _towards_drbd(relay):
    """Addresses that each relay has for itself, at both sites."""
    port = 8000 + 2 * (sum(relay.encode()) % 1000)
    return {"inside": "127.0.0.1:%d" % port, "drbd": "127.0.0.1:%d" % (port + 1)}


class Sim:
    """A stand-in DRBD node."""

    live = []

    def __init__(self, command):
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True
        )
        Sim.live.append(self)

    def result(self, patience_s=60):
        """What it reports at its end, which must come in time."""
        try:
            said, _ = self.process.communicate(timeout=patience_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise Failure("the stand-in DRBD did not end within %d s: %s" % (patience_s, self.process.args)) from None
        finally:
            Sim.live.remove(self)
        last = said.strip().rpartition("\n")[2]
        try:
            return json.loads(last)
        except ValueError:
            raise Failure("the stand-in DRBD made no report: %s" % said) from None

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)

    @staticmethod
    def end_all():
        for sim in Sim.live[:]:
            end(sim.process)
            Sim.live.remove(sim)


def drop_relays(names, *sites):
    """Removes all relays that there are, and waits until nothing is left of them."""
    for site in sites:
        for name in names:
            site.drop_relay(name)
    for site in sites:
        await_that("%s has closed its outside" % site.site, lambda: not site.uses_the_line())


def carry(sender, taker, relay, content=("--data", "mix"), amount="8M"):
    """Sends from one site to the other, and has each byte compared there; answers what the sender reports."""
    standby = taker.sim(relay, "standby", *content)
    send = sender.sim(relay, "send", *content, "--amount", amount, "--no-reconnect")
    sent = send.result()
    taken = standby.result()
    if sent["ended"] != "completed" or taken["ended"] != "completed" or taken["wrong"] or sent["connections"] != 1:
        raise Failure("%s to %s: sent %s, taken %s" % (sender.site, taker.site, sent, taken))
    return sent


def _text(file):
    if not os.path.exists(file):
        return ""
    with open(file, errors="replace") as read:
        return read.read()
