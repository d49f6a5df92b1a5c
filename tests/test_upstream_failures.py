"""An application that dies, stalls, answers garbage, closes early, says too much or speaks unasked.

The client gets a correct error or a visibly broken body, never another request's bytes.
"""

import socket
import threading

import pytest

from support import http1
from support.http1 import chunk, response
from support.upstreams import answers_once, names_the_target, refused_address
from support.wait import seconds, settled


def visibly_broken(wire, to="GET"):
    """Reads a response that must not look whole; returns what came of its body."""
    answer = wire.response(to)
    assert not answer.complete
    return answer.body


# The error says who is at fault, to a person and to a program.

def test_a_refused_connection_is_502_and_names_the_application(gatehouse):
    holder, address = refused_address()
    with holder:
        running = gatehouse("--to", f"http://{address}")
        answer = running.ask(fields=[("Accept", "text/html")])
    assert answer.status == 502
    assert answer.get("Content-Type").startswith("text/html")
    assert address in answer.text and "refused" in answer.text


def test_a_program_gets_the_error_as_json(gatehouse):
    holder, address = refused_address()
    with holder:
        running = gatehouse("--to", f"http://{address}")
        answer = running.ask(fields=[("Accept", "application/json")])
    assert answer.status == 502
    assert "json" in answer.get("Content-Type")
    assert address in str(answer.json) and "refused" in str(answer.json)


def test_a_missing_unix_socket_is_502_and_named(gatehouse, tmp_path):
    running = gatehouse("--to", f"unix:{tmp_path}/none.sock")
    answer = running.ask()
    assert answer.status == 502 and "none.sock" in answer.text


def test_after_an_error_the_clients_connection_goes_on(gatehouse):
    holder, address = refused_address()
    with holder:
        running = gatehouse("--to", f"http://{address}")
        with running.connect() as wire:
            for _ in range(3):
                assert wire.ask(host=running.authority).status == 502


