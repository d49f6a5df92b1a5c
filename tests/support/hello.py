"""A hand-made TLS ClientHello (RFC 8446 section 4.1.2), to offer exactly what a test wants."""

import os
import socket
import struct

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, x25519

TLS12, TLS13 = 0x0303, 0x0304
P256, P384, X25519, X25519MLKEM768 = 0x0017, 0x0018, 0x001D, 0x11EC
HELLO_RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
ALERTS = {40: "handshake_failure", 47: "illegal_parameter", 50: "decode_error",
          70: "protocol_version", 112: "unrecognized_name", 120: "no_application_protocol"}


def share(group):
    """A key share whose public value is valid; the private value is thrown away."""
    if group == X25519MLKEM768:
        # An all-zero vector passes the modulus check of FIPS 203 (section 7.2).
        return bytes(1184) + share(X25519)
    if group == X25519:
        return x25519.X25519PrivateKey.generate().public_key().public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    curve = {P256: ec.SECP256R1, P384: ec.SECP384R1}[group]()
    return ec.generate_private_key(curve).public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def client_hello(versions=(TLS13, TLS12), groups=(X25519,), shares=None, server_name="localhost",
                 alpn=(), suites=(0x1301, 0x1302, 0x1303, 0xC02B, 0xC02F), legacy=TLS12, padding=0):
    """The record(s) of a ClientHello."""
    shares = groups if shares is None else shares
    extensions = [
        (0, _vector16(b"\0" + _vector16(server_name.encode()))) if server_name else None,
        (10, _vector16(_numbers(groups))),
        (11, b"\1\0"),
        (13, _vector16(_numbers((0x0403, 0x0503, 0x0804, 0x0805, 0x0401, 0x0501)))),
        (16, _vector16(b"".join(_vector8(name) for name in alpn))) if alpn else None,
        (23, b""),
        (43, _vector8(_numbers(versions))) if TLS13 in versions else None,
        (51, _vector16(b"".join(struct.pack(">H", group) + _vector16(share(group))
                                for group in shares))) if TLS13 in versions else None,
        (21, bytes(padding)) if padding else None,
    ]
    body = struct.pack(">H", legacy) + os.urandom(32) + _vector8(os.urandom(32))
    body += _vector16(_numbers(suites)) + b"\1\0"
    body += _vector16(b"".join(struct.pack(">H", kind) + _vector16(data)
                               for kind, data in filter(None, extensions)))
    return record(22, b"\1" + len(body).to_bytes(3, "big") + body)


def record(kind, data, version=0x0301):
    """One record, or several where the data is too long for one."""
    return b"".join(struct.pack(">BHH", kind, version, len(part)) + part
                    for part in (data[at:at + 16384] for at in range(0, len(data), 16384)))


def answer(wire):
    """What the server says first: an alert's name, or its hello as (version, suite, group).

    The group is None in TLS 1.2; it comes as ("retry", group) in a HelloRetryRequest.
    """
    kind, _, length = struct.unpack(">BHH", wire.reader.exactly(5))
    data = wire.reader.exactly(length)
    if kind == 21:
        return ALERTS.get(data[1], f"alert {data[1]}")
    assert kind == 22 and data[0] == 2, f"neither an alert nor a ServerHello: {data[:16]!r}"
    return _server_hello(data[4:])


def _server_hello(data):
    version, random = struct.unpack(">H32s", data[:34])
    at = 35 + data[34]
    suite = struct.unpack(">H", data[at:at + 2])[0]
    at, group = at + 5, None
    while at < len(data):
        kind, length = struct.unpack(">HH", data[at:at + 4])
        value = data[at + 4:at + 4 + length]
        if kind == 43:
            version = struct.unpack(">H", value)[0]
        if kind == 51:
            group = struct.unpack(">H", value[:2])[0]
        at += 4 + length
    return version, suite, ("retry", group) if random == HELLO_RETRY else group


def _numbers(values):
    return b"".join(struct.pack(">H", value) for value in values)


def _vector8(data):
    return bytes([len(data)]) + data


def _vector16(data):
    return struct.pack(">H", len(data)) + data


def half_close(wire):
    wire.socket.shutdown(socket.SHUT_WR)
