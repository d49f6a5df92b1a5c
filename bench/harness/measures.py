"""What can be measured. Each function takes (site, scenario, names, effort) and yields rows.

A row is one figure of one server: scenario, server, round, value (in the scenario's unit), and what
else was seen. A row whose figure must not be believed has `error` instead of `value`.
"""

import subprocess
import sys
import time
from dataclasses import dataclass

from .machine import cpu_time, proportional_set_size
from .process import DidNotStart
from .system_calls import count_system_calls

SETTLE_SECONDS = 0.1  # until the server has noticed that the last connections were closed


@dataclass(frozen=True)
class Effort:
    rounds: int
    seconds: float
    idle_connections: int
    starts: int


def _row(scenario, server, number, **what):
    return {"scenario": scenario.name, "server": server, "round": number, **what}


def _start_or_explain(site, name, scenario, rows, **options):
    try:
        return site.start(name, **options)
    except DidNotStart as problem:
        print(f"bench: {problem}", file=sys.stderr)
        rows.append(_row(scenario, name, 0, error=str(problem)))
        return None


def _doubt(scenario, report):
    """Why a report of the load generator cannot be believed, or None."""
    failed = {what: count for what, count in report["failed"].items() if count}
    if failed:
        return f"failed operations: {failed} {report['complaints']}".strip()
    if not report["ops"]:
        return "no operation was finished"
    if "-r" in scenario.arguments and report["resumed"] < 0.95 * report["handshakes"] - 64:
        return f"only {report['resumed']} of {report['handshakes']} handshakes were resumed"
    return None


def _load(site, scenario, server, seconds):
    if scenario.h2_path:
        return site.load_h2(server.port, seconds, *scenario.arguments, path=scenario.h2_path)
    return site.load(server.port, "-d", seconds, *scenario.arguments)


def _cpu_of_load(site, scenario, server, seconds):
    """CPU time of the server per unit of work, in microseconds (or seconds per GiB of bodies)."""
    before = cpu_time(server.pid)
    report = _load(site, scenario, server, seconds)
    time.sleep(SETTLE_SECONDS)
    spent = cpu_time(server.pid).since(before)
    doubt = _doubt(scenario, report)
    if doubt:
        return {"error": doubt}
    return {"value": spent.total / report[scenario.counted] * scenario.scale,
            "cpu_seconds": spent.total, "user_seconds": spent.user, "system_seconds": spent.system,
            "busy": spent.total / report["seconds"], **report}


def cpu_per_unit(site, scenario, names, effort):
    """All servers are up at once and measured in turn, each round beginning with another one."""
    rows, running = [], []
    try:
        for name in names:
            server = _start_or_explain(site, name, scenario, rows, certificate=scenario.certificate)
            running += [server] if server else []
        for server in running:
            _load(site, scenario, server, 0.5)
        for number in range(effort.rounds):
            shift = number % max(len(running), 1)
            for server in running[shift:] + running[:shift]:
                rows.append(_row(scenario, server.name, number,
                                 **_cpu_of_load(site, scenario, server, effort.seconds)))
    finally:
        for server in running:
            server.stop()
    return rows


def _hold_idle(site, scenario, server, connections):
    """KiB of the server per idle connection: PSS with them minus PSS after a warm-up."""
    site.load(server.port, "-m", "keepalive", "-c", 8, "-d", 0.3)
    time.sleep(0.3)
    before = proportional_set_size(server.pid)
    generator = site.generator(server.port, "-m", "idle", "-c", connections, *scenario.arguments,
                               stdin=subprocess.PIPE)
    said = generator.stdout.readline().split()
    time.sleep(1)
    during = proportional_set_size(server.pid)
    generator.communicate("")
    if not said or int(said[1]) != connections:
        return {"error": f"only {said[1] if said else 'some'} of {connections} connections opened"}
    if generator.returncode != 0:
        return {"error": "the server closed idle connections"}
    return {"value": (during - before) / connections, "before_kib": before, "during_kib": during}


def idle_memory(site, scenario, names, effort):
    rows = []
    for name in names:
        server = _start_or_explain(site, name, scenario, rows)
        if not server:
            continue
        try:
            found = _hold_idle(site, scenario, server, effort.idle_connections)
            rows.append(_row(scenario, name, 0, **found))
        finally:
            server.stop()
    return rows


def calls_per_operation(short, long):
    """{call: count per operation} from two (operations, {call: count}), the second of a longer run.

    What both runs do once (opening the connections, handshakes, closing) cancels out.
    """
    operations = long[0] - short[0]
    return {call: (count - short[1].get(call, 0)) / operations for call, count in long[1].items()}


def _calls_of_load(site, scenario, server, seconds):
    site.load(server.port, "-d", 0.5, *scenario.arguments)
    counted = []
    for duration in (0.3 * seconds, 2 * seconds):
        report, calls = count_system_calls(
            server.pid, lambda: site.load(server.port, "-d", duration, *scenario.arguments),
            strace=["chroot", site.chroot.root, "strace"])
        doubt = _doubt(scenario, report)
        if doubt:
            return {"error": doubt}
        counted.append((report["ops"], calls))
    if counted[1][0] < 2 * counted[0][0]:
        return {"error": f"too few requests to compare: {counted[0][0]} and {counted[1][0]}"}
    per_request = calls_per_operation(*counted)
    return {"value": sum(per_request.values()), "calls": per_request}


def calls_per_request(site, scenario, names, effort):
    rows = []
    for name in names:
        server = _start_or_explain(site, name, scenario, rows)
        if not server:
            continue
        try:
            found = _calls_of_load(site, scenario, server, effort.seconds)
            rows.append(_row(scenario, name, 0, **found))
        finally:
            server.stop()
    return rows


def start_time(site, scenario, names, effort):
    """Seconds from fork to the end of the first handshake. Start 0 finds an empty state folder."""
    rows = []
    for number in range(effort.starts):
        for name in names:
            server = _start_or_explain(site, name, scenario, rows, keep_state=number > 0)
            if not server:
                continue
            rows.append(_row(scenario, name, number, value=server.start_seconds))
            server.stop()
    return rows
