"""Connections to applications: kept, shared out, left when they are dead, replayed once."""

import threading

import pytest

from support import http1
from support.http1 import response
from support.upstreams import names_the_target, refused_address, says
from support.wait import seconds, until


def keeps_alive_then(last):
    """Answers the first request, then does `last(connection)` with the next one's head read."""
    def script(connection):
        connection.request()
        connection.send(response(b"first"))
        connection.request()
        last(connection)
    return script


def close(connection):
    connection.socket.close()


def reset(connection):
    connection.reset()


@pytest.fixture
def one_worker(gatehouse):
    """Pools belong to a thread; with one there is one."""
    return lambda *arguments: gatehouse(*arguments, "--workers", "1")


# Replay.

@pytest.mark.parametrize("dies", [close, reset])
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "DELETE", "PUT"])
def test_a_request_is_replayed_once_when_a_reused_connection_fails(
        one_worker, upstream, method, dies):
    """The application closed an idle connection at the very moment: no client shall see that."""
    application = upstream([keeps_alive_then(dies), says("second")])
    running = one_worker("--to", application.url)
    with running.connect() as wire:
        assert wire.ask(host=running.authority).text == "first"
        answer = wire.ask(method, "/again", host=running.authority)
        assert answer.status == 200
    assert application.targets().count("/again") == 2


@pytest.mark.parametrize("dies", [close, reset])
def test_a_post_with_a_body_is_never_sent_twice(one_worker, upstream, dies):
    application = upstream([keeps_alive_then(dies), says("second")])
    running = one_worker("--to", application.url)
    with running.connect() as wire:
        wire.ask(host=running.authority)
        assert wire.ask("POST", "/pay", host=running.authority, body=b"100").status == 502
    assert application.targets().count("/pay") == 1


def test_a_post_without_a_body_is_not_sent_twice_either(one_worker, upstream):
    """POST is not idempotent, with a body or without (RFC 9110, section 9.2.2)."""
    application = upstream([keeps_alive_then(close), says("second")])
    running = one_worker("--to", application.url)
    with running.connect() as wire:
        wire.ask(host=running.authority)
        assert wire.ask("POST", "/pay", host=running.authority).status == 502
    assert application.targets().count("/pay") == 1


def test_a_replay_is_not_replayed(one_worker, upstream):
    def refuses(connection):
        connection.request()

    application = upstream([keeps_alive_then(close), refuses])
    running = one_worker("--to", application.url)
    with running.connect() as wire:
        wire.ask(host=running.authority)
        assert wire.ask(target="/again", host=running.authority).status == 502
    assert application.targets().count("/again") == 2


def test_a_new_connection_that_fails_is_not_replayed(one_worker, upstream):
    def refuses(connection):
        connection.request()

    application = upstream(refuses)
    running = one_worker("--to", application.url)
    assert running.ask(target="/once").status == 502
    assert application.targets() == ["/once"]


def test_nothing_is_replayed_after_the_first_byte_of_an_answer(one_worker, upstream):
    def half(connection):
        connection.send(b"HTTP/1.1 200")

    application = upstream([keeps_alive_then(half), says("second")])
    running = one_worker("--to", application.url)
    with running.connect() as wire:
        wire.ask(host=running.authority)
        assert wire.ask(target="/again", host=running.authority).status == 502
    assert application.targets().count("/again") == 1


def test_a_connection_closed_while_idle_is_not_used_again(one_worker, upstream):
    closed = threading.Semaphore(0)

    def application(connection):
        connection.request()
        connection.send(response(b"hello"))
        connection.socket.close()
        closed.release()

    running = one_worker("--to", upstream(application).url)
    with running.connect() as wire:
        for _ in range(20):
            answer = wire.ask("POST", host=running.authority, body=b"x")  # cannot be replayed
            assert answer.text == "hello"
            assert closed.acquire(timeout=seconds(10))


def test_connection_close_of_the_application_is_kept(one_worker, upstream):
    def application(connection):
        connection.request()
        connection.send(response(b"bye", Connection="close"))
        connection.until_closed()

    application = upstream(application)
    running = one_worker("--to", application.url)
    with running.connect() as wire:
        for _ in range(3):
            answer = wire.ask(host=running.authority)
            assert answer.text == "bye"
            assert answer.get("Connection") != "close", "that was said to us, not to the client"
    assert len(application.connections) == 3


# Several applications.

