"""Large bodies up and down, through readers that are slow: whole, and without memory growing."""

import hashlib
import threading

import pytest

from support import binary, http1
from support.bodies import MIB, Upload, application, sha256, stream
from support.resources import memory
from support.wait import settled

SIZES = [pytest.param(64 * MIB, id="64MiB"),
         pytest.param(1024 * MIB, id="1GiB", marks=pytest.mark.soak)]
BUFFERS_OF_THE_KERNEL = 32 * MIB  # more than the send and receive buffers of two connections
MAY_GROW = 2 * MIB


def watch_growth(running):
    """A check that memory did not grow much since the program had seen its first requests."""
    for method, target, body in (("GET", f"/{MIB}", None), ("PUT", "/", bytes(MIB))):
        assert running.ask(method, target, body=body).status == 200
    before = memory(running.pid)

    def growth_is_small():
        if not binary.sanitizer():
            grown = memory(running.pid) - before
            assert grown < MAY_GROW, f"{grown} bytes"
    return growth_is_small


@pytest.mark.parametrize("size", SIZES)
def test_a_download_waits_for_its_slow_reader(gatehouse, upstream, size):
    app = upstream(application())
    running = gatehouse("--to", app.url)
    growth_is_small = watch_growth(running)
    with running.connect(receive_buffer=65536) as wire:
        wire.send(http1.request(target=f"/{size}"))
        head = wire.reader.head()
        sent = settled(lambda: app.connections[-1].sent)
        assert sent < BUFFERS_OF_THE_KERNEL, "the application is held back meanwhile"
        growth_is_small()
        assert sha256(wire.reader.body_parts(head)) == sha256(stream(size))
        growth_is_small()


@pytest.mark.parametrize("size", SIZES)
def test_an_upload_waits_for_its_slow_application(gatehouse, upstream, size):
    hold = threading.Event()
    running = gatehouse("--to", upstream(application(hold)).url)
    hold.set()
    growth_is_small = watch_growth(running)
    hold.clear()
    with running.connect() as wire:
        upload = Upload(wire, size, running.authority)
        assert upload.taken_when_stuck() < BUFFERS_OF_THE_KERNEL
        growth_is_small()
        hold.set()
        answer = upload.finish()
        growth_is_small()
    digest, length = sha256(stream(size))
    assert answer.json == {"sha256": digest, "length": length}


@pytest.mark.parametrize("size", SIZES)
def test_curl_uploads_and_downloads_a_file_as_it_is(gatehouse, upstream, tmp_path, size):
    running = gatehouse("--to", upstream(application()).url)
    with open(tmp_path / "data", "wb") as file:
        for part in stream(size):
            file.write(part)
    url = f"https://localhost:{running.port}"
    answer = running.curl("-f", "-T", str(tmp_path / "data"), f"{url}/up", within=300)
    assert sha256(stream(size))[0] in answer.stdout
    running.curl("-f", "-o", str(tmp_path / "back"), f"{url}/{size}", within=300)
    with open(tmp_path / "back", "rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == sha256(stream(size))[0]


@pytest.mark.parametrize("size", SIZES)
def test_a_chunked_upload_passes_whole(gatehouse, upstream, size):
    running = gatehouse("--to", upstream(application()).url)
    with running.connect() as wire:
        wire.socket.settimeout(600)
        wire.send(b"PUT / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
        for part in stream(size):
            wire.send(http1.chunk(part))
        wire.send(b"0\r\n\r\n")
        digest, length = sha256(stream(size))
        assert wire.final("PUT").json == {"sha256": digest, "length": length}


def test_both_directions_at_once(gatehouse, upstream, tmp_path):
    """An application that answers while it reads: neither direction waits for the other."""
    def mirror(connection):
        head = connection.head()
        connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for part in connection.reader.body_parts(head):
            connection.send(http1.chunk(part))
        connection.send(b"0\r\n\r\n")

    running = gatehouse("--to", upstream(mirror).url)
    with open(tmp_path / "data", "wb") as file:
        for part in stream(16 * MIB):
            file.write(part)
    # Without Expect curl sends at once, and takes what comes back meanwhile.
    running.curl("-f", "-H", "Expect:", "-T", str(tmp_path / "data"), "-o", str(tmp_path / "back"),
                 f"https://localhost:{running.port}/", within=120)
    assert (tmp_path / "back").read_bytes() == (tmp_path / "data").read_bytes()


def test_many_transfers_at_once_do_not_mix(gatehouse, upstream):
    running = gatehouse("--to", upstream(application()).url)
    wrong = []

    def transfer(number):
        size = 2 * MIB + number
        with running.connect() as wire:
            wire.send(http1.request(target=f"/{size}"))
            if sha256(wire.reader.body_parts(wire.reader.head())) != sha256(stream(size)):
                wrong.append(size)

    threads = [threading.Thread(target=transfer, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
        assert not thread.is_alive()
    assert wrong == []
