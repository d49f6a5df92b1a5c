"""What one TLS connection provokes reaches that connection and no other.

All connections of a thread share buffers, so one worker serves here: what is left behind in them
would show at the very next connection.
"""

import socket
import ssl
import subprocess

import pytest

from support.wait import seconds


@pytest.fixture
def running(gatehouse):
    return gatehouse("--workers", "1")


def at(running, version):
    return running.context(minimum_version=version, maximum_version=version)


def others_are_served(running, neighbour):
    """A connection that was open before, and a new one."""
    assert neighbour.ask(host=running.authority).status == 200
    assert running.ask().status == 200


def in_session(running, command, *arguments):
    """What openssl s_client says to one of its commands: R (renegotiate), K (key update)."""
    program = subprocess.Popen(
        ["openssl", "s_client", "-connect", "%s:%d" % running.address(), "-CAfile", running.anchor,
         "-servername", "localhost", *arguments],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        return program.communicate(command, timeout=seconds(20))[0].decode(errors="replace")
    finally:
        program.kill()


def test_renegotiation_is_refused_and_that_alert_goes_to_its_client(running):
    with running.connect() as neighbour:
        said = in_session(running, b"R\n", "-tls1_2")
        assert "RENEGOTIATING" in said
        assert "no renegotiation" in said or "error" in said.split("RENEGOTIATING")[1].lower()
        others_are_served(running, neighbour)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_forged_record_ends_its_own_connection_with_an_alert(running, version):
    with running.connect() as neighbour, running.connect(context=at(running, version)) as wire:
        wire.ask(host=running.authority)
        with socket.socket(fileno=socket.dup(wire.socket.fileno())) as beside:
            beside.sendall(b"\x17\x03\x03\x00\x40" + bytes(64))
        with pytest.raises(ssl.SSLError, match="(?i)bad.record.mac|decrypt"):
            while wire.socket.recv(4096):
                pass
        others_are_served(running, neighbour)


@pytest.mark.parametrize("command", [b"K\n", b"k\n", b"K\n" * 20])
def test_a_key_update_is_answered_on_its_own_connection(running, command):
    request = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    with running.connect() as neighbour:
        said = in_session(running, command, "-tls1_3")
        assert "KEYUPDATE" in said
        others_are_served(running, neighbour)
        in_session(running, command + request, "-tls1_3")
        others_are_served(running, neighbour)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_clients_close_notify_is_answered_on_its_own_connection(running, version):
    with running.connect() as neighbour:
        for _ in range(5):
            with running.connect(context=at(running, version)) as wire:
                wire.ask(host=running.authority)
                wire.socket.unwrap()  # sends close_notify and waits for the other one
            others_are_served(running, neighbour)
