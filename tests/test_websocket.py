"""M2: WebSocket over HTTP/1.1, long-lived, in front of a real server with a real client."""

import asyncio
import json

import pytest
import websockets
from websockets.client import connect

from support import http1
from support.upstreams import answers_once
from support.wait import seconds


def talk(running, conversation, path="/ws", **more):
    """Runs `conversation(socket)` over wss."""
    async def whole():
        async with connect(
                f"wss://localhost:{running.port}{path}", host="127.0.0.1", ssl=running.context(),
                max_size=None, ping_interval=None, **more) as socket:
            return await conversation(socket)
    return asyncio.run(asyncio.wait_for(whole(), seconds(60)))


@pytest.fixture
def front(gatehouse, websocket_server):
    return gatehouse("--to", websocket_server.url)


def test_a_thousand_messages_are_echoed_in_order(front):
    async def conversation(socket):
        for number in range(1000):
            await socket.send(f"message {number}")
            assert await socket.recv() == f"message {number}"
    talk(front, conversation)


def test_messages_of_one_mebibyte_pass_both_ways_whole(front):
    async def conversation(socket):
        for number in range(16):
            message = bytes([number]) * (1 << 20)
            await socket.send(message)
            assert await socket.recv() == message
    talk(front, conversation)


def test_many_messages_in_flight_arrive_all(front):
    async def conversation(socket):
        async def send_all():
            for number in range(2000):
                await socket.send(str(number))
        sending = asyncio.create_task(send_all())
        assert [await socket.recv() for _ in range(2000)] == [str(n) for n in range(2000)]
        await sending
    talk(front, conversation)


@pytest.mark.parametrize("code", [1000, 1001, 3000, 4321])
def test_the_close_code_of_the_application_reaches_the_client(front, code):
    async def conversation(socket):
        await socket.send(f"close:{code}")
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await socket.recv()
        return closed.value.code, closed.value.reason
    assert talk(front, conversation) == (code, "as you wish")


def test_the_close_code_of_the_client_reaches_the_application(front, websocket_server):
    async def conversation(socket):
        await socket.close(4242, "enough")
    talk(front, conversation)
    from support.wait import until
    until(lambda: websocket_server.closed_with == [4242], "the application hears the code")


def test_ping_and_pong_pass_both_ways(front):
    async def conversation(socket):
        await asyncio.wait_for(await socket.ping(b"hello"), seconds(10))
        await socket.send("ping")
        assert await socket.recv() == "ponged"
    talk(front, conversation)


def test_subprotocol_and_extensions_are_agreed_end_to_end(front):
    async def conversation(socket):
        assert socket.subprotocol == "chat"
        assert [extension.name for extension in socket.extensions] == ["permessage-deflate"]
        await socket.send("compressed" * 1000)
        assert await socket.recv() == "compressed" * 1000
    talk(front, conversation, subprotocols=["chat"])


def test_the_handshake_says_who_the_client_is(front, websocket_server):
    async def conversation(socket):
        await socket.send("x")
        await socket.recv()
    talk(front, conversation, path="/ws/where?room=1")
    path, fields = websocket_server.heads[0]
    fields = {name.lower(): value for name, value in fields}
    assert path == "/ws/where?room=1"
    assert fields["x-forwarded-for"] == "127.0.0.1" and fields["x-forwarded-proto"] == "https"
    assert fields["upgrade"].lower() == "websocket"


def test_a_quiet_websocket_outlives_the_idle_deadline_of_requests(gatehouse, websocket_server):
    """What measures the time is a keep-alive connection that ends at that deadline, twice."""
    running = gatehouse("--to", websocket_server.url, "--timeout", "idle=500ms", "--timeout",
                        "body=500ms", "--timeout", "response=500ms", "--timeout", "head=500ms")

    def an_idle_connection_ends():
        with running.connect() as wire:
            wire.ask(target="/page", host=running.authority)
            wire.until_end()

    async def conversation(socket):
        for _ in range(3):
            await asyncio.to_thread(an_idle_connection_ends)
        await socket.send("still here?")
        return await socket.recv()
    assert talk(running, conversation) == "still here?"


def test_a_quiet_websocket_ends_at_the_tunnel_deadline(gatehouse, websocket_server):
    running = gatehouse("--to", websocket_server.url, "--timeout", "tunnel=500ms")

    async def conversation(socket):
        with pytest.raises(websockets.ConnectionClosed):
            await socket.recv()
    talk(running, conversation)


def test_a_refused_handshake_is_an_ordinary_response(gatehouse, upstream):
    application = upstream(answers_once(http1.response(b"no", status="403 Forbidden")))
    running = gatehouse("--to", application.url)
    with pytest.raises(websockets.InvalidStatusCode) as refused:
        talk(running, lambda socket: socket.recv())
    assert refused.value.status_code == 403


def test_bytes_that_follow_the_handshake_at_once_are_not_lost(gatehouse, upstream):
    """Client and application may both speak before they have read the other's last byte."""
    def application(connection):
        connection.request()
        connection.send(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
                        b"Upgrade: websocket\r\nSec-WebSocket-Accept: x\r\n\r\nfrom the server")
        connection.send(connection.reader.exactly(len(b"from the client")))

    running = gatehouse("--to", upstream(application).url)
    with running.connect() as wire:
        wire.send(http1.request(target="/ws", fields=[
            ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")]) + b"from the client")
        assert wire.response().status == 101
        assert wire.until_end() == b"from the serverfrom the client"


def test_a_websocket_is_one_line_of_the_access_log_with_101(front):
    async def conversation(socket):
        await socket.send("x")
        await socket.recv()
    talk(front, conversation)
    line = front.access_log(1)[0]
    assert line["status"] == 101
    json.dumps(line)
