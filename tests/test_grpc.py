"""gRPC through the whole program: a client over TLS, a server behind `h2c://`, both python3-grpcio.

The protocol is "gRPC over HTTP2" of the gRPC project; a status is a trailer, also of a call that
has no other answer ("Trailers-Only"). What goes wrong is in test_grpc_failures.py.
"""

import struct

import grpc
import pytest

from support import grpc_client, http2, program
from support.grpc_client import Peer, Said, ending, fails, message, raw_call, write_sites
from support.http2_frames import Code, Kind
from support.resources import memory
from support.wait import settled, until

MIB = 1 << 20
STATUS = grpc.StatusCode


# The four kinds of calls.

def test_a_unary_call_is_answered(peer):
    assert peer.call("Echo", b"hello") == b"hello"


def test_an_empty_message_is_a_message(peer):
    assert peer.call("Echo", b"") == b""


@pytest.mark.parametrize("count", [0, 1, 1000])
def test_a_server_streams(peer, count):
    assert list(peer.stream("Count", b"%d" % count)) == [b"%d" % n for n in range(count)]


@pytest.mark.parametrize("count", [0, 1, 1000])
def test_a_client_streams(peer, count):
    assert int(peer.sum(range(count))) == sum(range(count))


def test_both_stream_and_each_answer_comes_before_the_next_message(peer):
    said = Said()
    answers = peer.talk(said)
    for number in range(50):
        said.say(b"message %d" % number)
        assert next(answers) == b"message %d" % number
    said.end()
    assert list(answers) == [] and answers.code() == STATUS.OK


# Metadata.

METADATA = [("x-text", "a b"), ("x-twice", "1"), ("x-twice", "2"),
            ("x-bytes-bin", bytes(range(256))), ("x-empty-bin", b"")]


def test_metadata_passes_both_ways_in_front_and_behind(peer):
    _, call = peer.with_call("Echo", metadata=METADATA)
    initial = [tuple(pair) for pair in call.initial_metadata()]
    trailing = [tuple(pair) for pair in call.trailing_metadata()]
    for key, value in METADATA:
        assert (key, value) in initial and (f"trailing-{key}", value) in trailing


def test_metadata_of_a_stream_that_has_not_ended_is_there_at_once(peer):
    said = Said()
    answers = peer.talk(said)
    said.say(b"first")
    assert next(answers) == b"first"
    assert isinstance(answers.initial_metadata(), tuple)
    said.end()
    assert list(answers) == []


# Status.

@pytest.mark.parametrize("code", [code for code in STATUS if code != STATUS.OK],
                         ids=lambda code: code.name)
def test_every_status_arrives_with_its_details_and_metadata(peer, code):
    failed = peer.failure("Fail", fails(code, "no: 100 % \u00e4 \u4e2d\n"))
    assert (failed.code(), failed.details()) == (code, "no: 100 % \u00e4 \u4e2d\n")
    metadata = dict(failed.trailing_metadata())
    assert metadata["x-reason"] == "tested" and metadata["x-reason-bin"] == bytes(range(256))


def test_a_status_after_messages_arrives_behind_them(peer):
    answers = peer.stream("FailLate", fails(STATUS.DATA_LOSS, "gone"))
    assert next(answers) == b"before"
    failed = ending(answers)
    assert (failed.code(), failed.details()) == (STATUS.DATA_LOSS, "gone")
    assert dict(failed.trailing_metadata())["x-reason"] == "tested"


def test_a_method_that_nobody_has_is_said_by_the_server(peer):
    assert peer.failure("Nothing").code() == STATUS.UNIMPLEMENTED


def test_the_status_of_a_call_is_a_trailer(grpc_front):
    with http2.connect(grpc_front) as client:
        stream = raw_call(client, "Echo", b"hello")
        answer = client.expect_response(stream)
        assert (answer.status, answer.get("content-type")) == (200, "application/grpc")
        assert answer.get("grpc-status") is None and answer.body == message(b"hello")
        assert ("grpc-status", "0") in answer.trailers


def test_trailers_only_stays_one_block_of_fields(grpc_front):
    """The head has the status and ends the stream; nothing may be put behind it."""
    with http2.connect(grpc_front) as client:
        answer = client.expect_response(raw_call(client, "Nothing"))
        assert (answer.status, answer.get("grpc-status")) == (200, "12")
        assert answer.body == b"" and answer.trailers == []


# Deadlines and cancelling.

def test_a_deadline_ends_the_call_at_both_ends(peer, grpc_server):
    assert peer.failure("Wait", within=3).code() == STATUS.DEADLINE_EXCEEDED
    until(lambda: grpc_server.seen()["cancelled"] == 1, "the server noticed")