def test_the_one_with_the_fewest_requests_gets_the_next(one_worker, upstream):
    told = threading.Event()

    def waits(connection):
        while request := connection.request():
            if request.target == "/slow":
                told.wait(seconds(30))
            connection.send(response(b"done"))

    one, two = upstream(waits), upstream(waits)
    running = one_worker("--to", one.url, "--to", two.url)
    wires = [running.connect() for _ in range(6)]
    for number, wire in enumerate(wires):
        wire.send(http1.request(target="/slow"))
        until(lambda n=number: len(one.requests) + len(two.requests) == n + 1, "it arrived")
    assert (len(one.requests), len(two.requests)) == (3, 3)
    told.set()
    for wire in wires:
        assert wire.final().text == "done"
        wire.socket.close()


def test_equal_ones_take_turns(one_worker, upstream):
    """One request after the other: none is ever busy, and yet each gets its share."""
    one, two = upstream(names_the_target), upstream(names_the_target)
    running = one_worker("--to", one.url, "--to", two.url)
    for number in range(20):
        assert running.ask(target=f"/{number}").status == 200
    assert (len(one.requests), len(two.requests)) == (10, 10)


@pytest.mark.parametrize("method, body", [("GET", None), ("POST", b"x")])
def test_a_dead_one_of_two_is_seen_by_no_client(one_worker, upstream, method, body):
    """Nothing was sent to an application that refused: any request may go to another one."""
    alive = upstream(names_the_target)
    holder, address = refused_address()
    with holder:
        running = one_worker("--to", f"http://{address}", "--to", alive.url)
        for number in range(30):
            target = f"/{number}"
            assert running.ask(method, target, body=body).text == target


def test_one_that_dies_while_serving_is_left_and_found_again(one_worker, upstream):
    one, two = upstream(names_the_target), upstream(names_the_target)
    running = one_worker("--to", one.url, "--to", two.url)
    assert running.ask().status == 200
    one.stop()
    with running.connect() as wire:
        for number in range(50):
            assert wire.ask(target=f"/{number}", host=running.authority).text == f"/{number}"


def test_one_that_fails_is_left_alone_for_longer_each_time(one_worker, upstream):
    """It connects, so that only passive ejection keeps requests away from it: for 1 s, 2 s, 4 s."""
    def garbage(connection):
        connection.request()
        connection.send(b"this is no HTTP\r\n\r\n")

    bad, good = upstream(garbage), upstream(says("good"))
    running = one_worker("--to", bad.url, "--to", good.url)
    answers = [running.ask().status for _ in range(60)]
    assert set(answers) == {200, 502}
    assert answers.count(502) <= 10, "half of them would fail without it"


def test_all_dead_is_502(one_worker):
    (first, one), (second, two) = refused_address(), refused_address()
    with first, second:
        running = one_worker("--to", f"http://{one}", "--to", f"http://{two}")
        for _ in range(5):
            assert running.ask().status == 502


def test_an_application_that_comes_back_is_used_again(one_worker, upstream, tmp_path):
    path = tmp_path / "application.sock"
    running = one_worker("--to", f"unix:{path}")
    assert running.ask().status == 502
    upstream(says("back"), path=path)
    until(lambda: running.ask().status == 200, "the application is tried again", within=30)


# Unix sockets.

def test_an_application_behind_a_unix_socket(gatehouse, nginx):
    nginx.put("index.html", b"through a socket")
    running = gatehouse("--to", nginx.unix_url)
    assert running.curl("-f", f"https://localhost:{running.port}/").stdout == "through a socket"


def test_connections_to_a_unix_socket_are_kept(one_worker, upstream, tmp_path):
    application = upstream(names_the_target, path=tmp_path / "application.sock")
    running = one_worker("--to", application.url)
    for number in range(10):
        assert running.ask(target=f"/{number}").text == f"/{number}"
    assert len(application.connections) == 1


def test_an_application_by_host_name(gatehouse, upstream):
    """The name is resolved without blocking anybody."""
    application = upstream(says("by name"))
    running = gatehouse("--to", f"http://localhost:{application.address[1]}")
    assert running.ask().text == "by name"


def test_a_name_that_does_not_resolve_is_502_and_named(gatehouse):
    running = gatehouse("--to", "http://no-such-host.invalid:3000")
    answer = running.ask()
    assert answer.status in (502, 504) and "no-such-host.invalid" in answer.text
