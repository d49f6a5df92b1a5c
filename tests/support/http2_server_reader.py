"""The reading half of the HTTP/2 application: it holds gatehouse to RFC 9113 as a client."""

import collections
import struct
import threading
import time

import hpack

from support import http1
from support.http2_frames import (
    ACK, DEFAULT_WINDOW, END_HEADERS, END_STREAM, PADDED, PREFACE, WITH_PRIORITY,
    Code, Kind, Setting)
from support.http2_reader import HOP_BY_HOP
from support.wait import seconds

# A proxy says the authority of what it forwards in its own field (section 8.3.1).
NEEDED = {":method", ":scheme", ":authority", ":path"}


class Stream:
    """What gatehouse said on one stream, and how far the answer is."""

    def __init__(self, number, window, send_window):
        self.id, self.window, self.send_window = number, window, send_window
        self.request, self.parts, self.length = None, collections.deque(), 0
        self.ended, self.reset = False, None
        self.answered, self.is_left, self.sent = False, False, 0

    @property
    def is_open(self):
        return self.reset is None and not self.is_left and not (self.ended and self.answered)


class Reader:
    """The state of a connection as the application sees it; answers SETTINGS and PING by itself.

    `changed` guards the state, and is notified of everything that comes.
    """

    def __init__(self, raw, values):
        self.socket, self.settings = raw, values
        self.socket.settimeout(seconds(60))
        self.streams, self.changed = {}, threading.Condition()
        self.peer_settings, self.acknowledged, self.farewell = None, False, None
        self.ended, self.pongs = False, 0
        self.window = self.send_window = DEFAULT_WINDOW
        # What raises a limit counts at once, what lowers it when it is acknowledged.
        self.initial_window = max(DEFAULT_WINDOW, values.get(Setting.INITIAL_WINDOW_SIZE, 0))
        self._buffer, self._decoder, self._block = b"", hpack.Decoder(), None

    # For scripts.

    def wait(self, condition):
        """Returns when the condition holds; raises Ended where the connection ends before."""
        deadline = time.monotonic() + seconds(60)
        with self.changed:
            while not condition():
                if self.ended:
                    raise http1.Ended()
                if not self.changed.wait(deadline - time.monotonic()):
                    raise TimeoutError

    def next_part(self, stream):
        """Content of the request, None at its end; raises Ended where it breaks."""
        with self.changed:
            self.wait(lambda: stream.parts or stream.ended or stream.reset is not None)
            if stream.parts:
                return stream.parts.popleft()
            if stream.reset is not None:
                stream.request.complete = False
                raise http1.Ended()
            return None

    def open_streams(self):
        return sum(stream.is_open for stream in self.streams.values())

    # Reading.

    def run(self, on_stream):
        """Reads to the end; `on_stream(stream)` is told each head. A broken rule raises."""
        self._on_stream = on_stream
        try:
            self._more(len(PREFACE))
            assert self._taken(len(PREFACE)) == PREFACE, "the preface (section 3.4)"
            while True:
                self._next_frame()
        finally:
            with self.changed:
                self.ended = True
                self.changed.notify_all()

    def _more(self, size):
        while len(self._buffer) < size:
            data = self.socket.recv(262144)
            if not data:
                raise http1.Ended()
            self._buffer += data

    def _taken(self, size):
        data, self._buffer = self._buffer[:size], self._buffer[size:]
        return data

    def _next_frame(self):
        self._more(9)
        size = int.from_bytes(self._buffer[:3], "big")
        kind, flags, number = struct.unpack(">BBI", self._taken(9)[3:])
        assert size <= 16384, f"a frame of {size} bytes (section 4.2)"
        self._more(size)
        payload = self._taken(size)
        with self.changed:
            self._take(kind, flags, number, payload)
            self.changed.notify_all()

    def _take(self, kind, flags, number, payload):
        if self.peer_settings is None:
            assert (kind, flags) == (Kind.SETTINGS, 0), "SETTINGS come first (section 3.4)"
        assert self._block is None or kind == Kind.CONTINUATION, "CONTINUATION (section 6.10)"
        assert kind != Kind.PUSH_PROMISE, "a client pushes nothing (section 8.4)"
        if kind in (Kind.SETTINGS, Kind.PING, Kind.GOAWAY):
            assert number == 0, "a frame of the connection (sections 6.5, 6.7 and 6.8)"
        elif kind in (Kind.DATA, Kind.RST_STREAM, Kind.CONTINUATION) or number:
            assert number in self.streams or kind in (Kind.HEADERS, Kind.PRIORITY), (
                f"stream {number} was never opened")
        take = {Kind.DATA: self._data, Kind.HEADERS: self._headers, Kind.SETTINGS: self._settings,
                Kind.CONTINUATION: self._continuation, Kind.PING: self._ping,
                Kind.RST_STREAM: self._reset, Kind.GOAWAY: self._goaway,
                Kind.WINDOW_UPDATE: self._window_update}.get(kind)
        if take:
            take(flags, self._opened(number) if kind == Kind.HEADERS else self.streams.get(number),
                 payload)

    def _opened(self, number):
        if number not in self.streams:
            assert number % 2 == 1 and number > max(self.streams, default=0), "section 5.1.1"
            sends = (self.peer_settings or {}).get(Setting.INITIAL_WINDOW_SIZE, DEFAULT_WINDOW)
            self.streams[number] = Stream(number, self.initial_window, sends)
            limit = self.settings.get(Setting.MAX_CONCURRENT_STREAMS)
            if limit is not None and self.acknowledged:
                assert self.open_streams() <= limit, "more streams than are allowed (section 5.1.2)"
        return self.streams[number]

    def _data(self, flags, stream, payload):
        self.window -= len(payload)
        stream.window -= len(payload)
        assert self.window >= 0, "more than the connection's window (section 6.9.1)"
        assert stream.window >= 0 or not payload, "more than the stream's window (section 6.9.1)"
        assert not stream.ended and stream.reset is None, "DATA out of place (section 5.1)"
        if flags & PADDED:
            payload = payload[1:len(payload) - payload[0]]
        stream.length += len(payload)
        if payload:
            stream.parts.append(payload)
        if flags & END_STREAM:
            self._end(stream)

    def _end(self, stream):
        stream.ended = True
        said = stream.request.get("content-length")
        assert said is None or int(said) == stream.length, "section 8.1.1"

    def _headers(self, flags, stream, payload):
        if flags & PADDED:
            payload = payload[1:len(payload) - payload[0]]
        if flags & WITH_PRIORITY:
            payload = payload[5:]
        self._block = (stream, flags, b"")
        self._continuation(flags, stream, payload)

    def _continuation(self, flags, stream, payload):
        expected, first_flags, before = self._block
        assert stream is expected, "section 6.10"
        self._block = (stream, first_flags, before + payload)
        if flags & END_HEADERS:
            self._block = None
            fields = self._decoder.decode(before + payload, raw=True)
            self._fields([(name.decode("latin-1"), value.decode("latin-1"))
                          for name, value in fields], stream, bool(first_flags & END_STREAM))

    def _fields(self, fields, stream, end):
        assert not stream.ended and stream.reset is None, "HEADERS after the end (section 5.1)"
        assert all(name == name.lower() and name not in HOP_BY_HOP for name, _ in fields), fields
        assert all(value == "trailers" for name, value in fields if name == "te"), fields
        if stream.request is not None:
            assert end and not any(name.startswith(":") for name, _ in fields), fields
            stream.request.trailers = fields
            self._end(stream)
            return
        stream.request = request_of(fields)
        if end:
            self._end(stream)
        self._on_stream(stream)

    def _settings(self, flags, _, payload):
        if flags & ACK:
            assert payload == b"", "section 6.5"
            self.acknowledged = True
            self._take_over()
            return
        assert len(payload) % 6 == 0, "section 6.5"
        before = (self.peer_settings or {}).get(Setting.INITIAL_WINDOW_SIZE, DEFAULT_WINDOW)
        self.peer_settings = {**(self.peer_settings or {}),
                              **dict(struct.iter_unpack(">HI", payload))}
        change = self.peer_settings.get(Setting.INITIAL_WINDOW_SIZE, DEFAULT_WINDOW) - before
        for stream in self.streams.values():
            stream.send_window += change
        self.acknowledge()

    def _take_over(self):
        """What lowers a limit counts now."""
        if Setting.HEADER_TABLE_SIZE in self.settings:
            self._decoder.max_allowed_table_size = self.settings[Setting.HEADER_TABLE_SIZE]
        size = self.settings.get(Setting.INITIAL_WINDOW_SIZE, DEFAULT_WINDOW)
        for stream in self.streams.values():
            stream.window += size - self.initial_window
        self.initial_window = size

    def _ping(self, flags, _, payload):
        assert len(payload) == 8, "section 6.7"
        if flags & ACK:
            self.pongs += 1
        else:
            self.pong(payload)

    def _reset(self, _, stream, payload):
        stream.reset = Code(struct.unpack(">I", payload)[0])

    def _goaway(self, _, __, payload):
        last, code = struct.unpack(">II", payload[:8])
        self.farewell = (last, Code(code), payload[8:])

    def _window_update(self, _, stream, payload):
        increment = struct.unpack(">I", payload)[0]
        assert increment > 0, "section 6.9"
        (stream or self).send_window += increment


def request_of(fields):
    """The head as a message; pseudo-header fields come first and once (section 8.3.1)."""
    pseudo = [(name, value) for name, value in fields if name.startswith(":")]
    rest = fields[len(pseudo):]
    said = dict(pseudo)
    assert fields[:len(pseudo)] == pseudo and len(said) == len(pseudo), fields
    assert NEEDED <= said.keys() <= {*NEEDED, ":protocol"}, fields
    request = http1.Message(f"{said[':method']} {said[':path']} HTTP/2", rest)
    request.scheme, request.authority = said[":scheme"], said[":authority"]
    assert request.get("host") in (None, request.authority), fields
    return request
