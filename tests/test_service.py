"""Living on a machine: the unit, the service manager's protocols, the socket unit."""

import os
import re
import signal
import socket
import subprocess

import pytest

from support import binary, unit
from support.wait import seconds, until
from support.wire import Wire

SERVICE, SOCKET = "gatehouse.service", "gatehouse.socket"


# The unit.

def test_A15_the_service_is_confined_to_an_exposure_of_at_most_2():
    code, text = unit.analyze("security", "--offline=true", "--no-pager", "--threshold=20",
                              unit.PACKAGING / SERVICE)
    (exposure,) = re.findall(r"Overall exposure level for gatehouse.service: ([\d.]+)", text)
    assert float(exposure) <= 2.0, text
    assert code == 0


@pytest.mark.parametrize("name", [SERVICE, SOCKET])
def test_A15_systemd_understands_every_line_of_the_units(name, tmp_path):
    """The installed program's place is taken by the tested one, which is where it is."""
    for each in (SERVICE, SOCKET):
        text = (unit.PACKAGING / each).read_text()
        (tmp_path / each).write_text(text.replace("/usr/bin/gatehouse", str(binary.path())))
    code, text = unit.analyze("verify", "--man=no", tmp_path / name)
    complaints = [line for line in text.splitlines() if "gatehouse" in line]
    assert code == 0 and complaints == [], text


def test_a_unit_with_a_line_that_systemd_does_not_know_fails(tmp_path):
    """What the test above relies on."""
    text = (unit.PACKAGING / SERVICE).read_text().replace("/usr/bin/gatehouse", "/bin/true")
    (tmp_path / SERVICE).write_text(text + "WantedBye=multi-user.target\n")
    _, said = unit.analyze("verify", "--man=no", tmp_path / SERVICE)
    assert "WantedBye" in said


def test_A15_ports_below_1024_are_the_only_privilege_of_the_service():
    assert unit.values(SERVICE, "AmbientCapabilities") == ["CAP_NET_BIND_SERVICE"]
    assert unit.values(SERVICE, "CapabilityBoundingSet") == ["CAP_NET_BIND_SERVICE"]
    assert unit.values(SERVICE, "NoNewPrivileges") == ["yes"]
    assert unit.values(SERVICE, "User") == ["gatehouse"]


def test_keys_rest_where_only_the_service_reads():
    assert unit.values(SERVICE, "StateDirectory") == ["gatehouse"]
    assert unit.values(SERVICE, "StateDirectoryMode") == ["0700"]


def traced(gatehouse, tmp_path, *options):
    """What strace wrote of a whole life: start, requests with TLS and without, metrics, end."""
    trace = tmp_path / "trace"
    running = gatehouse("--metrics", "127.0.0.1:0", wait=False,
                        prefix=("strace", "-f", "-qq", "-o", str(trace), *options))
    try:
        running.wait_until_serving(within=60)
    except AssertionError:
        pytest.skip(f"strace cannot start it here: {trace.read_text()[-200:]}")
    running.ask()
    running.metrics()
    running.stop()
    return trace.read_text()


@pytest.mark.exact
def test_A15_every_system_call_of_the_program_passes_the_filter_of_the_unit(gatehouse, tmp_path):
    text = traced(gatehouse, tmp_path)
    called = set(re.findall(r"^\d+ +(?:<\.\.\. )?([a-z]\w*)(?:\(| resumed)", text, re.MULTILINE))
    assert len(called) > 20 and "epoll_wait" in called | {"epoll_wait"} & called
    assert called - unit.allowed_system_calls(SERVICE) == set()


@pytest.mark.exact
def test_A15_every_address_family_of_the_program_passes_the_filter_of_the_unit(
        gatehouse, tmp_path):
    text = traced(gatehouse, tmp_path, "-e", "trace=socket,socketpair")
    families = set(re.findall(r"\bsocket(?:pair)?\((AF_\w+)", text))
    assert "AF_INET" in families
    (allowed,) = unit.values(SERVICE, "RestrictAddressFamilies")
    assert families - set(allowed.split()) == set()
