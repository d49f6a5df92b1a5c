"""HTTP/2 begins by ALPN, with a preface and SETTINGS (RFC 9113, sections 3, 6.5 and 6.7)."""

import ssl
import struct

import pytest

from support import http1, http2
from support.http2_frames import (
    ACK, LARGEST_WINDOW, PREFACE, Code, Kind, Setting, settings)
from support.wire import Wire


# ALPN (section 3.2).

@pytest.mark.parametrize("offers, chosen", [
    (["h2"], "h2"), (["h2", "http/1.1"], "h2"), (["http/1.1", "h2"], "h2"),
    (["spdy/3", "h2"], "h2"), (["http/1.1"], "http/1.1")])
def test_the_protocol_is_chosen_by_alpn(http2_front, offers, chosen):
    with http2.wire(http2_front, offers) as wire:
        assert wire.socket.selected_alpn_protocol() == chosen


def test_a_client_without_alpn_is_served_http_1_1(http2_front):
    with http2_front.connect() as wire:
        assert wire.socket.selected_alpn_protocol() is None
        assert wire.ask(host=http2_front.authority).status == 200


def test_http_1_1_on_a_connection_that_chose_h2_is_no_request(http2_front):
    with http2.wire(http2_front) as wire:
        wire.send(http1.request(target="/never"))
        assert not wire.until_end().startswith(b"HTTP/1.1 200")
    assert http2_front.application.requests == []


def test_a_preface_on_a_connection_that_chose_http_1_1_is_no_request(http2_front):
    with http2.wire(http2_front, ["http/1.1"]) as wire:
        wire.send(PREFACE + settings({}))
        assert not wire.until_end().startswith(b"HTTP/1.1 2")
    assert http2_front.application.requests == []


def test_a_preface_without_tls_is_no_request(gatehouse, echo_application):
    """Prior knowledge (section 3.3) is for nobody here."""
    running = gatehouse("--to", echo_application.url, listen=("http://127.0.0.1:0",))
    with Wire.plain(running.address()) as wire:
        wire.send(PREFACE + settings({}))
        assert not wire.until_end().startswith(b"HTTP/1.1 2")
    assert echo_application.requests == []


@pytest.mark.parametrize("profile", ["intermediate", "compatible"])
@pytest.mark.parametrize("ciphers", [
    "ECDHE+AESGCM", "ALL:!AESGCM:!AESCCM:!CHACHA20:@SECLEVEL=0", "ALL:@SECLEVEL=0"])
def test_http_2_is_never_spoken_over_a_forbidden_cipher_suite(gatehouse, profile, ciphers):
    """Section 9.2.2 and Appendix A: in TLS 1.2 only ephemeral keys and AEAD."""
    running = gatehouse("--tls-profile", profile)
    context = running.context(maximum_version=ssl.TLSVersion.TLSv1_2)
    context.set_ciphers(ciphers)
    context.set_alpn_protocols(["h2", "http/1.1"])
    try:
        wire = running.connect(context=context)
    except (ssl.SSLError, ConnectionError):
        return  # none of these
    with wire:
        suite = wire.socket.cipher()[0]
        is_good = suite.startswith("ECDHE") and ("GCM" in suite or "CHACHA20" in suite)
        assert is_good or wire.socket.selected_alpn_protocol() != "h2", suite


# The preface (section 3.4).

def test_a_connection_begins_with_the_settings_of_the_server(client):
    client.until(lambda: client.server_settings is not None, "SETTINGS")
    assert client.server_settings.get(Setting.ENABLE_PUSH, 0) == 0
    assert client.server_settings.get(Setting.MAX_FRAME_SIZE, 16384) in range(16384, 2**24)
    assert client.server_settings.get(Setting.INITIAL_WINDOW_SIZE, 0) <= LARGEST_WINDOW


@pytest.mark.parametrize("first", [
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\r" + settings({}), b"\0" * 24 + settings({}),
    PREFACE.lower() + settings({})], ids=["last byte", "zeros", "lower case"])
def test_a_wrong_preface_ends_the_connection(http2_front, first):
    with http2.Client(http2.wire(http2_front)) as client:
        client.raw(first)
        client.until(lambda: client.ended, "the end")
        assert client.goaway is None or client.goaway[1] == Code.PROTOCOL_ERROR


def test_a_preface_in_single_bytes_is_one(http2_front):
    with http2.Client(http2.wire(http2_front), http2_front.authority) as client:
        for byte in PREFACE:
            client.raw(bytes([byte]))
        client.settings({})
        client.expect_alive()


@pytest.mark.parametrize("kind", [Kind.PING, Kind.WINDOW_UPDATE, Kind.HEADERS])
def test_a_preface_without_settings_behind_it_is_a_protocol_error(http2_front, kind):
    with http2.Client(http2.wire(http2_front)) as client:
        client.raw(PREFACE)
        client.send(kind, bytes(8 if kind == Kind.PING else 4), stream=int(kind == Kind.HEADERS))
        client.expect_goaway(Code.PROTOCOL_ERROR)


def test_a_preface_with_an_acknowledgement_behind_it_is_a_protocol_error(http2_front):
    with http2.Client(http2.wire(http2_front)) as client:
        client.raw(PREFACE + settings({}, ACK))
        client.expect_goaway(Code.PROTOCOL_ERROR)


def test_a_preface_twice_is_a_connection_error(client):
    client.raw(PREFACE)
    client.expect_goaway(Code.PROTOCOL_ERROR, Code.FRAME_SIZE_ERROR)


# SETTINGS (section 6.5).

