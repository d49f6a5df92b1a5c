"""What tools/check_layers.py accepts and refuses, in houses made for each test."""

import pathlib
import subprocess
import sys

import pytest

import check_layers

LAYERS = """\
# a comment
base:
io:
crypto:
tls:            io crypto   # why
certs:          crypto
certs/store:    certs
app:            *
"""


@pytest.fixture
def house(tmp_path):
    """Makes a house of {file: text} and returns what the check finds in it."""
    def build(files, layers=LAYERS):
        (tmp_path / "layers.txt").write_text(layers)
        for room in ("base", "io", "crypto", "tls", "certs", "certs/store", "app"):
            (tmp_path / "src" / room).mkdir(parents=True, exist_ok=True)
            (tmp_path / "src" / room / "door.h").write_text("#pragma once\n")
        for name, text in files.items():
            path = tmp_path / "src" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return check_layers.check(tmp_path)[0]
    return build


def test_a_house_that_keeps_to_its_table_has_no_finding(house):
    assert house({
        "tls/engine.cc": '#include <openssl/ssl.h>\n#include "io/door.h"\n#include "tls/door.h"\n',
        "io/socket.cc": '#include <vector>\n#include "base/door.h"\n',
    }) == []


def test_a_room_may_not_include_upwards(house):
    finding, = house({"io/socket.cc": '#include "base/door.h"\n\n#include "tls/door.h"\n'})
    assert finding.startswith("src/io/socket.cc:3: io may not include tls")


def test_what_a_named_room_may_include_is_not_inherited(house):
    finding, = house({"certs/store/shelf.cc": '#include "crypto/door.h"\n'})
    assert "certs/store may not include crypto" in finding


def test_a_sub_room_is_a_room_of_its_own(house):
    finding, = house({"certs/certificate.cc": '#include "certs/store/door.h"\n'})
    assert "certs may not include certs/store" in finding


def test_the_star_means_every_room_above(house):
    assert house({"app/main.cc": '#include "tls/door.h"\n#include "certs/store/door.h"\n'}) == []


def test_tests_and_fuzz_targets_obey_too(house):
    findings = house({"io/socket_test.cc": '#include "certs/door.h"\n',
                      "io/socket_fuzz.cc": '#  include "certs/door.h"\n'})
    assert len(findings) == 2


def test_helpers_for_tests_belong_to_their_room(house):
    assert house({
        "crypto/testing/samples.h": '#include "crypto/door.h"\n',
        "crypto/pem_test.cc": '#include "crypto/testing/samples.h"\n',
        "tls/engine_fuzz.cc": '#include "crypto/testing/samples.h"\n',
    }) == []


def test_the_product_does_not_include_helpers_for_tests(house):
    finding, = house({"crypto/testing/samples.h": "\n",
                      "crypto/pem.cc": '#include "crypto/testing/samples.h"\n'})
    assert '"crypto/testing/samples.h" is for tests' in finding


def test_a_test_uses_only_the_helpers_of_rooms_below(house):
    finding, = house({"tls/testing/peer.h": "\n",
                      "crypto/pem_test.cc": '#include "tls/testing/peer.h"\n'})
    assert "crypto may not include tls" in finding


@pytest.mark.parametrize("room", ["io", "certs/store", "app"])
def test_the_tls_library_is_seen_in_two_rooms_only(house, room):
    finding, = house({f"{room}/x.cc": "#include <openssl/evp.h>\n"})
    assert f"src/{room}/x.cc:1: {room} includes <openssl/evp.h>" in finding


def test_the_tls_library_in_quotes_is_found_as_well(house):
    finding, = house({"io/x.cc": '#include "openssl/evp.h"\n'})
    assert "only crypto/ and tls/" in finding


def test_a_path_that_does_not_start_at_src_is_refused(house):
    finding, = house({"io/x.cc": '#include "door.h"\n'})
    assert "write the path from src/" in finding


def test_a_path_through_the_parent_does_not_get_around_the_table(house):
    finding, = house({"io/x.cc": '#include "io/../tls/door.h"\n'})
    assert "may not include" in finding


def test_a_file_of_ours_in_angle_brackets_is_refused(house):
    finding, = house({"io/x.cc": "#include <tls/door.h>\n"})
    assert 'write "tls/door.h"' in finding


def test_a_folder_without_a_row_is_refused(house):
    finding, = house({"notify/mail.cc": "\n"})
    assert "src/notify/mail.cc:1: the folder notify has no row" in finding


def test_a_cycle_of_the_table_is_named(house):
    findings = house({}, LAYERS.replace("crypto:", "crypto: tls"))
    assert "layers.txt: these rooms include each other: crypto -> tls -> crypto; " \
           "take one edge out" in findings


def test_a_row_that_names_a_later_room_is_refused(house):
    findings = house({}, LAYERS.replace("io:", "io: certs"))
    assert findings[0].startswith("layers.txt:3: io names certs, which has no row above it")


def test_a_row_that_is_no_row_is_refused(house):
    assert "this is no row" in house({}, LAYERS + "Edge io\n")[0]


def test_a_second_row_of_a_room_is_refused(house):
    assert "io has a row already" in house({}, LAYERS + "io: base\n")[0]


def test_an_empty_house_is_not_called_right(tmp_path):
    (tmp_path / "layers.txt").write_text(LAYERS)
    assert check_layers.check(tmp_path)[0]


def test_the_program_says_what_it_found_by_its_exit_code(tmp_path):
    tool = pathlib.Path(check_layers.__file__)
    (tmp_path / "layers.txt").write_text("base:\n")
    (tmp_path / "src" / "base").mkdir(parents=True)
    (tmp_path / "src" / "base" / "x.h").write_text("")
    run = [sys.executable, tool, tmp_path]
    assert subprocess.run(run, check=False).returncode == 0
    (tmp_path / "src" / "base" / "x.h").write_text('#include "io/x.h"\n')
    assert subprocess.run(run, check=False).returncode == 1
