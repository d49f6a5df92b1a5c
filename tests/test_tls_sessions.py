"""Session tickets: one, and never valid for another name."""

import re
import ssl

import pytest

from support.http1 import request
from test_tls import s_client

VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]


def first_visit(running, context, name="localhost"):
    """The session that a client takes away from a visit."""
    with running.connect(context=context, server_name=name) as wire:
        assert not wire.socket.session_reused
        assert wire.ask(host=running.authority).status == 200
        return wire.socket.session


def resumes(running, context, session, name="localhost"):
    with running.connect(context=context, server_name=name, session=session) as wire:
        assert wire.ask(host=running.authority).status == 200
        return wire.socket.session_reused


def at(running, version):
    return running.context(minimum_version=version, maximum_version=version)


def test_exactly_one_ticket_is_sent_and_it_allows_no_early_data(gatehouse):
    running = gatehouse()
    shown = s_client(running, "-tls1_3", "-ign_eof", send=request(
        host=running.authority, fields=[("Connection", "close")]))
    assert "HTTP/1.1 200" in shown
    assert shown.count("Post-Handshake New Session Ticket arrived") == 1
    assert set(re.findall(r"Max Early Data: (\d+)", shown)) == {"0"}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_session_is_resumed(gatehouse, version):
    running = gatehouse()
    context = at(running, version)
    session = first_visit(running, context)
    assert session.has_ticket
    assert resumes(running, context, session)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_session_is_resumed_by_every_worker(gatehouse, version):
    """Ticket keys are shared over threads."""
    running = gatehouse("--workers", "2")
    context = at(running, version)
    session = first_visit(running, context)
    assert all(resumes(running, context, session) for _ in range(16))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_ticket_of_one_name_is_not_resumed_for_another(gatehouse, version):
    """Neither the key nor the session-id context fits."""
    running = gatehouse("--host", "a.localhost", "--host", "b.localhost")
    context = at(running, version)
    session = first_visit(running, context, "a.localhost")
    assert resumes(running, context, session, "a.localhost")
    assert not resumes(running, context, first_visit(running, context, "a.localhost"),
                       "b.localhost")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_ticket_of_another_gatehouse_is_not_resumed_and_harms_nothing(gatehouse, version):
    one, two = gatehouse(), gatehouse()
    context = at(one, version)
    context.load_verify_locations(two.anchor)
    assert not resumes(two, context, first_visit(one, context))


def test_a_resumed_connection_is_said_to_be_one_in_the_access_log(gatehouse):
    running = gatehouse()
    context = at(running, ssl.TLSVersion.TLSv1_3)
    assert resumes(running, context, first_visit(running, context))
    first, second = sorted(running.access_log(2), key=lambda line: line["ts"])[:2]
    assert first["request"]["tls"]["resumed"] is False
    assert second["request"]["tls"]["resumed"] is True
