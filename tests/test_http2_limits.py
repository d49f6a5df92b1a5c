"""Limits, names and the end of the program, as HTTP/2 tells them."""

import signal
import threading

import pytest

from support import http2
from support.admin import AdminSocket
from support.http1 import response
from support.http2_frames import Code, Setting
from support.upstreams import names_the_target, says
from support.wait import seconds, until


@pytest.fixture
def application(upstream):
    return upstream(names_the_target)


# Limits: those of HTTP/1.1, with the same status.

def test_a_head_beyond_32_kib_is_431_and_the_connection_lives_on(gatehouse, application):
    with http2.connect(gatehouse("--to", application.url)) as client:
        for fields in ([("x-long", "a" * 13000), ("x-more", "a" * 13000), ("x-rest", "a" * 13000)],
                       [(f"x-{number}", "a" * 300) for number in range(120)]):
            answered_431(client, fields)
        assert application.requests == []
        client.expect_alive()


def answered_431(client, fields):
    """The block may need CONTINUATION, as the head of a browser with many cookies does."""
    stream = client.open_in_parts(client.head(fields=fields))
    assert client.expect_response(stream).status == 431


def test_a_head_within_32_kib_passes_whole(gatehouse, application):
    with http2.connect(gatehouse("--to", application.url)) as client:
        stream = client.open_in_parts(client.head(fields=[("x-long", "a" * 30000)]))
        assert client.expect_response(stream).status == 200
    assert len(application.requests[0].get("x-long")) == 30000


def test_a_limit_of_the_head_is_announced(gatehouse, application):
    """Section 6.5.2: advisory, so that a good client need not try."""
    with http2.connect(gatehouse("--to", application.url)) as client:
        client.ping()
        assert client.server_settings[Setting.MAX_HEADER_LIST_SIZE] >= 32768


def test_more_than_128_fields_are_431(gatehouse, application):
    with http2.connect(gatehouse("--to", application.url)) as client:
        answered_431(client, [(f"x-{number}", "a") for number in range(140)])
        assert application.requests == []
        fields = [(f"x-{number}", "a") for number in range(100)]
        assert client.ask(fields=fields).status == 200


def test_a_path_beyond_the_limit_is_414_or_431(gatehouse, application):
    with http2.connect(gatehouse("--to", application.url)) as client:
        stream = client.open_in_parts(client.head(path="/" + "a" * 40000))
        assert client.expect_response(stream).status in (414, 431)
        assert application.requests == []
        client.expect_alive()


def test_a_body_announced_beyond_the_limit_is_413(gatehouse, application):
    with http2.connect(gatehouse("--to", application.url, "--limit", "body=1000")) as client:
        stream = client.request("POST", end=False, fields=[("content-length", "1001")])
        assert client.expect_response(stream).status == 413
        assert application.requests == []
        client.expect_alive()


def test_a_body_without_length_is_413_as_soon_as_it_passes_the_limit(gatehouse, application):
    with http2.connect(gatehouse("--to", application.url, "--limit", "body=1000")) as client:
        stream = client.request("POST", body=bytes(600), end=False)
        client.data(stream, bytes(600), end=False)
        assert client.expect_response(stream).status == 413
        assert client.ask("POST", body=bytes(1000)).status == 200


def test_a_body_that_stalls_is_408_and_the_connection_lives_on(gatehouse, application):
    with http2.connect(gatehouse("--to", application.url, "--timeout", "body=300ms")) as client:
        stream = client.request("POST", body=b"half", end=False)
        client.until(lambda: stream.is_over, "the deadline")
        assert stream.reset is not None or stream.response.status == 408
        client.expect_alive()


def test_a_block_that_never_ends_is_ended_by_the_head_deadline(gatehouse, application):
    running = gatehouse("--to", application.url, "--timeout", "head=500ms")
    with http2.connect(running) as client:
        client.ask()
        client.send(1, b"\x82", 0x1, client.stream().id)
        client.until(lambda: client.ended, "the end")
    assert running.ask().status == 200


# Names.

def write(folder, sites):
    lines = ["version: 1", "sites:"]
    for name, url in sites.items():
        lines += [f"  {name}:", f"    upstreams: [{url}]", '    listen: ["127.0.0.1:0"]']
    file = folder / "gatehouse.yaml"
    file.with_suffix(".new").write_text("\n".join(lines) + "\n")
    file.with_suffix(".new").rename(file)
    return file


def test_streams_of_one_connection_may_be_for_several_sites(gatehouse, upstream, tmp_path):
    file = write(tmp_path, {name: upstream(says(name)).url for name in ("a.localhost",
                                                                        "b.localhost")})
    running = gatehouse("--config", file, listen=())
    with http2.connect(running, server_name="a.localhost") as client:
        for name in ("a.localhost", "b.localhost", f"A.LocalHost:{running.port}"):
            answer = client.ask(authority=name)
            assert answer.text == name.lower().partition(":")[0]


