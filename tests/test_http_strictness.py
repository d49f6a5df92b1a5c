"""What is ambiguous is refused with 400 and the end of the connection; nothing of it goes on.

HTTP requests are parsed to a model and written anew, so there is no byte to smuggle. A front-end
and an application that read the same bytes differently are how one client's bytes become another
client's request.
"""

import pytest

from support import http1
from support.upstreams import names_the_target
from support.wait import seconds

GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST / HTTP/1.1\r\nHost: localhost\r\n"
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
NOTHING = b"0\r\n\r\n"

AMBIGUOUS = {
    # Length of the body.
    "both lengths": POST + b"Content-Length: 5\r\n" + CHUNKED + b"\r\n" + NOTHING,
    "both lengths, other order": POST + CHUNKED + b"Content-Length: 5\r\n\r\n" + NOTHING,
    "two different lengths": POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "the same length twice": POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\nab",
    "a list of lengths": POST + b"Content-Length: 2, 2\r\n\r\nab",
    "a length with a plus": POST + b"Content-Length: +2\r\n\r\nab",
    "a negative length": POST + b"Content-Length: -2\r\n\r\nab",
    "a hexadecimal length": POST + b"Content-Length: 0x2\r\n\r\nab",
    "a length with a space inside": POST + b"Content-Length: 1 2\r\n\r\nab",
    "an empty length": POST + b"Content-Length: \r\n\r\n",
    "a length beyond 64 bits": POST + b"Content-Length: 18446744073709551618\r\n\r\nab",
    "a length in words": POST + b"Content-Length: two\r\n\r\nab",
    # Transfer-Encoding.
    "chunked in HTTP/1.0": b"POST / HTTP/1.0\r\nHost: localhost\r\n" + CHUNKED + b"\r\n" + NOTHING,
    "another coding": POST + b"Transfer-Encoding: gzip\r\n\r\n" + NOTHING,
    "identity": POST + b"Transfer-Encoding: identity\r\n\r\n" + NOTHING,
    "a coding before chunked": POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + NOTHING,
    "chunked twice": POST + b"Transfer-Encoding: chunked, chunked\r\n\r\n" + NOTHING,
    "two fields of chunked": POST + CHUNKED + CHUNKED + b"\r\n" + NOTHING,
    "a name that only begins so": POST + b"Transfer-Encoding: chunkedx\r\n\r\n" + NOTHING,
    "a quoted chunked": POST + b"Transfer-Encoding: \"chunked\"\r\n\r\n" + NOTHING,
    "a vertical tab": POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n" + NOTHING,
    "chunked with a parameter": POST + b"Transfer-Encoding: chunked;a=b\r\n\r\n" + NOTHING,
    # Lines and names.
    "a folded line": GET + b"X-Folded: a\r\n b\r\n\r\n",
    "a folded first line": b"GET / HTTP/1.1\r\n Host: localhost\r\n\r\n",
    "bare LF after a field": GET + b"X-A: b\n\r\n",
    "bare LF after the request line": b"GET / HTTP/1.1\nHost: localhost\r\n\r\n",
    "bare LF everywhere": b"GET / HTTP/1.1\nHost: localhost\n\n",
    "bare CR in a value": GET + b"X-A: b\rX-C: d\r\n\r\n",
    "NUL in a value": GET + b"X-A: b\0c\r\n\r\n",
    "NUL in a name": GET + b"X-\0A: b\r\n\r\n",
    "a control character in a value": GET + b"X-A: b\x01c\r\n\r\n",
    "a space before the colon": GET + b"X-A : b\r\n\r\n",
    "a tab before the colon": POST + b"Content-Length\t: 2\r\n\r\nab",
    "an empty name": GET + b": b\r\n\r\n",
    "no colon": GET + b"X-A\r\n\r\n",
    "a name that is no token": GET + b"X(A): b\r\n\r\n",
    "a name beyond ASCII": GET + b"X-\xe9: b\r\n\r\n",
    # Host.
    "two Hosts": GET + b"Host: localhost\r\n\r\n",
    "no Host": b"GET / HTTP/1.1\r\n\r\n",
    "a Host with a path": b"GET / HTTP/1.1\r\nHost: localhost/x\r\n\r\n",
    "a Host with a space": b"GET / HTTP/1.1\r\nHost: local host\r\n\r\n",
    "a Host with a user": b"GET / HTTP/1.1\r\nHost: me@localhost\r\n\r\n",
    "a Host with two ports": b"GET / HTTP/1.1\r\nHost: localhost:1:2\r\n\r\n",
    "a Host with port 65536": b"GET / HTTP/1.1\r\nHost: localhost:65536\r\n\r\n",
    "a Host that is a list": b"GET / HTTP/1.1\r\nHost: localhost, evil.example\r\n\r\n",
    # The request line.
    "two spaces": b"GET  / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a tab": b"GET\t/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a space in the target": b"GET /a b HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a target without a slash": b"GET index HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a fragment": b"GET /#top HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a control character in the target": b"GET /\x7f HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "no version": b"GET /\r\nHost: localhost\r\n\r\n",
    "a method that is no token": b"GE(T / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a version in lower case": b"GET / http/1.1\r\nHost: localhost\r\n\r\n",
    "a leading space": b" GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "an asterisk for GET": b"GET * HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "another scheme": b"GET ftp://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
}

# RFC 9112, section 6.1: 501 says the same of a coding that is not understood.
UNKNOWN_CODINGS = {"another coding", "identity", "a coding before chunked",
                   "a name that only begins so"}

