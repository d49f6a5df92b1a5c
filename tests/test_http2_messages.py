"""Requests and responses of HTTP/2 through the whole program (RFC 9113, section 8)."""

import threading

import pytest

from support import http2
from support.http1 import chunk, response
from support.http2_frames import Code, Kind, block
from support.upstreams import answers_once, seen
from support.wait import seconds


def seen_fields(answer):
    """The fields that the application saw, by names in lower case."""
    return [(name.lower(), value) for name, value in answer.json["fields"]]


# Requests.

def test_the_application_sees_an_ordinary_request(client):
    target = "/a%2Fb/c//d?x=%20y&z=1&&"
    request = seen(client.ask("DELETE", target, fields=[("x-twice", "1"), ("x-twice", "2")]))
    assert (request.method, request.target) == ("DELETE", target)
    assert request.get("Host") == client.authority
    assert request.all("x-twice") == ["1", "2"]
    assert not any(name.startswith(":") for name, _ in request.fields)


def test_the_application_learns_who_asked_as_in_http_1_1(client, http2_front):
    request = seen(client.ask(fields=[("x-forwarded-for", "203.0.113.7"),
                                      ("forwarded", "for=203.0.113.7")]))
    assert request.get("X-Forwarded-For") == "127.0.0.1"
    assert request.get("X-Forwarded-Proto") == "https"
    assert request.get("X-Forwarded-Host") == client.authority
    assert "203.0.113.7" not in str(request.fields)


def test_host_stands_for_an_authority_that_is_missing(client):
    """Section 8.3.1."""
    fields = [field for field in client.head() if field[0] != ":authority"]
    answer = client.expect_response(client.open(block([*fields, ("host", client.authority)])))
    assert seen(answer).get("Host") == client.authority


def test_a_host_that_is_the_authority_is_told_once(client):
    assert seen(client.ask(fields=[("host", client.authority)])).get("Host") == client.authority


def test_cookies_in_several_fields_arrive_as_one(client):
    """Section 8.2.3."""
    request = seen(client.ask(fields=[("cookie", "a=1"), ("x-a", "b"), ("cookie", "b=2; c=3"),
                                      ("cookie", "d=4")]))
    assert request.get("Cookie") == "a=1; b=2; c=3; d=4"


def test_te_trailers_is_allowed(client):
    assert client.ask(fields=[("te", "trailers")]).status == 200


def test_options_asterisk_is_a_request(client):
    answer = client.ask("OPTIONS", "*")
    assert answer.status == 200 and answer.json["target"] == "*"


def test_values_beyond_ascii_and_empty_ones_pass(client):
    fields = seen_fields(client.ask(fields=[("x-high", "gr\xfc\xdfe"), ("x-empty", ""),
                                            ("x-tab", "a\tb"), ("x_under", "score")]))
    assert ("x-high", "gr\xfc\xdfe") in fields and ("x-empty", "") in fields
    assert ("x-tab", "a\tb") in fields and ("x_under", "score") in fields


@pytest.mark.parametrize("length", [True, False])
@pytest.mark.parametrize("size", [0, 1, 16384, 1000000])
def test_a_body_arrives_whole(client, size, length):
    fields = [("content-length", str(size))] if length else []
    answer = client.ask("POST", body=bytes(size), fields=fields)
    assert answer.json["length"] == size


def test_a_body_streams_while_the_client_still_sends(gatehouse, upstream):
    first_arrived, parts = threading.Event(), []

    def application(connection):
        head = connection.head()
        for part in connection.reader.body_parts(head):
            parts.append(part)
            first_arrived.set()
        connection.send(response(b"".join(parts)))

    running = gatehouse("--to", upstream(application).url)
    with http2.connect(running) as client:
        stream = client.request("POST", body=b"first", end=False)
        assert first_arrived.wait(seconds(10)), "the first half goes on before the second comes"
        client.data(stream, b" half")
        assert client.expect_response(stream).body == b"first half"


def test_request_trailers_arrive(client):
    answer = client.ask("POST", body=b"body", trailers=[("x-sum", "42")],
                        fields=[("trailer", "x-sum")])
    assert [[name.lower(), value] for name, value in answer.json["trailers"]] == [["x-sum", "42"]]
    assert answer.json["length"] == 4


