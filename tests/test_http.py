"""HTTP/1.1 through the whole program: bodies both ways, interim responses, connections."""

import json
import threading

import pytest

from support import http1
from support.http1 import chunk, response
from support.upstreams import answers_once, echo, names_the_target, says, seen
from support.wait import seconds


def test_curl_gets_a_site_of_nginx(gatehouse, nginx):
    nginx.put("index.html", b"<h1>A real site</h1>")
    nginx.put("big.bin", bytes(range(256)) * 20000)
    running = gatehouse("--to", nginx.url)
    url = f"https://localhost:{running.port}"
    assert running.curl("-f", url).stdout == "<h1>A real site</h1>"
    assert running.curl("-f", "--compressed", url).stdout == "<h1>A real site</h1>"
    code_and_size = ["-o", "/dev/null", "-w", "%{http_code} %{size_download}"]
    assert running.curl(*code_and_size, f"{url}/big.bin").stdout == "200 5120000"
    assert running.curl(*code_and_size, "-r", "1-10", f"{url}/big.bin").stdout == "206 10"
    assert running.curl(*code_and_size, "-I", f"{url}/big.bin").stdout == "200 0"
    assert running.curl("-w", "%{http_code}", "-o", "/dev/null", f"{url}/none").stdout == "404"
    assert running.curl("-w", "%{http_code}", "-o", "/dev/null", f"{url}/old").stdout == "301"


def test_curl_uploads_to_nginx(gatehouse, nginx, tmp_path):
    data = bytes(range(256)) * 5000
    (tmp_path / "data").write_bytes(data)
    running = gatehouse("--to", nginx.url)
    for name, more in (("counted", []), ("chunked", ["-H", "Transfer-Encoding: chunked"]),
                       ("expected", ["-H", "Expect: 100-continue"])):
        running.curl("-f", *more, "-T", str(tmp_path / "data"),
                     f"https://localhost:{running.port}/upload/{name}")
        assert (nginx.folder / "upload" / name).read_bytes() == data


# Bodies.

def test_a_request_body_streams_while_the_client_still_sends(gatehouse, upstream):
    first_arrived, parts = threading.Event(), []

    def application(connection):
        head = connection.head()
        for part in connection.reader.body_parts(head):
            parts.append(part)
            first_arrived.set()
        connection.send(response(b"".join(parts)))

    running = gatehouse("--to", upstream(application).url)
    with running.connect() as wire:
        wire.send(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nfirst")
        assert first_arrived.wait(seconds(10)), "the first half goes on before the second comes"
        wire.send(b" half")
        assert wire.final().body == b"first half"


@pytest.mark.parametrize("chunked", [False, True])
def test_a_response_body_streams_while_the_application_still_sends(gatehouse, upstream, chunked):
    arrived = threading.Event()

    def application(connection):
        connection.request()
        if chunked:
            connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                            + chunk(b"first"))
        else:
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst")
        assert arrived.wait(seconds(10))
        connection.send(chunk(b" half") + b"0\r\n\r\n" if chunked else b" half")

    running = gatehouse("--to", upstream(application).url)
    with running.connect() as wire:
        wire.send(http1.request())
        head = wire.reader.head()
        parts = wire.reader.body_parts(head)
        assert next(parts) == b"first"
        arrived.set()
        assert b"".join(parts) == b" half"


def test_chunked_passes_both_ways_with_its_trailers(gatehouse, upstream):
    def application(connection):
        request = connection.request()
        connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
                        + chunk(request.body) + chunk(b"!") + b"0\r\nX-Sum: 42\r\n\r\n")

    application = upstream(application)
    running = gatehouse("--to", application.url)
    with running.connect() as wire:
        wire.send(b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
                  b"TE: trailers\r\nTrailer: X-Check\r\n\r\n"
                  + chunk(b"hello, ") + chunk(b"world") + b"0\r\nX-Check: 7\r\n\r\n")
        answer = wire.final()
    assert answer.body == b"hello, world!"
    assert answer.trailers == [("X-Sum", "42")]
    assert application.requests[0].trailers == [("X-Check", "7")]


def test_a_trailer_cannot_pose_as_a_field_of_the_head(gatehouse, upstream):
    """RFC 9110, section 6.5.1: framing, routing and trust do not come afterwards."""
    application = upstream(names_the_target)
    running = gatehouse("--to", application.url)
    with running.connect() as wire:
        wire.send(b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                  + chunk(b"x") + b"0\r\nContent-Length: 9\r\nX-Forwarded-For: 1.2.3.4\r\n"
                  b"Host: evil.example\r\n\r\n")
        wire.final()
    for request in application.requests:
        assert {name.lower() for name, _ in request.trailers}.isdisjoint(
            {"content-length", "x-forwarded-for", "host"})


