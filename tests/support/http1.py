"""A small HTTP/1.1 reader for both ends of a test: it reports what came, broken or not."""

import dataclasses
import json


@dataclasses.dataclass
class Message:
    start: str
    fields: list
    body: bytes = b""
    trailers: list = dataclasses.field(default_factory=list)
    complete: bool = True

    def all(self, name):
        return [value for key, value in self.fields if key.lower() == name.lower()]

    def get(self, name):
        """The one value of a field; None when absent; a list of two is a failure."""
        values = self.all(name)
        assert len(values) <= 1, f"{name} came {len(values)} times: {values}"
        return values[0] if values else None

    @property
    def status(self):
        return int(self.start.split(" ")[1])

    @property
    def method(self):
        return self.start.split(" ")[0]

    @property
    def target(self):
        return self.start.split(" ")[1]

    @property
    def text(self):
        return self.body.decode()

    @property
    def json(self):
        return json.loads(self.body)


class Ended(Exception):
    """The peer ended where more had to come."""


class Reader:
    """Reads messages from `receive`, a function that returns b"" at the end of the stream."""

    def __init__(self, receive):
        self._receive = receive
        self.buffer = b""

    def more(self):
        data = self._receive()
        if not data:
            raise Ended()
        self.buffer += data

    def until(self, mark):
        while mark not in self.buffer:
            self.more()
        part, self.buffer = self.buffer.split(mark, 1)
        return part

    def exactly(self, count):
        while len(self.buffer) < count:
            self.more()
        part, self.buffer = self.buffer[:count], self.buffer[count:]
        return part

    def head(self):
        """The next head, or None at a clean end of the stream."""
        try:
            text = self.until(b"\r\n\r\n").decode("latin-1")
        except Ended:
            if self.buffer:
                raise
            return None
        start, *lines = text.split("\r\n")
        return Message(start, [_field(line) for line in lines])

    def request(self):
        """The next request with its whole body, or None at the end of the stream."""
        message = self.head()
        if message is not None:
            self.finish(message, until_end=False)
        return message

    def response(self, to="GET"):
        """The next response (also an interim one); a body cut short gives complete=False."""
        message = self.head()
        if message is None:
            raise Ended()
        if to == "HEAD" or message.status < 200 or message.status in (204, 304):
            return message
        self.finish(message, until_end=True)
        return message

    def finish(self, message, until_end):
        """Reads the body that belongs to the head."""
        parts = []
        try:
            for part in self.body_parts(message, until_end):
                parts.append(part)
        except Ended:
            message.complete = False
        message.body = b"".join(parts)

    def body_parts(self, message, until_end=False):
        if any("chunked" in value.lower() for value in message.all("Transfer-Encoding")):
            yield from self._chunks(message)
        elif message.get("Content-Length") is not None:
            yield from self._counted(int(message.get("Content-Length")))
        elif until_end:
            yield from self._rest()

    def _counted(self, left):
        while left:
            if not self.buffer:
                self.more()
            part, self.buffer = self.buffer[:left], self.buffer[left:]
            left -= len(part)
            yield part

    def _chunks(self, message):
        while size := int(self.until(b"\r\n").split(b";")[0], 16):
            yield from self._counted(size)
            assert self.exactly(2) == b"\r\n", "a chunk must end with CRLF"
        while line := self.until(b"\r\n"):
            message.trailers.append(_field(line.decode("latin-1")))

    def _rest(self):
        while True:
            part, self.buffer = self.buffer, b""
            if part:
                yield part
            try:
                self.more()
            except Ended:
                return


def _field(line):
    name, _, value = line.partition(":")
    return name, value.strip(" \t")


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


def response(body=b"", status="200 OK", **fields):
    """A response with Content-Length, as bytes; field names are given with underscores."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def request(method="GET", target="/", host="localhost", body=None, fields=()):
    """A request as bytes, with Content-Length where there is a body."""
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}"]
    lines += [f"{name}: {value}" for name, value in fields]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (body or b"")