def test_a_trailer_cannot_pose_as_a_field_of_the_head(client):
    """RFC 9110, section 6.5.1."""
    stream = client.request("POST", body=b"body", trailers=[
        ("content-length", "9"), ("x-forwarded-for", "1.2.3.4"), ("host", "evil.example")])
    client.until(lambda: stream.is_over, "an answer")
    if stream.ended and stream.response.status == 200:
        assert stream.response.json["trailers"] == []
        assert "evil" not in str(stream.response.json["fields"])


# Responses.

def answer_to(gatehouse, upstream, data, method="GET"):
    running = gatehouse("--to", upstream(answers_once(data)).url)
    with http2.connect(running) as client:
        stream = client.request(method)
        client.expect_response(stream)
        client.ping()
        return stream


def test_a_response_body_streams_while_the_application_still_sends(gatehouse, upstream):
    arrived = threading.Event()

    def application(connection):
        connection.request()
        connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk(b"first"))
        assert arrived.wait(seconds(10))
        connection.send(chunk(b" half") + b"0\r\n\r\n")

    running = gatehouse("--to", upstream(application).url)
    with http2.connect(running) as client:
        stream = client.request()
        client.until(lambda: stream.body == b"first", "the first half")
        assert not stream.ended
        arrived.set()
        assert client.expect_response(stream).body == b"first half"


def test_response_trailers_come_after_the_body(gatehouse, upstream):
    stream = answer_to(gatehouse, upstream, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
                       b"Trailer: X-Sum\r\n\r\n" + chunk(b"hello") + b"0\r\nX-Sum: 42\r\n\r\n")
    assert stream.body == b"hello"
    assert stream.response.trailers == [("x-sum", "42")]


def test_fields_of_the_connection_to_the_application_stay_there(gatehouse, upstream):
    """Section 8.2.2; the client of the test refuses them, and names in upper case."""
    stream = answer_to(gatehouse, upstream, response(
        b"x", Connection="X-Internal, keep-alive", X_Internal="secret", Keep_Alive="timeout=1",
        X_Kept="Yes"))
    assert stream.response.get("x-kept") == "Yes" and stream.response.all("x-internal") == []
    assert stream.response.get("content-length") == "1"


def test_several_set_cookies_stay_several(gatehouse, upstream):
    stream = answer_to(gatehouse, upstream, b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\n"
                       b"Set-Cookie: b=2\r\nContent-Length: 0\r\n\r\n")
    assert stream.response.all("set-cookie") == ["a=1", "b=2"]


