#!/usr/bin/python3
"""Writes a PKCS#12 file anew in ways that few programs know, for samples of tests.

Usage: rewrite_pkcs12.py pbmac1-sha256|pbmac1-sha512|ber|endless-mac PASSPHRASE IN OUT

Nothing here is shared with the program that is tested: a MAC of ours that theirs accepts was made
by other hands.
"""

import hashlib
import hmac
import pathlib
import sys

SEQUENCE, OCTETS, CONTEXT = 0x30, 0x04, 0xA0
SALT = bytes(range(16))
ROUNDS = 2048


def length(size):
    if size < 0x80:
        return bytes([size])
    digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(digits)]) + digits


def element(tag, content):
    return bytes([tag]) + length(len(content)) + content


def integer(value):
    return element(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def object_id(dotted):
    first, second, *rest = (int(part) for part in dotted.split("."))
    content = bytes([first * 40 + second])
    for part in rest:
        digits = [part & 0x7F]
        while part := part >> 7:
            digits.append(0x80 | part & 0x7F)
        content += bytes(reversed(digits))
    return element(6, content)


def take(data):
    """(tag, content, what follows) of the first element."""
    tag, first, rest = data[0], data[1], data[2:]
    if first < 0x80:
        return tag, rest[:first], rest[first:]
    count = first & 0x7F
    size = int.from_bytes(rest[:count], "big")
    return tag, rest[count:count + size], rest[count + size:]


def authenticated_safe(pfx):
    """The ContentInfo whole, and the bytes that the MAC is over."""
    _, content, _ = take(pfx)
    _, _, after_version = take(content)
    _, info, mac_data = take(after_version)
    _, _, holder = take(info)
    _, octets, _ = take(holder)
    _, safe, _ = take(octets)
    return element(SEQUENCE, info), safe, mac_data


def pbmac1(pfx, digest, passphrase):
    """RFC 9579: the key by PBKDF2, the MAC by HMAC, both with the same digest."""
    info, safe, _ = authenticated_safe(pfx)
    size = hashlib.new(digest).digest_size
    hmac_id = {"sha256": "1.2.840.113549.2.9", "sha512": "1.2.840.113549.2.11"}[digest]
    algorithm = element(SEQUENCE, object_id(hmac_id) + element(5, b""))
    derivation = element(SEQUENCE, object_id("1.2.840.113549.1.5.12") + element(SEQUENCE, (
        element(OCTETS, SALT) + integer(ROUNDS) + integer(size) + algorithm)))
    key = hashlib.pbkdf2_hmac(digest, passphrase, SALT, ROUNDS, size)
    mac = hmac.new(key, safe, digest).digest()
    scheme = element(SEQUENCE, object_id("1.2.840.113549.1.5.14")
                     + element(SEQUENCE, derivation + algorithm))
    mac_data = element(SEQUENCE, element(SEQUENCE, scheme + element(OCTETS, mac))
                       + element(OCTETS, b"NOT USED") + integer(1))
    return element(SEQUENCE, integer(3) + info + mac_data)


def indefinite(tag, content):
    return bytes([tag, 0x80]) + content + b"\0\0"


def in_parts(content, size=100):
    parts = [content[at:at + size] for at in range(0, len(content), size)]
    return b"".join(element(OCTETS, part) for part in parts)


def ber(pfx):
    """Indefinite lengths and the content in parts, as programs write that stream."""
    _, safe, mac_data = authenticated_safe(pfx)
    data_id = object_id("1.2.840.113549.1.7.1")
    holder = indefinite(CONTEXT, indefinite(0x24, in_parts(safe)))
    return indefinite(SEQUENCE, integer(3) + indefinite(SEQUENCE, data_id + holder) + mac_data)


def endless_mac(pfx):
    """A file of two KiB that would keep its reader busy for a quarter of an hour."""
    info, _, mac_data = authenticated_safe(pfx)
    _, content, _ = take(mac_data)
    _, digest_info, rest = take(content)
    _, salt, _ = take(rest)
    endless = element(SEQUENCE, digest_info) + element(OCTETS, salt) + integer(2**31 - 1)
    return element(SEQUENCE, integer(3) + info + element(SEQUENCE, endless))


def main(how, passphrase, source, target):
    pfx = pathlib.Path(source).read_bytes()
    if how == "ber":
        made = ber(pfx)
    elif how == "endless-mac":
        made = endless_mac(pfx)
    else:
        made = pbmac1(pfx, how.removeprefix("pbmac1-"), passphrase.encode())
    pathlib.Path(target).write_bytes(made)


if __name__ == "__main__":
    main(*sys.argv[1:])
