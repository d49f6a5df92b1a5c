"""The reading half of the HTTP/2 client: it holds the server to RFC 9113 in all that comes."""

import contextlib
import struct
import time

import hpack

from support import http1
from support.http2_frames import (
    ACK, DEFAULT_WINDOW, END_HEADERS, END_STREAM, LARGEST_WINDOW, PADDED, Code, Kind, Setting,
    frame, settings)
from support.wait import seconds

HOP_BY_HOP = {"connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"}


class Stream:
    """What came on one stream."""

    def __init__(self, number, window, send_window):
        self.id, self.window, self.send_window = number, window, send_window
        self.interim, self.response = [], None
        self.ended, self.reset = False, None

    def __repr__(self):
        return f"stream {self.id}: {self.response}, ended={self.ended}, reset={self.reset!r}"

    @property
    def is_over(self):
        return self.ended or self.reset is not None

    @property
    def body(self):
        return self.response.body if self.response else b""


class Reader:
    """The state of a connection as the client sees it; answers SETTINGS and PING by itself."""

    def __init__(self, wire):
        self.wire, self.streams = wire, {}
        self.server_settings, self.unacknowledged, self.acknowledged = None, [], 0
        self.goaway, self.goaways, self.ended, self.pongs = None, [], False, []
        self.frame_size = 16384
        self.initial_window = self._window_taken = DEFAULT_WINDOW
        self.window = self.send_window = DEFAULT_WINDOW
        self._buffer, self._decoder, self._block = b"", hpack.Decoder(), None

    @property
    def is_lost(self):
        """Ended, or told of an error that ends it; a GOAWAY without one lets streams finish."""
        return self.ended or any(code != Code.NO_ERROR for _, code, _ in self.goaways)

    def until(self, condition, what, within=15.0):
        """Reads until the condition holds; fails where the server ends before."""
        deadline = time.monotonic() + seconds(within)
        while not condition():
            assert not self.ended, f"the server ended ({self.goaway}) before {what}"
            self._read(deadline, what)

    def _read(self, deadline, what):
        self.wire.socket.settimeout(max(0.01, deadline - time.monotonic()))
        try:
            data = self.wire.receive()
        except TimeoutError:
            raise AssertionError(f"did not come in time: {what}; {self.streams}") from None
        finally:
            self.wire.socket.settimeout(seconds(15))
        if not data:
            self.ended = True
        self._buffer += data
        self._take_frames()

    def _answer(self, data):
        with contextlib.suppress(OSError):  # the end is read, too
            self.wire.send(data)

    def _take_frames(self):
        while len(self._buffer) >= 9:
            size = int.from_bytes(self._buffer[:3], "big")
            assert size <= self.frame_size, f"a frame of {size} bytes (section 4.2)"
            if len(self._buffer) < 9 + size:
                break
            kind, flags, stream = struct.unpack(">BBI", self._buffer[3:9])
            payload, self._buffer = self._buffer[9:9 + size], self._buffer[9 + size:]
            self._take(kind, flags, stream, payload)

    def _take(self, kind, flags, number, payload):
        if self.server_settings is None:
            assert (kind, flags) == (Kind.SETTINGS, 0), "SETTINGS come first (section 3.4)"
        assert self._block is None or kind == Kind.CONTINUATION, "CONTINUATION (section 6.10)"
        assert kind != Kind.PUSH_PROMISE, "nobody wanted a push"
        if kind in (Kind.SETTINGS, Kind.PING, Kind.GOAWAY):
            assert number == 0
        elif number:
            assert number in self.streams, f"stream {number} was never opened"
        take = {Kind.DATA: self._data, Kind.HEADERS: self._headers, Kind.SETTINGS: self._settings,
                Kind.CONTINUATION: self._continuation, Kind.PING: self._ping,
                Kind.RST_STREAM: self._reset, Kind.GOAWAY: self._goaway,
                Kind.WINDOW_UPDATE: self._window_update}.get(kind)
        if take:
            take(flags, self.streams.get(number), payload)

    def _data(self, flags, stream, payload):
        self.window -= len(payload)
        stream.window -= len(payload)
        assert self.window >= 0, "more than the connection's window (section 6.9.1)"
        assert stream.window >= 0 or not payload, "more than the stream's window (section 6.9.1)"
        assert not stream.is_over and stream.response, f"DATA out of place: {stream}"
        if flags & PADDED:
            payload = payload[1:len(payload) - payload[0]]
        stream.response.body += payload
        stream.ended = bool(flags & END_STREAM)

    def _headers(self, flags, stream, payload):
        assert not flags & PADDED, "this client knows no padded HEADERS"
        self._block = (stream, flags, b"")
        self._continuation(flags, stream, payload)

    def _continuation(self, flags, stream, payload):
        expected, first_flags, before = self._block
        assert stream is expected
        self._block = (stream, first_flags, before + payload)
        if flags & END_HEADERS:
            self._block = None
            fields = self._decoder.decode(before + payload, raw=True)
            self._fields([(name.decode("latin-1"), value.decode("latin-1"))
                          for name, value in fields], stream, bool(first_flags & END_STREAM))

    def _fields(self, fields, stream, end):
        assert not stream.is_over, f"HEADERS after the end (section 5.1): {stream}"
        assert all(name == name.lower() and name not in HOP_BY_HOP for name, _ in fields), fields
        if stream.response is not None:
            assert end and not any(name.startswith(":") for name, _ in fields), fields
            stream.response.trailers, stream.ended = fields, True
            return
        (name, status), *rest = fields
        assert name == ":status" and not any(name.startswith(":") for name, _ in rest), fields
        message = http1.Message(f"HTTP/2 {status}", rest)
        if message.status < 200:
            assert not end and message.status != 101, fields
            stream.interim.append(message)
        else:
            stream.response, stream.ended = message, end

    def _settings(self, flags, _, payload):
        if flags & ACK:
            assert payload == b""
            self.acknowledged += 1
            self._take_over(self.unacknowledged.pop(0) if self.unacknowledged else {})
            return
        assert len(payload) % 6 == 0
        values = dict(struct.iter_unpack(">HI", payload))
        before = (self.server_settings or {}).get(Setting.INITIAL_WINDOW_SIZE, DEFAULT_WINDOW)
        self.server_settings = {**(self.server_settings or {}), **values}
        change = self.server_settings.get(Setting.INITIAL_WINDOW_SIZE, DEFAULT_WINDOW) - before
        for stream in self.streams.values():
            stream.send_window += change
        self._answer(settings({}, ACK))

    def _take_over(self, values):
        """The server may use the last value that it has acknowledged, and those after it."""
        self._window_taken = values.get(Setting.INITIAL_WINDOW_SIZE, self._window_taken)
        self._set_initial_window()

    def _set_initial_window(self):
        size = max([self._window_taken, *(values[Setting.INITIAL_WINDOW_SIZE] for values
                                          in self.unacknowledged
                                          if Setting.INITIAL_WINDOW_SIZE in values)])
        for stream in self.streams.values():
            stream.window += size - self.initial_window
        self.initial_window = size

    def _ping(self, flags, _, payload):
        assert len(payload) == 8
        if flags & ACK:
            self.pongs.append(payload)
        else:
            self._answer(frame(Kind.PING, payload, ACK))

    def _reset(self, _, stream, payload):
        stream.reset = Code(struct.unpack(">I", payload)[0])

    def _goaway(self, _, __, payload):
        last, code = struct.unpack(">II", payload[:8])
        assert not self.goaways or last <= self.goaways[-1][0], "it may only go down (section 6.8)"
        self.goaways.append((last, Code(code), payload[8:]))
        self.goaway = self.goaways[-1]

    def _window_update(self, _, stream, payload):
        increment = struct.unpack(">I", payload)[0]
        assert increment > 0
        (stream or self).send_window += increment
        assert (stream or self).send_window <= LARGEST_WINDOW
