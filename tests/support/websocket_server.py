"""A real WebSocket server (python3-websockets) that also gives one page and hears of results."""

import asyncio
import http
import threading

import websockets.server

from support.wait import seconds


class WebSocketServer:
    """Echoes every message; `pages` maps a path to an HTML page.

    Text messages that begin with `close:` close with that code, those that begin with `ping`
    make the server ping its client and tell when the pong came.
    """

    def __init__(self, pages=None):
        self.pages, self.visited, self.closed_with = pages or {}, [], []
        self.heads = []
        self._ready, self._loop = threading.Event(), asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(seconds(10)), "the WebSocket server does not start"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(seconds(10))

    def _run(self):
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())

    async def _serve(self):
        self._stop = asyncio.Event()
        server = await websockets.server.serve(
            self._echo, "127.0.0.1", 0, process_request=self._page, max_size=None,
            ping_interval=None, close_timeout=1, subprotocols=["chat"])
        self.url = "http://127.0.0.1:%d" % server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        await server.wait_closed()

    async def _page(self, path, fields):
        self.heads.append((path, list(fields.raw_items())))
        if path.startswith("/ws"):
            return None
        self.visited.append(path)
        found = path in self.pages
        return (http.HTTPStatus.OK if found else http.HTTPStatus.NOT_FOUND,
                [("Content-Type", "text/html; charset=utf-8")], self.pages.get(path, "").encode())

    async def _echo(self, socket):
        try:
            async for message in socket:
                if isinstance(message, str) and message.startswith("close:"):
                    await socket.close(int(message[6:]), "as you wish")
                elif message == "ping":
                    await asyncio.wait_for(await socket.ping(b"are you there"), seconds(10))
                    await socket.send("ponged")
                else:
                    await socket.send(message)
        except websockets.exceptions.ConnectionClosed:
            pass
        self.closed_with.append(socket.close_code)
