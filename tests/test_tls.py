"""TLS as clients meet it: versions, suites, groups, ALPN, and how a connection ends."""

import socket
import ssl
import subprocess

import pytest

from support import certificates, hello
from support.hello import P256, P384, TLS12, TLS13, X25519, X25519MLKEM768
from support.http1 import request
from support.wait import seconds, until
from support.wire import Wire

SECURE_12 = [0xC02B, 0xC02C, 0xCCA9]  # ECDHE-ECDSA with AES-128-GCM, AES-256-GCM, ChaCha20
WEAK_12 = {
    "static RSA, GCM": 0x009C, "static RSA, CBC": 0x002F, "DHE": 0x009E,
    "ECDHE-ECDSA, CBC": 0xC009, "ECDHE-ECDSA, CBC-SHA384": 0xC024, "ECDHE-RSA, CBC": 0xC013,
    "3DES": 0x000A, "RC4": 0x0005, "anonymous": 0xC018, "null": 0xC006,
}


def offer(running, index=0, **what):
    """What the server answers to a hand-made hello."""
    with Wire.plain(running.address(index)) as wire:
        wire.send(hello.client_hello(**what))
        return hello.answer(wire)


def version_of(running, version):
    context = running.context(minimum_version=version, maximum_version=version)
    with running.connect(context=context) as wire:
        assert wire.ask(host=running.authority).status == 200
        return wire.socket.version()


# Versions and profiles.

def test_intermediate_is_the_default_and_speaks_tls_1_2_and_1_3(gatehouse):
    running = gatehouse()
    assert version_of(running, ssl.TLSVersion.TLSv1_2) == "TLSv1.2"
    assert version_of(running, ssl.TLSVersion.TLSv1_3) == "TLSv1.3"


@pytest.mark.parametrize("legacy", [0x0300, 0x0301, 0x0302])
@pytest.mark.parametrize("profile", ["intermediate", "compatible", "modern"])
def test_nothing_below_tls_1_2_is_spoken_in_any_profile(gatehouse, profile, legacy):
    """M12: a client that ends at TLS 1.0 is refused."""
    running = gatehouse("--tls-profile", profile)
    assert offer(running, versions=(), legacy=legacy,
                 suites=(0xC009, 0xC013, 0x002F)) == "protocol_version"


def test_modern_refuses_tls_1_2(gatehouse):
    running = gatehouse("--tls-profile", "modern")
    assert offer(running, versions=(), suites=SECURE_12) == "protocol_version"
    assert version_of(running, ssl.TLSVersion.TLSv1_3) == "TLSv1.3"


@pytest.mark.parametrize("suite", SECURE_12)
def test_intermediate_takes_aead_with_ecdhe(gatehouse, suite):
    assert offer(gatehouse(), versions=(), suites=[suite], groups=[P256, X25519])[:2] == (
        TLS12, suite)


def test_intermediate_refuses_everything_else_in_tls_1_2(gatehouse, tmp_path):
    certificate, key = certificates.write_pair(tmp_path, kind="rsa")
    for running in (gatehouse(), gatehouse("--certificate", certificate, "--key", key)):
        for name, suite in WEAK_12.items():
            assert offer(running, versions=(), suites=[suite],
                         groups=[P256]) == "handshake_failure", name


def test_compatible_adds_aes_cbc_with_ecdhe_for_rsa_certificates(gatehouse, tmp_path):
    """M12: Windows 8.1 with an RSA certificate."""
    certificate, key = certificates.write_pair(tmp_path, kind="rsa")
    running = gatehouse("--tls-profile", "compatible", "--certificate", certificate, "--key", key)
    for suite in (0xC013, 0xC014):
        assert offer(running, versions=(), suites=[suite], groups=[P256])[:2] == (TLS12, suite)
    for suite in (0x009C, 0x002F, 0x009E, 0x000A, 0x0005, 0xC018):
        assert offer(running, versions=(), suites=[suite], groups=[P256]) == "handshake_failure"


def test_compatible_is_a_standing_finding(gatehouse):
    running = gatehouse("--tls-profile", "compatible")
    until(lambda: "compatible" in running.events(), "a notice that names the profile")


@pytest.mark.parametrize("kind", ["ecdsa", "rsa"])
def test_curl_and_openssl_verify_a_served_pair(gatehouse, tmp_path, kind):
    certificate, key = certificates.write_pair(tmp_path, kind=kind)
    running = gatehouse("--certificate", certificate, "--key", key)
    running.curl("-f", "--cacert", str(certificate), f"https://localhost:{running.port}/")
    shown = s_client(running, "-verify_return_error", "-CAfile", str(certificate))
    assert "Verify return code: 0 (ok)" in shown


# Groups.

@pytest.mark.parametrize("group", [X25519MLKEM768, X25519, P256, P384])
def test_every_group_of_the_profile_is_taken(gatehouse, group):
    version, _, taken = offer(gatehouse(), groups=[group])
    assert (version, taken) == (TLS13, group)


def test_the_post_quantum_group_is_preferred_where_a_client_brings_it(gatehouse):
    assert offer(gatehouse(), groups=[X25519MLKEM768, X25519])[2] == X25519MLKEM768


def test_a_client_that_guessed_another_group_is_asked_again(gatehouse):
    assert offer(gatehouse(), groups=[P384], shares=[])[2] == ("retry", P384)


