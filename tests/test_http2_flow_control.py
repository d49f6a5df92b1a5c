"""Flow control of HTTP/2 (RFC 9113, sections 5.2 and 6.9).

The client of these tests counts the windows that it gives, and fails at the first byte beyond.
"""

import threading

import pytest

from support import http2
from support.http1 import response
from support.http2_frames import (
    DEFAULT_WINDOW, LARGEST_WINDOW, Code, Kind, Setting, settings, window_update)
from support.wait import seconds

BODY = bytes(range(256)) * 1024
WINDOW = Setting.INITIAL_WINDOW_SIZE


@pytest.fixture
def front(gatehouse, upstream):
    """A gatehouse whose application answers with BODY."""
    def script(connection):
        while connection.request():
            connection.send(response(BODY))
    return gatehouse("--to", upstream(script).url)


@pytest.fixture
def never_reads(gatehouse, upstream):
    """A gatehouse whose application takes the head of a request and nothing more."""
    told = threading.Event()

    def script(connection):
        connection.head()
        told.wait(seconds(60))

    yield gatehouse("--to", upstream(script).url)
    told.set()


def came(client, stream, size):
    """So many bytes of the body come, and no more."""
    client.until(lambda: len(stream.body) >= size or client.ended, f"{size} bytes of the body")
    client.ping()
    assert stream.body == BODY[:size]


# The windows of the client.

def test_a_window_of_0_holds_the_body_and_not_the_head(front):
    with http2.connect(front, {WINDOW: 0}) as client:
        stream = client.request()
        client.until(lambda: stream.response, "the head")
        came(client, stream, 0)
        client.give(1, stream)
        came(client, stream, 1)
        client.give(len(BODY), stream)
        assert client.expect_response(stream).body == BODY


def test_a_response_without_body_needs_no_window(gatehouse, upstream):
    def script(connection):
        while connection.request():
            connection.send(response(b""))

    with http2.connect(gatehouse("--to", upstream(script).url), {WINDOW: 0}) as client:
        assert client.ask().body == b""
        assert client.ask("HEAD").body == b""


def test_a_window_of_1_byte_passes_the_body_byte_by_byte(front):
    with http2.connect(front, {WINDOW: 1}) as client:
        stream = client.request()
        for size in range(1, 30):
            client.until(lambda size=size: len(stream.body) == size, f"byte {size}")
            client.give(1, stream)
        client.give(LARGEST_WINDOW - 1000, stream)
        assert client.expect_response(stream).body == BODY


def test_the_default_window_is_65535_bytes(front):
    with http2.connect(front, {}) as client:
        stream = client.request()
        came(client, stream, DEFAULT_WINDOW)
        client.give(len(BODY), stream)
        assert client.expect_response(stream).body == BODY


def test_the_window_of_the_connection_bounds_all_streams_together(front):
    with http2.connect(front, connection_window=DEFAULT_WINDOW) as client:
        streams = [client.request() for _ in range(3)]
        client.until(lambda: client.window == 0, "an exhausted window")
        client.until(lambda: all(stream.response for stream in streams), "heads need no window")
        client.ping()
        assert sum(len(stream.body) for stream in streams) == DEFAULT_WINDOW
        client.give(3 * len(BODY))
        for stream in streams:
            assert client.expect_response(stream).body == BODY


def test_a_stream_without_window_does_not_hold_another_up(front):
    with http2.connect(front, {WINDOW: 0}) as client:
        stuck, other = client.request(), client.request()
        client.give(len(BODY), other)
        assert client.expect_response(other).body == BODY
        assert stuck.body == b""


def test_a_stream_is_given_its_window_before_its_response_comes(front):
    with http2.connect(front, {WINDOW: 0}) as client:
        stream = client.request("POST", end=False)
        client.give(len(BODY), stream)
        client.data(stream, b"body")
        assert client.expect_response(stream).body == BODY


def test_a_larger_initial_window_frees_the_streams_that_wait(front):
    """Section 6.9.2."""
    with http2.connect(front, {WINDOW: 10}) as client:
        stream = client.request()
        came(client, stream, 10)
        client.settings({WINDOW: 100})
        came(client, stream, 100)
        client.settings({WINDOW: LARGEST_WINDOW})
        assert client.expect_response(stream).body == BODY


def test_a_smaller_initial_window_can_make_a_window_negative(front):
    """Section 6.9.2: nothing comes until WINDOW_UPDATE has made it positive."""
    with http2.connect(front, {WINDOW: 1000}) as client:
        stream = client.request()
        came(client, stream, 1000)
        client.settings({WINDOW: 100})
        client.until(lambda: client.acknowledged == 2, "the acknowledgement")
        assert stream.window == -900
        client.give(900, stream)
        came(client, stream, 1000)
        client.give(5, stream)
        came(client, stream, 1005)
        client.give(len(BODY), stream)
        assert client.expect_response(stream).body == BODY


