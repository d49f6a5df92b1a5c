"""Clients of HTTP/2 that take nothing of what they asked for (RFC 9113, section 10.5)."""

import itertools
import threading

import pytest

from support import binary, http2
from support.http1 import response
from support.http2_frames import PREFACE, Kind, Setting, frame, reset, settings
from support.resources import open_sockets
from support.victim import FLOOD, Victim, application, attack, repeated, requests, sent
from support.wait import seconds, settled, until

POOLED = 4  # connections to the application may stay for later requests


@pytest.fixture
def victim(gatehouse, upstream):
    return Victim(gatehouse("--to", upstream(application).url, "--timeout", "write=2s"))


def test_many_streams_with_a_window_of_0_are_bounded_and_end(victim):
    """The deadline of a write that nobody takes ends them (CVE-2019-9517, "data dribble")."""
    before = settled(lambda: open_sockets(victim.running.pid))
    with http2.connect(victim.running, {Setting.INITIAL_WINDOW_SIZE: 0}) as client:
        streams = [client.request(path="/endless") for _ in range(100)]
        client.until(lambda: all(stream.response or stream.is_over for stream in streams)
                     or client.ended, "the heads")
        victim.look()
        victim.served()
        client.until(lambda: client.ended or all(stream.is_over for stream in streams),
                     "their deadline", within=20)
        victim.is_unharmed()
    until(lambda: open_sockets(victim.running.pid) <= before + POOLED, "their sockets are closed")


def test_a_client_that_reads_nothing_at_all_is_bounded_and_ends(victim):
    """Windows as large as can be, and not a byte taken from the socket."""
    before = settled(lambda: open_sockets(victim.running.pid))
    with http2.connect(victim.running, receive_buffer=4096) as client:
        for _ in range(50):
            client.request(path="/endless")
        victim.served()
        victim.look()
        until(lambda: victim.look() or open_sockets(victim.running.pid) <= before + POOLED,
              "the deadline of a write", within=20)
    victim.is_unharmed()


def test_pings_whose_answers_nobody_reads_are_bounded(victim):
    """The attacker reads nothing, so that the answers pile up."""
    with http2.connect(victim.running, receive_buffer=4096) as client:
        client.wire.socket.settimeout(seconds(5))
        attack(victim, client, repeated(frame(Kind.PING, b"12345678")), most=10 * FLOOD)
        client.until(lambda: client.ended, "the end")
    victim.is_unharmed()


def test_uploads_that_nobody_takes_are_bounded(gatehouse, upstream):
    """As many streams as there may be, each with as much as its window takes."""
    told = threading.Event()

    def never_reads(connection):
        head = connection.head()
        if head.method == "POST":
            told.wait(seconds(60))
        else:
            connection.send(response(b"served", Connection="close"))

    victim = Victim(gatehouse("--to", upstream(never_reads).url))
    with http2.connect(victim.running) as client:
        client.ping()
        for _ in range(50):
            stream = client.request("POST", end=False)
            for _ in range(16):
                room = max(0, min(client.send_window, stream.send_window, 65536))
                client.data(stream, bytes(room), end=False)
                client.ping()
            victim.look()
        victim.is_unharmed()
    told.set()


def test_many_attackers_at_once_leave_nothing_behind(gatehouse, upstream):
    def closes(connection):
        connection.request()
        connection.send(response(b"served", Connection="close"))

    victim = Victim(gatehouse("--to", upstream(closes).url))
    before = settled(lambda: open_sockets(victim.running.pid))
    attackers = [threading.Thread(target=resets, args=(victim.running,)) for _ in range(4)]
    for attacker in attackers:
        attacker.start()
    while any(attacker.is_alive() for attacker in attackers):
        victim.served()
        victim.look()
    until(lambda: open_sockets(victim.running.pid) <= before + POOLED, "all sockets are closed",
          within=30)
    victim.is_unharmed(attackers=4)


def resets(running):
    with http2.connect(running) as client:
        client.ping()
        sent(client, b"".join(itertools.islice(requests(client, reset), 5000)))


def test_connections_that_only_say_their_preface_are_bounded(victim):
    clients = [http2.Client(http2.wire(victim.running)) for _ in range(100)]
    for client in clients:
        client.raw(PREFACE + settings({}))
    for client in clients:
        client.until(lambda client=client: client.server_settings is not None, "SETTINGS")
    victim.served()
    victim.look()
    if not binary.sanitizer():
        assert victim.grown <= 100 * 64 * 1024, f"{victim.grown / 100 / 1024} KiB each"
    for client in clients:
        client.wire.socket.close()
