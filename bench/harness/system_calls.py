"""Counts system calls of running processes with strace."""

import re
import signal
import subprocess
import tempfile
import time

from .machine import process_tree

_LINE = re.compile(r"^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)(?:\s+\d+)?\s+(\w+)$")
ATTACH_SECONDS = 10


def _traced(pid):
    with open(f"/proc/{pid}/status") as status:
        return "TracerPid:\t0\n" not in status.read()


def _await_attached(pids):
    deadline = time.monotonic() + ATTACH_SECONDS
    while not all(map(_traced, pids)):
        if time.monotonic() > deadline:
            raise RuntimeError("strace could not attach: is ptrace forbidden on this machine?")
        time.sleep(0.01)


def parse_summary(text):
    """The calls by name in the table that `strace -c` prints."""
    found = (_LINE.match(line) for line in text.splitlines())
    return {match[2]: int(match[1]) for match in found if match and match[2] != "total"}


def count_system_calls(pid, work, strace=("strace",)):
    """Runs work() while all threads of the process tree are traced.

    Returns work's result and {system call: count}. A few calls more or less belong to attaching.
    Tracing slows the server down, so that more events are ready each time it asks for them: the
    calls that do the work are counted exactly, epoll_wait less often than without strace.
    """
    pids = process_tree(pid)
    attach = [argument for process in pids for argument in ("-p", str(process))]
    with tempfile.TemporaryFile("w+") as summary:
        tracer = subprocess.Popen([*strace, "-f", "-c", *attach],
                                  stdin=subprocess.DEVNULL, stderr=summary)
        try:
            _await_attached(pids)
            time.sleep(0.1)  # other threads of the same processes
            result = work()
        finally:
            tracer.send_signal(signal.SIGINT)
            tracer.wait()
        summary.seek(0)
        return result, parse_summary(summary.read())
