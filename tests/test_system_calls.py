"""The cost of a keep-alive request in system calls, counted exactly."""

import contextlib
import re
import signal
import subprocess

import pytest

from support import http1
from support.upstreams import says
from support.wait import seconds, until

CONNECTIONS = 64
ROUNDS = 32
AT_MOST = 4.5


def count_calls(pid, work, folder):
    """System calls of all threads of a process while `work` runs, by name."""
    report = folder / "calls.txt"
    tracer = subprocess.Popen(["strace", "-f", "-c", "-o", str(report), "-p", str(pid)],
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    said = ""
    while "attached" not in said:
        line = tracer.stderr.readline()
        said += line
        if not line:
            tracer.wait()
            pytest.skip(f"strace cannot attach here: {said.strip()}")
    until(lambda: all_traced(pid), "every thread is traced")
    work()
    tracer.send_signal(signal.SIGINT)
    tracer.communicate(timeout=seconds(30))
    calls = {}
    for line in report.read_text().splitlines():
        match = re.match(r"\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?(\w+)$", line)
        if match and match[2] != "total":
            calls[match[2]] = int(match[1])
    return calls


def all_traced(pid):
    import os
    return all("TracerPid:\t0\n" not in open(f"/proc/{pid}/task/{task}/status").read()
               for task in os.listdir(f"/proc/{pid}/task"))


@pytest.mark.exact
def test_a_keep_alive_request_costs_at_most_4_5_system_calls(gatehouse, upstream, tmp_path):
    """One worker, access log to a file and metrics on; logging and clock-keeping are counted."""
    running = gatehouse("--to", upstream(says("hello")).url, "--workers", "1",
                        "--metrics", "127.0.0.1:0")
    request = http1.request(host=running.authority)
    with contextlib.ExitStack() as stack:
        wires = [stack.enter_context(running.connect()) for _ in range(CONNECTIONS)]

        def ask(rounds):
            """All at once, as busy servers see it: one wake-up serves several connections."""
            for _ in range(rounds):
                for wire in wires:
                    wire.send(request)
                for wire in wires:
                    assert wire.response().status == 200
        ask(3)
        calls = count_calls(running.pid, lambda: ask(ROUNDS), tmp_path)
    requests = ROUNDS * CONNECTIONS
    per_request = sum(calls.values()) / requests
    assert 2 <= per_request <= AT_MOST, {name: count / requests for name, count in calls.items()}
