"""One client for both protocols: a request in parts, an answer that is whole or visibly broken."""

import contextlib

from support import http1, http2
from support.http2_frames import Code


class Http1Client:
    """A connection of HTTP/1.1."""

    protocol = "HTTP/1.1"

    def __init__(self, running):
        self.running, self.wire = running, running.connect()
        self.waiting = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.wire.socket.close()

    def begin(self, method="GET", path="/", fields=(), length=None, more=True):
        """A request whose content, if `more`, follows: counted, or chunked without a length."""
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.running.authority}",
                 *(f"{name}: {value}" for name, value in fields)]
        if length is not None:
            lines.append(f"Content-Length: {length}")
        elif more:
            lines += ["Transfer-Encoding: chunked"]
        self.wire.send("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n")
        self.waiting.append(Http1Request(self, method, length is None))
        return self.waiting[-1]

    def ask(self, method="GET", path="/", body=None, fields=(), length=True, trailers=None):
        """A whole request and its answer."""
        return ask(self, method, path, body, fields, length, trailers).answer()


class Http1Request:
    def __init__(self, client, method, chunked):
        self.client, self.method, self.chunked = client, method, chunked
        self.interim, self._answer = [], None

    def send(self, data):
        if data:
            self.client.wire.send(http1.chunk(data) if self.chunked else data)

    def end(self, trailers=()):
        if self.chunked:
            lines = "".join(f"{name}: {value}\r\n" for name, value in trailers)
            self.client.wire.send(b"0\r\n" + lines.encode() + b"\r\n")

    def until_interim(self):
        answer = self.client.wire.response(self.method)
        assert answer.status < 200, answer
        self.interim.append(answer)
        return answer

    def until_body(self, data):
        """Reads until this much of the content has come."""
        if self._answer is None:
            self._answer = self.client.wire.reader.head()
            self._parts = self.client.wire.reader.body_parts(self._answer)
        while len(self._answer.body) < len(data):
            self._answer.body += next(self._parts)
        assert self._answer.body == data

    def answer(self):
        """The final answer; answers come in the order of their requests."""
        if self._answer is not None:
            self._answer.body += b"".join(self._parts)
            return self._answer
        while self.client.waiting[0] is not self:
            self.client.waiting[0].answer()
        while (answer := self.client.wire.response(self.method)).status < 200:
            self.interim.append(answer)
        self.client.waiting.pop(0)
        self._answer, self._parts = answer, ()
        return answer

    def is_visibly_broken(self):
        answer = self.client.wire.response(self.method)
        return answer.status == 502 or not answer.complete


class Http2Client:
    """A connection of HTTP/2, held to RFC 9113 by support/http2_reader.py."""

    protocol = "HTTP/2"

    def __init__(self, running):
        self.running, self.connection = running, http2.connect(running)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.wire.socket.close()

    def begin(self, method="GET", path="/", fields=(), length=None, more=True):
        fields = [(name.lower(), value) for name, value in fields]
        if length is not None:
            fields.append(("content-length", str(length)))
        return Http2Request(self.connection, self.connection.request(
            method, path, fields=fields, end=not more))

    def ask(self, method="GET", path="/", body=None, fields=(), length=True, trailers=None):
        """A whole request and its answer."""
        return ask(self, method, path, body, fields, length, trailers).answer()


class Http2Request:
    def __init__(self, connection, stream):
        self.connection, self.stream = connection, stream

    @property
    def interim(self):
        return self.stream.interim

    def send(self, data):
        self.connection.data(self.stream, data, end=False)

    def end(self, trailers=()):
        if trailers:
            self.connection.trailers(self.stream, trailers)
        else:
            self.connection.data(self.stream)

    def until_interim(self):
        self.connection.until(lambda: self.interim or self.stream.is_over, "an interim answer")
        return self.interim[-1]

    def until_body(self, data):
        """Reads until this much of the content has come."""
        self.connection.until(lambda: len(self.stream.body) >= len(data) or self.stream.is_over,
                              "content")
        assert self.stream.body == data

    def answer(self):
        return self.connection.expect_response(self.stream)

    def is_visibly_broken(self):
        stream = self.stream
        self.connection.until(lambda: stream.is_over, "the end of the stream")
        return (stream.reset not in (None, Code.NO_ERROR) and not stream.ended) or (
            stream.ended and stream.response.status == 502)


def ask(client, method, path, body, fields, length, trailers):
    """A whole request; counted where `length` and no trailers follow. `body=None`: no content."""
    counted = length and body is not None and trailers is None
    more = body is not None or trailers is not None
    request = client.begin(method, path, fields, len(body) if counted else None, more)
    if more:
        with contextlib.suppress(OSError):  # an early answer says why
            request.send(body or b"")
            request.end(trailers or ())
    return request


def lowered(fields):
    """Field lines with names as HTTP/2 has them."""
    return [(name.lower(), value) for name, value in fields]
