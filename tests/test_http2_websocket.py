"""M2: WebSocket over HTTP/2 (RFC 8441), in front of a real server."""

import pytest

from support import http2
from support.http2_frames import Code, Kind, block, reset
from support.upstreams import answers_once, says
from support.wait import until

ENABLE_CONNECT_PROTOCOL = 8


def text_frame(text, mask=b"mask"):
    """RFC 6455, section 5.2: a whole message of up to 125 bytes, as a client sends it."""
    data = bytes(byte ^ mask[at % 4] for at, byte in enumerate(text.encode()))
    return bytes([0x81, 0x80 | len(data)]) + mask + data


def echoed(text):
    return bytes([0x81, len(text)]) + text.encode()


CLOSE = b"\x88\x82mask" + bytes(byte ^ mask for byte, mask in zip(b"\x03\xe8", b"mask"))


def connect_to(client, protocol="websocket", path="/ws", fields=(), end=False):
    return client.open(block([
        (":method", "CONNECT"), (":protocol", protocol), (":scheme", "https"), (":path", path),
        (":authority", client.authority), ("sec-websocket-version", "13"), *fields]), end=end)


def opened(client, **more):
    stream = connect_to(client, **more)
    client.until(lambda: stream.response or stream.is_over, "the answer")
    assert stream.response and stream.response.status == 200 and not stream.is_over, stream
    return stream


@pytest.fixture
def socket_client(gatehouse, websocket_server):
    with http2.connect(gatehouse("--to", websocket_server.url)) as client:
        client.server = websocket_server
        client.ping()
        yield client


def test_the_server_says_that_it_knows_websockets(socket_client):
    """RFC 8441, section 3."""
    assert socket_client.server_settings[ENABLE_CONNECT_PROTOCOL] == 1


def test_messages_are_echoed(socket_client):
    stream, said = opened(socket_client), b""
    for number in range(100):
        socket_client.data(stream, text_frame(f"message {number}"), end=False)
        said += echoed(f"message {number}")
    socket_client.until(lambda: len(stream.body) >= len(said), "the echoes")
    assert stream.body == said


def test_several_websockets_and_requests_share_a_connection(socket_client):
    streams = [opened(socket_client) for _ in range(10)]
    for number, stream in enumerate(streams):
        socket_client.data(stream, text_frame(f"socket {number}"), end=False)
    assert socket_client.ask(path="/page").status == 404
    for number, stream in enumerate(streams):
        socket_client.until(lambda stream=stream: stream.body, "the echo")
        assert stream.body == echoed(f"socket {number}")


def test_a_subprotocol_passes(socket_client):
    stream = opened(socket_client, fields=[("sec-websocket-protocol", "chat")])
    assert stream.response.get("sec-websocket-protocol") == "chat"


def test_the_answer_has_no_field_of_the_other_handshake(socket_client):
    """RFC 8441, section 5: no key, no accept, no upgrade."""
    names = {name for name, _ in opened(socket_client).response.fields}
    assert names.isdisjoint({"sec-websocket-accept", "upgrade", "connection"})


def test_a_close_ends_the_stream(socket_client):
    stream = opened(socket_client)
    socket_client.data(stream, CLOSE, end=True)
    socket_client.until(lambda: stream.is_over, "the end of the stream")
    assert stream.body[:2] == b"\x88\x02" and stream.reset in (None, Code.NO_ERROR, Code.CANCEL)
    until(lambda: socket_client.server.closed_with == [1000], "the application has closed")


def test_a_reset_closes_the_socket_of_the_application(socket_client):
    stream = opened(socket_client)
    socket_client.raw(reset(stream.id))
    until(lambda: socket_client.server.closed_with, "the application has noticed")
    socket_client.ping()


def test_a_window_of_a_websocket_is_kept(gatehouse, websocket_server):
    with http2.connect(gatehouse("--to", websocket_server.url), values={4: 5}) as client:
        stream = opened(client)
        client.data(stream, text_frame("longer than that"), end=False)
        client.until(lambda: len(stream.body) == 5, "five bytes")
        client.ping()
        assert stream.body == echoed("longer than that")[:5]
        client.give(100, stream)
        client.until(lambda: stream.body == echoed("longer than that"), "the rest")


@pytest.mark.parametrize("protocol", ["", "h2c", "connect-udp", "websocket\r\nx-evil: 1"])
def test_another_protocol_is_refused_alone(socket_client, protocol):
    stream = connect_to(socket_client, protocol)
    socket_client.until(lambda: stream.is_over, "the refusal")
    assert stream.reset is not None or stream.response.status in (400, 405, 501)
    assert socket_client.ask(path="/page").status == 404
    assert [path for path, _ in socket_client.server.heads] == ["/page"]


def test_a_websocket_that_is_not_one_for_the_application_is_no_websocket(gatehouse, upstream):
    """A 2xx of the application that is no 101 must not look like an open WebSocket."""
    with http2.connect(gatehouse("--to", upstream(says("just a page")).url)) as client:
        stream = connect_to(client)
        client.until(lambda: stream.is_over, "the refusal")
        assert stream.reset is not None or stream.response.status >= 400


def test_a_refusal_of_the_application_passes(gatehouse, upstream):
    running = gatehouse("--to", upstream(answers_once(
        b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno")).url)
    with http2.connect(running) as client:
        stream = connect_to(client)
        client.until(lambda: stream.is_over, "the refusal")
        assert stream.response.status == 403 and stream.body == b"no"
        assert stream.reset in (None, Code.NO_ERROR)


def test_what_is_sent_before_the_answer_arrives(socket_client):
    """The client need not wait for 200 to keep to the frames of HTTP/2."""
    stream = connect_to(socket_client)
    socket_client.send(Kind.DATA, text_frame("early"), stream=stream.id)
    socket_client.until(lambda: stream.body == echoed("early"), "the echo")