BAD_CHUNKS = {
    "a size that is no number": b"xyz\r\n",
    "a size with 0x": b"0x5\r\nhello\r\n0\r\n\r\n",
    "a size with a plus": b"+5\r\nhello\r\n0\r\n\r\n",
    "a negative size": b"-5\r\nhello\r\n0\r\n\r\n",
    "a space after the size": b"5 \r\nhello\r\n0\r\n\r\n",
    "an empty size": b"\r\nhello\r\n0\r\n\r\n",
    "a size beyond 64 bits": b"10000000000000005\r\nhello\r\n0\r\n\r\n",
    "bare LF after the size": b"5\nhello\r\n0\r\n\r\n",
    "bare LF after the data": b"5\r\nhello\n0\r\n\r\n",
    "no CRLF after the data": b"5\r\nhelloXX0\r\n\r\n",
    "an endless extension": b"5;" + b"a" * 70000 + b"\r\nhello\r\n0\r\n\r\n",
    "a bare CR in an extension": b"5;a\rb\r\nhello\r\n0\r\n\r\n",
    "a bare LF in a trailer": b"5\r\nhello\r\n0\r\nX-A: b\n\r\n",
    "a trailer without a colon": b"5\r\nhello\r\n0\r\nX-A\r\n\r\n",
}


@pytest.fixture
def front(gatehouse, upstream):
    """A gatehouse in front of an application that remembers what reached it."""
    application = upstream(names_the_target)
    running = gatehouse("--to", application.url)
    running.application = application
    return running


def send_and_follow(front, data):
    """Sends `data` and behind it a request that must never be answered; all that comes back."""
    with front.connect() as wire:
        wire.socket.settimeout(seconds(5))
        try:
            wire.send(data + SMUGGLED)
        except OSError:
            pass  # it was refused before everything was sent
        try:
            return wire.until_end()
        except TimeoutError:
            return b"no end; " + wire.reader.buffer


def is_refusal(came, other=400):
    """One answer with status 400 (or `other`), and nothing behind it."""
    reader = http1.Reader(iter([came, b""]).__next__)
    try:
        answer = reader.response()
    except http1.Ended:
        return False
    return answer.complete and answer.status in (400, other) and reader.buffer == b""


def test_what_is_ambiguous_is_refused_and_never_reaches_the_application(front):
    wrong = {}
    for name, data in AMBIGUOUS.items():
        came = send_and_follow(front, data)
        if not is_refusal(came, 501 if name in UNKNOWN_CODINGS else 400):
            wrong[name] = came[:80]
    assert wrong == {}
    assert front.application.requests == []


def test_a_bad_chunk_ends_the_request_and_what_follows_is_no_request(front):
    wrong = {}
    for name, data in BAD_CHUNKS.items():
        came = send_and_follow(front, POST + CHUNKED + b"\r\n" + data)
        if not is_refusal(came):
            wrong[name] = came[:80]
    assert wrong == {}
    assert "/smuggled" not in front.application.targets()


@pytest.mark.parametrize("line", [b"CONNECT localhost:443 HTTP/1.1", b"CONNECT / HTTP/1.1"])
def test_connect_is_refused(front, line):
    came = send_and_follow(front, line + b"\r\nHost: localhost:443\r\n\r\n")
    assert came.split(b" ")[1] in (b"400", b"405", b"501")
    assert front.application.requests == []


@pytest.mark.parametrize("version", [b"HTTP/2.0", b"HTTP/3.0", b"HTTP/0.9", b"HTTP/1.10"])
def test_another_version_is_refused(front, version):
    came = send_and_follow(front, b"GET / %s\r\nHost: localhost\r\n\r\n" % version)
    assert came.split(b" ")[1] in (b"400", b"505")
    assert front.application.requests == []


def test_the_absolute_form_is_understood_and_its_host_counts(front):
    """RFC 9112, section 3.2.2: Host is then ignored and written anew."""
    with front.connect() as wire:
        wire.send(b"GET https://localhost/absolute HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert wire.final().text == "/absolute"
    seen = front.application.requests[0]
    assert (seen.target, seen.get("Host")) == ("/absolute", "localhost")


def test_options_asterisk_is_a_request(front):
    with front.connect() as wire:
        wire.send(b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert wire.final().status == 200


def test_what_is_unusual_but_clear_is_served(front):
    for fields in ([("Content-Length", "0")], [("X-Empty", "")], [("X-Tab", "a\tb")],
                   [("X-High", "gr\xfc\xdfe")], [("x_under", "score")]):
        with front.connect() as wire:
            assert wire.ask("POST", "/fine", fields=fields, body=None).status == 200, fields
    with front.connect() as wire:
        wire.send(b"\r\nGET /after-empty-line HTTP/1.1\r\nhOST: localhost\r\n\r\n")
        assert wire.final().text == "/after-empty-line"  # RFC 9112, section 2.2


def test_chunk_extensions_and_upper_case_sizes_are_fine(front):
    with front.connect() as wire:
        wire.send(POST + CHUNKED + b"\r\nA;name=value\r\n0123456789\r\n000;x\r\n\r\n")
        assert wire.final().status == 200
    assert front.application.requests[0].body == b"0123456789"


def test_a_refusal_is_a_sentence_for_a_person_and_json_for_a_program(front):
    with front.connect() as wire:
        wire.send(b"GET /a b HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n")
        answer = wire.final()
        assert answer.status == 400
        assert answer.get("Content-Length") is not None
        assert answer.get("Connection").lower() == "close"
