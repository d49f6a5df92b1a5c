"""Applications that break the rules of HTTP/2: an error or a visibly broken answer, never a guess.

RFC 9113; each test asks again afterwards, because one bad answer must not spoil the next.
"""

import struct
import threading

import pytest

from support import http1, http2
from support.http2_frames import (
    ACK, END_HEADERS, END_STREAM, Code, Kind, Setting, block, frame, number, reset, settings,
    window_update)
from support.http2_server import says
from support.wait import seconds

OK = (":status", "200")
HEAD = block([OK])


@pytest.fixture
def front(behind):
    """`front(script)`: the script answers once, all later requests are answered well."""
    return lambda script, *arguments, **more: behind([script, says("good")], *arguments, **more)


def sends(make):
    """A script that answers with these frames: `make(id of the stream)`."""
    def script(exchange):
        exchange.read()
        exchange.connection.raw(make(exchange.stream.id))
        exchange.until_over()
    return script


def headers(header_block, stream, flags=END_HEADERS):
    return frame(Kind.HEADERS, header_block, flags, stream)


def data(content, stream, flags=0):
    return frame(Kind.DATA, content, flags, stream)


# Heads that are none (sections 8.1.1, 8.2.1 and 8.3.2).

MALFORMED = {
    "no status": [("x-a", "b")],
    "two status": [OK, OK],
    "a status of two digits": [(":status", "20")],
    "a status of four digits": [(":status", "2000")],
    "a status in words": [(":status", "fine")],
    "status 099": [(":status", "099")],
    "status 101": [(":status", "101")],
    "a status after a field": [("x-a", "b"), OK],
    "a field of requests": [OK, (":path", "/")],
    "an unknown pseudo-header field": [OK, (":reason", "OK")],
    "a name in upper case": [OK, ("X-A", "b")],
    "a name with a space": [OK, ("x a", "b")],
    "a name with a colon": [OK, ("x:a", "b")],
    "an empty name": [OK, ("", "b")],
    "a name beyond ASCII": [OK, ("x-\xe4", "b")],
    "a NUL in a value": [OK, ("x-a", "b\0c")],
    "a CR in a value": [OK, ("x-a", "b\rc")],
    "an LF in a value": [OK, ("x-a", "b\nset-cookie: c")],
    "connection": [OK, ("connection", "x-a")],
    "keep-alive": [OK, ("keep-alive", "timeout=5")],
    "proxy-connection": [OK, ("proxy-connection", "close")],
    "transfer-encoding": [OK, ("transfer-encoding", "chunked")],
    "upgrade": [OK, ("upgrade", "h2c")],
    "two lengths": [OK, ("content-length", "1"), ("content-length", "2")],
    "an odd length": [OK, ("content-length", "+2")],
    "an empty length": [OK, ("content-length", "")],
}


@pytest.mark.parametrize("name", MALFORMED)
@pytest.mark.parametrize("client", ["HTTP/1.1", "HTTP/2"])
def test_a_malformed_head_is_502(front, client, name):
    running = front(sends(lambda stream: headers(block(MALFORMED[name]), stream)
                          + data(b"body", stream, END_STREAM)))
    if client == "HTTP/1.1":
        answer = running.ask()
    else:
        with http2.connect(running) as connection:
            answer = connection.ask()
    assert answer.status == 502 and answer.get("set-cookie") is None
    assert running.ask().text == "good"


