"""Field blocks: what HPACK cannot mean ends the connection (RFC 9113, section 4.3; RFC 7541)."""

import hpack
import pytest

from support import http2
from support.http2_frames import (
    END_HEADERS, END_STREAM, Code, Kind, Setting, block, indexed, literal, number, settings, text)

ALL_PREFIXED = number(62, 7, 0x80)  # the first entry of the dynamic table
STATIC = indexed(2) + indexed(7) + indexed(4)  # GET, https, /
TABLE_OF_4097, TABLE_OF_4096, TABLE_OF_0 = (number(size, 5, 0x20) for size in (4097, 4096, 0))


def authority(client):
    return literal(":authority", client.authority)


WRONG = {  # what comes behind a request that is right
    "index 0": b"\x80",
    "an index beyond an empty table": ALL_PREFIXED,
    "an index beyond all tables": indexed(1000000),
    "a name of index beyond the table": number(62, 6, 0x40) + text("value"),
    "a name of index beyond the table, not indexed": number(62, 4) + text("value"),
    "an integer that does not end": b"\xff" + b"\x80" * 30 + b"\x01",
    "an integer beyond 64 bits": b"\xff" + b"\xff" * 10 + b"\x7f",
    "an integer cut short": b"\xff\xff",
    "a string longer than the block": b"\x00" + number(5, 7) + b"abc",
    "a string of all measure": b"\x00" + number(2**40, 7) + b"abc",
    "a value cut short": b"\x00" + text("x-name") + b"\x05ab",
    "no value": b"\x00" + text("x-name"),
    "a literal without a name": b"\x40",
    "Huffman with the end-of-string symbol": b"\x00" + text("x-name") + b"\x84\xff\xff\xff\xff",
    "Huffman padding of more than seven bits": b"\x00" + text("x-name") + b"\x82\x1f\xff",
    "Huffman padding of zeros": b"\x00" + text("x-name") + b"\x81\x18",
    "a table size beyond the setting": TABLE_OF_4097,
    "a table size in the middle": TABLE_OF_0 + literal("x-late", "1"),
    "a table size at the end": TABLE_OF_4096,
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_block_that_cannot_be_decoded_is_a_compression_error(client, http2_front, wrong):
    client.open(STATIC + authority(client) + WRONG[wrong])
    client.expect_goaway(Code.COMPRESSION_ERROR)
    assert http2_front.application.requests == []


def test_a_table_size_beyond_the_setting_at_the_begin_is_a_compression_error(client):
    """RFC 7541, section 6.3."""
    client.open(number(2**20, 5, 0x20) + STATIC + authority(client))
    client.expect_goaway(Code.COMPRESSION_ERROR)


def test_a_block_of_trailers_that_cannot_be_decoded_is_a_compression_error(client):
    stream = client.request("POST", body=b"body", end=False)
    client.send(Kind.HEADERS, ALL_PREFIXED, END_HEADERS | END_STREAM, stream.id)
    client.expect_goaway(Code.COMPRESSION_ERROR)


def test_a_block_on_a_stream_that_is_refused_is_decoded_all_the_same(client):
    """Section 4.3: its entries are in the table for the next request."""
    bad = client.open(STATIC + authority(client) + literal("X-Upper", "1")
                      + literal("x-kept", "in the table", first=0x40))
    client.expect_refusal(bad)
    answer = client.expect_response(client.open(STATIC + authority(client) + ALL_PREFIXED))
    assert ["x-kept", "in the table"] in [[name.lower(), value] for name, value
                                          in answer.json["fields"]]


def test_a_block_that_crosses_a_reset_is_decoded_all_the_same(client):
    stream = client.request("POST", end=False)
    client.send(Kind.RST_STREAM, bytes(4), stream=stream.id)
    client.open(STATIC + authority(client) + literal("x-kept", "yes", first=0x40))
    answer = client.expect_response(client.open(STATIC + authority(client) + ALL_PREFIXED))
    assert "yes" in [value for _, value in answer.json["fields"]]


# What is right.

def test_table_sizes_at_the_begin_of_a_block_are_taken(client):
    sizes = TABLE_OF_0 + TABLE_OF_4096
    assert client.expect_response(client.open(sizes + STATIC + authority(client))).status == 200


@pytest.mark.parametrize("huffman", [False, True])
def test_a_real_encoder_is_understood_with_its_table(client, huffman):
    encoder = hpack.Encoder()
    for number_ in range(20):
        fields = client.head(path=f"/{number_}", fields=[
            ("x-same", "always"), ("x-number", str(number_)), ("x-long", "a" * number_ * 50)])
        answer = client.expect_response(client.open(encoder.encode(fields, huffman=huffman)))
        assert answer.json["target"] == f"/{number_}"
        seen = {name.lower(): value for name, value in answer.json["fields"]}
        assert (seen["x-same"], seen["x-number"]) == ("always", str(number_))
        assert seen["x-long"] == "a" * number_ * 50


def test_an_entry_larger_than_the_table_empties_it(client):
    """RFC 7541, section 4.4."""
    def ask(more):
        return client.open(STATIC + authority(client) + more)

    client.expect_response(ask(literal("x-small", "1", first=0x40)))
    client.expect_response(ask(ALL_PREFIXED + literal("x-huge", "a" * 5000, first=0x40)))
    ask(ALL_PREFIXED)
    client.expect_goaway(Code.COMPRESSION_ERROR)


@pytest.mark.parametrize("size", [0, 100, 4096, 2**32 - 1])
def test_the_server_keeps_to_the_table_that_the_client_wants(http2_front, size):
    """Section 4.3.1: the first block after a smaller size says so; the client checks."""
    with http2.connect(http2_front, values={}) as client:
        client._decoder.max_allowed_table_size = min(size, 4096)
        client.settings({Setting.HEADER_TABLE_SIZE: size, **http2.GENEROUS})
        client.until(lambda: client.acknowledged == 2, "the acknowledgement")
        for _ in range(5):
            assert client.ask().status == 200


def test_a_never_indexed_field_is_a_field(client):
    stream = client.open(STATIC + authority(client) + literal("x-secret", "word", first=0x10))
    assert "word" in [value for _, value in client.expect_response(stream).json["fields"]]


def test_a_change_of_the_table_size_while_streams_run_is_no_error(client):
    stream = client.request("POST", end=False)
    for size in (0, 4096, 64, 0, 65536):
        client.unacknowledged.append({})
        client.raw(settings({Setting.HEADER_TABLE_SIZE: size}))
    client._decoder.max_allowed_table_size = 65536
    client.data(stream, b"fine")
    assert client.expect_response(stream).status == 200


def test_a_block_in_as_many_frames_as_its_bytes_allow_is_bounded_or_served(client):
    """Some CONTINUATION is normal."""
    stream, whole = client.stream(), block(client.head(fields=[("x-long", "a" * 3000)]))
    parts = [whole[at:at + 1000] for at in range(0, len(whole), 1000)]
    client.send(Kind.HEADERS, parts[0], END_STREAM, stream.id)
    for part in parts[1:-1]:
        client.send(Kind.CONTINUATION, part, 0, stream.id)
    client.send(Kind.CONTINUATION, parts[-1], END_HEADERS, stream.id)
    assert client.expect_response(stream).status == 200
