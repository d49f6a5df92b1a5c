"""The program keeps its TLS library to itself and loads no other one.

A second libssl in the process would call into AWS-LC's functions of the same names and crash.
"""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

from support import binary


def output_of(*command):
    if not shutil.which(command[0]):
        pytest.fail(f"{command[0]} is missing, so the symbols cannot be read; run tools/setup.sh test")
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def names(listing):
    """The symbols of an `nm` listing, without their versions."""
    return {line.split()[-1].split("@")[0] for line in listing.splitlines() if len(line.split()) >= 2}


@pytest.fixture(scope="module")
def tls_library_symbols():
    prefix = os.environ.get("GATEHOUSE_AWS_LC") or output_of(str(binary.ROOT / "tools" / "aws_lc.sh"))
    archives = [pathlib.Path(prefix.strip(), "lib", name) for name in ("libssl.a", "libcrypto.a")]
    found = names(output_of("nm", "--defined-only", "--extern-only", *map(str, archives)))
    assert {"SSL_new", "SSL_do_handshake", "X509_free"} <= found
    return found


def test_the_program_contains_the_tls_library():
    assert b"X25519MLKEM768" in binary.path().read_bytes()


def test_no_symbol_of_the_tls_library_is_exported(tls_library_symbols):
    exported = names(output_of("nm", "--dynamic", "--defined-only", str(binary.path())))
    assert sorted(exported & tls_library_symbols) == []


def test_no_symbol_of_the_tls_library_is_wanted_from_elsewhere(tls_library_symbols):
    wanted = names(output_of("nm", "--dynamic", "--undefined-only", str(binary.path())))
    assert sorted(wanted & tls_library_symbols) == []


def test_no_other_tls_library_is_loaded():
    loaded = output_of("ldd", str(binary.path()))
    assert "libc.so" in loaded
    assert re.findall(r"lib(?:ssl|crypto|gnutls|nss3|mbedtls)[^ ]*", loaded) == []


def test_the_program_is_hardened():
    dynamic = output_of("readelf", "--dynamic", "--program-headers", "--wide", str(binary.path()))
    assert "BIND_NOW" in dynamic and "GNU_RELRO" in dynamic and "PIE" in dynamic
    assert re.search(r"GNU_STACK +(?:0x\w+ +){5}RW +", dynamic)