def test_no_common_group_is_a_handshake_failure(gatehouse):
    assert offer(gatehouse(), groups=[0x0019], shares=[]) == "handshake_failure"


def test_a_hello_over_many_packets_is_normal(gatehouse):
    """X25519MLKEM768 makes it long; a slow network brings it in pieces."""
    running = gatehouse()
    with Wire.plain(running.address()) as wire:
        for byte in hello.client_hello(groups=[X25519MLKEM768, X25519]):
            wire.send(bytes([byte]))
        assert hello.answer(wire)[2] == X25519MLKEM768


def test_a_whole_handshake_in_pieces_of_one_byte_serves(gatehouse):
    running = gatehouse()
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = running.context().wrap_bio(incoming, outgoing, server_hostname="localhost")
    with Wire.plain(running.address()) as wire:
        def step(action):
            while True:
                try:
                    return action()
                except ssl.SSLWantReadError:
                    send_bytewise(wire, outgoing.read())
                    incoming.write(wire.receive())
        step(tls.do_handshake)
        tls.write(request(host=running.authority))
        send_bytewise(wire, outgoing.read())
        assert step(lambda: tls.read(4096)).startswith(b"HTTP/1.1 200")


def send_bytewise(wire, data):
    for byte in data:
        wire.send(bytes([byte]))


# ALPN.

@pytest.mark.parametrize("offered", [["http/1.1"], ["spdy/3", "http/1.1"]])
def test_http_1_1_is_for_clients_that_do_not_know_http_2(gatehouse, offered):
    running = gatehouse()
    context = running.context()
    context.set_alpn_protocols(offered)
    with running.connect(context=context) as wire:
        assert wire.socket.selected_alpn_protocol() == "http/1.1"
        assert wire.ask(host=running.authority).status == 200


@pytest.mark.parametrize("versions", [(), (TLS13, TLS12)])
def test_alpn_without_overlap_gets_the_alert_of_rfc_7301(gatehouse, versions):
    assert offer(gatehouse(), versions=versions, alpn=[b"imap"],
                 groups=[X25519, P256]) == "no_application_protocol"


def test_a_client_without_alpn_is_served(gatehouse):
    running = gatehouse()
    with running.connect() as wire:
        assert wire.socket.selected_alpn_protocol() is None
        assert wire.ask(host=running.authority).status == 200


# The end, and what is no TLS.

def s_client(running, *arguments, send=b"", server_name="localhost"):
    """What openssl s_client prints over one connection."""
    program = subprocess.run(
        ["openssl", "s_client", "-connect", "%s:%d" % running.address(), "-servername",
         server_name, *(["-CAfile", running.anchor] if running.anchor else []), *arguments],
        input=send, capture_output=True, timeout=seconds(20))
    return (program.stdout + program.stderr).decode(errors="replace")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_the_end_is_said_by_close_notify(gatehouse, version):
    """Otherwise a client cannot tell a whole response from one cut short."""
    running = gatehouse()
    context = running.context(minimum_version=version, maximum_version=version)
    with running.connect(context=context) as wire:
        wire.ask(host=running.authority, fields=[("Connection", "close")])
        assert wire.until_end() == b"" and wire.end == "closed"


def test_a_client_that_just_goes_away_harms_nobody(gatehouse):
    running = gatehouse()
    for leave in (lambda wire: wire.socket.close(), lambda wire: wire.reset(),
                  lambda wire: wire.socket.shutdown(socket.SHUT_WR)):
        wire = running.connect()
        leave(wire)
    assert running.ask().status == 200


def test_plain_http_on_a_tls_port_is_told_so(gatehouse):
    """I8: a sentence, not a silent close."""
    running = gatehouse()
    with Wire.plain(running.address()) as wire:
        answer = wire.ask(host=running.authority)
    assert answer.status == 400
    assert "https://" in answer.text.lower() or "HTTPS" in answer.text


def test_tls_on_a_plain_port_is_explained(gatehouse):
    """I8, the reverse: the client gets a sentence that a trace shows, the operator one in the log."""
    running = gatehouse(listen=("http://127.0.0.1:0",))
    with Wire.plain(running.address()) as wire:
        wire.send(hello.client_hello())
        answer = wire.final()
        assert answer.status == 400 and "TLS" in answer.text
    assert "TLS" in str(running.access_log(1)[0])


GARBAGE = [
    b"\x16\x03\x01\xff\xff" + bytes(70000),  # a record that is too long
    b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00",  # a hello that is too short
    b"\x16\x03\x01\x00\x00",  # a record of nothing
    b"\x15\x03\x03\x00\x02\x02\x28",  # an alert
    b"\x17\x03\x03\x00\x10" + bytes(16),  # application data
    b"\x80\x2e\x01\x00\x02",  # SSL 2
    bytes(64), b"SSH-2.0-OpenSSH_9.2\r\n",
]


def test_garbage_instead_of_a_hello_ends_that_connection_only(gatehouse):
    running = gatehouse("--timeout", "handshake=1s")
    for garbage in GARBAGE:
        with Wire.plain(running.address()) as wire:
            try:
                wire.send(garbage)
            except ConnectionError:
                continue
            wire.until_end()
    assert running.ask().status == 200
