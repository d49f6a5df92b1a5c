"""Applications that speak HTTP/2 without TLS by prior knowledge: every request follows a script.

The manner is that of support/upstreams.py; `script(exchange)` runs for each stream, and `begin`
for each connection before anything else. What gatehouse does against RFC 9113 is a failure of the
test, wherever the script is.
"""

import contextlib
import hashlib
import json
import socket
import struct
import threading

from support.http2_frames import (
    ACK, DEFAULT_WINDOW, END_HEADERS, END_STREAM, LARGEST_WINDOW, Code, Kind, Setting, block, frame,
    reset, settings, window_update)
from support.http1 import Ended
from support.http2_server_reader import Reader
from support.upstreams import Upstream
from support.wait import seconds, until

GENEROUS = {Setting.INITIAL_WINDOW_SIZE: 1 << 20, Setting.MAX_CONCURRENT_STREAMS: 1000}


class Exchange:
    """One request and its answer: the application's end of a stream."""

    def __init__(self, connection, stream):
        self.connection, self.stream = connection, stream
        self.request, self.number = stream.request, connection.number

    # The request.

    def body_parts(self):
        """Its content as it comes; windows open as it is taken. Raises Ended where it breaks."""
        while (part := self.connection.next_part(self.stream)) is not None:
            self.connection.give(len(part), self.stream)
            yield part

    def read(self):
        """The request with its whole content."""
        self.request.body = b"".join(self.body_parts())
        return self.request

    # The answer.

    def interim(self, status, fields=()):
        self._head([(":status", str(status)), *fields], end=False)

    def begin(self, status=200, fields=(), end=False):
        self._head([(":status", str(status)), *fields], end)

    def _head(self, fields, end):
        self.connection.headers(self.stream, block(fields), end)

    def data(self, data=b"", end=False):
        """DATA within the windows that gatehouse gives."""
        self.connection.data(self.stream, data, end)

    def trailers(self, fields):
        self._head(fields, end=True)

    def answer(self, body=b"", status=200, fields=(), trailers=None):
        """A whole answer with its length."""
        fields = [("content-length", str(len(body))), *fields]
        self.begin(status, fields, end=not body and trailers is None)
        if body:
            self.data(body, end=trailers is None)
        if trailers is not None:
            self.trailers(trailers)

    def reset(self, code=Code.CANCEL):
        """Ends the stream alone."""
        self.stream.answered = self.stream.is_left = True
        self.connection.raw(reset(self.stream.id, code))

    def break_off(self):
        """Ends in the middle, as an application that fails."""
        self.reset(Code.INTERNAL_ERROR)

    def until_over(self):
        """Stalls until gatehouse gives up; the code of its RST_STREAM, None where all ended."""
        with contextlib.suppress(Ended):
            self.connection.wait(lambda: self.stream.reset is not None)
        return self.stream.reset


