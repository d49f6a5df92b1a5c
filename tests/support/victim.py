"""A gatehouse under attack over HTTP/2: others are served, and its memory is watched."""

import itertools

from support import binary, http2
from support.http1 import response
from support.http2_frames import END_HEADERS, END_STREAM, Code, Kind, block, frame
from support.resources import memory
from support.wait import settled

MAY_GROW = 4 * 1024 * 1024
BATCH = 500
FLOOD = 40000


def application(connection):
    """Answers at once, or with a body without end."""
    while request := connection.head():
        if request.target == "/endless":
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
            while True:
                connection.send(bytes(65536))
        connection.reader.finish(request, until_end=False)
        connection.send(response(b"served"))


class Victim:
    """A gatehouse, what it held before the attack, and a second client that must be served."""

    def __init__(self, running):
        self.running = running
        self.served()
        with http2.connect(running) as client:
            client.ask()
        self.before, self.grown = settled(lambda: memory(running.pid) >> 20) << 20, 0

    def served(self):
        assert self.running.ask().text == "served"

    def look(self):
        self.grown = max(self.grown, memory(self.running.pid) - self.before)

    def is_unharmed(self, attackers=1):
        self.served()
        with http2.connect(self.running) as client:
            assert client.ask().text == "served"
        self.look()
        if not binary.sanitizer():
            assert self.grown <= attackers * MAY_GROW, f"{self.grown} bytes"


def attack(victim, client, parts, most=FLOOD):
    """Sends so many parts, or until the server ends the connection."""
    parts = iter(parts)
    for count in range(most // BATCH):
        if not sent(client, b"".join(itertools.islice(parts, BATCH))):
            return
        victim.look()
        if count % 10 == 9:
            victim.served()


def sent(client, data):
    try:
        client.raw(data)
    except OSError:
        return False
    return True


def expect_calm(client):
    """GOAWAY of ENHANCE_YOUR_CALM or of the rule that was broken, or an end without a word."""
    client.until(lambda: client.ended, "the end of the connection")
    assert client.goaway is None or client.goaway[1] != Code.NO_ERROR


def withstands(victim, make_parts, **more):
    with http2.connect(victim.running, **more) as client:
        client.ping()
        attack(victim, client, make_parts(client))
        expect_calm(client)
    victim.is_unharmed()


def requests(client, more=None, flags=END_HEADERS | END_STREAM, path="/"):
    """Requests without end, as frames; `more` of the stream behind each."""
    head = block(client.head(path=path))
    while True:
        stream = client.stream()
        begun = frame(Kind.HEADERS, head, flags, stream.id)
        yield begun + more(stream.id) if more else begun


def repeated(part):
    while True:
        yield part
