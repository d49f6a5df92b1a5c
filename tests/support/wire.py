"""A client that sends exactly the bytes it is told, over TCP or TLS, and bounds every wait."""

import socket
import ssl
import struct

from support import http1
from support.wait import seconds


class Wire:
    def __init__(self, raw, patience=15.0):
        self.socket = raw
        self.socket.settimeout(seconds(patience))
        self.reader = http1.Reader(self.receive)
        self.end = None

    @classmethod
    def plain(cls, address, receive_buffer=None):
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        raw = socket.socket(family, socket.SOCK_STREAM)
        if receive_buffer:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        raw.settimeout(seconds(15.0))
        raw.connect(address)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return cls(raw)

    @classmethod
    def tls(cls, address, context, server_name="localhost", session=None, receive_buffer=None):
        wire = cls.plain(address, receive_buffer)
        try:
            wire.socket = context.wrap_socket(
                wire.socket, server_hostname=server_name, session=session,
                suppress_ragged_eofs=False)
        except BaseException:
            wire.socket.close()
            raise
        return wire

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)
        return self

    def receive(self, count=65536):
        """The next bytes; b"" at the end, and `end` says how it ended."""
        try:
            data = self.socket.recv(count)
        except (ConnectionResetError, BrokenPipeError):
            self.end = "reset"
            return b""
        except ssl.SSLZeroReturnError:
            self.end = "closed"
            return b""
        except ssl.SSLEOFError:
            self.end = "cut"
            return b""
        if not data:
            self.end = "closed"
        return data

    def response(self, to="GET"):
        return self.reader.response(to)

    def ask(self, method="GET", target="/", **more):
        """One request and its final response on this connection."""
        self.send(http1.request(method, target, **more))
        return self.final(method)

    def final(self, to="GET"):
        """The next response that is not an interim one."""
        while True:
            response = self.response(to)
            if response.status >= 200 or response.status == 101:
                return response

    def until_end(self):
        """Everything that still comes until the peer ends (closed, cut or reset)."""
        parts = [self.reader.buffer]
        while data := self.receive():
            parts.append(data)
        return b"".join(parts)

    def has_ended(self):
        """True once the peer has ended; what still comes before is dropped."""
        self.socket.settimeout(0.01)
        try:
            return self.receive() == b""
        except (TimeoutError, ssl.SSLWantReadError, BlockingIOError):
            return False

    def reset(self):
        """Ends with RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()
