"""Streams of HTTP/2: their numbers and their states (RFC 9113, section 5.1)."""

import threading

import pytest

from support import http2
from support.http1 import response
from support.http2_frames import (
    END_HEADERS, END_STREAM, LARGEST_WINDOW, Code, Kind, block, literal, reset, window_update)
from support.wait import seconds, until

CLOSED = (Code.STREAM_CLOSED, Code.PROTOCOL_ERROR)


def opened_as(client, number):
    """A whole request on a stream of this number."""
    stream = client.stream(number)
    client.send(Kind.HEADERS, block(client.head(path=f"/{number}")), END_HEADERS | END_STREAM,
                number)
    return stream


# Numbers (section 5.1.1).

@pytest.mark.parametrize("number", [2, 100, 2**31 - 2])
def test_an_even_number_is_a_protocol_error(client, number):
    opened_as(client, number)
    client.expect_goaway(Code.PROTOCOL_ERROR)


def test_numbers_may_be_left_out(client):
    for number in (1, 7, 2**30 + 1):
        assert client.expect_response(opened_as(client, number)).json["target"] == f"/{number}"


def test_the_last_number_is_a_good_one(client):
    assert client.expect_response(opened_as(client, LARGEST_WINDOW)).status == 200


@pytest.mark.parametrize("number", [3, 5])
def test_a_number_that_is_not_higher_than_the_last_is_no_request(client, http2_front, number):
    """A connection error, or none where the number is one of a closed stream (section 5.1)."""
    client.expect_response(opened_as(client, 5))
    client.stream(number)
    opened_as(client, number)
    client.next_id = 7
    last = client.request(path="/last")
    client.until(lambda: last.is_over or client.ended, "an answer or the end")
    assert client.goaway is None or client.goaway[1] in CLOSED
    assert http2_front.application.targets() in (["/5"], ["/5", "/last"])


def test_a_lower_number_while_a_stream_is_open_is_no_request(client, http2_front):
    client.next_id = 5
    stream = client.request("POST", "/open", end=False)
    opened_as(client, 3)
    client.data(stream, b"body")
    client.until(lambda: stream.is_over or client.ended, "an answer or the end")
    assert client.goaway is None or client.goaway[1] in CLOSED
    assert "/3" not in http2_front.application.targets()


# Idle (section 5.1).

@pytest.mark.parametrize("kind, payload", [
    (Kind.DATA, b"abc"), (Kind.RST_STREAM, bytes(4)), (Kind.WINDOW_UPDATE, b"\0\0\0\1")],
    ids=["DATA", "RST_STREAM", "WINDOW_UPDATE"])
@pytest.mark.parametrize("number", [1, 2, 99])
def test_a_frame_on_an_idle_stream_is_a_connection_error(client, kind, payload, number):
    client.send(kind, payload, stream=number)
    client.expect_goaway(Code.PROTOCOL_ERROR, *([Code.STREAM_CLOSED] if kind == Kind.DATA else []))


# Half-closed: the client has said the end, the answer is to come.

def test_data_after_the_end_of_a_request_are_stream_closed(held):
    with http2.connect(held) as client:
        stream = client.request()
        client.send(Kind.DATA, b"late", stream=stream.id)
        client.expect_error(stream, Code.STREAM_CLOSED)


def test_headers_after_the_end_of_a_request_are_stream_closed(held):
    with http2.connect(held) as client:
        stream = client.request()
        client.send(Kind.HEADERS, literal("x-late", "1"), END_HEADERS | END_STREAM, stream.id)
        client.expect_error(stream, Code.STREAM_CLOSED)


def test_a_half_closed_stream_takes_priority_window_and_reset(held):
    with http2.connect(held, values={}) as client:
        stream = client.request()
        held.application.wait_for_requests(1)
        client.send(Kind.PRIORITY, b"\0\0\0\0\0", stream=stream.id)
        client.give(1, stream)
        client.raw(reset(stream.id))
        client.ping()
        held.told.set()
        client.expect_alive()


