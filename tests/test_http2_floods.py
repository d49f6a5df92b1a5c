"""Floods of HTTP/2: what is cheap to send and dear to serve (RFC 9113, section 10.5).

Each attacker is told ENHANCE_YOUR_CALM or is closed; others are served meanwhile; and an attacking
connection costs a bounded amount of memory.
"""

import pytest

from support import http2
from support.http2_frames import (
    ACK, END_HEADERS, END_STREAM, Kind, Setting, block, frame, indexed, literal, number, priority,
    reset, settings, window_update)
from support.victim import (
    FLOOD, Victim, application, attack, repeated, requests, sent, withstands)


@pytest.fixture
def victim(gatehouse, upstream):
    return Victim(gatehouse("--to", upstream(application).url, "--timeout", "head=5s",
                            "--timeout", "body=5s"))


# Streams that come and go.

def test_rapid_reset_is_ended(victim):
    """CVE-2023-44487."""
    withstands(victim, lambda client: requests(client, reset))


def test_rapid_reset_of_requests_without_end_is_ended(victim):
    withstands(victim, lambda client: requests(client, reset, END_HEADERS, "/endless"))


@pytest.mark.parametrize("provoke", [
    lambda stream: window_update(0, stream),
    lambda stream: frame(Kind.DATA, b"late", 0, stream),
    lambda stream: frame(Kind.HEADERS, b"\x82", END_HEADERS | END_STREAM, stream),
    lambda stream: window_update(2**31 - 1, stream)],
    ids=["no increment", "DATA after the end", "HEADERS after the end", "a window too large"])
def test_resets_that_the_server_is_made_to_send_are_ended(victim, provoke):
    """CVE-2025-8671: the client breaks a rule so that the server resets."""
    withstands(victim, lambda client: requests(client, provoke))


@pytest.mark.parametrize("bad", [[(":path", "/")], [("X-Upper", "1")], [("connection", "close")],
                                 [("x-a", "b\r\nc")]], ids=["pseudo", "upper", "hop", "CRLF"])
def test_malformed_requests_in_a_row_are_ended(victim, bad):
    def parts(client):
        head = block([*client.head(), *bad])
        while True:
            yield frame(Kind.HEADERS, head, END_HEADERS | END_STREAM, client.stream().id)

    withstands(victim, parts)


def test_streams_beyond_the_limit_in_a_row_are_ended(victim):
    def parts(client):
        yield from requests(client, flags=END_HEADERS)

    withstands(victim, parts)


# Frames that only cost.

FRAMES = {
    "PING": frame(Kind.PING, b"12345678"),
    "SETTINGS": settings({Setting.INITIAL_WINDOW_SIZE: 65535}),
    "empty SETTINGS": settings({}),
    "SETTINGS that change the table": settings({Setting.HEADER_TABLE_SIZE: 0})
    + settings({Setting.HEADER_TABLE_SIZE: 4096}),
    "PRIORITY": frame(Kind.PRIORITY, priority(0), stream=1001),
    "WINDOW_UPDATE": window_update(1),
    "answers to no PING": frame(Kind.PING, b"12345678", ACK),
}


@pytest.mark.parametrize("name", FRAMES)
def test_a_flood_of_frames_without_use_is_ended(victim, name):
    withstands(victim, lambda _: repeated(FRAMES[name]), connection_window=0)


def test_a_flood_of_unknown_frames_does_no_harm(victim):
    """They are ignored (section 5.5), and need not be counted: they cost what their bytes cost."""
    with http2.connect(victim.running) as client:
        client.ping()
        attack(victim, client, repeated(frame(0x42, b"nothing")))
        victim.is_unharmed()


def test_a_flood_of_priorities_of_new_streams_is_ended(victim):
    withstands(victim, lambda _: (frame(Kind.PRIORITY, priority(0), stream=3 + 2 * count)
                                  for count in range(10**6)))


@pytest.mark.parametrize("payload, flags", [(b"", 0), (b"\0", 0x8), (b"\x0f" + bytes(15), 0x8)],
                         ids=["empty", "empty and padded", "padding alone"])
def test_a_flood_of_data_frames_without_data_is_ended(victim, payload, flags):
    def parts(client):
        stream = client.request("POST", end=False)
        yield from repeated(frame(Kind.DATA, payload, flags, stream.id))

    withstands(victim, parts)


def test_a_window_given_byte_by_byte_is_ended(victim):
    """A frame for each byte of a large body."""
    def parts(client):
        stream = client.request(path="/endless")
        stream.window += FLOOD
        yield from repeated(window_update(1, stream.id))

    withstands(victim, parts, values={Setting.INITIAL_WINDOW_SIZE: 0})


def test_a_window_that_is_closed_and_opened_by_settings_is_ended(victim):
    """Section 6.9.2: each change is one of all streams."""
    def parts(client):
        for _ in range(50):
            client.request("POST", end=False)
        yield from repeated(settings({Setting.INITIAL_WINDOW_SIZE: 0})
                            + settings({Setting.INITIAL_WINDOW_SIZE: 1}))

    withstands(victim, parts)


# Heads.

@pytest.mark.parametrize("part", [b"", literal("x-a", "b"), b"a" * 1000],
                         ids=["empty", "small", "large"])
def test_continuation_without_end_is_ended(victim, part):
    """CVE-2024-27316 and its kin: the block is never complete, so no limit of a head may wait."""
    def parts(client):
        stream = client.stream()
        begin = block(client.head())
        if len(part) == 1000:
            begin += b"\x00" + number(1, 7) + b"x" + number(2**30, 7)
        yield frame(Kind.HEADERS, begin, END_STREAM, stream.id)
        yield from repeated(frame(Kind.CONTINUATION, part, 0, stream.id))

    with http2.connect(victim.running) as client:
        client.ping()
        attack(victim, client, parts(client))
        client.until(lambda: client.ended, "the end of the connection")
    victim.is_unharmed()


def test_a_header_bomb_is_refused(victim):
    """One large entry of the table, named thousands of times: 64 MiB from 20 KiB."""
    with http2.connect(victim.running) as client:
        client.ping()
        plant = block(client.head()) + literal("x-big", "a" * 4000, first=0x40)
        client.open(plant)
        bomb = block(client.head()) + indexed(62) * 16000
        for _ in range(20):
            stream = client.stream()
            if client.ended or not sent(client, frame(
                    Kind.HEADERS, bomb[:16384], END_HEADERS | END_STREAM, stream.id)):
                break
            client.until(lambda stream=stream: stream.is_over or client.ended, "a refusal")
            assert stream.reset is not None or client.ended or stream.response.status == 431
            victim.look()
    victim.is_unharmed()


def test_a_cookie_bomb_is_refused(victim):
    """Cookies of several fields become one: what they are together is bounded (section 8.2.3)."""
    with http2.connect(victim.running) as client:
        stream = client.open(block(client.head()) + indexed(32) * 15000)
        client.until(lambda: stream.is_over or client.ended, "a refusal")
        assert client.ended or stream.reset is not None or stream.response.status == 431
    victim.is_unharmed()


def test_many_connections_that_fill_their_tables_are_bounded(victim):
    clients = []
    for _ in range(20):
        clients.append(http2.connect(victim.running))
        clients[-1].open(block(clients[-1].head()) + literal("x-big", "a" * 4000, first=0x40))
    for client in clients:
        client.ping()
    victim.is_unharmed(attackers=20)
    for client in clients:
        client.wire.socket.close()
