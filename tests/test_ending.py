"""How it ends: drained when asked, unharmed when killed."""

import os
import signal
import subprocess
import threading
import time

import pytest

from support import certificates
from support.http1 import response
from support.program import Gatehouse
from support.upstreams import says
from support.wait import seconds, until


def answers_when_told(told):
    """A script: reads a request and answers it after `told` is set."""
    def script(connection):
        while connection.request():
            told.wait(seconds(30))
            connection.send(response(b"late but whole"))
    return script


def test_sigterm_lets_a_running_request_finish_and_exits_0(gatehouse, upstream):
    told = threading.Event()
    application = upstream(answers_when_told(told))
    running = gatehouse("--to", application.url, "--timeout", "drain=30s")
    with running.connect() as wire:
        wire.send(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
        application.wait_for_requests(1)
        running.signal(signal.SIGTERM)
        until(lambda: not running.accepts_connections(), "new connections are refused")
        told.set()
        answer = wire.response()
        assert answer.body == b"late but whole"
        assert wire.until_end() == b"" and wire.end == "closed"
    assert running.wait() == 0
    running.assert_sound()


def test_sigint_is_as_good_as_sigterm(gatehouse):
    running = gatehouse()
    running.signal(signal.SIGINT)
    assert running.wait() == 0


def test_idle_connections_do_not_delay_the_end(gatehouse, upstream):
    running = gatehouse("--to", upstream(says("hello")).url, "--timeout", "drain=1h")
    with running.connect() as wire:
        assert wire.ask(host=running.authority).text == "hello"
        running.signal(signal.SIGTERM)
        assert wire.until_end() == b"" and wire.end == "closed"
        assert running.wait() == 0


def test_the_drain_deadline_ends_what_does_not_end_by_itself(gatehouse, upstream):
    told = threading.Event()
    application = upstream(answers_when_told(told))
    running = gatehouse("--to", application.url, "--timeout", "drain=300ms")
    with running.connect() as wire:
        wire.send(b"GET /never HTTP/1.1\r\nHost: localhost\r\n\r\n")
        application.wait_for_requests(1)
        running.signal(signal.SIGTERM)
        assert running.wait() == 0
    told.set()


def test_a_second_signal_ends_at_once(gatehouse, upstream):
    told = threading.Event()
    application = upstream(answers_when_told(told))
    running = gatehouse("--to", application.url, "--timeout", "drain=1h")
    with running.connect() as wire:
        wire.send(b"GET /never HTTP/1.1\r\nHost: localhost\r\n\r\n")
        application.wait_for_requests(1)
        running.signal(signal.SIGTERM)
        until(lambda: not running.accepts_connections(), "new connections are refused")
        running.signal(signal.SIGTERM)
        running.wait(10)
    told.set()


# kill -9 at any moment. The moments are spread over the time that a start takes.

KILLS = [pytest.param(6, id="6"), pytest.param(50, id="50", marks=pytest.mark.soak)]


def start_time(tmp_path):
    """How long a first start takes on this machine with this build."""
    folder = tmp_path / "measure"
    folder.mkdir()
    begin = time.monotonic()
    running = Gatehouse(folder=folder).wait_until_serving()
    taken = time.monotonic() - begin
    running.stop()
    return taken


def start_and_kill(folder, state, after, *arguments):
    """Starts, and kills after `after` seconds, wherever the start may be then."""
    running = Gatehouse(*arguments, folder=folder, state=state)
    try:
        running.process.wait(after)  # the moment is the point here, not a condition
    except subprocess.TimeoutExpired:
        pass
    assert running.process.poll() is None, f"it ended by itself: {running.events()}"
    running.kill()


@pytest.mark.parametrize("kills", KILLS)
def test_kill_9_during_a_first_start_never_spoils_the_next(gatehouse, tmp_path, kills):
    whole = start_time(tmp_path)
    for number in range(kills):
        folder = tmp_path / f"kill-{number}"
        folder.mkdir()
        state = folder / "state"
        start_and_kill(folder, state, whole * (number + 0.5) / kills)
        anchor_file = state / "ca" / "root.crt"
        anchor = anchor_file.read_bytes() if anchor_file.exists() else None
        running = gatehouse(state=state, folder=folder)
        running.curl("-f", f"https://localhost:{running.port}/")
        assert anchor in (None, open(running.anchor, "rb").read()), "the CA was made anew"
        running.stop()


@pytest.mark.parametrize("kills", KILLS)
def test_kill_9_during_a_renewal_leaves_keys_and_ca_unharmed(gatehouse, tmp_path, kills):
    """Another --host makes every start issue again."""
    whole, state = start_time(tmp_path), tmp_path / "state"
    first = gatehouse(state=state)
    anchor = open(first.anchor, "rb").read()
    first.stop()
    for number in range(kills):
        start_and_kill(first.folder, state, whole * (number + 0.5) / kills,
                       "--host", f"name-{number}.localhost")
    running = gatehouse(state=state)
    assert open(running.anchor, "rb").read() == anchor
    running.curl("-f", f"https://localhost:{running.port}/")


def test_kill_9_while_serving_loses_nothing(gatehouse, tmp_path):
    state = tmp_path / "state"
    first = gatehouse(state=state)
    with first.connect() as wire:
        before = certificates.fingerprint(certificates.served(wire))
        first.kill()
    second = gatehouse(state=state)
    with second.connect() as wire:
        assert certificates.fingerprint(certificates.served(wire)) == before
    leftovers = [name for _, _, names in os.walk(state) for name in names if ".tmp" in name]
    assert leftovers == []
