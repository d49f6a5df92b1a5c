"""Applications of HTTP/2 that do not begin, or do not end: an error in time (RFC 9113)."""

import pytest

from support import http1, http2
from support.http2_frames import (
    ACK, END_HEADERS, Code, Kind, Setting, block, frame, literal, settings)
from support.http2_server import Connection, says
from support.upstreams import answers_once

HEAD = block([(":status", "200")])
IMPATIENT = ("--timeout", "connect=1s", "--timeout", "response=1s", "--timeout", "body=1s")


@pytest.fixture
def front(behind):
    """`front(script)`: the script answers once, all later requests are answered well."""
    return lambda script, *arguments, **more: behind([script, says("good")], *arguments, **more)


def headers(header_block, stream, flags=END_HEADERS):
    return frame(Kind.HEADERS, header_block, flags, stream)


def data(content, stream, flags=0):
    return frame(Kind.DATA, content, flags, stream)


# Without end.

def without_end(part, before=None):
    def script(exchange):
        exchange.read()
        if before:
            exchange.connection.raw(before(exchange.stream.id))
        while True:
            exchange.connection.raw(part(exchange.stream.id))
    return script


@pytest.mark.parametrize("script", [
    without_end(lambda stream: headers(block([(":status", "103")]), stream) * 100),
    without_end(lambda stream: frame(Kind.CONTINUATION, literal("x-a", "b" * 1000) * 16, 0, stream),
                lambda stream: headers(HEAD, stream, 0)),
    without_end(lambda stream: frame(Kind.CONTINUATION, b"", 0, stream) * 1000,
                lambda stream: headers(HEAD, stream, 0))],
    ids=["interim heads", "fields", "empty CONTINUATION"])
def test_a_head_without_end_is_an_error(front, script):
    running = front(script, *IMPATIENT)
    assert running.ask("POST", body=b"x").status in (502, 504)
    assert running.ask().text == "good"


@pytest.mark.parametrize("part", [
    lambda stream: frame(Kind.PING, bytes(8)) * 1000, lambda stream: settings({}) * 1000,
    lambda stream: data(b"", stream) * 1000], ids=["PING", "SETTINGS", "empty DATA"])
def test_frames_that_bring_nothing_do_not_keep_a_request_alive(front, part):
    """A deadline ends what makes no progress."""
    has_begun = part(1)[3] == Kind.DATA
    begun = (lambda stream: headers(HEAD, stream)) if has_begun else None
    running = front(without_end(part, begun), *IMPATIENT)
    with http2.connect(running) as client:
        stream = client.request("POST")
        client.until(lambda: stream.is_over, "an end", within=20)
        assert stream.response is None or stream.response.status in (200, 502, 504)
        assert stream.reset or stream.response.status != 200
    assert running.ask().text == "good"


# Before anything.

def silent(_):
    """Says nothing, not even SETTINGS."""


def stalls(exchange):
    exchange.until_over()


def test_an_application_that_never_says_settings_is_an_error_in_time(front):
    running = front(stalls, *IMPATIENT, begin=silent)
    assert running.ask("POST", body=b"x").status in (502, 504)


@pytest.mark.parametrize("said", [
    settings({Setting.INITIAL_WINDOW_SIZE: 2**31}), frame(Kind.PING, bytes(8)),
    settings({}, ACK), b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
    b"SSH-2.0-OpenSSH_9.2p1\r\n", bytes(range(256)) * 4, b"\x15\x03\x01\x00\x02\x02\x46"],
    ids=["a wrong SETTINGS", "PING first", "ACK first", "HTTP/1.1", "SSH", "binary", "TLS"])
def test_what_does_not_begin_with_settings_is_no_http_2(front, said):
    """Section 3.4."""
    running = front(stalls, *IMPATIENT, begin=lambda connection: connection.raw(said))
    assert running.ask("POST", body=b"x").status in (502, 504)
    assert running.process.poll() is None


def test_a_goaway_before_any_stream_is_an_error(front):
    def goodbye(connection):
        connection.say_settings()
        connection.goaway(0, Code.ENHANCE_YOUR_CALM)

    running = front(stalls, *IMPATIENT, begin=goodbye)
    assert running.ask().status in (502, 503)
    assert len(running.application.connections) <= 10


@pytest.mark.parametrize("end", [Connection.close, Connection.cut], ids=["close", "reset"])
def test_a_connection_that_ends_at_once_is_502(front, end):
    running = front(stalls, begin=end)
    for _ in range(3):
        assert running.ask("POST", body=b"x").status == 502


def test_an_application_of_http_1_behind_h2c_is_502_and_the_protocol_is_named(gatehouse, upstream):
    """The likeliest mistake: the sentence must help."""
    application = upstream(answers_once(http1.response(b"", status="400 Bad Request")))
    running = gatehouse("--to", application.url.replace("http", "h2c"))
    answer = running.ask(fields=[("Accept", "application/json")])
    assert answer.status == 502 and "HTTP/2" in answer.text


def test_an_application_of_http_2_behind_http_is_502(gatehouse, http2_upstream):
    """The other way round: its SETTINGS are no answer of HTTP/1.1."""
    application = http2_upstream(says("never"), begin=answers_settings_to_anything)
    running = gatehouse("--to", application.url.replace("h2c", "http"))
    assert running.ask().status == 502


def answers_settings_to_anything(connection):
    connection.say_settings()
    connection.socket.recv(65536)
    raise ConnectionError