# Closed.

@pytest.mark.parametrize("late", [
    (Kind.DATA, b"late", END_STREAM), (Kind.HEADERS, literal("x-late", "1"), END_HEADERS | 1)],
    ids=["DATA", "HEADERS"])
def test_what_comes_on_a_closed_stream_is_an_error_or_dropped(client, http2_front, late):
    kind, payload, flags = late
    stream = client.request("POST", "/once", body=b"body")
    client.expect_response(stream)
    client.send(kind, payload, flags, stream.id)
    other = client.request(path="/other")
    client.until(lambda: other.is_over or client.ended, "an answer or the end")
    assert client.goaway is None or client.goaway[1] in CLOSED
    assert http2_front.application.targets()[:1] == ["/once"]
    assert http2_front.application.targets().count("/once") == 1


def test_window_update_and_reset_on_a_closed_stream_are_ignored(client):
    """They may cross the end of the response."""
    stream = client.request()
    client.expect_response(stream)
    client.raw(window_update(1, stream.id) + reset(stream.id))
    client.expect_alive()


def test_data_that_cross_a_reset_of_the_server_are_dropped(gatehouse, upstream):
    """Section 5.1: and they count in the connection's window, which must not dry out."""
    def refuses(connection):
        while connection.head():
            connection.send(response(b"no", status="403 Forbidden", Connection="close"))
            return

    running = gatehouse("--to", upstream(refuses).url)
    with http2.connect(running) as client:
        for _ in range(8):
            stream = client.request("POST", end=False)
            client.until(lambda stream=stream: stream.is_over, "the refusal")
            size = min(client.send_window, 60000)
            client.send_window -= size
            for at in range(0, size, 10000):
                client.send(Kind.DATA, bytes(min(10000, size - at)), stream=stream.id)
            client.raw(reset(stream.id))
        client.ping()
        assert client.send_window > 0 and client.goaway is None


# RST_STREAM (section 6.4).

@pytest.mark.parametrize("code", [0, 1, 8, 0xD, 0xE, 2**32 - 1])
def test_a_reset_with_any_code_ends_its_stream_alone(client, code):
    """Section 7: unknown codes are no reason for anything special."""
    stream = client.request("POST", end=False)
    other = client.request("POST", end=False)
    client.raw(reset(stream.id, code))
    client.data(other, b"goes on")
    assert client.expect_response(other).json["length"] == 7
    assert not stream.is_over


def test_a_reset_ends_the_request_at_the_application(gatehouse, upstream):
    ended = threading.Event()

    def waits(connection):
        connection.head()
        connection.until_closed()
        ended.set()

    application = upstream(waits)
    running = gatehouse("--to", application.url)
    with http2.connect(running) as client:
        stream = client.request("POST", body=b"a part", end=False)
        application.wait_for_requests(1)
        client.raw(reset(stream.id))
        assert ended.wait(seconds(10))
        client.ping()


def test_a_reset_while_the_response_comes_stops_it(gatehouse, upstream):
    def endless(connection):
        connection.request()
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        while True:
            connection.send(bytes(65536))

    application = upstream(endless)
    running = gatehouse("--to", application.url)
    with http2.connect(running) as client:
        stream = client.request()
        client.until(lambda: len(stream.body) > 100000, "a part of the body")
        client.raw(reset(stream.id))
        until(lambda: not application._threads[0].is_alive(), "the application is told")
        client.ping()


def test_a_client_that_goes_ends_its_requests_at_the_application(gatehouse, upstream):
    ended = []

    def waits(connection):
        connection.head()
        connection.until_closed()
        ended.append(connection.number)

    application = upstream(waits)
    running = gatehouse("--to", application.url)
    with http2.connect(running) as client:
        for _ in range(3):
            client.request("POST", end=False)
        application.wait_for_requests(3)
    until(lambda: len(ended) == 3, "all three are ended")
