"""The form of each frame of HTTP/2 (RFC 9113, sections 4 and 6)."""

import struct

import pytest

from support import http2
from support.http2_frames import (
    ACK, END_HEADERS, END_STREAM, PADDED, WITH_PRIORITY, Code, Kind, block, frame, literal,
    priority, reset, window_update)

LARGEST_FRAME = 16384  # what a server takes that announces nothing else


def an_open_stream(client):
    return client.request("POST", end=False)


def a_block(client, **more):
    return block(client.head(**more))


# The size of a frame (section 4.2).

def announced_size(client):
    client.ping()
    return client.server_settings.get(5, LARGEST_FRAME)


def test_data_of_the_largest_size_is_taken(client):
    stream = an_open_stream(client)
    client.data(stream, bytes(LARGEST_FRAME))
    assert client.expect_response(stream).json["length"] == LARGEST_FRAME


def test_data_beyond_the_largest_size_are_a_frame_size_error(client):
    stream, size = an_open_stream(client), announced_size(client)
    client.send(Kind.DATA, bytes(size + 1), stream=stream.id)
    client.expect_error(stream, Code.FRAME_SIZE_ERROR)


def test_headers_beyond_the_largest_size_are_a_connection_error(client):
    """They carry state of the whole connection."""
    size = announced_size(client)
    client.open(a_block(client) + literal("x-long", "a" * size))
    client.expect_goaway(Code.FRAME_SIZE_ERROR)


def test_a_size_beyond_all_measure_is_refused_before_its_content_comes(client):
    client.raw(b"\xff\xff\xff" + frame(Kind.SETTINGS)[3:])
    client.expect_goaway(Code.FRAME_SIZE_ERROR)


@pytest.mark.parametrize("size", [0, 3, 5, 8])
def test_rst_stream_of_another_size_than_four_is_a_frame_size_error(client, size):
    """Section 6.4."""
    stream = an_open_stream(client)
    client.send(Kind.RST_STREAM, bytes(size), stream=stream.id)
    client.expect_goaway(Code.FRAME_SIZE_ERROR)


@pytest.mark.parametrize("size", [0, 3, 5, 8])
@pytest.mark.parametrize("on_stream", [False, True])
def test_window_update_of_another_size_than_four_is_a_frame_size_error(client, size, on_stream):
    """Section 6.9."""
    stream = an_open_stream(client)
    client.send(Kind.WINDOW_UPDATE, b"\1" * size, stream=stream.id if on_stream else 0)
    client.expect_goaway(Code.FRAME_SIZE_ERROR)


@pytest.mark.parametrize("size", [0, 4, 6])
def test_priority_of_another_size_than_five_is_a_frame_size_error(client, size):
    """Section 6.3."""
    stream = an_open_stream(client)
    client.send(Kind.PRIORITY, bytes(size), stream=stream.id)
    client.expect_error(stream, Code.FRAME_SIZE_ERROR)


@pytest.mark.parametrize("size", [0, 4, 7])
def test_goaway_of_less_than_eight_bytes_is_a_frame_size_error(client, size):
    """Section 6.8."""
    client.send(Kind.GOAWAY, bytes(size))
    client.expect_goaway(Code.FRAME_SIZE_ERROR)


# Unknown things (sections 4.1 and 5.5).

@pytest.mark.parametrize("kind", [0xA, 0xB, 0xC, 0x10, 0x42, 0xFF])
def test_frames_of_an_unknown_type_are_ignored(client, kind):
    stream = an_open_stream(client)
    for number in (0, stream.id, stream.id + 100, 2):
        client.send(kind, b"unknown", 0xFF, number)
    client.data(stream, b"known")
    assert client.expect_response(stream).json["length"] == 5


def test_unknown_flags_are_ignored(client):
    stream = client.stream()
    client.send(Kind.HEADERS, a_block(client, method="POST"), END_HEADERS | 0xD2, stream.id)
    client.send(Kind.DATA, b"abc", 0xF6, stream.id)
    client.send(Kind.DATA, b"d", END_STREAM | 0xF6, stream.id)
    client.send(Kind.PING, bytes(8), 0xFE)
    client.send(Kind.RST_STREAM, bytes(4), 0xFF, client.request("POST", end=False).id)
    assert client.expect_response(stream).json["length"] == 4


