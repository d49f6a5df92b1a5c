"""Frames of HTTP/2 (RFC 9113) and field lines of HPACK (RFC 7541) as bytes, right or wrong."""

import enum
import struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
END_STREAM = ACK = 0x1
END_HEADERS, PADDED, WITH_PRIORITY = 0x4, 0x8, 0x20
LARGEST_WINDOW = 2**31 - 1
DEFAULT_WINDOW = 65535


class Kind(enum.IntEnum):
    """Section 6."""
    DATA = 0
    HEADERS = 1
    PRIORITY = 2
    RST_STREAM = 3
    SETTINGS = 4
    PUSH_PROMISE = 5
    PING = 6
    GOAWAY = 7
    WINDOW_UPDATE = 8
    CONTINUATION = 9


class Code(enum.IntEnum):
    """Section 7."""
    NO_ERROR = 0
    PROTOCOL_ERROR = 1
    INTERNAL_ERROR = 2
    FLOW_CONTROL_ERROR = 3
    SETTINGS_TIMEOUT = 4
    STREAM_CLOSED = 5
    FRAME_SIZE_ERROR = 6
    REFUSED_STREAM = 7
    CANCEL = 8
    COMPRESSION_ERROR = 9
    CONNECT_ERROR = 10
    ENHANCE_YOUR_CALM = 11
    INADEQUATE_SECURITY = 12
    HTTP_1_1_REQUIRED = 13


class Setting(enum.IntEnum):
    """Section 6.5.2."""
    HEADER_TABLE_SIZE = 1
    ENABLE_PUSH = 2
    MAX_CONCURRENT_STREAMS = 3
    INITIAL_WINDOW_SIZE = 4
    MAX_FRAME_SIZE = 5
    MAX_HEADER_LIST_SIZE = 6


def frame(kind, payload=b"", flags=0, stream=0):
    return len(payload).to_bytes(3, "big") + struct.pack(">BBI", kind, flags, stream) + payload


def settings(values, flags=0, stream=0):
    payload = b"".join(struct.pack(">HI", name, value) for name, value in values.items())
    return frame(Kind.SETTINGS, payload, flags, stream)


def window_update(increment, stream=0):
    return frame(Kind.WINDOW_UPDATE, struct.pack(">I", increment), stream=stream)


def reset(stream, code=Code.CANCEL):
    return frame(Kind.RST_STREAM, struct.pack(">I", code), stream=stream)


def priority(depends_on, weight=15):
    """The payload of PRIORITY, also at the begin of HEADERS (RFC 7540, section 6.3)."""
    return struct.pack(">IB", depends_on, weight)


# HPACK.

def number(value, bits, first=0):
    """An integer with a prefix of `bits` bits (RFC 7541, section 5.1)."""
    largest = 2**bits - 1
    if value < largest:
        return bytes([first | value])
    value, coded = value - largest, [first | largest]
    while value >= 128:
        coded.append(value % 128 + 128)
        value //= 128
    return bytes([*coded, value])


def text(value):
    """A string without Huffman coding (RFC 7541, section 5.2)."""
    data = value.encode("latin-1") if isinstance(value, str) else value
    return number(len(data), 7) + data


def indexed(index):
    return number(index, 7, 0x80)


def literal(name, value, first=0x00):
    """A field line whose name is new; `first` is 0x40 where it enters the dynamic table."""
    return bytes([first]) + text(name) + text(value)


def block(fields):
    return b"".join(literal(name, value) for name, value in fields)
