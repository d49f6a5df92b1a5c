"""The same promises in four columns: clients of HTTP/1.1 and HTTP/2, applications of both.

What is written here is true whichever protocol is spoken on either side; what one of them alone has
is in the tests of that protocol.
"""

import threading

import pytest

from support.applications import answers
from support.bodies import MIB, sha256, stream
from support.clients import lowered
from support.wait import seconds

LARGE = 4 * MIB


def seen_fields(exchange_request):
    return dict(lowered(exchange_request.fields))


# Requests.

@pytest.mark.parametrize("target", [
    "/", "/a%2Fb/c//d", "/%C3%A4%2e%2E/x", "/?", "/?x=%20y&z=1&&", "/a;b=c,d:@!$'()*+~_-.?/?:@",
    "/" + "long/" * 1000])
def test_path_and_query_arrive_byte_for_byte(column, target):
    client, application = column(answers(b"found"))
    assert client.ask(path=target).body == b"found"
    assert application.targets() == [target]


@pytest.mark.parametrize("method", ["GET", "DELETE", "OPTIONS", "PROPFIND", "M-SEARCH"])
def test_a_request_without_content_has_none_at_the_application(column, method):
    client, application = column(answers(b"done"))
    answer = client.ask(method)
    assert (answer.status, answer.body) == (200, b"done")
    request, = application.requests
    assert (request.method, request.body) == (method, b"")
    assert seen_fields(request).get("content-length") in (None, "0")


def test_the_application_learns_the_host_as_the_client_said_it(column):
    client, application = column(answers())
    client.ask()
    assert application.requests[0].authority == client.running.authority


def test_the_application_learns_who_asked_and_how(column):
    client, application = column(answers())
    client.ask(fields=[("x-forwarded-for", "203.0.113.7"), ("x-forwarded-proto", "http"),
                       ("forwarded", "for=203.0.113.7"), ("x-forwarded-host", "evil.example")])
    request = application.requests[0]
    fields = seen_fields(request)
    assert fields["x-forwarded-for"] == "127.0.0.1" and fields["x-forwarded-proto"] == "https"
    assert fields["x-forwarded-host"] == client.running.authority
    assert fields["x-forwarded-port"] == str(client.running.port)
    assert fields["forwarded"].startswith("for=127.0.0.1")
    assert "203.0.113.7" not in str(request.fields) and "evil" not in str(request.fields)


def test_fields_pass_in_their_order_with_their_values(column):
    sent = [("x-high", "gr\xfc\xdfe"), ("x-twice", "1"), ("x-twice", "2"), ("x-tab", "a\tb"),
            ("x-empty", ""), ("accept", "a, b;q=0.5"), ("authorization", "Basic eA==")]
    client, application = column(answers())
    client.ask(fields=sent)
    came = lowered(application.requests[0].fields)
    assert [field for field in came if field in sent] == sent


def test_many_fields_pass_both_ways(column):
    many = [(f"x-field-{number}", f"value {number} " + "x" * 100) for number in range(80)]
    client, application = column(answers(b"many", fields=many))
    answer = client.ask(fields=many)
    assert set(many) <= set(lowered(application.requests[0].fields))
    assert set(many) <= set(lowered(answer.fields)) and answer.body == b"many"


def test_cookies_arrive_whole(column):
    """HTTP/2 may have them in crumbs; HTTP/1.1 has one field (RFC 9113, section 8.2.3)."""
    client, application = column(answers())
    crumbs = client.protocol == "HTTP/2"
    client.ask(fields=[("cookie", value) for value in (
        ["a=1", "b=2"] if crumbs else ["a=1; b=2"])])
    request = application.requests[0]
    assert "; ".join(request.all("cookie")) == "a=1; b=2"
    if application.scheme == "http":
        assert request.get("cookie") == "a=1; b=2"


@pytest.mark.parametrize("length", [True, False], ids=["counted", "uncounted"])
@pytest.mark.parametrize("size", [0, 1, 16384, 16385, LARGE])
def test_content_of_a_request_arrives_whole(column, size, length):
    came = []

    def takes(exchange):
        came.append(sha256(exchange.body_parts()))
        exchange.answer(b"taken")

    client, application = column(takes)
    assert client.ask("POST", body=b"".join(stream(size)), length=length).body == b"taken"
    assert came == [sha256(stream(size))]
    if length:
        assert application.requests[0].get("content-length") == str(size)


def test_content_streams_while_the_client_still_sends(column):
    first, parts = threading.Event(), []

    def takes(exchange):
        for part in exchange.body_parts():
            parts.append(part)
            first.set()
        exchange.answer(b"".join(parts))

    client, _ = column(takes)
    request = client.begin("POST")
    request.send(b"first")
    assert first.wait(seconds(10)), "the first half goes on before the second comes"
    request.send(b" half")
    request.end()
    assert request.answer().body == b"first half"


@pytest.mark.parametrize("body", [b"", b"body"], ids=["without content", "with content"])
def test_trailers_of_a_request_arrive(column, body):
    client, application = column(answers(b"ok"))
    answer = client.ask("POST", body=body, trailers=[("x-sum", "42")],
                        fields=[("trailer", "x-sum")])
    assert answer.body == b"ok"
    request, = application.requests
    assert lowered(request.trailers) == [("x-sum", "42")] and request.body == body