def test_reserved_bits_are_ignored(http2_front):
    """Of a stream identifier (section 4.1) and of an increment (section 6.9)."""
    with http2.connect(http2_front, values={}, connection_window=0) as client:
        client.raw(window_update(2**31 + 1))
        stream = client.stream()
        client.send(Kind.HEADERS, a_block(client), END_HEADERS | END_STREAM, 2**31 + stream.id)
        assert client.expect_response(stream).status == 200


# Frames that belong to a stream, and frames that belong to none.

@pytest.mark.parametrize("kind, payload", [
    (Kind.DATA, b"abc"), (Kind.HEADERS, b"\x82"), (Kind.PRIORITY, priority(1)),
    (Kind.RST_STREAM, bytes(4)), (Kind.CONTINUATION, b"\x82")], ids=lambda value: str(value))
def test_a_frame_of_streams_on_stream_0_is_a_protocol_error(client, kind, payload):
    client.send(kind, payload, END_HEADERS, 0)
    client.expect_goaway(Code.PROTOCOL_ERROR)


def test_a_goaway_on_a_stream_is_a_protocol_error(client):
    stream = an_open_stream(client)
    client.send(Kind.GOAWAY, bytes(8), stream=stream.id)
    client.expect_goaway(Code.PROTOCOL_ERROR)


def test_a_goaway_of_the_client_lets_its_streams_finish(client):
    stream = an_open_stream(client)
    client.send(Kind.GOAWAY, bytes(8) + b"for your information")
    client.data(stream, b"finished")
    assert client.expect_response(stream).json["length"] == 8


@pytest.mark.parametrize("promised", [2, 3, 0])
def test_a_push_promise_of_a_client_is_a_protocol_error(client, promised):
    """Section 8.4: a client cannot push."""
    stream = an_open_stream(client)
    client.send(Kind.PUSH_PROMISE, struct.pack(">I", promised) + a_block(client), END_HEADERS,
                stream.id)
    client.expect_goaway(Code.PROTOCOL_ERROR)


# Padding (section 6.1).

def test_padding_is_taken_off(client):
    stream = client.stream()
    client.send(Kind.HEADERS, b"\x04" + a_block(client, method="POST") + bytes(4),
                END_HEADERS | PADDED, stream.id)
    client.send(Kind.DATA, b"\x05hello" + bytes(5), PADDED, stream.id)
    client.send(Kind.DATA, b"\xff" + bytes(255), PADDED, stream.id)
    client.send(Kind.DATA, b"\0 you", PADDED | END_STREAM, stream.id)
    assert client.expect_response(stream).json["length"] == 9


def test_padding_counts_in_the_window(client):
    """Section 6.9.1: the server gives it back, so that bodies of mere padding do not dry out."""
    stream = an_open_stream(client)
    for _ in range(400):
        client.until(lambda: min(client.send_window, stream.send_window) >= 256, "the window")
        client.send_window -= 256
        stream.send_window -= 256
        client.send(Kind.DATA, b"\xfe" + b"!" + bytes(254), PADDED, stream.id)
    client.data(stream)
    assert client.expect_response(stream).json["length"] == 400


@pytest.mark.parametrize("payload", [b"", b"\x01", b"\xff" + b"abc", b"\x04" + b"abc"])
def test_more_padding_in_data_than_there_is_content_is_a_protocol_error(client, payload):
    stream = an_open_stream(client)
    client.send(Kind.DATA, payload, PADDED, stream.id)
    client.expect_goaway(Code.PROTOCOL_ERROR, *([] if payload else [Code.FRAME_SIZE_ERROR]))


@pytest.mark.parametrize("flags", [PADDED, PADDED | WITH_PRIORITY])
def test_more_padding_in_headers_than_there_is_content_is_a_protocol_error(client, flags):
    """Section 6.2."""
    stream = client.stream()
    client.send(Kind.HEADERS, b"\xff" + priority(0) + a_block(client)[:100], END_HEADERS | flags,
                stream.id)
    client.expect_goaway(Code.PROTOCOL_ERROR)


def test_headers_too_short_for_their_priority_are_an_error(client):
    stream = client.stream()
    client.send(Kind.HEADERS, b"\0\0\0", END_HEADERS | WITH_PRIORITY, stream.id)
    client.expect_goaway(Code.FRAME_SIZE_ERROR, Code.PROTOCOL_ERROR)


# CONTINUATION (section 6.10).