def test_head_has_the_length_and_no_body(gatehouse, upstream):
    stream = answer_to(gatehouse, upstream, b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n", "HEAD")
    assert stream.response.get("content-length") == "4" and stream.body == b""


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_a_response_without_body_ends_with_its_head(gatehouse, upstream, status):
    stream = answer_to(gatehouse, upstream, b"HTTP/1.1 %s\r\nETag: \"a\"\r\n\r\n" % status.encode())
    assert stream.response.status == int(status[:3]) and stream.body == b""
    assert stream.response.get("etag") == '"a"'


def test_a_body_without_length_ends_with_its_connection(gatehouse, upstream):
    stream = answer_to(gatehouse, upstream, b"HTTP/1.0 200 OK\r\n\r\nuntil the end")
    assert stream.body == b"until the end"


def test_103_early_hints_pass(gatehouse, upstream):
    stream = answer_to(gatehouse, upstream, b"HTTP/1.1 103 Early Hints\r\n"
                       b"Link: </a.css>; rel=preload\r\n\r\n" + response(b"the page"))
    hint, = stream.interim
    assert (hint.status, hint.get("link")) == (103, "</a.css>; rel=preload")
    assert stream.body == b"the page"


def test_100_continue_of_the_application_comes_before_the_body(gatehouse, upstream):
    def application(connection):
        head = connection.head()
        connection.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        connection.reader.finish(head, until_end=False)
        connection.send(response(head.body))

    running = gatehouse("--to", upstream(application).url)
    with http2.connect(running) as client:
        stream = client.request("POST", end=False, fields=[("expect", "100-continue"),
                                                           ("content-length", "4")])
        client.until(lambda: stream.interim, "100")
        assert [interim.status for interim in stream.interim] == [100]
        client.data(stream, b"body")
        assert client.expect_response(stream).body == b"body"


def test_a_final_answer_before_the_body_ends_the_stream_without_an_error(gatehouse, upstream):
    """Section 8.1: RST_STREAM with NO_ERROR, or the body is read to its end."""
    def application(connection):
        connection.head()
        connection.send(response(b"too large", status="413 Content Too Large"))

    running = gatehouse("--to", upstream(application).url)
    with http2.connect(running) as client:
        stream = client.request("POST", end=False, fields=[("content-length", "1000000")])
        answer = client.expect_response(stream)
        assert (answer.status, answer.body) == (413, b"too large")
        client.ping()
        assert stream.reset in (None, Code.NO_ERROR)


@pytest.mark.parametrize("data", [
    b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly a part",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n"],
    ids=["length", "chunked"])
def test_a_response_cut_short_is_a_reset_and_no_end(gatehouse, upstream, data):
    running = gatehouse("--to", upstream(answers_once(data)).url)
    with http2.connect(running) as client:
        stream = client.request()
        client.expect_reset(stream, Code.INTERNAL_ERROR, Code.CANCEL, Code.PROTOCOL_ERROR,
                            Code.CONNECT_ERROR)
        assert not stream.ended
        client.ping()


def test_an_application_that_refuses_is_a_502(gatehouse, upstream):
    application = upstream(answers_once(b""))
    running = gatehouse("--to", application.url)
    application.refuse_connections()
    with http2.connect(running) as client:
        for _ in range(3):
            assert client.ask().status == 502


@pytest.mark.parametrize("size", [0, 1, 16384, 3000000])
def test_a_response_of_any_size_comes_whole(gatehouse, upstream, size):
    """Its frames are held to MAX_FRAME_SIZE and the windows by the client of the test."""
    body = bytes(number % 251 for number in range(1000)) * (size // 1000) + bytes(size % 1000)
    stream = answer_to(gatehouse, upstream, response(body))
    assert stream.body == body


def test_the_access_log_tells_the_protocol(client, http2_front):
    client.ask(path="/logged")
    line, = http2_front.access_log()
    assert "HTTP/2" in str(line) and "/logged" in str(line)


def test_an_empty_data_frame_alone_ends_a_request(client):
    """Section 8.1: the head did not say the end, and no content comes."""
    stream = client.request("POST", end=False)
    client.ping()
    client.send(Kind.DATA, b"", 1, stream.id)
    assert client.expect_response(stream).json["length"] == 0


def test_an_empty_data_frame_after_others_ends_a_request(gatehouse, upstream):
    """Once with what was before, once after the application has taken that."""
    arrived = threading.Event()

    def application(connection):
        while head := connection.head():
            parts = []
            for part in connection.reader.body_parts(head):
                parts.append(part)
                arrived.set()
            connection.send(response(b"".join(parts)))

    running = gatehouse("--to", upstream(application).url)
    with http2.connect(running) as client:
        for waits in (False, True):
            arrived.clear()
            stream = client.request("POST", body=b"body", end=False)
            if waits:
                assert arrived.wait(seconds(10))
                client.ping()
            client.send(Kind.DATA, b"", 1, stream.id)
            assert client.expect_response(stream).body == b"body"


def test_trailers_after_what_the_application_has_taken_end_a_request(gatehouse, upstream):
    arrived, taken = threading.Event(), []

    def application(connection):
        head = connection.head()
        for part in connection.reader.body_parts(head):
            taken.append(part)
            arrived.set()
        connection.send(response(head.trailers[0][1].encode()))

    running = gatehouse("--to", upstream(application).url)
    with http2.connect(running) as client:
        stream = client.request("POST", body=b"body", end=False)
        assert arrived.wait(seconds(10))
        client.ping()
        client.trailers(stream, [("x-sum", "42")])
        assert client.expect_response(stream).body == b"42" and taken == [b"body"]


def test_trailers_without_any_content_end_a_request(client):
    answer = client.ask("POST", trailers=[("x-sum", "42")])
    assert [value for _, value in answer.json["trailers"]] == ["42"]
