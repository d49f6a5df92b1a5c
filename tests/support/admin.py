"""Calls the API on the admin socket, as a program that knows nothing of gatehouse's client."""

import contextlib
import json
import socket
import struct

from support.wait import seconds


class Answer:
    def __init__(self, status, fields, body):
        self.status, self.fields, self.body = status, fields, body

    @property
    def json(self):
        return json.loads(self.body)


class AdminSocket:
    """A client of one socket; each call has a connection of its own."""

    def __init__(self, path):
        self.path = str(path)

    def connect(self, within=10.0):
        end = socket.socket(socket.AF_UNIX)
        end.settimeout(seconds(within))
        end.connect(self.path)
        return end

    def raw(self, data, within=10.0):
        """Sends bytes and reads to the end of the connection."""
        with self.connect(within) as end:
            with contextlib.suppress(BrokenPipeError):
                end.sendall(data)
            return answer_of(read_all(end))

    def ask(self, method, target, body=b"", fields=()):
        lines = [f"{method} {target} HTTP/1.1", "Host: gatehouse", "Connection: close", *fields]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        return self.raw("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    def call(self, method, message=None, fields=()):
        body = json.dumps(message or {}).encode()
        return self.ask("POST", f"/gatehouse.v1.{method}", body,
                        ["Content-Type: application/json", *fields])

    def answers(self):
        """Whether somebody is there."""
        try:
            return self.call("StatusService/Get").status == 200
        except (ConnectionError, FileNotFoundError):
            return False

    def watch(self):
        """A connection with a stream of events that nobody has read from yet."""
        end = self.connect()
        body = struct.pack(">BI", 0, 2) + b"{}"
        end.sendall(b"POST /gatehouse.v1.EventService/Watch HTTP/1.1\r\nHost: gatehouse\r\n"
                    b"Content-Type: application/connect+json\r\nContent-Length: 7\r\n\r\n" + body)
        return end


def read_all(end):
    data = b""
    while True:
        try:
            some = end.recv(65536)
        except ConnectionResetError:
            return data
        if not some:
            return data
        data += some


def answer_of(data):
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    fields = {name.lower(): value.strip() for name, _, value in pairs}
    return Answer(int(first.split()[1]) if first else 0, fields, body)


def events(data):
    """The events of a stream, and its last message (None while it goes on)."""
    content = b""
    rest = data.partition(b"\r\n\r\n")[2]
    while b"\r\n" in rest:
        size, _, rest = rest.partition(b"\r\n")
        content, rest = content + rest[:int(size, 16)], rest[int(size, 16) + 2:]
    found = []
    while len(content) >= 5:
        flags, size = struct.unpack(">BI", content[:5])
        message, content = content[5:5 + size], content[5 + size:]
        if flags == 2:
            return found, json.loads(message)
        found.append(json.loads(message))
    return found, None