def test_hop_by_hop_fields_stay_on_their_hop(column):
    """A client of HTTP/2 may not say them at all, but te; the application's reader refuses them."""
    client, application = column(answers())
    fields = [("te", "trailers"), ("x-kept", "yes")]
    if client.protocol == "HTTP/1.1":
        fields += [("connection", "te, x-secret, keep-alive"), ("x-secret", "1"),
                   ("keep-alive", "timeout=5"), ("proxy-connection", "keep-alive"),
                   ("upgrade", "h2c"), ("http2-settings", "AAMAAABkAAQAAP__")]
    assert client.ask(fields=fields).status == 200
    names = seen_fields(application.requests[0])
    assert names["x-kept"] == "yes" and names.get("te") in (None, "trailers")
    assert names.keys().isdisjoint({"x-secret", "keep-alive", "proxy-connection", "upgrade",
                                    "http2-settings"})


def test_100_continue_comes_before_the_content(column):
    def waits(exchange):
        exchange.interim(100)
        exchange.answer(exchange.read().body)

    client, _ = column(waits)
    request = client.begin("POST", fields=[("expect", "100-continue")], length=4)
    assert request.until_interim().status == 100
    request.send(b"body")
    request.end()
    assert request.answer().body == b"body"


# Answers.

def test_head_has_the_length_and_no_content(column):
    def script(exchange):
        exchange.read()
        exchange.begin(fields=[("content-length", "1000"), ("x-a", "b")], end=True)

    client, application = column(script)
    for _ in range(2):
        answer = client.ask("HEAD")
        assert (answer.status, answer.get("content-length"), answer.body) == (200, "1000", b"")
        assert answer.get("x-a") == "b"
    assert [request.method for request in application.requests] == ["HEAD"] * 2


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_without_content_ends_with_its_head(column, status):
    def script(exchange):
        exchange.read()
        exchange.begin(status, [("etag", '"a"')], end=True)

    client, _ = column(script)
    for _ in range(2):
        answer = client.ask()
        assert (answer.status, answer.get("etag"), answer.body) == (status, '"a"', b"")
        assert answer.get("content-length") is None


@pytest.mark.parametrize("status", [200, 201, 206, 301, 400, 404, 418, 429, 500, 503, 511])
def test_a_status_passes_as_it_is(column, status):
    client, _ = column(answers(b"so it is", status=status))
    answer = client.ask()
    assert answer.status == status and answer.body == b"so it is"


@pytest.mark.parametrize("size", [0, 1, 16384, 16385, LARGE])
@pytest.mark.parametrize("length", [True, False], ids=["counted", "uncounted"])
def test_content_of_an_answer_comes_whole(column, size, length):
    def gives(exchange):
        exchange.read()
        exchange.begin(fields=[("content-length", str(size))] if length else [])
        for part in stream(size):
            exchange.data(part)
        exchange.data(end=True)

    client, _ = column(gives)
    answer = client.ask()
    assert answer.complete and sha256([answer.body]) == sha256(stream(size))
    if length:
        assert answer.get("content-length") == str(size)


def test_content_streams_while_the_application_still_sends(column):
    arrived = threading.Event()

    def gives(exchange):
        exchange.read()
        exchange.begin()
        exchange.data(b"first")
        arrived.wait(seconds(30))
        exchange.data(b" half", end=True)

    client, _ = column(gives)
    request = client.begin(more=False)
    request.until_body(b"first")
    arrived.set()
    assert request.answer().body == b"first half"


def test_both_directions_go_at_once(column):
    """An application that answers while it reads, as gRPC does."""
    def mirror(exchange):
        exchange.begin()
        for part in exchange.body_parts():
            exchange.data(part)
        exchange.data(end=True)

    client, _ = column(mirror)
    request, said = client.begin("POST"), b""
    for number in range(20):
        request.send(b"message %d " % number)
        said += b"message %d " % number
        request.until_body(said)
    request.end()
    assert request.answer().body == said


@pytest.mark.parametrize("body", [b"", b"hello"], ids=["without content", "with content"])
def test_trailers_of_an_answer_come_behind_its_content(column, body):
    client, _ = column(answers(body, fields=[("trailer", "x-sum")], trailers=[("x-sum", "42")]))
    answer = client.ask(fields=[("te", "trailers")] + (
        [("connection", "te")] if client.protocol == "HTTP/1.1" else []))
    assert (answer.body, lowered(answer.trailers)) == (body, [("x-sum", "42")])


def test_several_set_cookies_stay_several(column):
    client, _ = column(answers(fields=[("set-cookie", "a=1"), ("set-cookie", "b=2")]))
    assert client.ask().all("set-cookie") == ["a=1", "b=2"]


def test_103_early_hints_pass(column):
    def hints(exchange):
        exchange.read()
        exchange.interim(103, [("link", "</a.css>; rel=preload")])
        exchange.answer(b"the page")

    client, _ = column(hints)
    request = client.begin(more=False)
    hint = request.until_interim()
    assert (hint.status, hint.get("link")) == (103, "</a.css>; rel=preload")
    assert request.answer().body == b"the page"
