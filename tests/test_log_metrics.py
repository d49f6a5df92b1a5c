"""What an operator sees: the access log with Caddy's field names, and metrics."""

import os
import re
import signal
import ssl

import pytest

from support import http1
from support.upstreams import refused_address, says
from support.wait import until


@pytest.fixture
def front(gatehouse, upstream):
    application = upstream(says("hello"))
    running = gatehouse("--to", application.url, "--metrics", "127.0.0.1:0", "--workers", "1")
    running.application = application
    return running


def test_a_request_is_one_line_of_json_with_caddys_field_names(front):
    with front.connect() as wire:
        wire.ask("POST", "/x?y=1", host=front.authority, body=b"12345")
        port = wire.socket.getsockname()[1]
    line = front.access_log(1)[0]
    assert (line["level"], line["logger"], line["msg"]) == (
        "info", "http.log.access", "handled request")
    assert line["ts"] > 1.7e9 and line["duration"] >= 0
    assert (line["status"], line["size"], line["bytes_read"]) == (200, 5, 5)
    assert len(line["request_id"]) >= 16
    request = line["request"]
    assert (request["remote_ip"], request["remote_port"], request["client_ip"]) == (
        "127.0.0.1", str(port), "127.0.0.1")
    assert (request["proto"], request["method"], request["host"], request["uri"]) == (
        "HTTP/1.1", "POST", front.authority, "/x?y=1")
    tls = request["tls"]
    assert tls["resumed"] is False and tls["server_name"] == "localhost"
    assert tls["version"] == 0x0304 and tls["cipher_suite"] in (0x1301, 0x1302, 0x1303)
    assert tls["group"] == "X25519"
    host, port = front.application.address
    assert line["upstream"]["addr"] == f"{host}:{port}"
    assert line["upstream"]["status"] == 200 and line["upstream"]["reused"] is False


def test_a_reused_connection_to_the_application_is_told(front):
    with front.connect() as wire:
        for _ in range(2):
            wire.ask(host=front.authority)
    assert [line["upstream"]["reused"] for line in front.access_log(2)] == [False, True]


def test_request_ids_differ(front):
    with front.connect() as wire:
        for _ in range(50):
            wire.ask(host=front.authority)
    assert len({line["request_id"] for line in front.access_log(50)}) == 50


SECRETS = [("Authorization", "Bearer s3cret-token"), ("Cookie", "session=s3cret-cookie"),
           ("Proxy-Authorization", "Basic s3cret-proxy")]


def test_secrets_are_not_in_any_log(gatehouse, upstream):
    def application(connection):
        connection.request()
        connection.send(http1.response(b"x", Set_Cookie="session=s3cret-set"))

    running = gatehouse("--to", upstream(application).url)
    running.ask(fields=SECRETS)
    running.access_log(1)
    assert "s3cret" not in running.access_file.read_text() + running.events()


def test_what_a_client_sends_cannot_forge_a_line(gatehouse, upstream):
    running = gatehouse("--to", upstream(says("x")).url)
    target = '/"},{"status":200}\\u000a%0a\x7e'
    with running.connect() as wire:
        wire.send(f"GET {target} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: a\"b\\c\xff\r\n\r\n"
                  .encode("latin-1"))
        wire.final()
    line = running.access_log(1)[0]
    assert line["status"] in (200, 400)
    if line["status"] == 200:
        assert line["request"]["uri"] == target


def test_an_error_is_logged_with_its_status(gatehouse):
    holder, address = refused_address()
    with holder:
        running = gatehouse("--to", f"http://{address}")
        running.ask()
    line = running.access_log(1)[0]
    assert line["status"] == 502