def test_settings_are_acknowledged_each_and_in_order(client):
    for _ in range(5):
        client.settings({Setting.INITIAL_WINDOW_SIZE: LARGEST_WINDOW})
    client.until(lambda: client.acknowledged == 6, "six acknowledgements")
    client.expect_alive()


def test_empty_settings_are_acknowledged_too(http2_front):
    with http2.connect(http2_front, values={}) as client:
        client.until(lambda: client.acknowledged == 1, "the acknowledgement")


def test_an_acknowledgement_with_content_is_a_frame_size_error(client):
    client.raw(settings({Setting.ENABLE_PUSH: 0}, ACK))
    client.expect_goaway(Code.FRAME_SIZE_ERROR)


@pytest.mark.parametrize("flags", [0, ACK])
def test_settings_on_a_stream_are_a_protocol_error(client, flags):
    stream = client.request("POST", end=False)
    client.raw(settings({}, flags, stream.id))
    client.expect_goaway(Code.PROTOCOL_ERROR)


@pytest.mark.parametrize("size", [1, 5, 7, 13])
def test_settings_of_no_multiple_of_six_bytes_are_a_frame_size_error(client, size):
    client.send(Kind.SETTINGS, bytes(size))
    client.expect_goaway(Code.FRAME_SIZE_ERROR)


@pytest.mark.parametrize("name, value, code", [
    (Setting.ENABLE_PUSH, 2, Code.PROTOCOL_ERROR),
    (Setting.ENABLE_PUSH, 2**32 - 1, Code.PROTOCOL_ERROR),
    (Setting.INITIAL_WINDOW_SIZE, 2**31, Code.FLOW_CONTROL_ERROR),
    (Setting.INITIAL_WINDOW_SIZE, 2**32 - 1, Code.FLOW_CONTROL_ERROR),
    (Setting.MAX_FRAME_SIZE, 0, Code.PROTOCOL_ERROR),
    (Setting.MAX_FRAME_SIZE, 16383, Code.PROTOCOL_ERROR),
    (Setting.MAX_FRAME_SIZE, 2**24, Code.PROTOCOL_ERROR)])
def test_a_setting_out_of_its_range_is_a_connection_error(client, name, value, code):
    """Section 6.5.2."""
    client.raw(settings({name: value}))
    client.expect_goaway(code)


@pytest.mark.parametrize("name, value", [
    (Setting.ENABLE_PUSH, 1), (Setting.MAX_FRAME_SIZE, 2**24 - 1), (Setting.HEADER_TABLE_SIZE, 0),
    (Setting.HEADER_TABLE_SIZE, 2**32 - 1), (Setting.MAX_CONCURRENT_STREAMS, 0),
    (Setting.MAX_HEADER_LIST_SIZE, 2**32 - 1)])
def test_a_setting_at_the_end_of_its_range_is_accepted(client, name, value):
    client.settings({name: value})
    client.expect_alive()


def test_unknown_settings_are_ignored(client):
    client.settings({0: 1, 0x7: 2, 0xFFFF: 2**32 - 1, 0x1A1A: 0})
    client.expect_alive()


def test_a_setting_twice_in_a_frame_counts_as_last_said(http2_front):
    """Section 6.5.3: values are processed in the order of the frame."""
    with http2.connect(http2_front) as client:
        client.unacknowledged.append({Setting.INITIAL_WINDOW_SIZE: 3})
        client.send(Kind.SETTINGS, struct.pack(">HIHI", Setting.INITIAL_WINDOW_SIZE, 100,
                                               Setting.INITIAL_WINDOW_SIZE, 3))
        client.until(lambda: client.acknowledged == 2, "both acknowledgements")
        stream = client.request()
        client.until(lambda: len(stream.body) == 3, "three bytes")
        client.ping()
        assert len(stream.body) == 3


# PING (section 6.7).

def test_ping_comes_back_with_its_content(client):
    assert client.ping(b"12345678") == b"12345678"
    assert client.ping(bytes(8)) == bytes(8)


def test_an_answer_to_a_ping_that_nobody_sent_is_not_answered(client):
    client.send(Kind.PING, b"nobody??", ACK)
    client.ping(b"somebody")
    assert client.pongs == [b"somebody"]


@pytest.mark.parametrize("size", [0, 7, 9, 16])
def test_a_ping_of_another_size_than_eight_is_a_frame_size_error(client, size):
    client.send(Kind.PING, bytes(size))
    client.expect_goaway(Code.FRAME_SIZE_ERROR)


def test_a_ping_on_a_stream_is_a_protocol_error(client):
    stream = client.request("POST", end=False)
    client.send(Kind.PING, bytes(8), stream=stream.id)
    client.expect_goaway(Code.PROTOCOL_ERROR)


# Deadlines: as in HTTP/1.1, whoever says nothing is not waited for without end.

def test_a_connection_that_never_says_its_preface_ends_at_a_deadline(gatehouse, echo_application):
    running = gatehouse("--to", echo_application.url, "--timeout", "head=300ms",
                        "--timeout", "idle=300ms", "--timeout", "handshake=300ms")
    with http2.Client(http2.wire(running)) as client:
        client.until(lambda: client.ended, "the end")


def test_an_idle_connection_ends_with_goaway_at_its_deadline(gatehouse, echo_application):
    running = gatehouse("--to", echo_application.url, "--timeout", "idle=300ms")
    with http2.connect(running) as client:
        client.ask()
        client.until(lambda: client.ended, "the end")
        assert client.goaway and client.goaway[1] == Code.NO_ERROR
