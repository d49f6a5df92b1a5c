"""gRPC where a server fails, or is not there: every call ends with a status, and the right one."""

import grpc
import pytest

from support import grpc_client, http2
from support.grpc_client import Peer, Said, ending, raw_call, write_sites
from support.grpc_server import GrpcServer
from support.http2_frames import Code
from support.upstreams import refused_address
from support.wait import until

STATUS = grpc.StatusCode


@pytest.fixture
def without_server(gatehouse):
    """A gatehouse whose application is not there."""
    holder, address = refused_address()
    with holder:
        running = gatehouse("--to", f"h2c://{address}")
        running.refused = address
        yield running


# What a server does wrong, and what gatehouse says itself.

def test_a_server_that_ends_in_the_middle_of_a_stream_is_unavailable(peer, grpc_server):
    said = Said()
    answers = peer.talk(said)
    said.say(b"hello")
    assert next(answers) == b"hello"
    grpc_server.kill()
    assert ending(answers).code() == STATUS.UNAVAILABLE
    said.end()


def test_a_server_that_ends_before_its_answer_is_unavailable(peer, grpc_server):
    call = peer.later("Wait")
    until(lambda: grpc_server.seen()["waiting"] == 1, "the call is there")
    grpc_server.kill()
    assert call.exception().code() == STATUS.UNAVAILABLE


def test_a_server_that_is_not_there_is_unavailable_and_named(without_server):
    with grpc_client.channel(without_server) as channel:
        for _ in range(3):
            failed = Peer(channel).failure("Echo")
            assert failed.code() == STATUS.UNAVAILABLE
            assert without_server.refused in failed.details()


def test_all_kinds_of_calls_are_told_that_the_server_is_not_there(without_server):
    with grpc_client.channel(without_server) as channel:
        peer, said = Peer(channel), Said()
        assert ending(peer.stream("Count", b"5")).code() == STATUS.UNAVAILABLE
        with pytest.raises(grpc.RpcError) as failed:
            peer.sum(range(3))
        assert failed.value.code() == STATUS.UNAVAILABLE
        said.say(b"anybody?")
        assert ending(peer.talk(said)).code() == STATUS.UNAVAILABLE
        said.end()


@pytest.mark.parametrize("kind", ["application/grpc", "application/grpc+proto"])
def test_an_error_of_gatehouse_is_trailers_only_for_grpc(without_server, kind):
    with http2.connect(without_server) as client:
        stream = raw_call(client, "Echo", fields=[("content-type", kind), ("te", "trailers")])
        answer = client.expect_response(stream)
        assert answer.status == 200 and answer.get("grpc-status") == "14"
        assert answer.get("content-type").startswith("application/grpc")
        assert " " in answer.get("grpc-message").replace("%20", " "), "a sentence"
        assert answer.body == b"" and answer.trailers == []
        client.ping()
        assert stream.reset in (None, Code.NO_ERROR)


def test_what_is_no_grpc_gets_a_page_as_ever(without_server):
    with http2.connect(without_server) as client:
        answer = client.ask("POST", body=b"{}", fields=[("content-type", "application/json")])
        assert answer.status == 502 and answer.get("grpc-status") is None and answer.body


@pytest.mark.parametrize("kind", ["application/grpc-web", "application/grpcx", "text/grpc"])
def test_what_is_named_almost_as_grpc_gets_a_page_too(without_server, kind):
    with http2.connect(without_server) as client:
        assert client.ask("POST", fields=[("content-type", kind)]).status == 502


def test_a_host_that_nobody_publishes_is_a_status_too(gatehouse, grpc_server, tmp_path):
    file = tmp_path / "gatehouse.yaml"
    write_sites(file, {"a.localhost": grpc_server.url})
    running = gatehouse("--config", file, listen=())
    with grpc_client.channel(running, "a.localhost", "unknown.example") as channel:
        assert Peer(channel).failure("Echo").code() in (STATUS.UNIMPLEMENTED, STATUS.NOT_FOUND)


def test_a_server_without_answer_in_time_is_a_status_too(gatehouse, grpc_server):
    running = gatehouse("--to", grpc_server.url, "--timeout", "response=500ms")
    with grpc_client.channel(running) as channel:
        assert Peer(channel).failure("Wait").code() in (STATUS.UNAVAILABLE,
                                                        STATUS.DEADLINE_EXCEEDED)
    until(lambda: grpc_server.seen()["cancelled"] == 1, "the server noticed")


def test_calls_go_on_with_a_server_that_has_come_back(gatehouse, grpc_server):
    """The connections that ended with the first one are not used for the second."""
    with GrpcServer() as second:
        running = gatehouse("--to", grpc_server.url, "--to", second.url)
        with grpc_client.channel(running) as channel:
            peer = Peer(channel)
            for number in range(10):
                assert peer.call("Echo", b"%d" % number) == b"%d" % number
            grpc_server.kill()
            until(lambda: peer.call("Echo", b"still") == b"still", "the other one serves")
