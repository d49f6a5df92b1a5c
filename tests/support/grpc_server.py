"""A real gRPC server (python3-grpcio) as a process of its own; messages are bytes as they are.

    with GrpcServer() as server: ...        # server.url, server.address, server.told()

Run as a program it prints its port. Handlers are generic, so nothing is generated from a schema.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys

import grpc

SERVICE = "gatehouse.test.Peer"
UNBOUNDED = (("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1))


class Methods:
    """What the server can do, and what it has seen of it."""

    def __init__(self):
        self.seen = {"waiting": 0, "cancelled": 0, "given": 0}
        self._together, self._all_there = 0, asyncio.Event()

    def handlers(self):
        """The handlers by name; without serialisers a message is bytes."""
        return {
            "Echo": grpc.unary_unary_rpc_method_handler(self.echo),
            "Count": grpc.unary_stream_rpc_method_handler(self.count),
            "Sum": grpc.stream_unary_rpc_method_handler(self.sum),
            "Talk": grpc.stream_stream_rpc_method_handler(self.talk),
            "Wait": grpc.unary_unary_rpc_method_handler(self.wait),
            "Meet": grpc.unary_unary_rpc_method_handler(self.meet),
            "Fail": grpc.unary_unary_rpc_method_handler(self.fail),
            "FailLate": grpc.unary_stream_rpc_method_handler(self.fail_late),
            "Give": grpc.unary_unary_rpc_method_handler(self.give),
            "GiveMany": grpc.unary_stream_rpc_method_handler(self.give_many),
            "Seen": grpc.unary_unary_rpc_method_handler(self.tell),
        }

    async def echo(self, request, context):
        """The request again; metadata `x-...` comes back in front, and as `trailing-...` behind."""
        asked = [(key, value) for key, value in context.invocation_metadata()
                 if key.startswith("x-")]
        await context.send_initial_metadata(asked)
        context.set_trailing_metadata([(f"trailing-{key}", value) for key, value in asked])
        return request

    async def count(self, request, _):
        """So many messages: 0, 1, 2..."""
        for number in range(int(request)):
            yield b"%d" % number

    async def sum(self, requests, _):
        return b"%d" % sum([int(number) async for number in requests])

    async def talk(self, requests, _):
        """Each message again, as soon as it comes."""
        async for message in requests:
            yield message

    async def wait(self, _, __):
        """Never answers; counts those that were cancelled."""
        self.seen["waiting"] += 1
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.seen["cancelled"] += 1
            raise

    async def meet(self, request, _):
        """Answers when so many calls are there at once."""
        self._together += 1
        if self._together == int(request):
            self._all_there.set()
        await self._all_there.wait()
        return request

    async def fail(self, request, context):
        """Fails with the code and the details of the request, and trailing metadata."""
        code, details = json.loads(request)
        await context.abort(_code(code), details,
                            (("x-reason", "tested"), ("x-reason-bin", bytes(range(256)))))

    async def fail_late(self, request, context):
        """The same after one message."""
        yield b"before"
        await self.fail(request, context)

    async def give(self, request, _):
        """A message of so many bytes."""
        return bytes(int(request))

    async def give_many(self, request, _):
        """So many messages of so many bytes; `given` counts the bytes that were taken."""
        count, size = json.loads(request)
        for _ in range(count):
            yield bytes(size)
            self.seen["given"] += size

    async def tell(self, _, __):
        return json.dumps(self.seen).encode()


def _code(number):
    return next(code for code in grpc.StatusCode if code.value[0] == number)


async def _serve():
    server = grpc.aio.server(options=(*UNBOUNDED, ("grpc.so_reuseport", 0)))
    server.add_generic_rpc_handlers(
        [grpc.method_handlers_generic_handler(SERVICE, Methods().handlers())])
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(port, flush=True)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    await ended.wait()
    await server.stop(grace=0)


class GrpcServer:
    """The process, as a test sees it."""

    def __init__(self):
        self._process = subprocess.Popen([sys.executable, os.path.abspath(__file__)],
                                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        port = self._process.stdout.readline()
        assert port, "the gRPC server does not start"
        self.address = f"127.0.0.1:{int(port)}"
        self.url = f"h2c://{self.address}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._wait()

    def kill(self):
        """It ends without a word; its sockets are closed by the kernel."""
        self._process.kill()
        self._wait()

    def _wait(self):
        self._process.wait(20)
        self._process.stdout.close()

    def seen(self):
        """What the server counted, asked without anything in between."""
        with grpc.insecure_channel(self.address, options=(("grpc.enable_http_proxy", 0),)) as own:
            return json.loads(own.unary_unary(f"/{SERVICE}/Seen")(b"", timeout=20))


if __name__ == "__main__":
    asyncio.run(_serve())
