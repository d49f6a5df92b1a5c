"""Every length and count has a limit, with the status that names it."""

import pytest

from support.http1 import chunk
from support.upstreams import names_the_target
from support.wait import until
from support.wire import Wire


@pytest.fixture
def application(upstream):
    return upstream(names_the_target)


def refused_with(running, status, **what):
    with running.connect() as wire:
        answer = wire.ask(**{"host": running.authority, **what})
        assert answer.status == status, answer.start
        wire.until_end()
        assert wire.end is not None


def test_a_head_beyond_32_kib_is_431(gatehouse, application):
    running = gatehouse("--to", application.url)
    refused_with(running, 431, fields=[("X-Long", "a" * 40000)])
    refused_with(running, 431, fields=[(f"X-{n}", "a" * 1000) for n in range(40)])
    assert application.requests == []


def test_a_head_within_32_kib_passes_whole(gatehouse, application):
    running = gatehouse("--to", application.url)
    assert running.ask(fields=[("X-Long", "a" * 30000)]).status == 200
    assert len(application.requests[0].get("X-Long")) == 30000


def test_more_than_128_fields_are_431(gatehouse, application):
    running = gatehouse("--to", application.url)
    refused_with(running, 431, fields=[(f"X-{n}", "a") for n in range(128)])  # Host is the 129th
    assert application.requests == []
    assert running.ask(fields=[(f"X-{n}", "a") for n in range(100)]).status == 200


def test_a_target_beyond_the_limit_is_414(gatehouse, application):
    running = gatehouse("--to", application.url)
    refused_with(running, 414, target="/" + "a" * 40000)
    assert application.requests == []


def test_limits_can_be_chosen(gatehouse, application):
    running = gatehouse("--to", application.url, "--limit", "head=2000", "--limit", "fields=10",
                        "--limit", "body=1000")
    refused_with(running, 431, fields=[("X-Long", "a" * 3000)])
    refused_with(running, 431, fields=[(f"X-{n}", "a") for n in range(12)])
    assert application.requests == []
    assert running.ask("POST", body=bytes(1000)).status == 200


def test_a_body_announced_beyond_the_limit_is_413_before_it_is_sent(gatehouse, application):
    running = gatehouse("--to", application.url, "--limit", "body=1000")
    with running.connect() as wire:
        wire.send(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1001\r\n\r\n")
        assert wire.final("POST").status == 413
    assert application.requests == []


def test_a_chunked_body_is_413_as_soon_as_it_passes_the_limit(gatehouse, application):
    running = gatehouse("--to", application.url, "--limit", "body=1000")
    with running.connect() as wire:
        wire.send(b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                  + chunk(bytes(600)) + chunk(bytes(600)))
        assert wire.final("POST").status == 413


def test_connections_beyond_the_limit_do_not_harm_those_within(gatehouse, application):
    running = gatehouse("--to", application.url, "--limit", "connections=4", "--workers", "1")
    within = [running.connect() for _ in range(4)]
    extra = [Wire.plain(running.address()) for _ in range(4)]
    for wire in within:
        assert wire.ask(host=running.authority).status == 200
    for wire in within + extra:
        wire.socket.close()
    until(lambda: served(running), "a place that became free is given to the next")


def served(running):
    try:
        return running.ask().status == 200
    except OSError:
        return False
