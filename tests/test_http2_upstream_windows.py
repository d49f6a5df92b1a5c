"""Flow control with applications of HTTP/2: uploads that wait, clients that do not read (RFC 9113,
section 5.2). The reader of the application counts each byte against its windows.
"""

import threading

import pytest

from support import http2
from support.bodies import MIB, sha256, stream
from support.http2_frames import DEFAULT_WINDOW, PADDED, Kind, Setting
from support.resources import memory
from support.wait import seconds, settled, until


# Uploads.

@pytest.mark.parametrize("window", [0, 1000, 30000])
def test_an_upload_waits_for_the_window_of_its_stream(behind, window):
    """Section 6.9; the reader counts each byte."""
    told, uploads = threading.Event(), []

    def takes_late(exchange):
        uploads.append(exchange.stream)
        if exchange.request.target == "/late":
            assert told.wait(seconds(60))
            exchange.connection.give(1000, exchange.stream)  # where the window is 0 as well
        digest = sha256(exchange.body_parts())
        exchange.answer(repr(digest).encode())

    running = behind(takes_late, values={Setting.INITIAL_WINDOW_SIZE: window})
    assert running.ask().status == 200  # now SETTINGS are known
    with http2.connect(running) as client:
        request = client.request("POST", "/late", end=False)
        client.data(request, b"".join(stream(60000)))
        until(lambda: len(uploads) == 2, "the upload is there")
        assert settled(lambda: uploads[1].length) == window
        told.set()
        assert client.expect_response(request).text == repr(sha256(stream(60000)))


def test_uploads_share_the_window_of_the_connection(behind):
    """Streams have room, the connection has not (gatehouse takes 768 KiB of a client meanwhile)."""
    told = threading.Event()

    def takes_late(exchange):
        if exchange.request.method == "POST":
            assert told.wait(seconds(60))
        exchange.answer(repr(sha256(exchange.body_parts())).encode())

    running = behind(takes_late, connection_window=DEFAULT_WINDOW)
    assert running.ask().status == 200
    with http2.connect(running) as client:
        requests = [client.request("POST", body=b"".join(stream(30000 + number)))
                    for number in range(10)]
        application = running.application
        until(lambda: len(application.requests) == 11, "all heads are there")
        assert settled(lambda: application.connections[0].window) == 0
        assert client.ask(path="/without-content").status == 200
        told.set()
        for number, request in enumerate(requests):
            assert client.expect_response(request).text == repr(sha256(stream(30000 + number)))


def test_a_window_that_shrinks_below_zero_is_kept(behind):
    """Section 6.9.2: SETTINGS take room away from streams that run."""
    taken = threading.Event()

    def shrinks(exchange):
        if exchange.request.method == "POST":
            until(lambda: exchange.stream.length == 20000, "all that the window lets")
            exchange.connection.change_settings({Setting.INITIAL_WINDOW_SIZE: 100})
            exchange.connection.ping()
            exchange.connection.give(5000, exchange.stream)
            exchange.connection.ping()
            assert exchange.stream.length == 20000
            taken.set()
        exchange.answer(repr(sha256(exchange.body_parts())).encode())

    running = behind(shrinks, values={Setting.INITIAL_WINDOW_SIZE: 20000})
    assert running.ask().status == 200
    answer = running.ask("POST", body=b"".join(stream(50000)))
    assert taken.is_set() and answer.text == repr(sha256(stream(50000)))


# Slow clients of one connection.

def gives(exchange):
    """GET /N gives N bytes."""
    exchange.read()
    exchange.begin()
    for part in stream(int(exchange.request.target.strip("/"))):
        exchange.data(part)
    exchange.data(end=True)


@pytest.mark.parametrize("count", [1, 50])
def test_clients_that_read_nothing_hold_up_no_other_on_the_same_connection(behind, count):
    """What they leave must not use up the window of the connection to the application."""
    running = behind(gives)
    assert running.ask(target="/1").status == 200
    with http2.connect(running, {Setting.INITIAL_WINDOW_SIZE: 0}) as slow:
        streams = [slow.request(path=f"/{16 * MIB}") for _ in range(count)]
        slow.until(lambda: all(stream_.response for stream_ in streams), "their heads")
        sent = settled(lambda: sum(s.sent for c in running.application.connections
                                   for s in c.streams.values()))
        assert sent < count * 4 * MIB, "the application is held back"
        with http2.connect(running) as client:
            for _ in range(3):
                assert len(client.ask(path=f"/{MIB}").body) == MIB
    assert len(running.application.connections) == 1


@pytest.mark.exact
def test_clients_that_read_nothing_cost_a_bounded_memory(behind):
    running = behind(gives, "--timeout", "write=60s")
    with http2.connect(running) as client:
        for _ in range(3):
            assert len(client.ask(path=f"/{4 * MIB}").body) == 4 * MIB
    before = memory(running.pid)
    with http2.connect(running, {Setting.INITIAL_WINDOW_SIZE: 0}) as slow:
        streams = [slow.request(path=f"/{16 * MIB}") for _ in range(20)]
        slow.until(lambda: all(stream_.response for stream_ in streams), "their heads")
        settled(lambda: sum(s.sent for c in running.application.connections
                            for s in c.streams.values()))
        assert memory(running.pid) - before < 16 * MIB


def test_a_slow_client_gets_everything_in_the_end(behind):
    running = behind(gives)
    with http2.connect(running, {Setting.INITIAL_WINDOW_SIZE: 1000}) as slow:
        request = slow.request(path="/300000")
        while not request.is_over:
            had = len(request.body)
            slow.until(lambda had=had: len(request.body) > had or request.is_over, "more")
            if not request.is_over:
                slow.give(20000, request)
        assert sha256([request.body]) == sha256(stream(300000))


def test_padding_counts_for_the_window_and_comes_back(behind):
    """Section 6.1: else the connection would starve."""
    def pads(exchange):
        exchange.read()
        exchange.begin()
        for _ in range(2000):
            exchange.connection.take_window(exchange.stream, 257, least=257)
            exchange.connection.send(Kind.DATA, b"\xff" + b"a" + bytes(255), PADDED,
                                     exchange.stream.id)
        exchange.data(end=True)

    running = behind(pads)
    for _ in range(4):
        assert running.ask().body == b"a" * 2000