def test_an_application_that_does_not_accept_in_time_is_504(gatehouse):
    """Its queue is full: the connection is not refused, it just does not come."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        running = gatehouse("--to", "http://127.0.0.1:%d" % full.getsockname()[1],
                            "--timeout", "connect=300ms")
        assert running.ask().status == 504
        for one in waiting:
            one.close()


# Before and in the head.

@pytest.mark.parametrize("said", [
    b"", b"HTTP/1.1 200 OK\r\nContent-Le", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"])
@pytest.mark.parametrize("then", ["close", "reset"])
def test_an_application_that_ends_before_its_head_does_is_502(gatehouse, upstream, said, then):
    running = gatehouse("--to", upstream(answers_once(said, then)).url)
    with running.connect() as wire:
        assert wire.ask("POST", host=running.authority, body=b"x").status == 502


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\nContent-Le"])
def test_an_application_that_stalls_before_its_head_is_whole_is_504(gatehouse, upstream, said):
    running = gatehouse("--to", upstream(answers_once(said, "stall")).url,
                        "--timeout", "response=300ms", "--timeout", "body=300ms")
    assert running.ask("POST", body=b"x").status == 504


GARBAGE = {
    "another protocol": b"SSH-2.0-OpenSSH_9.2p1\r\n\r\n",
    "binary": bytes(range(256)) * 4,
    "TLS": b"\x15\x03\x01\x00\x02\x02\x46\r\n\r\n",
    "a body without a head": b"<html>hello</html>\r\n\r\n",
    "both lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
                    b"0\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "an odd length": b"HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nab",
    "an unknown coding": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nab",
    "a status of four digits": b"HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n",
    "a status in words": b"HTTP/1.1 fine OK\r\nContent-Length: 0\r\n\r\n",
    "status 99": b"HTTP/1.1 099 OK\r\nContent-Length: 0\r\n\r\n",
    "a line feed only": b"HTTP/1.1 200 OK\nContent-Length: 0\n\n",
    "a NUL in a value": b"HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n",
    "a bare CR in a value": b"HTTP/1.1 200 OK\r\nX: a\rSet-Cookie: b\r\nContent-Length: 0\r\n\r\n",
    "a space before the colon": b"HTTP/1.1 200 OK\r\nContent-Length : 0\r\n\r\n",
    "a head without end": b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"a" * 300000,
    "fields without end": b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20000,
    "HTTP/2": b"\x00\x00\x12\x04\x00\x00\x00\x00\x00" + bytes(18),
}


@pytest.mark.parametrize("name", GARBAGE)
def test_garbage_instead_of_a_response_is_502(gatehouse, upstream, name):
    running = gatehouse("--to", upstream(answers_once(GARBAGE[name])).url)
    with running.connect() as wire:
        answer = wire.ask("POST", host=running.authority, body=b"x")
        assert answer.status == 502
        assert "garbage" not in answer.start
    assert running.process.poll() is None


def test_endless_interim_responses_end_in_502(gatehouse, upstream):
    def application(connection):
        connection.request()
        while True:
            connection.send(b"HTTP/1.1 102 Processing\r\n\r\n" * 100)

    running = gatehouse("--to", upstream(application).url, "--timeout", "response=2s")
    with running.connect() as wire:
        wire.send(http1.request("POST", body=b"x"))
        assert wire.final("POST").status in (502, 504)


# In the body.

BROKEN = {
    "counted": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this",
    "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk(b"only this"),
    "within a chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nonly this",
    "before the last line": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                            + chunk(b"only this") + b"0\r\n",
}


@pytest.mark.parametrize("then", ["close", "reset"])
@pytest.mark.parametrize("name", BROKEN)
def test_a_body_cut_short_is_visibly_broken_for_the_client(gatehouse, upstream, name, then):
    running = gatehouse("--to", upstream(answers_once(BROKEN[name], then)).url)
    with running.connect() as wire:
        wire.send(http1.request())
        if then == "reset":  # what was on the way may be lost with it, even the head
            answer = wire.response()
            assert answer.status == 502 or not answer.complete
        else:
            assert b"only this".startswith(visibly_broken(wire))
        assert wire.until_end() == b"" or then == "reset"


def test_content_that_is_malformed_from_its_start_is_502(gatehouse, upstream):
    """Nothing was sent yet, so there is still an answer to give."""
    answer = (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
              + chunk(b"only this") + b"zzz\r\n")
    running = gatehouse("--to", upstream(answers_once(answer, "close")).url)
    assert running.ask().status == 502


def test_a_body_that_stalls_ends_at_its_deadline_and_is_visibly_broken(gatehouse, upstream):
    running = gatehouse("--to", upstream(answers_once(BROKEN["counted"], "stall")).url,
                        "--timeout", "body=300ms", "--timeout", "response=300ms")
    with running.connect() as wire:
        wire.send(http1.request())
        assert visibly_broken(wire) == b"only this"


def test_a_body_in_single_bytes_arrives_whole(gatehouse, upstream):
    def application(connection):
        connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.request()
        for byte in response(b"slow but steady", X_Field="a"):
            connection.send(bytes([byte]))

    assert gatehouse("--to", upstream(application).url).ask().body == b"slow but steady"


# Too much, and unasked: nothing of it may reach another request.

POISON = response(b"POISON")


def never_poisoned(running, rounds, path="/mine"):
    """Asks on one connection and on new ones; each answer must be for its own request."""
    with running.connect() as wire:
        for number in range(rounds):
            for asked in (lambda: wire.ask(target=path, host=running.authority),
                          lambda: running.ask(target=path)):
                answer = asked()
                assert b"POISON" not in answer.body
                assert (answer.status, answer.body) == (200, b"good"), number


def test_more_than_announced_reaches_nobody(gatehouse, upstream):
    def application(connection):
        while connection.request():
            connection.send(response(b"good") + POISON)

    never_poisoned(gatehouse("--to", upstream(application).url, "--workers", "1"), 10)


@pytest.mark.parametrize("extra", [b"POISON", POISON, b"\r\n", POISON * 5000])
def test_bytes_unasked_on_an_idle_connection_reach_nobody(gatehouse, upstream, extra):
    """The client has its answer before the application speaks again."""
    answered = threading.Semaphore(0)
    spoken = threading.Semaphore(0)

    def application(connection):
        while connection.request():
            connection.send(response(b"good"))
            assert answered.acquire(timeout=seconds(10))
            try:
                connection.send(extra)
            except OSError:
                pass  # it was closed for the first of it: as it should be
            finally:
                spoken.release()

    running = gatehouse("--to", upstream(application).url, "--workers", "1")
    with running.connect() as wire:
        for _ in range(20):
            assert wire.ask(host=running.authority).body == b"good"
            answered.release()
            assert spoken.acquire(timeout=seconds(10))


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_a_body_where_none_may_be_reaches_nobody(gatehouse, upstream, status):
    def application(connection):
        while connection.request():
            connection.send(f"HTTP/1.1 {status}\r\n\r\n".encode() + POISON)

    running = gatehouse("--to", upstream(application).url, "--workers", "1")
    with running.connect() as wire:
        for _ in range(5):
            answer = wire.ask(host=running.authority)
            assert answer.start == f"HTTP/1.1 {status}"


def test_a_body_after_head_reaches_nobody(gatehouse, upstream):
    def application(connection):
        while request := connection.request():
            connection.send(response(b"good" if request.method == "GET" else b"POISON"))

    running = gatehouse("--to", upstream(application).url, "--workers", "1")
    with running.connect() as wire:
        for _ in range(5):
            assert wire.ask("HEAD", host=running.authority).get("Content-Length") == "6"
            assert wire.ask("GET", host=running.authority).body == b"good"


def test_an_application_that_speaks_before_it_is_asked_is_no_http_server(gatehouse, upstream):
    """What it has said by the time we ask would be taken for the answer."""
    spoken = threading.Event()

    def application(connection):
        connection.send(POISON)
        spoken.set()
        connection.until_closed()

    running = gatehouse("--to", upstream(application).url, "--workers", "1",
                        "--timeout", "response=300ms")
    with running.connect() as wire:
        answer = wire.ask(host=running.authority)
        assert spoken.wait(seconds(5))
        # Before or after our question came first: nobody can tell, but nothing is used twice.
        assert answer.status == 502 or answer.text == "POISON"
        again = wire.ask(host=running.authority)
        assert again.status in (502, 504) or again.text == "POISON"


# The client meanwhile.

def test_an_early_answer_ends_an_upload(gatehouse, upstream):
    """413 while the client still sends: it must be able to read why."""
    def application(connection):
        connection.head()
        connection.send(response(b"too large", status="413 Content Too Large",
                                 Connection="close"))
        connection.until_closed()

    running = gatehouse("--to", upstream(application).url)
    with running.connect() as wire:
        wire.send(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n"
                  + bytes(100000))
        assert wire.final("POST").status == 413


def test_an_application_that_dies_during_an_upload_is_502(gatehouse, upstream):
    def application(connection):
        connection.head()
        connection.reset()

    running = gatehouse("--to", upstream(application).url)
    with running.connect() as wire:
        wire.send(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n"
                  + bytes(100000))
        assert wire.final("POST").status == 502


def test_a_client_that_leaves_ends_the_work_of_the_application(gatehouse, upstream):
    gone = threading.Event()

    def application(connection):
        connection.request()
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        try:
            while True:
                connection.send(bytes(65536))
        except OSError:
            gone.set()

    application = upstream(application)
    running = gatehouse("--to", application.url)
    wire = running.connect()
    wire.send(http1.request())
    wire.reader.head()
    wire.socket.close()
    assert gone.wait(seconds(10)), "the upstream's connection ends with the client's"


def test_a_client_that_leaves_while_it_waits_frees_the_application(gatehouse, upstream):
    gone = threading.Event()

    def application(connection):
        connection.request()
        connection.until_closed()
        gone.set()

    application = upstream(application)
    running = gatehouse("--to", application.url)
    wire = running.connect()
    wire.send(http1.request())
    application.wait_for_requests(1)
    wire.reset()
    assert gone.wait(seconds(10)), "nobody waits for this answer any more"


def test_an_unread_answer_stops_the_application_from_sending(gatehouse, upstream):
    """Back-pressure: what the client does not read, gatehouse does not take."""
    def application(connection):
        connection.request()
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        while True:
            connection.send(bytes(65536))

    application = upstream(application)
    running = gatehouse("--to", application.url)
    with running.connect(receive_buffer=65536) as wire:
        wire.send(http1.request())
        wire.reader.head()
        sent = settled(lambda: application.connections[0].sent)
        assert sent < 32 << 20, "more than the buffers of the kernel hold"
