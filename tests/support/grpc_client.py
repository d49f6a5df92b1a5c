"""gRPC channels (python3-grpcio) to a running gatehouse; messages are bytes as they are."""

import json
import queue
import struct

import grpc

from support.grpc_server import SERVICE, UNBOUNDED
from support.wait import seconds


def channel(running, name="localhost", authority=None, options=()):
    """A channel with a connection of its own, which trusts the local CA and nothing else."""
    root = open(running.anchor, "rb").read()
    return grpc.secure_channel(
        "ipv4:%s:%d" % running.address(), grpc.ssl_channel_credentials(root),
        options=(*UNBOUNDED, ("grpc.ssl_target_name_override", name),
                 ("grpc.default_authority", authority or f"{name}:{running.port}"),
                 ("grpc.enable_http_proxy", 0), ("grpc.use_local_subchannel_pool", 1), *options))


class Peer:
    """The methods of support/grpc_server.py; every call has a deadline."""

    def __init__(self, on):
        self._channel = on

    def call(self, method, request=b"", within=30, **more):
        return self._unary(method)(request, timeout=seconds(within), **more)

    def with_call(self, method, request=b"", **more):
        """The response, and the call with its metadata."""
        return self._unary(method).with_call(request, timeout=seconds(30), **more)

    def later(self, method, request=b"", within=60):
        """A call that goes on meanwhile."""
        return self._unary(method).future(request, timeout=seconds(within))

    def _unary(self, method):
        return self._channel.unary_unary(f"/{SERVICE}/{method}")

    def stream(self, method, request=b""):
        return self._channel.unary_stream(f"/{SERVICE}/{method}")(request, timeout=seconds(60))

    def sum(self, numbers):
        return self._channel.stream_unary(f"/{SERVICE}/Sum")(
            (b"%d" % number for number in numbers), timeout=seconds(30))

    def talk(self, messages):
        return self._channel.stream_stream(f"/{SERVICE}/Talk")(messages, timeout=seconds(60))

    def failure(self, method, request=b"", **more):
        """How a call fails, which must not succeed."""
        try:
            answer = self.call(method, request, **more)
        except grpc.RpcError as failed:
            return failed
        raise AssertionError(f"{method} succeeded: {answer!r}")


def ending(call):
    """How a stream fails, which must not end well; what came before is dropped."""
    try:
        for _ in call:
            pass
    except grpc.RpcError as failed:
        return failed
    raise AssertionError("the stream ended well")


def fails(code, details):
    """The request that makes Fail end so."""
    return json.dumps([code.value[0], details]).encode()


class Said:
    """Messages of a client, said one after the other; an iterator for grpc."""

    def __init__(self):
        self._messages = queue.Queue()

    def say(self, message):
        self._messages.put(message)

    def end(self):
        self._messages.put(None)

    def __iter__(self):
        return self

    def __next__(self):
        said = self._messages.get()
        if said is None:
            raise StopIteration
        return said


# The same by hand, over a connection of support/http2.py.

FIELDS = [("content-type", "application/grpc"), ("te", "trailers")]


def message(data):
    """A message as it stands in DATA: not compressed, its length, itself."""
    return struct.pack(">BI", 0, len(data)) + data


def raw_call(client, method, data=b"", fields=FIELDS):
    """The stream of a call."""
    return client.request("POST", f"/{SERVICE}/{method}", body=message(data), fields=fields)


def write_sites(file, sites):
    """A configuration; it replaces the file as an editor does."""
    next_file = file.with_suffix(".new")
    next_file.write_text("version: 1\nsites:\n" + "".join(
        f'  {name}: {{upstreams: ["{url}"], listen: ["127.0.0.1:0"]}}\n'
        for name, url in sites.items()))
    next_file.rename(file)