FRAMES = {
    "content before its head": lambda stream: data(b"x", stream, END_STREAM),
    "only an interim head that ends": lambda stream: headers(
        block([(":status", "103")]), stream, END_HEADERS | END_STREAM),
    "content after an interim head": lambda stream: headers(
        block([(":status", "103")]), stream) + data(b"x", stream, END_STREAM),
    "a block that cannot be decoded": lambda stream: headers(b"\xff\xff\xff\xff\xff\x0f", stream),
    "an index that nobody filled": lambda stream: headers(HEAD + number(70, 7, 0x80), stream),
    "a table beyond its limit": lambda stream: headers(number(1 << 20, 5, 0x20) + HEAD, stream),
    "a push": lambda stream: frame(
        Kind.PUSH_PROMISE, struct.pack(">I", 2) + HEAD, END_HEADERS, stream),
    "a stream that nobody opened": lambda stream: headers(HEAD, stream + 2),
    "a stream of the other side": lambda stream: headers(HEAD, 2),
    "a head of stream 0": lambda stream: headers(HEAD, 0),
    "content of stream 0": lambda stream: data(b"x", 0),
    "a reset of an idle stream": lambda stream: reset(stream + 100),
    "CONTINUATION alone": lambda stream: frame(Kind.CONTINUATION, HEAD, END_HEADERS, stream),
    "a block that is interrupted": lambda stream: headers(HEAD, stream, 0)
    + frame(Kind.PING, bytes(8)),
    "a frame that is too large": lambda stream: data(bytes(16385 + (1 << 20)), stream),
    "a window of 0": lambda stream: window_update(0, 0),
    "a window that overflows": lambda stream: window_update(2**31 - 1) * 2,
    "a wrong size of PING": lambda stream: frame(Kind.PING, bytes(7)),
    "a wrong size of SETTINGS": lambda stream: frame(Kind.SETTINGS, bytes(5)),
    "a window of SETTINGS that overflows": lambda stream: settings(
        {Setting.INITIAL_WINDOW_SIZE: 2**31}),
    "a frame size that is too small": lambda stream: settings({Setting.MAX_FRAME_SIZE: 16383}),
    "a server that would take pushes": lambda stream: settings({Setting.ENABLE_PUSH: 1}),
    "an acknowledgement with content": lambda stream: frame(Kind.SETTINGS, bytes(6), ACK),
    "padding longer than its frame": lambda stream: headers(b"\xff" + HEAD, stream,
                                                            END_HEADERS | 0x8),
    "another protocol": lambda stream: b"SSH-2.0-OpenSSH_9.2p1\r\n\r\n",
    "an answer of HTTP/1.1": lambda stream: http1.response(b"hello"),
}


@pytest.mark.parametrize("name", FRAMES)
def test_a_wrong_frame_instead_of_an_answer_is_502(front, name):
    running = front(sends(FRAMES[name]))
    assert running.ask("POST", body=b"x").status == 502
    assert running.ask().text == "good"


@pytest.mark.parametrize("code", list(Code), ids=lambda code: code.name)
def test_a_reset_before_the_head_is_an_error(front, code):
    """Asked again where nothing was done (REFUSED_STREAM) or where another way may serve."""
    running = front(lambda exchange: (exchange.read(), exchange.reset(code)))
    answer = running.ask("POST", body=b"x")
    asked_again = code in (Code.REFUSED_STREAM, Code.HTTP_1_1_REQUIRED) and answer.status == 200
    assert asked_again or answer.status == 502
    assert running.ask().text == "good"


@pytest.mark.parametrize("code", [Code.NO_ERROR, Code.CANCEL, Code.INTERNAL_ERROR,
                                  Code.REFUSED_STREAM, Code.PROTOCOL_ERROR],
                         ids=lambda code: code.name)
def test_a_reset_in_the_middle_resets_the_stream_of_the_client(front, code):
    def breaks(exchange):
        exchange.read()
        exchange.begin()
        exchange.data(b"only this")
        exchange.reset(code)

    running = front(breaks)
    with http2.connect(running) as client:
        stream = client.request()
        client.until(lambda: stream.is_over, "the end of the stream")
        assert not stream.ended or stream.response.status == 502
        assert stream.reset not in (Code.NO_ERROR, Code.REFUSED_STREAM), "it looks unserved"
        assert client.ask().text == "good"
    assert len(running.application.connections) == 1, "the others on it live on"


def test_an_answer_that_is_whole_stays_so_when_the_upload_is_reset(front):
    """Section 8.1: NO_ERROR after the end says that nobody wants the rest of the request."""
    def refuses(exchange):
        exchange.answer(b"too large", status=413)
        exchange.reset(Code.NO_ERROR)

    running = front(refuses)
    with http2.connect(running) as client:
        stream = client.request("POST", body=bytes(100000), end=False)
        answer = client.expect_response(stream)
        assert (answer.status, answer.body) == (413, b"too large")
        assert client.ask().text == "good"


