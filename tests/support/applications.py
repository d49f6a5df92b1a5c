"""One application for both protocols: scripts of support/http2_server.py over HTTP/1.1."""

import http

from support import http1


class Exchange:
    """One request and its answer on a connection of HTTP/1.1."""

    def __init__(self, connection, head):
        self.connection, self.request, self.number = connection, head, connection.number
        head.authority = head.get("Host")
        self._chunked = self.is_whole = False

    # The request.

    def body_parts(self):
        yield from self.connection.reader.body_parts(self.request)

    def read(self):
        """The request with its whole content."""
        self.connection.reader.finish(self.request, until_end=False)
        return self.request

    # The answer.

    def interim(self, status, fields=()):
        self._head(status, fields)

    def begin(self, status=200, fields=(), end=False):
        """Content without a length is chunked."""
        has_length = any(name == "content-length" for name, _ in fields)
        self._chunked = not end and not has_length
        self.is_whole = end
        more = [("transfer-encoding", "chunked")] if self._chunked else []
        if end and not has_length and status not in (204, 304):
            more = [("content-length", "0")]
        self._head(status, [*fields, *more])

    def _head(self, status, fields):
        lines = [f"HTTP/1.1 {status} {http.HTTPStatus(status).phrase}",
                 *(f"{name}: {value}" for name, value in fields)]
        self.connection.send("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n")

    def data(self, data=b"", end=False):
        if data:
            self.connection.send(http1.chunk(data) if self._chunked else data)
        if end:
            self._end(())

    def trailers(self, fields):
        self._end(fields)

    def _end(self, trailers):
        if self._chunked:
            lines = "".join(f"{name}: {value}\r\n" for name, value in trailers)
            self.connection.send(b"0\r\n" + lines.encode("latin-1") + b"\r\n")
        self.is_whole = True

    def answer(self, body=b"", status=200, fields=(), trailers=None):
        """A whole answer, with its length unless trailers come behind it."""
        if trailers is None:
            fields = [("content-length", str(len(body))), *fields]
        self.begin(status, fields, end=not body and trailers is None)
        if body:
            self.data(body, end=trailers is None)
        if trailers is not None:
            self.trailers(trailers)

    def break_off(self):
        """Ends in the middle, as an application that fails."""
        self.connection.reset()

    def until_over(self):
        self.connection.until_closed()


def over_http1(script):
    """The script of a connection of support/upstreams.py."""
    def follow(connection):
        while head := connection.head():
            exchange = Exchange(connection, head)
            script(exchange)
            if not exchange.is_whole:
                return
    return follow


def answers(*arguments, **more):
    """A script for either protocol: it reads the request and gives this answer."""
    def script(exchange):
        exchange.read()
        exchange.answer(*arguments, **more)
    return script
