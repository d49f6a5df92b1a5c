"""Server name (SNI) and Host are resolved by one function: exact, wildcard, default."""

import subprocess

import pytest

from support import certificates
from support.wire import Wire


def served_for(running, name):
    with running.connect(context=unverified(running), server_name=name) as wire:
        return certificates.names(certificates.served(wire))


def unverified(running):
    import ssl
    context = running.context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


@pytest.mark.parametrize("spelling", ["a.localhost", "A.LocalHost", "a.localhost."])
def test_a_server_name_is_found_in_any_spelling(gatehouse, spelling):
    """I7: letter case and one trailing dot do not matter."""
    running = gatehouse("--host", "a.localhost")
    if not spelling.endswith("."):
        assert "a.localhost" in served_for(running, spelling)
        return
    # Python sends no name with a trailing dot; openssl does.
    shown = subprocess.run(
        ["openssl", "s_client", "-connect", "%s:%d" % running.address(), "-servername", spelling,
         "-showcerts"], input=b"", capture_output=True, timeout=20).stdout
    from cryptography import x509
    assert "a.localhost" in certificates.names(x509.load_pem_x509_certificate(
        shown[shown.index(b"-----BEGIN CERT"):]))


@pytest.mark.parametrize("name", [None, "unknown.example"])
def test_no_name_or_an_unknown_one_gets_the_default_identity(gatehouse, name):
    """M13: a server name is assumed where the client sends none."""
    running = gatehouse("--host", "a.localhost")
    assert "localhost" in served_for(running, name)


def test_a_client_may_reach_it_by_address(gatehouse):
    """F5."""
    running = gatehouse()
    with running.connect(server_name="127.0.0.1") as wire:
        assert wire.ask(host="127.0.0.1:%d" % running.port).status == 200


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "localhost.", "localhost:{port}",
                                  "LocalHost.:{port}", "127.0.0.1:{port}", "[::1]:{port}",
                                  "localhost:443", "unknown.example"])
def test_a_host_is_found_in_any_spelling_or_falls_to_the_default(gatehouse, host):
    running = gatehouse()
    assert running.ask(host=host.format(port=running.port)).status == 200


def test_a_host_of_the_same_policy_is_served_on_a_connection_of_another_name(gatehouse):
    """421 is for another profile or client-authentication policy only."""
    running = gatehouse("--host", "a.localhost", "--host", "b.localhost")
    with running.connect(server_name="a.localhost") as wire:
        assert wire.ask(host="b.localhost").status == 200


def test_https_outside_and_plain_http_on_loopback_at_the_same_time(gatehouse, echo_application):
    """F13, F10: one application, both ways in."""
    running = gatehouse("--to", echo_application.url,
                        listen=("127.0.0.1:0", "http://127.0.0.1:0"))
    assert [entry["tls"] for entry in running.serving] == [True, False]
    secure, plain = running.ask(index=0), running.ask(index=1)
    assert dict(secure.json["fields"])["X-Forwarded-Proto"] == "https"
    assert dict(plain.json["fields"])["X-Forwarded-Proto"] == "http"


def test_several_ports_serve_one_application(gatehouse, echo_application):
    """I8, I9."""
    running = gatehouse("--to", echo_application.url,
                        listen=("127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"))
    assert len({entry["address"] for entry in running.serving}) == 3
    assert all(running.ask(index=index).status == 200 for index in range(3))


def test_a_plain_listener_answers_plain_http(gatehouse):
    running = gatehouse(listen=("http://127.0.0.1:0",))
    assert running.serving[0]["url"].startswith("http://")
    with Wire.plain(running.address()) as wire:
        assert wire.ask(host="localhost").status == 200
