"""Large bodies: a stream of known bytes, and an application that takes and gives them."""

import hashlib
import json
import threading

from support import http1
from support.wait import seconds, settled

MIB = 1 << 20
_BLOCK = hashlib.shake_256(b"gatehouse").digest(MIB + 7)  # a length that fits no buffer


def stream(length):
    """`length` known bytes, block by block."""
    for start in range(0, length, len(_BLOCK)):
        yield _BLOCK[:min(len(_BLOCK), length - start)]


def sha256(parts):
    total, length = hashlib.sha256(), 0
    for part in parts:
        total.update(part)
        length += len(part)
    return total.hexdigest(), length


def application(hold=None):
    """PUT and POST answer with hash and length of the body; GET /N gives N bytes.

    With `hold` (an Event) it takes nothing of a body before the event is set: a slow reader.
    """
    def script(connection):
        while request := connection.head():
            if request.method in ("PUT", "POST"):
                if hold:
                    hold.wait(seconds(60))
                digest, length = sha256(connection.reader.body_parts(request))
                connection.send(http1.response(
                    json.dumps({"sha256": digest, "length": length}).encode()))
            else:
                _give(connection, int(request.target.strip("/")))
    return script


def _give(connection, length):
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % length)
    for block in stream(length):
        connection.send(block)


class Upload:
    """Sends a body in a thread of its own and counts what the other side has taken."""

    def __init__(self, wire, length, host):
        self.sent = 0
        self._wire, self._length = wire, length
        wire.socket.settimeout(seconds(120))
        wire.send(b"PUT /upload HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n\r\n"
                  % (host.encode(), length))
        self._thread = threading.Thread(target=self._send, daemon=True)
        self._thread.start()

    def _send(self):
        for block in stream(self._length):
            for start in range(0, len(block), 65536):
                self._wire.send(block[start:start + 65536])
                self.sent += 65536

    def taken_when_stuck(self):
        """How much the other side took of the body before it took no more."""
        return settled(lambda: self.sent)

    def join(self):
        self._thread.join(seconds(120))
        assert not self._thread.is_alive(), "the body is not taken"

    def finish(self):
        """The answer, after the whole body was sent."""
        self.join()
        return self._wire.final("PUT")
