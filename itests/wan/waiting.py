# SPDX-License-Identifier: Apache-2.0
"""Waiting with a deadline, and ending of what was started."""

import signal
import subprocess
import time

PATIENCE_S = 60


class Failure(Exception):
    """A promise that was not kept; its text says which."""


def await_that(what, condition, patience_s=PATIENCE_S):
    """Answers the first true answer of the condition."""
    deadline = time.monotonic() + patience_s
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise Failure("not reached within %d s: %s" % (patience_s, what))
        time.sleep(0.05)


def end(process, by=signal.SIGTERM, patience_s=30):
    """Ends this one process; answers its exit status."""
    if process.poll() is None:
        process.send_signal(by)
    try:
        return process.wait(patience_s)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()
