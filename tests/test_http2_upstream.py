"""How applications that speak HTTP/2 are spoken to: connections and streams (RFC 9113).

The reader of the application (support/http2_server_reader.py) holds gatehouse to the rules of a
client in every test. Windows are in test_http2_upstream_windows.py, what applications do wrong is
in test_http2_upstream_faults.py.
"""

import struct
import threading

import pytest

from support import http2
from support.http2_frames import (
    END_HEADERS, END_STREAM, PADDED, Code, Kind, Setting, block, frame, settings)
from support.http2_server import Connection, echo, names_the_target, says
from support.wait import seconds, until


# The connection.

def test_a_client_of_http_2_says_its_preface_and_wants_no_push(behind):
    """Sections 3.4 and 8.4."""
    running = behind(echo)
    assert running.ask().status == 200
    assert running.application.connections[0].peer_settings[Setting.ENABLE_PUSH] == 0


def test_many_requests_of_many_clients_share_one_connection(behind):
    running = behind(names_the_target)
    assert running.ask().status == 200
    with http2.connect(running) as client:
        streams = [client.request(path=f"/{number}") for number in range(100)]
        for number, stream_ in enumerate(streams):
            assert client.expect_response(stream_).text == f"/{number}"
    for number in range(10):
        assert running.ask(target=f"/{number}").text == f"/{number}"
    assert len(running.application.connections) == 1


def test_streams_that_wait_hold_up_no_other(behind, held_script):
    running = behind(held_script)
    with http2.connect(running) as client:
        waiting = [client.request(path="/wait") for _ in range(50)]
        held_script.arrived(50)
        assert client.ask(path="/now").text == "/now"
        held_script.told.set()
        assert {client.expect_response(stream_).text for stream_ in waiting} == {"/wait"}


def test_settings_and_pings_of_the_application_are_answered(behind):
    def asks(exchange):
        exchange.read()
        exchange.connection.ping()
        exchange.connection.raw(settings({Setting.MAX_HEADER_LIST_SIZE: 65536}))
        exchange.connection.ping()
        exchange.answer(b"both came back")

    running = behind(asks)
    assert running.ask().text == "both came back"


def test_what_an_application_need_not_say_is_passed_over(behind):
    """Unknown frames, priorities, padding, empty and split frames (sections 4.1, 5.5 and 6)."""
    def chatters(exchange):
        exchange.read()
        number, connection = exchange.stream.id, exchange.connection
        connection.raw(frame(0xBE, b"who knows", 0xFF, number) + frame(0xBF, b"", 0, 0)
                       + frame(Kind.PRIORITY, bytes(4) + b"\x0f", 0, number))
        head = block([(":status", "200"), ("content-length", "4"), ("x-a", "b")])
        connection.raw(frame(Kind.HEADERS, b"\x05" + head[:3] + bytes(5), PADDED, number)
                       + frame(Kind.CONTINUATION, b"", 0, number)
                       + frame(Kind.CONTINUATION, head[3:], END_HEADERS, number))
        connection.raw(frame(Kind.DATA, b"", 0, number)
                       + frame(Kind.DATA, b"\xff" + b"body" + bytes(255), PADDED, number)
                       + frame(Kind.DATA, b"\x00", PADDED | END_STREAM, number))

    running = behind(chatters)
    for _ in range(5):
        answer = running.ask()
        assert (answer.body, answer.get("x-a")) == (b"body", "b")
    assert len(running.application.connections) == 1


def test_a_table_of_fields_that_is_smaller_is_kept_to(behind):
    """HEADER_TABLE_SIZE 0: the decoder of the application has no dynamic table (RFC 7541)."""
    running = behind(echo, values={Setting.HEADER_TABLE_SIZE: 0})
    for number in range(5):
        fields = [("X-Same", "value"), ("X-Other", str(number))]
        answer = running.ask(fields=fields)
        assert ["x-other", str(number)] in answer.json["fields"]


def test_an_idle_connection_that_the_application_closed_is_not_used(behind):
    closed = threading.Semaphore(0)

    def closes(exchange):
        exchange.read()
        exchange.answer(b"bye")
        exchange.connection.goaway(exchange.stream.id)
        exchange.connection.close()
        closed.release()

    running = behind(closes)
    for _ in range(10):
        assert running.ask("POST", body=b"not to be sent twice").text == "bye"
        assert closed.acquire(timeout=seconds(10))
    assert len(running.application.requests) == 10


def test_te_trailers_reaches_the_application(behind):
    """A server of gRPC may refuse a call without it."""
    running = behind(echo)
    with http2.connect(running) as client:
        fields = [("te", "trailers"), ("content-type", "application/grpc")]
        assert ["te", "trailers"] in client.ask("POST", fields=fields).json["fields"]


# What was not served is asked again (section 8.7).

def refuses(exchange):
    exchange.reset(Code.REFUSED_STREAM)


@pytest.mark.parametrize("method", ["GET", "DELETE", "POST"])
def test_a_refused_stream_is_asked_again(behind, method):
    running = behind([refuses, says("second")])
    assert running.ask(method, "/again").text == "second"
    assert running.application.targets() == ["/again"] * 2


def test_a_refused_request_with_content_arrives_whole_or_fails(behind):
    """It is asked again only where its content is still there."""
    running = behind([refuses, echo])
    answer = running.ask("POST", body=b"body")
    assert answer.status == 502 or answer.json["length"] == 4