def test_the_initial_window_does_not_change_the_window_of_the_connection(front):
    with http2.connect(front, {WINDOW: 0}, connection_window=DEFAULT_WINDOW) as client:
        stream = client.request()
        client.settings({WINDOW: LARGEST_WINDOW})
        came(client, stream, DEFAULT_WINDOW)
        client.give(len(BODY))
        assert client.expect_response(stream).body == BODY


@pytest.mark.parametrize("size", [16384, 20000, 2**24 - 1])
def test_frames_of_the_server_keep_to_the_size_that_the_client_wants(front, size):
    """Section 4.2; the client of the test fails at a larger one."""
    with http2.connect(front, {**http2.GENEROUS, Setting.MAX_FRAME_SIZE: size}) as client:
        assert client.ask().body == BODY


# WINDOW_UPDATE (section 6.9).

def test_an_increment_of_0_on_the_connection_is_a_protocol_error(client):
    client.raw(window_update(0))
    client.expect_goaway(Code.PROTOCOL_ERROR)


def test_an_increment_of_0_on_a_stream_is_a_protocol_error(client):
    stream = client.request("POST", end=False)
    client.raw(window_update(0, stream.id))
    client.expect_error(stream, Code.PROTOCOL_ERROR)


def test_a_window_of_the_connection_beyond_its_maximum_is_a_flow_control_error(client):
    """Section 6.9.1."""
    client.raw(window_update(LARGEST_WINDOW))
    client.expect_goaway(Code.FLOW_CONTROL_ERROR)


@pytest.mark.parametrize("increments", [[LARGEST_WINDOW], [LARGEST_WINDOW - DEFAULT_WINDOW, 1]])
def test_a_window_of_a_stream_beyond_its_maximum_is_a_flow_control_error(http2_front, increments):
    with http2.connect(http2_front, {}) as client:
        stream = client.request("POST", end=False)
        client.raw(b"".join(window_update(each, stream.id) for each in increments))
        client.expect_error(stream, Code.FLOW_CONTROL_ERROR)


def test_a_window_at_its_maximum_is_no_error(http2_front):
    with http2.connect(http2_front, {}) as client:
        stream = client.request("POST", end=False)
        client.give(LARGEST_WINDOW - DEFAULT_WINDOW, stream)
        client.data(stream, b"fine")
        assert client.expect_response(stream).status == 200


def test_an_initial_window_that_lifts_a_stream_too_high_is_a_connection_error(http2_front):
    """Section 6.9.2."""
    with http2.connect(http2_front, {}) as client:
        stream = client.request("POST", end=False)
        client.raw(window_update(LARGEST_WINDOW - DEFAULT_WINDOW, stream.id)
                   + settings({WINDOW: DEFAULT_WINDOW + 1}))
        client.expect_goaway(Code.FLOW_CONTROL_ERROR)


# The windows of the server.

def test_a_client_that_keeps_to_the_windows_sends_all(client):
    size = 4 * 1024 * 1024
    assert client.ask("POST", body=bytes(size)).json["length"] == size


def test_an_application_that_does_not_read_holds_its_client_back(never_reads):
    """The window is given as the application takes; no memory stands in for it."""
    with http2.connect(never_reads) as client:
        stream, sent = client.request("POST", end=False), 0
        while sent < 64 * 1024 * 1024:
            client.ping()
            size = min(client.send_window, stream.send_window, 16384)
            if size <= 0:
                return
            client.data(stream, bytes(size), end=False)
            sent += size
        raise AssertionError("64 MiB are taken that nobody reads")


def test_data_beyond_the_window_are_a_flow_control_error(never_reads):
    """Section 6.9.1: of the stream or of the connection, as the server likes."""
    with http2.connect(never_reads) as client:
        stream = client.request("POST", end=False)
        sends_without_regard(client, stream)
        client.until(lambda: stream.reset is not None or client.goaway or client.ended, "an error")
        code = client.goaway[1] if client.goaway else stream.reset
        assert code == Code.FLOW_CONTROL_ERROR


def sends_without_regard(client, stream, most=64 * 1024 * 1024):
    for _ in range(most // 16384):
        try:
            client.send(Kind.DATA, bytes(16384), stream=stream.id)
        except OSError:
            return


def test_an_upload_that_nobody_takes_does_not_hold_another_stream_up(gatehouse, upstream):
    """The window of the connection is not for one stream alone."""
    told = threading.Event()

    def script(connection):
        head = connection.head()
        if head.target == "/stuck":
            told.wait(seconds(60))
            return
        connection.reader.finish(head, until_end=False)
        connection.send(response(b"%d" % len(head.body)))

    with http2.connect(gatehouse("--to", upstream(script).url)) as client:
        stuck = client.request("POST", "/stuck", end=False)
        client.until(lambda: client.server_settings is not None, "SETTINGS")
        while (size := min(stuck.send_window, client.send_window)) > 0:
            client.data(stuck, bytes(size), end=False)
            client.ping()
        answer = client.ask("POST", body=bytes(100000))
        told.set()
        assert answer.text == "100000"