class Connection(Reader):
    """The application's end of one connection: it sends any frame that it is told."""

    def __init__(self, raw, number, upstream):
        super().__init__(raw, upstream.settings)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.number, self.upstream = number, upstream
        self._writes = threading.Lock()

    def say_settings(self):
        """What every server says first, and the window of the connection."""
        self.raw(settings(self.settings))
        if self.upstream.connection_window > DEFAULT_WINDOW:
            self.give(self.upstream.connection_window - DEFAULT_WINDOW)

    def raw(self, data):
        with self._writes:
            self.socket.sendall(data)

    def send(self, kind, payload=b"", flags=0, stream=0):
        self.raw(frame(kind, payload, flags, stream))

    def change_settings(self, values):
        """SETTINGS in the middle of a connection; returns when they are acknowledged."""
        with self.changed:
            self.settings, self.acknowledged = {**self.settings, **values}, False
        self.raw(settings(values))
        self.wait(lambda: self.acknowledged)

    def give(self, increment, stream=None):
        """Widens the windows of the connection and of a stream."""
        if not increment:
            return
        with self.changed:
            fits = self.window + increment <= LARGEST_WINDOW
            self.window += increment if fits else 0
            if stream:
                stream.window += increment
        if fits:
            self.raw(window_update(increment))
        if stream and not stream.ended:
            self.raw(window_update(increment, stream.id))

    def goaway(self, last, code=Code.NO_ERROR):
        """Streams after `last` were not and will not be served."""
        self.send(Kind.GOAWAY, struct.pack(">II", last, code))

    def ping(self):
        """Returns when gatehouse has read all that was sent before."""
        count = self.pongs
        self.send(Kind.PING, b"are you?")
        self.wait(lambda: self.pongs > count)

    def headers(self, stream, header_block, end):
        stream.answered = stream.answered or end
        self.send(Kind.HEADERS, header_block, END_HEADERS | (END_STREAM if end else 0), stream.id)

    def data(self, stream, data, end):
        while data:
            part = data[:self.take_window(stream, len(data))]
            data = data[len(part):]
            stream.sent += len(part)
            self._send_data(stream, part, end and not data)
            if not data:
                return
        if end:
            self._send_data(stream, b"", end)

    def _send_data(self, stream, part, end):
        stream.answered = stream.answered or end
        self.send(Kind.DATA, part, END_STREAM if end else 0, stream.id)

    def take_window(self, stream, wanted, least=1):
        """Waits for room, and takes from `least` to `wanted` of the windows; how much."""
        def room():
            return min(self.send_window, stream.send_window, 16384, wanted)
        with self.changed:
            self.wait(lambda: room() >= least or stream.reset is not None)
            if stream.reset is not None:
                raise Ended()
            size = room()
            self.send_window -= size
            stream.send_window -= size
            return size

    def cut(self):
        """Ends with RST of TCP."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def close(self):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()

    def acknowledge(self):
        self.raw(settings({}, ACK))

    def pong(self, payload):
        self.send(Kind.PING, payload, ACK)


class Http2Upstream(Upstream):
    """Listens on 127.0.0.1 and runs `script(exchange)` for each request.

    A list of scripts serves one request each in the order of their arrival, the last one all that
    follow. `begin(connection)` says something else than SETTINGS first, or nothing.
    """

    scheme, connection_type = "h2c", Connection

    def __init__(self, script, values=None, begin=Connection.say_settings,
                 connection_window=LARGEST_WINDOW):
        self.settings, self.connection_window = {**GENEROUS, **(values or {})}, connection_window
        self._begin = begin
        super().__init__(script)

    def _serve(self, connection):
        try:
            self._begin(connection)
            connection.run(lambda stream: self._begin_exchange(connection, stream))
        finally:
            connection.close()

    def _begin_exchange(self, connection, stream):
        script = self.script_of(self.note(stream.request))
        self.start(script, Exchange(connection, stream))


# Scripts.

class Held:
    """Answers with the target when `told`; `/now` at once."""

    def __init__(self):
        self.told, self.exchanges = threading.Event(), []

    def __call__(self, exchange):
        self.exchanges.append(exchange)
        exchange.read()
        if exchange.request.target != "/now":
            assert self.told.wait(seconds(60))
        exchange.answer(exchange.request.target.encode())

    def arrived(self, count=1):
        until(lambda: len(self.exchanges) >= count, f"{count} requests at the application")
        return self.exchanges


def echo(exchange):
    """Answers with what it saw, as JSON."""
    request = exchange.read()
    exchange.answer(json.dumps({
        "method": request.method, "target": request.target, "fields": request.fields,
        "trailers": request.trailers, "length": len(request.body),
        "sha256": hashlib.sha256(request.body).hexdigest(), "connection": exchange.number,
    }).encode(), fields=[("content-type", "application/json")])


def says(text):
    """Answers every request with the same text."""
    def script(exchange):
        exchange.read()
        exchange.answer(text.encode())
    return script


def names_the_target(exchange):
    """Answers every request with its own target, so that a mixed-up answer shows."""
    exchange.read()
    exchange.answer(exchange.request.target.encode())
