"""Many streams at once on one connection of HTTP/2 (RFC 9113, section 5.1.2)."""

import threading

from support import http2
from support.http1 import response
from support.http2_frames import Code, Setting, reset
from support.wait import seconds


def limit_of(client):
    client.until(lambda: client.server_settings is not None, "SETTINGS")
    limit = client.server_settings.get(Setting.MAX_CONCURRENT_STREAMS)
    assert limit and 100 <= limit <= 1000, "a limit is announced; section 6.5.2 recommends 100"
    return limit


def test_as_many_streams_as_announced_are_served_at_once(held):
    with http2.connect(held) as client:
        streams = [client.request() for _ in range(limit_of(client))]
        client.ping()
        held.told.set()
        for stream in streams:
            assert client.expect_response(stream).text == "at last"


def test_a_stream_beyond_a_limit_that_the_client_knows_is_refused(held):
    """A stream error, or a connection error in its place (section 5.4.1): it should know better."""
    with http2.connect(held) as client:
        for _ in range(limit_of(client)):
            client.request()
        client.ping()
        client.expect_error(client.request(path="/beyond"), Code.REFUSED_STREAM,
                            Code.PROTOCOL_ERROR)
        assert "/beyond" not in held.application.targets()


def test_streams_beyond_a_limit_that_the_client_could_not_know_are_only_refused(held):
    """All of them are sent before the server's SETTINGS are read or acknowledged."""
    with http2.connect(held) as other:
        limit = limit_of(other)
    with http2.connect(held) as client:
        streams = [client.request(path=f"/{number}") for number in range(limit + 20)]
        client.until(lambda: all(stream.is_over for stream in streams[limit:]) or client.ended,
                     "the refusals")
        assert {stream.reset for stream in streams[limit:]} == {Code.REFUSED_STREAM}, client.goaway
        held.told.set()
        for stream in streams[:limit]:
            assert client.expect_response(stream).text == "at last"
        assert f"/{limit}" not in held.application.targets()


def test_a_stream_that_has_ended_makes_room(held):
    with http2.connect(held) as client:
        streams = [client.request() for _ in range(limit_of(client))]
        client.raw(reset(streams[0].id))
        client.ping()
        last = client.request()
        held.told.set()
        assert client.expect_response(last).text == "at last"


def test_a_thousand_requests_one_after_another(client, http2_front):
    for number in range(1000):
        assert client.ask(path=f"/{number}").json["target"] == f"/{number}"


def test_the_answers_of_many_streams_do_not_mix(client):
    streams = {f"/{number}": client.request("POST", f"/{number}", end=False)
               for number in range(50)}
    for path, stream in reversed(streams.items()):
        client.data(stream, path.encode() * 10)
    for path, stream in streams.items():
        answer = client.expect_response(stream).json
        assert (answer["target"], answer["length"]) == (path, 10 * len(path))


def test_a_slow_stream_does_not_hold_another_up(gatehouse, upstream):
    told = threading.Event()

    def script(connection):
        while request := connection.request():
            if request.target == "/slow":
                told.wait(seconds(30))
            connection.send(response(request.target.encode()))

    running = gatehouse("--to", upstream(script).url)
    with http2.connect(running) as client:
        slow = client.request(path="/slow")
        assert client.ask(path="/quick").text == "/quick"
        assert not slow.is_over
        told.set()
        assert client.expect_response(slow).text == "/slow"
