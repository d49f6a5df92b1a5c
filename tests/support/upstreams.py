"""Applications to put gatehouse in front of: every connection follows a script."""

import contextlib
import hashlib
import json
import os
import socket
import struct
import threading

from support import http1
from support.wait import seconds, until


class Connection:
    """The upstream's end of one connection."""

    def __init__(self, raw, number, upstream):
        self.socket, self.number, self.upstream = raw, number, upstream
        self.reader = http1.Reader(self._receive)
        self.socket.settimeout(seconds(60))
        self.sent = 0

    def _receive(self):
        try:
            return self.socket.recv(262144)
        except (ConnectionError, TimeoutError):
            return b""

    def request(self):
        """The next request with its body; None when gatehouse has closed."""
        request = self.head()
        if request is not None:
            self.reader.finish(request, until_end=False)
        return request

    def head(self):
        """The next request's head only."""
        with contextlib.suppress(http1.Ended):
            head = self.reader.head()
            if head is not None:
                self.upstream.note(head)
            return head
        return None

    def send(self, data):
        self.socket.sendall(data)
        self.sent += len(data)

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def until_closed(self):
        """Stalls until gatehouse gives up, or the test ends."""
        while self._receive():
            pass


class Upstream:
    """Listens on 127.0.0.1 (or a Unix socket) and runs `script(connection)` for each connection.

    A list of scripts serves one connection each, the last one all that follow.
    """

    scheme, connection_type = "http", Connection

    def __init__(self, script, path=None):
        self._scripts = list(script) if isinstance(script, (list, tuple)) else [script]
        self.requests, self.connections, self.failures = [], [], []
        self._lock, self._threads = threading.Lock(), []
        self._listener = _listen(path)
        self.address = path or self._listener.getsockname()
        self.url = f"unix:{path}" if path else "%s://%s:%d" % (self.scheme, *self.address)
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def _accept(self):
        while True:
            try:
                raw, _ = self._listener.accept()
            except OSError:
                return
            connection = self.connection_type(raw, len(self.connections), self)
            self.connections.append(connection)
            self.start(self._serve, connection)

    def _serve(self, connection):
        try:
            self.script_of(connection.number)(connection)
        finally:
            connection.socket.close()

    def script_of(self, number):
        return self._scripts[min(number, len(self._scripts) - 1)]

    def start(self, work, *arguments):
        """Does it in a thread; what it raises is a failure of the test."""
        thread = threading.Thread(target=self._follow, args=(work, *arguments), daemon=True)
        self._threads.append(thread)
        thread.start()

    def _follow(self, work, *arguments):
        try:
            work(*arguments)
        except (OSError, http1.Ended):
            pass  # gatehouse, or the end of the test, has closed the connection
        except Exception as failure:  # reported by stop()
            self.failures.append(failure)

    def note(self, request):
        """Keeps a request; its number among those of all connections."""
        with self._lock:
            self.requests.append(request)
            return len(self.requests) - 1

    def targets(self):
        return [request.target for request in self.requests]

    def wait_for_requests(self, count=1, within=10.0):
        until(lambda: len(self.requests) >= count, f"{count} requests at the upstream", within)
        return self.requests

    def refuse_connections(self):
        """From now on nobody listens; the address stays named in `url`."""
        # shutdown wakes the accepting thread, close alone does not.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._acceptor.join()
        self._listener.close()

    def stop(self):
        if self._listener.fileno() >= 0:
            self.refuse_connections()
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.socket.shutdown(socket.SHUT_RDWR)
        for thread in list(self._threads):
            thread.join(seconds(10))
        assert not self.failures, f"the script of an upstream failed: {self.failures}"


def _listen(path):
    if path is None:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", 0))
    else:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(os.fspath(path))
    listener.listen(4096)
    return listener


def refused_address():
    """An address of 127.0.0.1 where nobody listens: bound, so that nobody else gets it."""
    holder = socket.socket()
    holder.bind(("127.0.0.1", 0))
    return holder, "127.0.0.1:%d" % holder.getsockname()[1]


# Scripts.

def echo(connection):
    """Answers every request with what it saw, as JSON."""
    while request := connection.request():
        connection.send(http1.response(json.dumps({
            "method": request.method, "target": request.target, "fields": request.fields,
            "trailers": request.trailers, "length": len(request.body),
            "sha256": hashlib.sha256(request.body).hexdigest(), "connection": connection.number,
        }).encode(), Content_Type="application/json"))


def says(text):
    """Answers every request with the same text."""
    def script(connection):
        while connection.request():
            connection.send(http1.response(text.encode(), Content_Type="text/plain"))
    return script


def names_the_target(connection):
    """Answers every request with its own target, so that a mixed-up answer shows."""
    while request := connection.request():
        connection.send(http1.response(request.target.encode()))


def answers_once(data, then="close"):
    """Reads one request, sends `data`, then: close, reset, or stall."""
    def script(connection):
        connection.request()
        connection.send(data)
        if then == "reset":
            connection.reset()
        elif then == "stall":
            connection.until_closed()
    return script


def seen(response):
    """The request that the `echo` application saw, as a message."""
    assert response.status == 200, (response.start, response.body)
    data = response.json
    message = http1.Message(f"{data['method']} {data['target']} HTTP/1.1",
                            [tuple(field) for field in data["fields"]])
    message.seen = data
    return message
