"""Clients that must not notice that anything changes behind the address they talk to."""

import base64
import contextlib
import hashlib
import os
import threading
import time

from support import http1
from support.wire import Wire

_WEBSOCKET_KEY = base64.b64encode(b"gatehouse-tests!").decode()
_UPGRADE = [("Upgrade", "websocket"), ("Connection", "Upgrade"),
            ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", _WEBSOCKET_KEY)]
_WEBSOCKET_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def application(connection):
    """Says `hello`, tells the digest of what is uploaded, and echoes what comes by WebSocket."""
    while request := connection.request():
        if request.get("Upgrade"):
            return _tunnel(connection, request)
        digest = hashlib.sha256(request.body).hexdigest()
        connection.send(http1.response(f"hello {digest}".encode()))
    return None


def _tunnel(connection, request):
    accept = hashlib.sha1(request.get("Sec-WebSocket-Key").encode() + _WEBSOCKET_GUID).digest()
    connection.send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                    b"Connection: Upgrade\r\nSec-WebSocket-Accept: " + base64.b64encode(accept) +
                    b"\r\n\r\n")
    while True:
        if not connection.reader.buffer:
            connection.reader.more()
        data, connection.reader.buffer = connection.reader.buffer, b""
        connection.send(data)


class Load:
    """Keeps clients of every kind busy; `failures` tells what one of them noticed."""

    def __init__(self, address, context, host, *, keep_alive=4, newcomers=2, uploads=1, sockets=4):
        self._address, self._context, self._host = address, context, host
        self._stop = threading.Event()
        self.failures, self.done = [], {}
        kinds = [(self._keep_alive, keep_alive), (self._newcomer, newcomers),
                 (self._upload, uploads), (self._websocket, sockets)]
        self._threads = [threading.Thread(target=self._run, args=(kind,), daemon=True)
                         for kind, count in kinds for _ in range(count)]
        for thread in self._threads:
            thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self._stop.set()
        for thread in self._threads:
            thread.join(30)

    def counts(self):
        return dict(self.done)

    def _run(self, kind):
        name = kind.__name__.strip("_")
        try:
            while not self._stop.is_set():
                kind(lambda: self.done.__setitem__(name, self.done.get(name, 0) + 1))
        except Exception as failure:  # whatever it is, a client has noticed it
            self.failures.append(f"{name} after {self.done.get(name, 0)}: {failure!r}")

    def _connect(self):
        return Wire.tls(self._address, self._context, self._host.rpartition(":")[0])

    def _hello(self, wire, method="GET", body=b""):
        response = wire.ask(method, "/", host=self._host, body=body)
        expected = f"hello {hashlib.sha256(body).hexdigest()}"
        assert (response.status, response.text) == (200, expected), (response.start, response.text)
        return (response.get("Connection") or "").lower() != "close"

    def _keep_alive(self, count):
        with self._connect() as wire:
            while self._hello(wire) and not self._stop.is_set():
                count()
                time.sleep(0.002)  # the machine has other things to do, too
        count()

    def _newcomer(self, count):
        with self._connect() as wire:
            self._hello(wire)
        count()
        time.sleep(0.005)

    def _upload(self, count):
        """Content that comes piece by piece, over a time in which much can change."""
        body = os.urandom(256 * 1024)
        with self._connect() as wire:
            wire.send(http1.request("POST", "/", host=self._host,
                                    fields=[("Content-Length", len(body))]))
            for start in range(0, len(body), 16 * 1024):
                wire.send(body[start:start + 16 * 1024])
                self._stop.wait(0.01)
            response = wire.final("POST")
        expected = f"hello {hashlib.sha256(body).hexdigest()}"
        assert (response.status, response.text) == (200, expected), response.start
        count()

    def _websocket(self, count):
        """One connection until the end: it may never be cut."""
        with self._connect() as wire:
            response = wire.ask("GET", "/ws", host=self._host, fields=_UPGRADE)
            assert response.status == 101, response.start
            while not self._stop.is_set():
                message = os.urandom(64)
                wire.send(message)
                assert wire.reader.exactly(len(message)) == message
                count()
                self._stop.wait(0.02)


@contextlib.contextmanager
def unnoticed(*loads):
    """What happens inside is noticed by no client, and each kind got something done."""
    before = [load.counts() for load in loads]
    yield
    for load, earlier in zip(loads, before):
        assert not load.failures, load.failures
        for kind, count in load.counts().items():
            assert count > earlier.get(kind, 0), f"{kind} stands still"