def test_what_is_always_refused_ends_in_an_error(behind):
    running = behind(refuses)
    assert running.ask().status in (502, 503)
    assert len(running.application.requests) <= 10


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_streams_after_a_goaway_are_asked_again_and_others_finish(behind, held_script, method):
    """Section 6.8."""
    def leaves(exchange):
        exchange.connection.goaway(last=held_script.exchanges[0].stream.id)

    running = behind([held_script, leaves, says("elsewhere")])
    with http2.connect(running) as client:
        first = client.request(path="/first")
        held_script.arrived()
        assert client.ask(method, "/second").text == "elsewhere"
        held_script.told.set()
        assert client.expect_response(first).text == "/first"
    one, other = running.application.connections
    assert len(one.streams) == 2 and len(other.streams) == 1


def test_a_goaway_in_two_steps_loses_nothing(behind, held_script):
    """First the largest number, which only says that the end is near."""
    running = behind([held_script, says("second"), says("third")])
    with http2.connect(running) as client:
        first = client.request(path="/first")
        exchange, = held_script.arrived()
        exchange.connection.goaway(2**31 - 1)
        exchange.connection.ping()
        assert client.ask().text == "second"
        exchange.connection.goaway(exchange.stream.id)
        exchange.connection.ping()
        assert client.ask().text == "third"
        held_script.told.set()
        assert client.expect_response(first).text == "/first"
    assert len(running.application.connections) == 2
    assert len(exchange.connection.streams) == 1


@pytest.mark.parametrize("end", [Connection.close, Connection.cut], ids=["close", "reset"])
def test_a_request_that_may_be_repeated_is_when_its_connection_ends(behind, end):
    running = behind([says("first"), lambda exchange: end(exchange.connection),
                          says("again")])
    assert running.ask().text == "first"
    assert running.ask(target="/again").text == "again"


@pytest.mark.parametrize("end", [Connection.close, Connection.cut], ids=["close", "reset"])
def test_a_post_is_never_sent_twice_when_its_connection_ends(behind, end):
    """RFC 9110, section 9.2.2: nobody said that it was not served."""
    running = behind([says("first"), lambda exchange: end(exchange.connection),
                          says("again")])
    assert running.ask().text == "first"
    assert running.ask("POST", "/pay", body=b"100").status == 502
    assert running.application.targets().count("/pay") == 1


def test_all_streams_of_a_connection_that_ends_are_answered(behind, held_script):
    running = behind(held_script)
    with http2.connect(running) as client:
        streams = [client.request("POST", "/wait") for _ in range(20)]
        held_script.arrived(20)[0].connection.cut()
        assert {client.expect_response(stream_).status for stream_ in streams} == {502}
        assert client.ask(path="/now").text == "/now"


# Limits of the application.

def test_the_number_of_streams_that_an_application_allows_is_kept(behind):
    """Section 5.1.2, held by the reader: more wait, or go by another connection."""
    running = behind(names_the_target, values={Setting.MAX_CONCURRENT_STREAMS: 1})
    assert running.ask().status == 200
    with http2.connect(running) as client:
        streams = [client.request(path=f"/{number}") for number in range(20)]
        for number, stream_ in enumerate(streams):
            assert client.expect_response(stream_).text == f"/{number}"


def test_a_request_beyond_the_allowed_streams_is_served_in_time(behind, held_script):
    running = behind(held_script, values={Setting.MAX_CONCURRENT_STREAMS: 1})
    assert running.ask(target="/now").status == 200
    with http2.connect(running) as client:
        first = client.request(path="/first")
        held_script.arrived(2)
        second = client.request(path="/now")
        client.ping()
        held_script.told.set()
        assert client.expect_response(first).text == "/first"
        assert client.expect_response(second).text == "/now"


# Clients that leave.

def test_a_stream_that_a_client_resets_is_reset_alone_at_the_application(behind, held_script):
    codes = []

    def waits(exchange):
        held_script.exchanges.append(exchange)
        codes.append(exchange.until_over())

    running = behind([waits, says("alive")])
    with http2.connect(running) as client:
        request = client.request()
        held_script.arrived()
        client.send(Kind.RST_STREAM, struct.pack(">I", Code.CANCEL), stream=request.id)
        until(lambda: codes, "the application is told")
        assert codes == [Code.CANCEL]
        assert client.ask().text == "alive"
    assert len(running.application.connections) == 1


def test_a_client_that_leaves_in_the_middle_of_an_answer_resets_its_stream_alone(behind):
    codes = []

    def endless(exchange):
        exchange.read()
        exchange.begin()
        try:
            while True:
                exchange.data(bytes(65536))
        finally:
            codes.append(exchange.stream.reset)

    running = behind([endless, says("alive")])
    wire = running.connect()
    wire.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    wire.reader.head()
    wire.reset()
    until(lambda: codes, "the application is told")
    assert codes == [Code.CANCEL]
    assert running.ask().text == "alive"
    assert len(running.application.connections) == 1


def test_the_end_of_the_program_waits_for_streams_and_says_goodbye(behind, held_script):
    running = behind(held_script)
    with http2.connect(running) as client:
        request = client.request(path="/last")
        exchange, = held_script.arrived()
        running.signal()
        client.until(lambda: client.goaways, "GOAWAY")
        held_script.told.set()
        assert client.expect_response(request).text == "/last"
    assert running.wait() == 0
    until(lambda: exchange.connection.ended, "the connection to the application is closed")