# Content that is not what its head says (section 8.1.1).

BROKEN = {
    "longer than its length": lambda stream: headers(block([OK, ("content-length", "4")]), stream)
    + data(b"bodyPOISON", stream, END_STREAM),
    "longer by a frame": lambda stream: headers(block([OK, ("content-length", "4")]), stream)
    + data(b"body", stream) + data(b"POISON", stream, END_STREAM),
    "shorter than its length": lambda stream: headers(
        block([OK, ("content-length", "40")]), stream) + data(b"body", stream, END_STREAM),
    "nothing of its length": lambda stream: headers(
        block([OK, ("content-length", "40")]), stream, END_HEADERS | END_STREAM),
    "trailers that do not end": lambda stream: headers(HEAD, stream) + data(b"body", stream)
    + headers(block([("x-sum", "1")]), stream) + data(b"POISON", stream, END_STREAM),
    "a status in trailers": lambda stream: headers(HEAD, stream) + data(b"body", stream)
    + headers(HEAD, stream, END_HEADERS | END_STREAM),
    "trailers in upper case": lambda stream: headers(HEAD, stream) + data(b"body", stream)
    + headers(block([("X-Sum", "1")]), stream, END_HEADERS | END_STREAM),
    "trailers with a line feed": lambda stream: headers(HEAD, stream) + data(b"body", stream)
    + headers(block([("x-sum", "1\nx: y")]), stream, END_HEADERS | END_STREAM),
    "a window that is not kept": lambda stream: headers(HEAD, stream)
    + data(bytes(16384), stream) * 4096,
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("client", ["HTTP/1.1", "HTTP/2"])
def test_an_answer_that_contradicts_itself_is_visibly_broken(front, client, name):
    """Or 502, where nothing of it had been sent on."""
    running = front(sends(BROKEN[name]))
    if client == "HTTP/1.1":
        with running.connect() as wire:
            answer = wire.ask(host=running.authority)
            # What comes behind all that was announced is nobody's, and is not waited for.
            whole = name == "longer by a frame" and answer.body == b"body"
            assert answer.status == 502 or not answer.complete or whole
            assert b"POISON" not in answer.body
    else:
        with http2.connect(running) as connection:
            stream = connection.request()
            connection.until(lambda: stream.is_over, "the end of the stream")
            assert stream.reset not in (None, Code.NO_ERROR) or stream.response.status == 502
            assert b"POISON" not in stream.body
    assert running.ask().text == "good"


@pytest.mark.parametrize("method, status", [("HEAD", "200"), ("GET", "204"), ("GET", "304")])
def test_content_where_none_may_be_reaches_nobody(front, method, status):
    running = front(sends(lambda stream: headers(block([(":status", status)]), stream)
                          + data(b"POISON", stream, END_STREAM)))
    with running.connect() as wire:
        answer = wire.ask(method, host=running.authority)
        assert answer.status in (int(status), 502) and b"POISON" not in answer.body
    assert running.ask().text == "good"


def test_frames_after_the_end_of_an_answer_reach_nobody(front):
    running = front(sends(lambda stream: headers(HEAD, stream) + data(b"good", stream, END_STREAM)
                          + data(b"POISON", stream, END_STREAM)))
    for _ in range(5):
        assert running.ask().text in ("good", "")
        assert running.ask().text == "good"


def test_streams_of_others_survive_one_malformed_answer(gatehouse, http2_upstream):
    """A stream error is that of its stream (section 5.4.2)."""
    told = threading.Event()

    def script(exchange):
        exchange.read()
        if exchange.request.target == "/bad":
            exchange.begin(fields=[("connection", "x")], end=True)
        else:
            assert told.wait(seconds(30))
            exchange.answer(b"whole")

    application = http2_upstream(script)
    running = gatehouse("--to", application.url, "--workers", "1")
    with http2.connect(running) as client:
        waiting = client.request()
        application.wait_for_requests(1)
        assert client.ask(path="/bad").status == 502
        told.set()
        assert client.expect_response(waiting).body == b"whole"
