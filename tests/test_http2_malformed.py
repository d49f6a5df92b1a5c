"""Malformed requests of HTTP/2 are refused alone, and nothing of them reaches the application.

RFC 9113, sections 8.1.1 to 8.3. gatehouse speaks HTTP/1.1 to the application: what could become
another line there, or another request, is how HTTP/2 smuggles (section 10.3).
"""

import pytest

from support.http2_frames import END_HEADERS, Code, Kind, block, frame

METHOD, SCHEME, PATH = (":method", "GET"), (":scheme", "https"), (":path", "/")
HOST = (":authority", "localhost")
GET = [METHOD, SCHEME, PATH, HOST]


def get(**other):
    """The fields of a GET, with some pseudo-fields in another way; None leaves one out."""
    return [(name, other.get(name[1:], value)) for name, value in GET
            if other.get(name[1:], value) is not None]


PSEUDO_FIELDS = {  # Sections 8.3 and 8.3.1.
    "no :method": get(method=None),
    "no :scheme": get(scheme=None),
    "no :path": get(path=None),
    "two :method": [METHOD, *GET],
    "two :scheme": [SCHEME, *GET],
    "two :path": [*GET, PATH],
    "two :authority": [*GET, HOST],
    "an unknown one": [*GET, (":unknown", "1")],
    "one with a name that is empty": [*GET, (":", "1")],
    "one of a response": [*GET, (":status", "200")],
    "only one of a response": [(":status", "200")],
    "one after a regular field": [METHOD, SCHEME, ("x-a", "b"), PATH, HOST],
    "an authority after a regular field": [METHOD, SCHEME, PATH, ("x-a", "b"), HOST],
    ":protocol without CONNECT": [*GET, (":protocol", "websocket")],
    "upper case": [(":Method", "GET"), SCHEME, PATH, HOST],
    "none at all": [("x-a", "b")],
    "no fields at all": [],
    "an empty path": get(path=""),
    "a path without a slash": get(path="index.html"),
    "an asterisk for GET": get(path="*"),
    "a path that is a URL": get(path="https://localhost/"),
    "a fragment": get(path="/#top"),
    "a space in the path": get(path="/a b"),
    "a path that ends in a version": get(path="/ HTTP/1.1"),
    "an empty method": get(method=""),
    "a method that is no token": get(method="GE(T"),
    "a method with a space": get(method="GET /evil HTTP/1.1\r\nx:"),
    "an empty scheme": get(scheme=""),
    "a scheme that is none": get(scheme="ht tp"),
    "another scheme": get(scheme="ftp"),
    "an empty authority": get(authority=""),
    "a user in the authority": get(authority="me@localhost"),
    "a user and a password": get(authority="me:secret@localhost"),
    "a path in the authority": get(authority="localhost/x"),
    "a space in the authority": get(authority="local host"),
    "two ports": get(authority="localhost:1:2"),
    "port 65536": get(authority="localhost:65536"),
    "a list of authorities": get(authority="localhost, evil.example"),
    "another Host than the authority": [*GET, ("host", "evil.example")],
    "two Hosts": [*get(authority=None), ("host", "localhost"), ("host", "evil.example")],
    "two Hosts that are the same": [*GET, ("host", "localhost"), ("host", "localhost")],
    "neither authority nor Host": get(authority=None),
}

FIELDS = {  # Sections 8.2.1 and 8.2.2.
    "an upper-case name": ("X-Upper", "a"),
    "one upper-case letter": ("x-uppeR", "a"),
    "an empty name": ("", "a"),
    "a name with a space": ("x a", "b"),
    "a name with a space at its end": ("x-a ", "b"),
    "a name with a colon": ("x:a", "b"),
    "a name that begins with a colon": (":x-a", "b"),
    "a name with a tab": ("x\ta", "b"),
    "a name with NUL": ("x\0a", "b"),
    "a name with CR": ("x\ra", "b"),
    "a name with LF": ("x\na", "b"),
    "a name that is two lines": ("x-a: b\r\nx-evil", "c"),
    "a name with DEL": ("x\x7fa", "b"),
    "a name beyond ASCII": ("x-\xe9", "b"),
    "a name that is no token": ("x(a)", "b"),
    "a value with NUL": ("x-a", "b\0c"),
    "a value with CR": ("x-a", "b\rc"),
    "a value with LF": ("x-a", "b\nc"),
    "a value that is two lines": ("x-a", "b\r\nx-evil: c"),
    "a value that is a request": ("x-a", "b\r\n\r\nGET /evil HTTP/1.1\r\nhost: localhost\r\n\r\n"),
    "a value that begins with a space": ("x-a", " b"),
    "a value that ends with a space": ("x-a", "b "),
    "a value that begins with a tab": ("x-a", "\tb"),
    "a value that ends with a tab": ("x-a", "b\t"),
    "a value with a control character": ("x-a", "b\x01c"),
    "a value with DEL": ("x-a", "b\x7fc"),
    "connection": ("connection", "x-a"),
    "connection: close": ("connection", "close"),
    "keep-alive": ("keep-alive", "timeout=5"),
    "proxy-connection": ("proxy-connection", "keep-alive"),
    "transfer-encoding": ("transfer-encoding", "chunked"),
    "transfer-encoding: identity": ("transfer-encoding", "identity"),
    "upgrade": ("upgrade", "h2c"),
    "te: gzip": ("te", "gzip"),
    "te: trailers and more": ("te", "trailers, gzip"),
    "an empty content-length": ("content-length", ""),
    "a negative content-length": ("content-length", "-1"),
    "a content-length with a plus": ("content-length", "+0"),
    "a hexadecimal content-length": ("content-length", "0x0"),
    "a list of lengths": ("content-length", "0, 0"),
    "a content-length beyond 64 bits": ("content-length", "18446744073709551616"),
}


