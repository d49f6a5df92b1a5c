"""What ten thousand sites cost. The functions are as those of measures.py."""

import sys
import time
from functools import partial

from . import many_sites
from .machine import cpu_by_thread, proportional_set_size, spent_since
from .process import DidNotStart

CHANGES = 20
REST_SECONDS = 0.5         # until a server that has been told something new is at rest
REST_AFTER_CHANGE = 0.15


def _row(scenario, server, number, **what):
    return {"scenario": scenario.name, "server": server, "round": number, **what}


def _each_server(site, scenario, names, measure):
    """The rows of `measure(server, kind)`, which yields (round, value), for each that knows how."""
    rows = []
    for name in names:
        kind = many_sites.SERVERS.get(name)
        if kind is None:
            continue
        try:
            server = site.start(name, starter=kind.start)
        except DidNotStart as problem:
            print(f"bench: {problem}", file=sys.stderr)
            rows.append(_row(scenario, name, 0, error=str(problem)))
            continue
        try:
            time.sleep(REST_SECONDS)
            rows += [_row(scenario, name, number, value=value)
                     for number, value in measure(server, kind)]
        except RuntimeError as problem:
            rows.append(_row(scenario, name, 0, error=str(problem)))
        finally:
            server.stop()
    return rows


def _spent(server, act, rest):
    """CPU seconds of the server's processes for what `act` asks of it.

    Processes that come are counted from their beginning; those that leave, not any more.
    """
    before = cpu_by_thread(server.pid)
    act()
    time.sleep(rest)
    return spent_since(before, cpu_by_thread(server.pid))


def start_cpu(site, scenario, names, effort):
    """From fork until it serves, of all its processes."""
    rows = []
    for number in range(effort.rounds):
        def measure(server, _kind, number=number):
            return [(number, sum(cpu_by_thread(server.pid).values()))]
        rows += _each_server(site, scenario, names, measure)
    return rows


def reload_cpu(site, scenario, names, effort):
    """The configuration is read again; one file of a hundred says other things than before."""
    def measure(server, kind):
        for number in range(effort.rounds):
            changed = number % 2 == 0
            yield number, _spent(server, partial(kind.reload, server, changed), REST_SECONDS)
    return _each_server(site, scenario, names, measure)


def change_cpu(site, scenario, names, _effort):
    """One site more, over the API, twenty times. Servers without an API for that have no row."""
    def measure(server, kind):
        for number in range(CHANGES):
            yield number, _spent(server, partial(kind.change, server, number), REST_AFTER_CHANGE)
    return _each_server(site, scenario, [name for name in names
                                         if hasattr(many_sites.SERVERS.get(name), "change")],
                        measure)


def memory(site, scenario, names, _effort):
    """MiB of all its processes at rest."""
    return _each_server(site, scenario, names, lambda server, _: [
        (0, proportional_set_size(server.pid) / 1024)])
