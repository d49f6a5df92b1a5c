"""Stalled and slow connections: others are served, memory is bounded, deadlines end them."""

import threading
import time

import pytest

from support import binary, hello, http1
from support.resources import allow_descriptors, memory, open_sockets
from support.wait import seconds, settled, until
from support.wire import Wire

COUNTS = [pytest.param(200, id="200"), pytest.param(2000, id="2000", marks=pytest.mark.soak)]
KIB_PER_CONNECTION = 48


def silent(running):
    """Connects and says nothing."""
    return Wire.plain(running.address())


def stalled_handshake(running):
    """Stops in the middle of its ClientHello."""
    return silent(running).send(hello.client_hello()[:100])


def slow_head(running):
    return session(running).send(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")


def slow_body(running):
    return session(running).send(
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nslow")


def slow_reader(running):
    """Asks for a lot and reads nothing of it."""
    return session(running, receive_buffer=4096).send(http1.request(target="/endless"))


def session(running, **more):
    return running.connect(context=running.stalled_context, **more)


def application(connection):
    """Answers at once, or with a body without end."""
    while request := connection.head():
        if request.target == "/endless":
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
            while True:
                connection.send(bytes(65536))
        connection.reader.finish(request, until_end=False)
        connection.send(http1.response(b"served"))


KINDS = {  # how it stalls, the deadline that ends it, sockets that gatehouse holds for one
    "silent": (silent, "handshake", 1),
    "stalled handshake": (stalled_handshake, "handshake", 1),
    "slow head": (slow_head, "head", 1),
    "slow body": (slow_body, "body", 1),
    "slow reader": (slow_reader, "write", 2),
}


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("kind", KINDS)
def test_stalled_connections_harm_nobody_and_end_at_their_deadline(
        gatehouse, upstream, kind, count):
    stall, deadline, sockets = KINDS[kind]
    assert allow_descriptors(4 * count + 500), "the limit of open files is too low for this test"
    patience = seconds(10 + count / 50)  # enough to open them all and to measure
    running = gatehouse("--to", upstream(application).url,
                        "--timeout", f"{deadline}={int(patience * 1000)}ms")
    running.stalled_context = running.context()
    served(running)
    sockets_before = settled(lambda: open_sockets(running.pid))
    memory_before = memory(running.pid)
    stalled = [stall(running) for _ in range(count)]
    try:
        until(lambda: open_sockets(running.pid) >= sockets_before + count, "all are open", 30)
        served(running)
        if not binary.sanitizer():
            grown = memory(running.pid) - memory_before
            assert grown <= count * KIB_PER_CONNECTION * 1024, f"{grown / count / 1024} KiB each"
        until(lambda: open_sockets(running.pid) <= sockets_before + 4, "their deadline ends all",
              within=patience / seconds(1) + 20)
        served(running)
    finally:
        for wire in stalled:
            wire.socket.close()


def served(running):
    """Others are served, on old connections and new ones."""
    with running.connect() as wire:
        for _ in range(10):
            assert wire.ask(host=running.authority).text == "served"
    for _ in range(10):
        assert running.ask().text == "served"


# A trickle is no progress where the whole has a deadline.

def trickle(wire, byte, stop):
    """Sends one byte now and then, until the peer ends the connection."""
    try:
        while not stop.wait(0.05):
            wire.send(byte)
    except OSError:
        pass


@pytest.mark.parametrize("count", COUNTS)
def test_heads_of_one_byte_now_and_then_end_at_the_head_deadline(gatehouse, upstream, count):
    """Slowloris: each byte comes in time, the whole does not."""
    assert allow_descriptors(4 * count + 500), "the limit of open files is too low for this test"
    patience = seconds(3 + count / 100)
    running = gatehouse("--to", upstream(application).url,
                        "--timeout", f"head={int(patience * 1000)}ms")
    running.stalled_context = running.context()
    before = open_sockets(running.pid)
    wires = [slow_head(running) for _ in range(count)]
    due = time.monotonic()

    def all_ended():
        nonlocal due
        if time.monotonic() >= due:
            due = time.monotonic() + 1.0
            for wire in wires:
                drip(wire)
        return open_sockets(running.pid) <= before
    until(all_ended, "the deadline of the whole head ends all", patience / seconds(1) + 20)
    for wire in wires:
        wire.socket.close()
    served(running)


def drip(wire):
    try:
        wire.send(b"a")
    except OSError:
        pass  # ended already


def test_a_handshake_of_one_byte_now_and_then_ends_at_its_deadline(gatehouse):
    running = gatehouse("--timeout", "handshake=1s")
    stop = threading.Event()
    with silent(running) as wire:
        wire.send(b"\x16\x03\x01\x3f\xff")  # a record of 16 KiB is announced
        sender = threading.Thread(target=trickle, args=(wire, b"\x01", stop))
        sender.start()
        wire.until_end()
        stop.set()
        sender.join(seconds(10))


def test_a_slow_but_steady_body_is_no_abuse(gatehouse, upstream):
    """The body deadline is one of silence, not of the whole."""
    running = gatehouse("--to", upstream(application).url, "--timeout", "body=2s")
    stop = threading.Event()
    with running.connect() as wire:
        wire.send(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60\r\n\r\n")
        for _ in range(60):
            stop.wait(0.06)  # 3.6 s in all
            wire.send(b"x")
        assert wire.final("POST").text == "served"


def test_a_stalled_head_is_told_408_where_it_can_be(gatehouse, upstream):
    running = gatehouse("--to", upstream(application).url, "--timeout", "head=300ms")
    with running.connect() as wire:
        wire.send(b"GET / HTTP/1.1\r\nHost: local")
        came = wire.until_end()
        assert came == b"" or came.startswith(b"HTTP/1.1 408 ")


def test_a_stalled_body_ends_with_408_and_frees_the_application(gatehouse, upstream):
    ended = threading.Event()

    def takes_all(connection):
        connection.head()
        connection.until_closed()
        ended.set()

    running = gatehouse("--to", upstream(takes_all).url, "--timeout", "body=300ms")
    with running.connect() as wire:
        wire.send(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf")
        assert wire.final("POST").status == 408
        wire.until_end()
    assert ended.wait(seconds(10))


def test_connections_that_come_and_go_leave_nothing_behind(gatehouse, upstream):
    running = gatehouse("--to", upstream(application).url)
    served(running)
    before = open_sockets(running.pid)
    for number in range(100):
        for stall in (silent, stalled_handshake):
            wire = stall(running)
            wire.reset() if number % 2 else wire.socket.close()
    until(lambda: open_sockets(running.pid) <= before, "all are closed")
    served(running)