def is_refused_alone(client, http2_front, fields):
    """Refused, while a stream that began before goes on and one that begins later is served."""
    other = client.request("POST", "/other", end=False)
    client.expect_refusal(client.open(block(fields)))
    client.data(other, b"goes on")
    assert client.expect_response(other).json["length"] == 7
    client.expect_alive()
    assert http2_front.application.targets() == ["/other", "/"]
    assert all("evil" not in str(request) for request in http2_front.application.requests)


@pytest.mark.parametrize("case", PSEUDO_FIELDS)
def test_wrong_pseudo_fields_refuse_their_request_alone(client, http2_front, case):
    is_refused_alone(client, http2_front, PSEUDO_FIELDS[case])


@pytest.mark.parametrize("case", FIELDS)
def test_a_wrong_field_refuses_its_request_alone(client, http2_front, case):
    is_refused_alone(client, http2_front, [*GET, FIELDS[case]])


@pytest.mark.parametrize("pseudo", ["method", "scheme", "path", "authority"])
@pytest.mark.parametrize("text", ["\r", "\n", "\0", "\r\nx-evil: 1", " ", "\t", "\x7f", "\x01"],
                         ids=repr)
def test_no_control_character_passes_in_a_pseudo_field(client, http2_front, pseudo, text):
    """Section 8.2.1, and section 10.3 of what they would do in HTTP/1.1."""
    value = dict(GET)[f":{pseudo}"]
    is_refused_alone(client, http2_front, get(**{pseudo: value + text}))


# Content-Length (section 8.1.1).

def with_length(length):
    return [(":method", "POST"), SCHEME, PATH, HOST, ("content-length", str(length))]


@pytest.mark.parametrize("parts", [[b"12345"], [b"123", b"4", b"5"], [b"1234", b"", b"5"]])
def test_more_data_than_content_length_says_refuses_the_request(client, parts):
    """All at once: where the rest comes later, the application may have answered already."""
    stream = client.stream()
    client.raw(frame(Kind.HEADERS, block(with_length(4)), END_HEADERS, stream.id) + b"".join(
        frame(Kind.DATA, part, 0, stream.id) for part in parts))
    client.expect_refusal(stream)
    client.expect_alive()


def test_more_data_than_content_length_says_never_reach_the_application(client, http2_front):
    stream = client.open(block(with_length(4)), end=False)
    client.data(stream, b"1234GET /evil HTTP/1.1\r\nhost: localhost\r\n\r\n")
    client.expect_refusal(stream)
    client.expect_alive()
    assert "/evil" not in http2_front.application.targets()


@pytest.mark.parametrize("body", [b"", b"123"])
def test_less_data_than_content_length_says_refuses_the_request(client, body):
    stream = client.open(block(with_length(4)), end=False)
    client.data(stream, body)
    client.expect_refusal(stream)
    client.expect_alive()


def test_a_content_length_without_any_data_refuses_the_request(client):
    client.expect_refusal(client.open(block(with_length(4)), end=True))
    client.expect_alive()


def test_less_data_than_content_length_says_before_trailers_refuses_the_request(client):
    stream = client.open(block(with_length(4)), end=False)
    client.data(stream, b"123", end=False)
    client.trailers(stream, [("x-sum", "1")])
    client.expect_refusal(stream)
    client.expect_alive()


@pytest.mark.parametrize("second", ["4", "5"])
def test_two_lengths_refuse_the_request(client, http2_front, second):
    stream = client.open(block([*with_length(4), ("content-length", second)]), end=False)
    client.expect_refusal(stream)
    client.expect_alive()
    assert len(http2_front.application.requests) == 1


# Trailers (section 8.1).

@pytest.mark.parametrize("field", [
    (":path", "/evil"), (":status", "200"), (":unknown", "1"), ("X-Upper", "a"), ("x-a", "b\r\nc"),
    ("x-a\n", "b"), ("connection", "close"), ("transfer-encoding", "chunked"), ("x-a", "b\0")],
    ids=repr)
def test_wrong_trailers_refuse_the_request_alone(client, field):
    other = client.request("POST", "/other", end=False)
    stream = client.request("POST", body=b"body", trailers=[field])
    client.expect_refusal(stream)
    client.data(other, b"goes on")
    assert client.expect_response(other).json["length"] == 7


def test_trailers_without_the_end_of_the_stream_refuse_the_request(client):
    stream = client.request("POST", body=b"body", end=False)
    client.send(Kind.HEADERS, block([("x-sum", "1")]), END_HEADERS, stream.id)
    client.expect_refusal(stream)
    client.expect_alive()


# CONNECT (section 8.5) and methods that are not served.

@pytest.mark.parametrize("fields", [
    [(":method", "CONNECT"), (":authority", "localhost:443")],
    [(":method", "CONNECT"), (":authority", "localhost:443"), SCHEME, PATH],
    [(":method", "CONNECT")], [(":method", "CONNECT"), PATH, HOST]], ids=lambda _: "")
def test_connect_without_a_protocol_is_refused(client, http2_front, fields):
    stream = client.open(block(fields), end=False)
    client.until(lambda: stream.is_over, "the refusal")
    assert stream.reset in (Code.PROTOCOL_ERROR, Code.CONNECT_ERROR) or (
        stream.response.status in (400, 405, 501)), stream
    client.expect_alive()
    assert len(http2_front.application.requests) == 1


def test_trace_is_not_served(client, http2_front):
    assert client.ask("TRACE").status in (405, 501)
    assert http2_front.application.requests == []