def test_a_body_without_length_ends_with_its_connection(gatehouse, upstream):
    """An application of HTTP/1.0 says the end by closing; our client can go on."""
    running = gatehouse("--to", upstream(
        answers_once(b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nuntil the end")).url)
    with running.connect() as wire:
        for _ in range(2):
            assert wire.ask(host=running.authority).body == b"until the end"


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_a_response_without_body_leaves_the_connection_in_step(gatehouse, upstream, status):
    def application(connection):
        while request := connection.request():
            if request.target == "/none":
                connection.send(b"HTTP/1.1 %s\r\nETag: \"a\"\r\n\r\n" % status.encode())
            else:
                connection.send(response(b"next"))

    running = gatehouse("--to", upstream(application).url)
    with running.connect() as wire:
        answer = wire.ask(target="/none", host=running.authority)
        assert (answer.start, answer.get("ETag")) == (f"HTTP/1.1 {status}", '"a"')
        assert wire.ask(target="/next", host=running.authority).body == b"next"


def test_head_has_the_length_and_no_body(gatehouse, upstream):
    def application(connection):
        while request := connection.request():
            connection.send(response(b"" if request.method == "HEAD" else b"body").replace(
                b"Content-Length: 0", b"Content-Length: 4"))

    running = gatehouse("--to", upstream(application).url)
    with running.connect() as wire:
        assert wire.ask("HEAD", host=running.authority).get("Content-Length") == "4"
        assert wire.ask("GET", host=running.authority).body == b"body"


# Interim responses.

def test_100_continue_of_the_application_comes_before_the_body(gatehouse, upstream):
    def application(connection):
        head = connection.head()
        connection.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        connection.reader.finish(head, until_end=False)
        connection.send(response(head.body))

    running = gatehouse("--to", upstream(application).url)
    with running.connect() as wire:
        wire.send(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n"
                  b"Expect: 100-continue\r\n\r\n")
        assert wire.response().status == 100
        wire.send(b"body")
        assert wire.final().body == b"body"


def test_a_client_that_does_not_wait_for_100_continue_is_served(gatehouse, echo_application):
    """The application knows nothing of Expect."""
    running = gatehouse("--to", echo_application.url)
    answer = running.ask("POST", fields=[("Expect", "100-continue")], body=b"body")
    assert answer.json["length"] == 4


def test_a_final_answer_instead_of_100_continue_spares_the_body(gatehouse, upstream):
    def application(connection):
        connection.head()
        connection.send(response(b"too large", status="413 Content Too Large"))

    running = gatehouse("--to", upstream(application).url)
    with running.connect() as wire:
        wire.send(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n"
                  b"Expect: 100-continue\r\n\r\n")
        assert wire.final("POST").status in (413,)


def test_103_early_hints_pass(gatehouse, upstream):
    running = gatehouse("--to", upstream(answers_once(
        b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"
        + response(b"the page"))).url)
    with running.connect() as wire:
        wire.send(http1.request())
        hint = wire.response()
        assert (hint.status, hint.get("Link")) == (103, "</a.css>; rel=preload")
        assert wire.response().body == b"the page"


def test_interim_responses_do_not_reach_a_client_of_http_1_0(gatehouse, upstream):
    running = gatehouse("--to", upstream(answers_once(
        b"HTTP/1.1 103 Early Hints\r\n\r\n" + response(b"the page"))).url)
    with running.connect() as wire:
        wire.send(b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n")
        assert wire.response().status == 200


# Connections.

def test_one_connection_carries_many_requests_both_sides(gatehouse, upstream):
    application = upstream(names_the_target)
    running = gatehouse("--to", application.url, "--workers", "1")
    with running.connect() as wire:
        for number in range(200):
            target = f"/{number}"
            assert wire.ask(target=target, host=running.authority).text == target
    assert len(application.connections) == 1


def test_pipelined_requests_are_answered_in_order(gatehouse, upstream):
    running = gatehouse("--to", upstream(names_the_target).url)
    with running.connect() as wire:
        wire.send(b"".join(http1.request(target=f"/{number}") for number in range(50)))
        assert [wire.response().text for _ in range(50)] == [f"/{n}" for n in range(50)]


def test_a_pipelined_request_waits_for_a_body_before_it(gatehouse, echo_application):
    running = gatehouse("--to", echo_application.url)
    with running.connect() as wire:
        wire.send(http1.request("POST", "/first", body=bytes(100000))
                  + http1.request(target="/second"))
        first, second = wire.response(), wire.response()
    assert (first.json["target"], first.json["length"]) == ("/first", 100000)
    assert (second.json["target"], second.json["length"]) == ("/second", 0)


def test_a_client_of_http_1_0_gets_no_chunks_and_the_end(gatehouse, upstream):
    running = gatehouse("--to", upstream(answers_once(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk(b"old") + chunk(b" client")
        + b"0\r\n\r\n")).url)
    with running.connect() as wire:
        wire.send(b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n")
        answer = wire.response()
        assert answer.body == b"old client"
        assert answer.all("Transfer-Encoding") == []
        assert wire.until_end() == b""


def test_connection_close_is_kept(gatehouse, upstream):
    running = gatehouse("--to", upstream(says("bye")).url)
    with running.connect() as wire:
        answer = wire.ask(host=running.authority, fields=[("Connection", "close")])
        assert answer.get("Connection").lower() == "close"
        assert wire.until_end() == b""


def test_an_idle_connection_ends_at_its_deadline(gatehouse, upstream):
    running = gatehouse("--to", upstream(says("hello")).url, "--timeout", "idle=300ms")
    with running.connect() as wire:
        wire.ask(host=running.authority)
        assert wire.until_end() == b"" and wire.end == "closed"


def test_many_clients_at_once_each_get_their_own_answer(gatehouse, upstream):
    running = gatehouse("--to", upstream(names_the_target).url)
    wrong = []

    def client(name):
        with running.connect() as wire:
            for number in range(50):
                target = f"/{name}/{number}"
                if wire.ask(target=target, host=running.authority).text != target:
                    wrong.append(target)

    threads = [threading.Thread(target=client, args=(n,)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds(60))
        assert not thread.is_alive()
    assert wrong == []


def test_the_echo_application_sees_what_was_sent(gatehouse, upstream):
    """The target is passed as it was written: not decoded, not normalised."""
    running = gatehouse("--to", upstream(echo).url)
    target = "/a%2Fb/../c//d?x=%20y&z=1&&"
    answer = running.ask("DELETE", target, fields=[("X-Twice", "1"), ("X-Twice", "2")])
    request = seen(answer)
    assert (request.method, request.target) == ("DELETE", target)
    assert request.all("X-Twice") == ["1", "2"]
    assert json.loads(answer.body)["length"] == 0
