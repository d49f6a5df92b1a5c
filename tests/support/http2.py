"""A bare HTTP/2 client: it sends any frame that it is told, and says what must come back."""

from support.http2_frames import (
    DEFAULT_WINDOW, END_HEADERS, END_STREAM, LARGEST_WINDOW, PREFACE, Code, Kind, Setting, block,
    frame, settings, window_update)
from support.http2_reader import Reader, Stream

GENEROUS = {Setting.INITIAL_WINDOW_SIZE: LARGEST_WINDOW}


def wire(running, offers=("h2",), **more):
    """A TLS connection to `running` that offers these protocols."""
    context = running.context()
    context.set_alpn_protocols(list(offers))
    return running.connect(context=context, **more)


def connect(running, values=None, connection_window=LARGEST_WINDOW, **more):
    """A client that has sent its preface, its SETTINGS and the window of its connection."""
    client = Client(wire(running, **more), authority=running.authority)
    client.raw(PREFACE)
    client.settings(GENEROUS if values is None else values)
    if connection_window > DEFAULT_WINDOW:
        client.give(connection_window - DEFAULT_WINDOW)
    return client


class Client(Reader):
    def __init__(self, wire, authority="localhost"):
        super().__init__(wire)
        self.authority, self.next_id = authority, 1

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.wire.socket.close()

    # Sending.

    def raw(self, data):
        self.wire.send(data)
        return self

    def send(self, kind, payload=b"", flags=0, stream=0):
        return self.raw(frame(kind, payload, flags, stream))

    def settings(self, values):
        """What raises a limit counts at once, what lowers it when it is acknowledged."""
        self.unacknowledged.append(values)
        self._set_initial_window()
        self.frame_size = max(self.frame_size, values.get(Setting.MAX_FRAME_SIZE, 0))
        return self.raw(settings(values))

    def give(self, increment, stream=None):
        """Widens the window of the connection, or of a stream."""
        (stream or self).window += increment
        return self.raw(window_update(increment, stream.id if stream else 0))

    def stream(self, number=None):
        """The stream of this number, or the next one, which HEADERS of the test will open."""
        if number is None:
            number, self.next_id = self.next_id, self.next_id + 2
        if number not in self.streams:
            sends = (self.server_settings or {}).get(Setting.INITIAL_WINDOW_SIZE, DEFAULT_WINDOW)
            self.streams[number] = Stream(number, self.initial_window, sends)
        return self.streams[number]

    def open(self, header_block, end=True):
        """The next stream, opened by one HEADERS with this block."""
        stream = self.stream()
        self.send(Kind.HEADERS, header_block, END_HEADERS | (END_STREAM if end else 0), stream.id)
        return stream

    def open_in_parts(self, fields, end=True):
        """The next stream, its block in frames of the size that every server takes."""
        stream, whole = self.stream(), block(fields)
        parts = [whole[at:at + 16384] for at in range(0, len(whole), 16384)]
        self.send(Kind.HEADERS, parts[0], (END_STREAM if end else 0)
                  | (END_HEADERS if len(parts) == 1 else 0), stream.id)
        for part in parts[1:]:
            self.send(Kind.CONTINUATION, part, END_HEADERS if part is parts[-1] else 0, stream.id)
        return stream

    def head(self, method="GET", path="/", fields=(), scheme="https", authority=None):
        """The field lines of a request."""
        return [(":method", method), (":scheme", scheme), (":path", path),
                (":authority", authority or self.authority), *fields]

    def request(self, method="GET", path="/", body=None, trailers=None, end=True, **more):
        """A whole request, or with `end=False` one that goes on; its stream."""
        more_follows = body is not None or trailers is not None or not end
        stream = self.open(block(self.head(method, path, **more)), end=not more_follows)
        if body is not None:
            self.data(stream, body, end=end and trailers is None)
        if trailers is not None:
            self.trailers(stream, trailers)
        return stream

    def trailers(self, stream, fields):
        self.send(Kind.HEADERS, block(fields), END_HEADERS | END_STREAM, stream.id)

    def data(self, stream, data=b"", end=True):
        """DATA within the windows and the frame size of the server; stops where the stream does."""
        while data and not stream.is_over and not self.is_lost:
            self.until(lambda: min(self.send_window, stream.send_window) > 0 or stream.is_over
                       or self.is_lost, "a window to send in")
            size = max(0, min(self.send_window, stream.send_window, 16384))
            part, data = data[:size], data[size:]
            self.send_window -= len(part)
            stream.send_window -= len(part)
            self.send(Kind.DATA, part, END_STREAM if end and not data else 0, stream.id)
            if not data:
                return
        if end and not data:
            self.send(Kind.DATA, b"", END_STREAM, stream.id)

    # What must come.

    def expect_response(self, stream):
        """The whole final response; `stream.interim` has those before it."""
        self.until(lambda: stream.is_over or self.ended, f"the response of stream {stream.id}")
        assert stream.ended, f"{stream}; {self.goaway}"
        return stream.response

    def ask(self, *what, **more):
        return self.expect_response(self.request(*what, **more))

    def expect_reset(self, stream, *codes):
        self.until(lambda: stream.reset is not None or self.ended, f"a reset of {stream}")
        assert stream.reset in codes, f"{stream}; {self.goaway}"

    def expect_goaway(self, *codes):
        """A connection error: GOAWAY with one of the codes, then the end (section 5.4.1)."""
        self.until(lambda: self.is_lost, "GOAWAY")
        assert self.goaway and self.goaway[1] in codes, f"{self.goaway}; {self.streams}"
        self.until(lambda: self.ended, "the end of the connection")

    def expect_error(self, stream, *codes):
        """A stream error, or a connection error in its place (section 5.4.1)."""
        self.until(lambda: stream.reset is not None or self.goaway or self.ended, f"error {codes}")
        code = self.goaway[1] if self.goaway else stream.reset
        assert code in codes, f"{stream}; {self.goaway}"

    def expect_refusal(self, stream):
        """A malformed request: PROTOCOL_ERROR on its stream, or a 400 (section 8.1.1)."""
        self.until(lambda: stream.is_over or self.ended, f"the refusal of stream {stream.id}")
        assert not self.goaway and not self.ended, f"the whole connection went: {self.goaway}"
        assert stream.reset == Code.PROTOCOL_ERROR or (
            stream.ended and stream.response.status == 400), f"{stream}"

    def ping(self, data=b"are you?"):
        """Comes back when the server has answered all frames before, and is alive."""
        count = len(self.pongs)
        self.send(Kind.PING, data)
        self.until(lambda: len(self.pongs) > count, "the answer to PING")
        return self.pongs[-1]

    def expect_alive(self):
        """A request on this connection is served."""
        assert self.ask().status == 200
        assert self.goaway is None