def test_a_refused_request_is_logged_too(front):
    with front.connect() as wire:
        wire.send(b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
        wire.final()
    assert front.access_log(1)[0]["status"] == 400


def test_the_client_behind_a_trusted_proxy_is_named(gatehouse, echo_application):
    running = gatehouse("--to", echo_application.url, "--trusted-proxy", "127.0.0.1/32")
    running.ask(fields=[("X-Forwarded-For", "203.0.113.7")])
    request = running.access_log(1)[0]["request"]
    assert (request["remote_ip"], request["client_ip"]) == ("127.0.0.1", "203.0.113.7")


def test_every_line_is_there_at_the_end(gatehouse, upstream):
    """What was served before SIGTERM is in the file after it."""
    running = gatehouse("--to", upstream(says("x")).url)
    with running.connect() as wire:
        wire.send(b"".join(http1.request(target=f"/{n}") for n in range(500)))
        for _ in range(500):
            wire.response()
    running.stop()
    assert [line["request"]["uri"] for line in running.access_log(500)] == [
        f"/{n}" for n in range(500)]


def test_the_access_log_can_go_to_stdout_or_nowhere(gatehouse, upstream):
    running = gatehouse("--to", upstream(says("x")).url, "--access-log", "none")
    assert running.ask().status == 200
    assert not running.access_file.exists()


def test_the_access_log_is_opened_anew_on_sighup(gatehouse, upstream):
    """logrotate moves the file away and says so."""
    running = gatehouse("--to", upstream(says("x")).url)
    running.ask(target="/before")
    running.access_log(1)
    os.rename(running.access_file, running.folder / "rotated.log")
    running.signal(signal.SIGHUP)
    until(running.access_file.exists, "the file is made anew")
    running.ask(target="/after")
    assert running.access_log(1)[0]["request"]["uri"] == "/after"
    assert "/before" in (running.folder / "rotated.log").read_text()


# Metrics.

def total(metrics, name, **labels):
    """The sum over all series of a name that carry these labels."""
    return sum(value for (found, text), value in metrics.items()
               if found == name and all(f'{key}="{value_}"' in text
                                        for key, value_ in labels.items()))


def test_requests_are_counted_by_code_and_method(front):
    with front.connect() as wire:
        for _ in range(7):
            wire.ask(host=front.authority)
        wire.ask("POST", host=front.authority, body=b"x")
    metrics = front.metrics()
    name = "gatehouse_http_requests_total"
    assert total(metrics, name, code="200", method="GET") == 7
    assert total(metrics, name, code="200", method="POST") == 1
    assert total(metrics, "gatehouse_http_request_duration_seconds_count") == 8


def test_handshakes_are_counted_by_version_and_result(front):
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_3):
        context = front.context(minimum_version=version, maximum_version=version)
        with front.connect(context=context) as wire:
            wire.ask(host=front.authority)
    metrics = front.metrics()
    by_version = {}
    for (name, labels), value in metrics.items():
        if name == "gatehouse_tls_handshakes_total" and 'result="full"' in labels:
            version = re.search(r'version="([^"]*)"', labels)[1]
            by_version[version] = by_version.get(version, 0) + value
            assert re.search(r'group="X25519"', labels)
    assert sorted(by_version.values()) == [1, 2]


def test_connections_are_a_gauge_that_falls_again(front):
    wires = [front.connect() for _ in range(5)]
    for wire in wires:
        wire.ask(host=front.authority)
    until(lambda: total(front.metrics(), "gatehouse_connections") >= 5, "five are open")
    for wire in wires:
        wire.socket.close()
    until(lambda: total(front.metrics(), "gatehouse_connections") <= 1, "they are gone")


def test_a_certificate_says_when_it_ends(front):
    ends = [value for (name, _), value in front.metrics().items()
            if name == "gatehouse_cert_not_after_timestamp_seconds"]
    assert ends and all(end > 1.7e9 for end in ends)


def test_counters_of_all_workers_add_up(gatehouse, upstream):
    running = gatehouse("--to", upstream(says("x")).url, "--metrics", "127.0.0.1:0",
                        "--workers", "4")
    for _ in range(40):
        running.ask()
    assert total(running.metrics(), "gatehouse_http_requests_total", code="200") == 40
    assert running.said["workers"] == 4


def test_there_is_a_worker_for_each_cpu_unless_said(gatehouse):
    assert gatehouse().said["workers"] == os.cpu_count()


def test_metrics_are_not_served_to_everybody(front):
    """They have an address of their own."""
    assert front.ask(target="/metrics").text == "hello"
