"""What many certificates cost. The functions are as those of measures.py."""

import sys
import time

from . import many_certificates as many
from .machine import cpu_by_thread, cpu_time, proportional_set_size, spent_since
from .process import DidNotStart

CHANGES = 20
REST_SECONDS = 0.5
REST_AFTER_CHANGE = 0.15
HANDSHAKE = ("-m", "handshake", "-c", 32, "-d", 120)


def _row(scenario, server, number, **what):
    return {"scenario": scenario.name, "server": server, "round": number, **what}


def _each_server(site, scenario, servers, names, measure):
    """The rows of `measure(server)`, which yields (round, value), for each that knows how."""
    rows = []
    for name in names:
        if name not in servers:
            continue
        try:
            server = site.start(name, starter=servers[name].start, keep_state=True, patience=300)
        except DidNotStart as problem:
            print(f"bench: {problem}", file=sys.stderr)
            rows.append(_row(scenario, name, 0, error=str(problem)))
            continue
        try:
            rows += [_row(scenario, name, number, value=value)
                     for number, value in measure(server)]
        except RuntimeError as problem:
            rows.append(_row(scenario, name, 0, error=str(problem)))
        finally:
            server.stop()
    return rows


def start_cpu(servers):
    """From fork until it serves, of all its processes."""
    def measured(site, scenario, names, effort):
        rows = []
        for number in range(effort.rounds):
            rows += _each_server(site, scenario, servers, names, lambda server, number=number: [
                (number, sum(cpu_by_thread(server.pid).values()))])
        return rows
    return measured


def memory(servers):
    """MiB of all its processes at rest."""
    def measured(site, scenario, names, _effort):
        def figure(server):
            time.sleep(REST_SECONDS)
            return [(0, proportional_set_size(server.pid) / 1024)]
        return _each_server(site, scenario, servers, names, figure)
    return measured


def change_cpu(servers):
    """One certificate more, and one in the place of another, by turns."""
    def measured(site, scenario, names, _effort):
        def changes(server):
            kind = servers["gatehouse"]
            time.sleep(REST_SECONDS)
            for number in range(CHANGES):
                new = number % 2 == 0
                name = many.name_of(number + (many.MANY if new else 0))
                identity = many.identity_for(server.setting, name)
                before = cpu_by_thread(server.pid)
                kind.arrive(server, identity, replaced="" if new else name)
                time.sleep(REST_AFTER_CHANGE)
                yield number, spent_since(before, cpu_by_thread(server.pid))
        return _each_server(site, scenario, servers, names, changes)
    return measured


def _cpu_of_handshakes(site, server, names, operations):
    """Microseconds of the server for one of so many handshakes, which walk through the names."""
    before = cpu_time(server.pid)
    report = site.load(server.port, *HANDSHAKE, "-n", names, "-k", operations)
    time.sleep(REST_SECONDS)
    failed = {what: count for what, count in report["failed"].items() if count}
    if failed:
        raise RuntimeError(f"failed operations: {failed} {report['complaints']}")
    return cpu_time(server.pid).since(before).total / report["ops"] * 1e6


def _one_and_many(site, server):
    """CPU of a handshake with (a single name, each name for the first time, each name again)."""
    _cpu_of_handshakes(site, server, 1, 500)
    one = _cpu_of_handshakes(site, server, 1, many.MANY)
    first = _cpu_of_handshakes(site, server, many.MANY, many.MANY)
    again = _cpu_of_handshakes(site, server, many.MANY, many.MANY)
    one = (one + _cpu_of_handshakes(site, server, 1, many.MANY)) / 2
    return one, first, again


def handshakes(servers, figure):
    """`figure(one, first, again)` of each round; each round is a new process that has read nothing."""
    def measured(site, scenario, names, effort):
        rows = []
        for number in range(effort.rounds):
            rows += _each_server(site, scenario, servers, names, lambda server, number=number: [
                (number, figure(*_one_and_many(site, server)))])
        return rows
    return measured


def extra_when_read(one, first, _again):
    return first - one


def ratio_when_kept(one, _first, again):
    return again / one