def test_a_call_that_the_client_cancels_is_cancelled_at_the_server(peer, grpc_server):
    call = peer.later("Wait")
    until(lambda: grpc_server.seen()["waiting"] == 1, "the call is there")
    assert call.cancel() and call.code() == STATUS.CANCELLED
    until(lambda: grpc_server.seen()["cancelled"] == 1, "the server noticed")
    assert peer.call("Echo", b"the connection goes on") == b"the connection goes on"


def test_a_client_that_vanishes_cancels_its_calls(grpc_front, grpc_server):
    with http2.connect(grpc_front) as client:
        raw_call(client, "Wait")
        until(lambda: grpc_server.seen()["waiting"] == 1, "the call is there")
        client.wire.reset()
        until(lambda: grpc_server.seen()["cancelled"] == 1, "the server noticed")


def test_many_cancelled_calls_harm_no_other(peer, grpc_server):
    """As clients of gRPC do in good faith; the two connections stay."""
    for number in range(10):
        calls = [peer.later("Wait") for _ in range(20)]
        until(lambda: grpc_server.seen()["waiting"] == 20 * (number + 1), "they are there")
        for call in calls:
            call.cancel()
        until(lambda: grpc_server.seen()["cancelled"] == 20 * (number + 1), "all are cancelled")
        assert peer.call("Echo", b"alive") == b"alive"


def test_a_reset_of_the_client_is_a_cancel_at_the_server(grpc_front, grpc_server):
    with http2.connect(grpc_front) as client:
        stream = raw_call(client, "Wait")
        until(lambda: grpc_server.seen()["waiting"] == 1, "the call is there")
        client.send(Kind.RST_STREAM, struct.pack(">I", Code.CANCEL), stream=stream.id)
        until(lambda: grpc_server.seen()["cancelled"] == 1, "the server noticed")
        client.expect_response(raw_call(client, "Echo"))


# Size, number and time.

def test_8_mib_pass_up_and_down(peer):
    data = bytes(range(256)) * (8 * MIB // 256)
    assert peer.call("Echo", data, within=60) == data


def test_8_mib_pass_down_alone(peer):
    assert len(peer.call("Give", b"%d" % (8 * MIB), within=60)) == 8 * MIB


def test_200_calls_at_once_get_their_own_answers(peer):
    calls = [peer.later("Echo", b"call %d" % number) for number in range(200)]
    assert [call.result() for call in calls] == [b"call %d" % number for number in range(200)]


def test_200_calls_that_need_each_other_meet(grpc_front):
    """None of them waits for the end of another one."""
    channels = [grpc_client.channel(grpc_front) for _ in range(4)]
    calls = [Peer(channel).later("Meet", b"200") for channel in channels for _ in range(50)]
    assert [call.result() for call in calls] == [b"200"] * 200
    for channel in channels:
        channel.close()


def test_A14_a_stream_stays_while_a_reload_changes_another_thing(gatehouse, grpc_server, tmp_path):
    file = tmp_path / "gatehouse.yaml"
    write_sites(file, {"a.localhost": grpc_server.url})
    running = gatehouse("--config", file, listen=())
    with grpc_client.channel(running, "a.localhost") as channel:
        said = Said()
        answers = Peer(channel).talk(said)
        for number in range(3):
            said.say(b"before %d" % number)
            assert next(answers) == b"before %d" % number
            write_sites(file, {"a.localhost": grpc_server.url,
                               f"b{number}.localhost": grpc_server.url})
            done = program.run("reload", "--state", running.state, home=tmp_path)
            assert done.returncode == 0, done.stderr
            said.say(b"after %d" % number)
            assert next(answers) == b"after %d" % number
        said.end()
        assert list(answers) == []


@pytest.mark.exact
def test_a_stream_that_is_read_slowly_costs_no_memory(grpc_front, peer, grpc_server):
    list(peer.stream("GiveMany", b"[4, %d]" % MIB))
    before, given = memory(grpc_front.pid), grpc_server.seen()["given"]
    answers = peer.stream("GiveMany", b"[64, %d]" % MIB)
    next(answers)
    assert settled(lambda: grpc_server.seen()["given"]) - given < 48 * MIB
    assert memory(grpc_front.pid) - before < 4 * MIB
    assert sum(map(len, answers)) == 63 * MIB
    assert memory(grpc_front.pid) - before < 4 * MIB


def test_messages_keep_to_the_window_of_the_client(grpc_front):
    with http2.connect(grpc_front, values={4: 100}) as client:
        stream = raw_call(client, "Give", b"1000")
        client.until(lambda: len(stream.body) == 100, "the first hundred")
        client.ping()
        assert len(stream.body) == 100
        client.give(2000, stream)
        answer = client.expect_response(stream)
        assert answer.body == message(bytes(1000)) and ("grpc-status", "0") in answer.trailers
