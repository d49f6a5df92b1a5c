import contextlib
import os
import signal
import threading

import pytest

from support import binary, grpc_client, http2
from support.applications import over_http1
from support.authority import Authority
from support.certificate_desk import PASSPHRASE, Desk
from support.clients import Http1Client, Http2Client
from support.grpc_server import GrpcServer
from support.http1 import response
from support.http2_server import Held, Http2Upstream
from support.nginx import Nginx
from support.processes import is_gone
from support.program import Gatehouse
from support.upstreams import Upstream, echo
from support.wait import seconds, until
from support.websocket_server import WebSocketServer


def pytest_collection_modifyitems(items):
    if not binary.path().exists():
        raise pytest.UsageError(f"{binary.path()} is not there: build it, or name it by GATEHOUSE")
    for item in items:
        if binary.sanitizer() and item.get_closest_marker("exact"):
            item.add_marker(pytest.mark.skip(reason="a sanitizer build has other measures"))


@pytest.fixture
def gatehouse(tmp_path):
    """Starts the program: `gatehouse("--to", url)`. Ends all of them at the end of the test."""
    started = []

    def start(*arguments, wait=True, folder=None, **more):
        folder = folder or tmp_path / f"gatehouse-{len(started)}"
        folder.mkdir(exist_ok=True)
        started.append(Gatehouse(*arguments, folder=folder, **more))
        return started[-1].wait_until_serving() if wait else started[-1]

    yield start
    with contextlib.ExitStack() as ends:
        for running in started:
            if running.process.returncode is None:
                ends.callback(running.stop)


@pytest.fixture
def ends_later():
    """Processes that are no children of the test: `ends_later(pid)` ends them with it."""
    pids = []
    yield pids.append
    for pid in pids:
        if not is_gone(pid):
            os.kill(pid, signal.SIGTERM)
            until(lambda pid=pid: is_gone(pid), f"{pid} has ended", within=20)


@pytest.fixture
def upstream():
    """Starts an application that follows a script: `upstream(echo)`; see support/upstreams.py."""
    with contextlib.ExitStack() as ends:
        yield lambda *arguments, **more: ends.enter_context(Upstream(*arguments, **more))


@pytest.fixture
def http2_upstream():
    """The same with HTTP/2: `http2_upstream(echo)`; see support/http2_server.py."""
    with contextlib.ExitStack() as ends:
        yield lambda *arguments, **more: ends.enter_context(Http2Upstream(*arguments, **more))


@pytest.fixture
def behind(gatehouse, http2_upstream):
    """`behind(script)`: a gatehouse before an `application` of HTTP/2; connections to that belong
    to a thread, and with one worker there is one."""
    def start(script, *arguments, **more):
        application = http2_upstream(script, **more)
        running = gatehouse("--to", application.url, "--workers", "1", *arguments)
        running.application = application
        return running
    return start


@pytest.fixture
def held_script():
    """A script for `behind` whose answers come when `told` is set."""
    script = Held()
    yield script
    script.told.set()


@pytest.fixture(params=[Http1Client, Http2Client], ids=["from_h1", "from_h2"])
def protocol(request):
    """Clients of either protocol, see support/clients.py."""
    return request.param


@pytest.fixture(params=["http", "h2c"], ids=["to_h1", "to_h2c"])
def scheme(request):
    """How the application is spoken to."""
    return request.param


@pytest.fixture
def column(gatehouse, upstream, http2_upstream, protocol, scheme):
    """`column(script, *arguments)`: a client, and the application that follows the script."""
    with contextlib.ExitStack() as ends:
        def start(script, *arguments):
            application = (http2_upstream(script) if scheme == "h2c"
                           else upstream(over_http1(script)))
            running = gatehouse("--to", application.url, *arguments)
            return ends.enter_context(protocol(running)), application
        yield start


@pytest.fixture
def echo_application(upstream):
    """An application that answers with what it saw of the request."""
    return upstream(echo)


@pytest.fixture
def http2_front(gatehouse, echo_application):
    """A gatehouse in front of `application`, which answers with what it saw."""
    running = gatehouse("--to", echo_application.url)
    running.application = echo_application
    return running


@pytest.fixture
def client(http2_front):
    """A bare HTTP/2 connection to `http2_front`."""
    with http2.connect(http2_front) as connection:
        yield connection


@pytest.fixture
def held(gatehouse, upstream):
    """A gatehouse whose `application` answers when `told` is set."""
    told = threading.Event()

    def script(connection):
        while connection.request():
            told.wait(seconds(30))
            connection.send(response(b"at last"))

    application = upstream(script)
    running = gatehouse("--to", application.url)
    running.application, running.told = application, told
    yield running
    told.set()


@pytest.fixture
def nginx(tmp_path):
    with Nginx(tmp_path / "nginx") as running:
        yield running


@pytest.fixture
def websocket_server():
    with WebSocketServer() as running:
        yield running


@pytest.fixture
def grpc_server():
    with GrpcServer() as running:
        yield running


@pytest.fixture
def grpc_front(gatehouse, grpc_server):
    return gatehouse("--to", grpc_server.url)


@pytest.fixture
def peer(grpc_front):
    """The methods of `grpc_server`, called through `grpc_front`."""
    with grpc_client.channel(grpc_front) as channel:
        yield grpc_client.Peer(channel)


@pytest.fixture
def cert(gatehouse, tmp_path):
    """`cert("import", file)` runs `gatehouse cert` at a running gatehouse."""
    folder = tmp_path / "g"
    folder.mkdir()
    running = gatehouse("--socket", folder / "admin.sock", folder=folder)
    (tmp_path / "pass").write_text(PASSPHRASE + "\n")
    return Desk(running, tmp_path)


@pytest.fixture
def authority(tmp_path):
    """A root and an intermediate below it, which issues what a test wants."""
    return Authority(tmp_path / "ca")