def begun(client, flags=END_STREAM):
    """HEADERS whose block is not at its end; the stream and the rest of the block."""
    stream, whole = client.stream(), a_block(client)
    client.send(Kind.HEADERS, whole[:20], flags, stream.id)
    return stream, whole[20:]


def test_a_block_may_come_in_several_frames(client):
    stream, rest = begun(client)
    client.send(Kind.CONTINUATION, rest[:1], stream=stream.id)
    client.send(Kind.CONTINUATION, b"", stream=stream.id)
    client.send(Kind.CONTINUATION, rest[1:], END_HEADERS, stream.id)
    assert client.expect_response(stream).status == 200


@pytest.mark.parametrize("between", [
    frame(Kind.PING, bytes(8)), frame(Kind.DATA, b"abc", 0, 1), frame(Kind.SETTINGS, b"", ACK),
    frame(Kind.PRIORITY, priority(0), 0, 3), window_update(1), reset(1), frame(0x42, b"unknown"),
    frame(Kind.HEADERS, b"\x82\x84\x87\x41\x01a", END_HEADERS | END_STREAM, 3),
    frame(Kind.CONTINUATION, b"", END_HEADERS, 3), frame(Kind.GOAWAY, bytes(8))],
    ids=["PING", "DATA", "SETTINGS", "PRIORITY", "WINDOW_UPDATE", "RST_STREAM", "unknown",
         "other HEADERS", "CONTINUATION of another stream", "GOAWAY"])
def test_any_other_frame_within_a_block_is_a_protocol_error(client, between):
    stream, rest = begun(client)
    client.raw(between + frame(Kind.CONTINUATION, rest, END_HEADERS, stream.id))
    client.expect_goaway(Code.PROTOCOL_ERROR)


def test_a_continuation_of_nothing_is_a_protocol_error(client):
    stream = an_open_stream(client)
    client.send(Kind.CONTINUATION, b"\x82", END_HEADERS, stream.id)
    client.expect_goaway(Code.PROTOCOL_ERROR)


def test_a_continuation_after_the_end_of_the_block_is_a_protocol_error(client):
    stream, rest = begun(client, flags=0)
    client.send(Kind.CONTINUATION, rest, END_HEADERS, stream.id)
    client.send(Kind.CONTINUATION, literal("x-late", "1"), END_HEADERS, stream.id)
    client.expect_goaway(Code.PROTOCOL_ERROR)


# PRIORITY (section 5.3.2: deprecated, to be read and ignored).

@pytest.mark.parametrize("depends_on", [0, 1, 3, 2**31 + 5, 2**31 - 1])
def test_priorities_change_nothing(client, depends_on):
    stream = client.stream(1)
    client.next_id = 3
    client.send(Kind.PRIORITY, priority(depends_on if depends_on != 1 else 0), stream=7)
    client.send(Kind.HEADERS, priority(depends_on if depends_on != 1 else 0) + a_block(client),
                END_HEADERS | END_STREAM | WITH_PRIORITY, stream.id)
    assert client.expect_response(stream).status == 200
    client.expect_alive()


def test_priority_is_allowed_on_idle_and_on_closed_streams(client):
    client.ask()
    for number in (1, 3, 5, 101):
        client.stream(number)
        client.send(Kind.PRIORITY, priority(0), stream=number)
    client.next_id = 103
    client.expect_alive()


def test_a_stream_that_depends_on_itself_does_no_harm(client):
    """RFC 7540, section 5.3.1 makes it an error, RFC 9113 nothing: others are served meanwhile."""
    other = an_open_stream(client)
    stream = client.stream()
    client.send(Kind.HEADERS, priority(stream.id) + a_block(client),
                END_HEADERS | END_STREAM | WITH_PRIORITY, stream.id)
    client.until(lambda: stream.is_over or client.ended, "an answer or an error")
    if client.ended:
        assert client.goaway[1] == Code.PROTOCOL_ERROR
        return
    client.data(other, b"still here")
    assert client.expect_response(other).json["length"] == 10


def test_the_fields_of_rfc_9218_are_ignored_or_obeyed_but_never_an_error(client):
    client.send(0x10, struct.pack(">I", 1) + b"u=0, i")
    assert client.ask(fields=[("priority", "u=7, i")]).status == 200
    assert client.ask(fields=[("priority", "()()(")]).status == 200