def test_a_name_that_nobody_publishes_is_404(gatehouse, upstream, tmp_path):
    running = gatehouse("--config", write(tmp_path, {"a.localhost": upstream(says("a")).url}),
                        listen=())
    with http2.connect(running, server_name="a.localhost") as client:
        assert client.ask(authority="other.example").status == 404
        assert client.ask(authority="a.localhost").text == "a"


# The end of the program, and changes while it runs.

@pytest.fixture
def told():
    event = threading.Event()
    yield event
    event.set()


def answers_when_told(told):
    def script(connection):
        while connection.request():
            told.wait(seconds(30))
            connection.send(response(b"late but whole"))
    return script


def test_sigterm_says_goaway_and_running_streams_finish(gatehouse, upstream, told):
    """Section 6.8: what GOAWAY names is served; what comes behind it may be tried elsewhere."""
    application = upstream(answers_when_told(told))
    running = gatehouse("--to", application.url, "--timeout", "drain=30s")
    with http2.connect(running) as client:
        streams = [client.request(path=f"/{number}") for number in range(3)]
        application.wait_for_requests(3)
        running.signal(signal.SIGTERM)
        client.until(lambda: client.goaway, "GOAWAY")
        assert client.goaway[1] == Code.NO_ERROR and client.goaway[0] >= streams[-1].id
        assert not any(stream.is_over for stream in streams)
        told.set()
        for stream in streams:
            assert client.expect_response(stream).text == "late but whole"
        client.until(lambda: client.ended, "the end of the connection")
        assert client.wire.end == "closed"
    assert running.wait() == 0
    running.assert_sound()


def test_a_stream_that_is_opened_after_goaway_is_not_half_served(gatehouse, upstream, told):
    """It is beyond what the last GOAWAY names, or it gets its whole answer."""
    application = upstream(answers_when_told(told))
    running = gatehouse("--to", application.url, "--timeout", "drain=30s")
    with http2.connect(running) as client:
        first = client.request(path="/first")
        application.wait_for_requests(1)
        running.signal(signal.SIGTERM)
        client.until(lambda: client.goaway, "GOAWAY")
        late = client.request(path="/late")
        told.set()
        assert client.expect_response(first).text == "late but whole"
        client.until(lambda: client.ended, "the end")
        is_named = client.goaway[0] >= late.id
        assert is_named == late.ended or late.reset == Code.REFUSED_STREAM
        assert ("/late" in application.targets()) == late.ended
    assert running.wait() == 0


def test_an_upload_goes_on_after_goaway(gatehouse, echo_application):
    running = gatehouse("--to", echo_application.url, "--timeout", "drain=30s")
    with http2.connect(running) as client:
        stream = client.request("POST", body=bytes(100), end=False)
        client.ping()
        running.signal(signal.SIGTERM)
        client.until(lambda: client.goaway, "GOAWAY")
        client.data(stream, bytes(200))
        assert client.expect_response(stream).json["length"] == 300
    assert running.wait() == 0


def test_a_connection_without_streams_ends_at_once(gatehouse, application):
    running = gatehouse("--to", application.url, "--timeout", "drain=1h")
    with http2.connect(running) as client:
        client.ask()
        running.signal(signal.SIGTERM)
        client.until(lambda: client.ended, "the end of the connection")
        assert client.goaway and client.goaway[1] == Code.NO_ERROR
    assert running.wait() == 0


def test_the_drain_deadline_ends_streams_that_do_not_end(gatehouse, upstream, told):
    application = upstream(answers_when_told(told))
    running = gatehouse("--to", application.url, "--timeout", "drain=300ms")
    with http2.connect(running) as client:
        client.request()
        application.wait_for_requests(1)
        running.signal(signal.SIGTERM)
        assert running.wait() == 0


def test_a_reload_ends_no_running_stream(gatehouse, upstream, tmp_path, told):
    application = upstream(answers_when_told(told))
    file = write(tmp_path, {"a.localhost": application.url})
    running = gatehouse("--config", file, listen=())
    api = AdminSocket(running.state / "gatehouse.sock")
    until(api.answers, "the admin socket answers")
    with http2.connect(running, server_name="a.localhost") as client:
        stream = client.request(authority="a.localhost")
        application.wait_for_requests(1)
        other = upstream(says("other"))
        write(tmp_path, {"a.localhost": application.url, "b.localhost": other.url})
        done = api.call("ConfigurationService/Reload")
        assert done.json.get("applied"), done.body
        assert client.ask(authority="b.localhost").text == "other"
        told.set()
        assert client.expect_response(stream).text == "late but whole"
        assert client.goaway is None
