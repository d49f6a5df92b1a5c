"""What can go wrong at a start: one clear sentence with the remedy, the right exit code, and
nothing lost."""

import os
import resource
import signal
import socket
import subprocess

import pytest

from support import certificates
from support.program import run
from support.wait import seconds, until

USAGE, INVALID, NOT_FOUND, NOT_PERMITTED, CONFLICT = 2, 3, 4, 6, 7


@pytest.fixture
def fails(tmp_path):
    """Starts the program, which must end with one of `codes` and one sentence with all `words`."""
    def start(*arguments, codes, words, state=None, listen="127.0.0.1:0", **more):
        ended = run("run", "--json", "--listen", listen, "--state", state or tmp_path / "state",
                    "--access-log", "none", *arguments, home=tmp_path, **more)
        assert ended.returncode in codes, (ended.returncode, ended.stderr)
        assert ended.stdout == "", "stdout is for data"
        lines = ended.stderr.strip().split("\n")
        assert len(lines) == 1, f"one sentence: {ended.stderr}"
        for word in words:
            assert str(word).lower() in lines[0].lower(), (word, lines[0])
        for noise in ("terminate called", "what():", "std::", "errno", "0x"):
            assert noise not in lines[0]
        return lines[0]
    return start


def without_root_rights():
    """A prefix that makes root obey permissions as everybody does."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner,-net_bind_service",
            "--inh-caps=-dac_override,-dac_read_search,-fowner,-net_bind_service"]


# The command line.

@pytest.mark.parametrize("flag, meant", [("--lisen", "--listen"), ("--too", "--to"),
                                         ("--worker", "--workers")])
def test_an_unknown_flag_is_named_and_the_near_one_suggested(fails, flag, meant):
    fails(flag, "x", codes=[USAGE], words=[flag, meant])


def test_an_unknown_verb_is_named(tmp_path):
    ended = run("rum", home=tmp_path)
    assert ended.returncode == USAGE
    assert "rum" in ended.stderr and "run" in ended.stderr.replace("rum", "")


@pytest.mark.parametrize("arguments, words", [
    (["--to", "https://127.0.0.1:3000"], ["https", "http://"]),
    (["--to", "ftp://127.0.0.1"], ["ftp"]),
    (["--to", "http://"], ["http://"]),
    (["--to", "http://127.0.0.1:70000"], ["70000"]),
    (["--to", "unix:relative.sock"], ["relative.sock"]),
    (["--listen", "127.0.0.1:99999"], ["99999"]),
    (["--listen", "nonsense"], ["nonsense"]),
    (["--workers", "0"], ["workers"]),
    (["--workers", "many"], ["many"]),
    (["--timeout", "head=10y"], ["10y"]),
    (["--timeout", "nothing=10s"], ["nothing"]),
    (["--timeout", "head"], ["head"]),
    (["--limit", "head=-1"], ["-1"]),
    (["--limit", "nothing=1"], ["nothing"]),
    (["--tls-profile", "old"], ["old", "intermediate"]),
    (["--route", "api=http://127.0.0.1:1"], ["api"]),
    (["--route", "/api"], ["/api"]),
    (["--trusted-proxy", "10.0.0.0/99"], ["10.0.0.0/99"]),
    (["--host", "not a name"], ["not a name"]),
    (["--certificate", "only.crt"], ["--key"]),
    (["--key", "only.key"], ["--certificate"]),
], ids=lambda value: " ".join(value) if isinstance(value, list) else None)
def test_a_wrong_argument_is_named_before_anything_is_made(fails, tmp_path, arguments, words):
    fails(*arguments, codes=[USAGE, INVALID], words=words)
    assert not (tmp_path / "state").exists()


def test_what_a_flag_and_the_configuration_say_together_is_explained(tmp_path):
    ended = run("run", "--permit", "bad name", "--state", tmp_path / "state", home=tmp_path)
    assert ended.returncode == INVALID
    assert ended.stderr.startswith('error[GH3131]: --permit: "bad name"')
    assert not (tmp_path / "state").exists()


# Certificate and key.

def test_a_missing_certificate_or_key_is_named(fails, tmp_path):
    certificate, key = certificates.write_pair(tmp_path)
    missing = tmp_path / "missing.pem"
    fails("--certificate", missing, "--key", key, codes=[NOT_FOUND], words=[missing])
    fails("--certificate", certificate, "--key", missing, codes=[NOT_FOUND], words=[missing])


def test_an_unreadable_key_is_named(fails, tmp_path):
    certificate, key = certificates.write_pair(tmp_path)
    key.chmod(0o000)
    fails("--certificate", certificate, "--key", key, codes=[NOT_PERMITTED], words=[key],
          prefix=without_root_rights())


def test_a_folder_instead_of_a_certificate_is_named(fails, tmp_path):
    _, key = certificates.write_pair(tmp_path)
    fails("--certificate", tmp_path, "--key", key, codes=[INVALID, 1], words=[tmp_path])


def test_certificate_and_key_that_are_no_pair_are_refused(fails, tmp_path):
    certificate, _ = certificates.write_pair(tmp_path, label="one")
    _, key = certificates.write_pair(tmp_path, label="two")
    fails("--certificate", certificate, "--key", key, codes=[INVALID], words=[certificate, key])


def test_a_key_in_place_of_a_certificate_and_the_reverse_are_explained(fails, tmp_path):
    certificate, key = certificates.write_pair(tmp_path)
    fails("--certificate", key, "--key", key, codes=[INVALID], words=["certificate", key])
    fails("--certificate", certificate, "--key", certificate, codes=[INVALID],
          words=["key", certificate])


@pytest.mark.parametrize("text", [
    b"", b"\0" * 100, b"-----BEGIN CERTIFICATE-----\n",
    b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
], ids=["empty", "binary", "cut", "damaged"])
def test_a_certificate_file_that_holds_none_is_named(fails, tmp_path, text):
    _, key = certificates.write_pair(tmp_path)
    (tmp_path / "bad.crt").write_bytes(text)
    fails("--certificate", tmp_path / "bad.crt", "--key", key, codes=[INVALID], words=["bad.crt"])


def test_no_key_is_ever_shown(fails, tmp_path):
    certificate, key = certificates.write_pair(tmp_path)
    secret = key.read_text().split("\n")[1]
    said = fails("--certificate", key, "--key", certificate, codes=[INVALID], words=[])
    assert secret[:20] not in said


# Ports.

def test_a_port_in_use_is_named(fails):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        fails(listen=f"127.0.0.1:{port}", codes=[CONFLICT], words=[port, "use"])


def test_a_port_of_another_gatehouse_is_in_use_too(fails, gatehouse, tmp_path):
    """SO_REUSEPORT would let both have it, and each would get half of the connections."""
    running = gatehouse()
    fails(listen=f"127.0.0.1:{running.port}", codes=[CONFLICT], words=[running.port],
          state=tmp_path / "other-state")
    for _ in range(20):
        assert running.ask().status == 200


def test_two_gatehouses_on_one_state_folder_do_not_harm_it(gatehouse, tmp_path):
    one = gatehouse(state=tmp_path / "state")
    try:
        two = gatehouse(state=tmp_path / "state")
        assert two.said["certificate"] == one.said["certificate"]
    except AssertionError:
        pass  # refusing is right, too
    assert one.ask().status == 200


def test_an_address_that_this_machine_does_not_have_is_named(fails):
    fails(listen="203.0.113.9:0", codes=[NOT_FOUND, INVALID, CONFLICT, 1], words=["203.0.113.9"])


def test_a_port_that_needs_rights_is_named_with_the_remedy(fails):
    start = int(open("/proc/sys/net/ipv4/ip_unprivileged_port_start").read())
    if start <= 81:
        pytest.skip("this machine lets everybody have port 81")
    fails(listen="127.0.0.1:81", codes=[NOT_PERMITTED], words=["81", "CAP_NET_BIND_SERVICE"],
          prefix=without_root_rights())


# The state folder.

@pytest.mark.parametrize("mode", [0o755, 0o750, 0o711, 0o777])
def test_a_state_folder_that_others_can_read_is_refused(fails, gatehouse, tmp_path, mode):
    """M7: and nothing in it is touched."""
    state = tmp_path / "state"
    first = gatehouse(state=state)
    first.stop()
    before = contents(state)
    state.chmod(mode)
    fails(state=state, codes=[NOT_PERMITTED, INVALID], words=[state, "chmod"])
    state.chmod(0o700)
    assert contents(state) == before


def test_a_key_that_others_can_read_is_refused(fails, gatehouse, tmp_path):
    state = tmp_path / "state"
    gatehouse(state=state).stop()
    key = state / "master.key"
    key.chmod(0o644)
    fails(state=state, codes=[NOT_PERMITTED, INVALID], words=[key, "chmod"])


def test_a_read_only_state_folder_is_named(fails, tmp_path):
    state = tmp_path / "state"
    state.mkdir(mode=0o500)
    fails(state=state, codes=[NOT_PERMITTED, 1], words=[state], prefix=without_root_rights())


def test_a_file_in_place_of_the_state_folder_is_named(fails, tmp_path):
    (tmp_path / "state").write_text("not a folder")
    fails(codes=[INVALID], words=[tmp_path / "state", "name a folder with --state"])
    assert (tmp_path / "state").read_text() == "not a folder"


@pytest.mark.parametrize("name", ["ca/root.pem"])
def test_a_damaged_ca_is_named_and_not_replaced(fails, gatehouse, tmp_path, name):
    """Devices trust this CA: a new one is for a person to decide."""
    state = tmp_path / "state"
    (state / "ca").mkdir(mode=0o700, parents=True)
    state.chmod(0o700)
    (state / name).write_bytes(b"damaged")
    (state / name).chmod(0o600)
    fails(state=state, codes=[INVALID, 1], words=[name])  # makes the empty store
    before = contents(state)
    fails(state=state, codes=[INVALID, 1], words=[name])
    assert contents(state) == before


def contents(folder):
    """Of every file but the one that says which process writes."""
    return {str(file.relative_to(folder)): file.read_bytes()
            for file in sorted(folder.rglob("*")) if file.is_file() and file.suffix != ".lock"}


def test_a_lost_store_makes_no_other_ca(fails, gatehouse, tmp_path):
    """What devices trust is there, its key is not."""
    state = tmp_path / "state"
    gatehouse(state=state).stop()
    anchor = (state / "ca" / "root.crt").read_bytes()
    for file in ("state.db", "master.key"):
        (state / file).unlink()
    fails(state=state, codes=[NOT_FOUND], words=[state / "ca" / "root.crt", "backup"])
    assert (state / "ca" / "root.crt").read_bytes() == anchor


# A full disk.

@pytest.fixture
def small_disk(tmp_path):
    """A file system of 4 KiB; `grow()` gives it more."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4k,mode=700", "gatehouse-test",
                              str(folder)], capture_output=True)
    if mounted.returncode:
        pytest.skip("needs the right to mount a small file system")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_named_and_the_next_start_with_room_serves(fails, gatehouse, small_disk):
    fails(state=small_disk, codes=[1], words=["full", "make room"])
    subprocess.run(["mount", "-o", "remount,size=4m", str(small_disk)], check=True)
    running = gatehouse(state=small_disk)
    running.curl("-f", f"https://localhost:{running.port}/")
    running.stop()


def test_a_disk_that_is_full_later_leaves_identity_and_ca_unharmed(gatehouse, small_disk, tmp_path):
    subprocess.run(["mount", "-o", "remount,size=4m", str(small_disk)], check=True)
    gatehouse(state=small_disk).stop()
    before = contents(small_disk)
    with open(small_disk / "filler", "wb", buffering=0) as filler:
        while True:
            try:
                filler.write(bytes(4096))
            except OSError:
                break
    # Another name needs a new certificate, for which there is no room.
    run("run", "--listen", "127.0.0.1:0", "--state", small_disk, "--host", "new.localhost",
        "--access-log", "none", home=tmp_path, within=10,
        prefix=["timeout", "--preserve-status", "3"])
    after = contents(small_disk)
    assert {name: after[name] for name in before} == before
    (small_disk / "filler").unlink()
    running = gatehouse("--host", "new.localhost", state=small_disk)
    running.curl("-f", f"https://localhost:{running.port}/")
    running.stop()


def test_a_file_size_limit_is_an_error_and_not_a_crash(fails):
    def no_room_at_all():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    fails(codes=[1], words=[], preexec_fn=no_room_at_all)


def test_an_access_log_that_cannot_be_written_stops_nobody(gatehouse):
    running = gatehouse("--access-log", "/dev/full")
    for _ in range(20):
        assert running.ask().status == 200


def test_an_access_log_that_cannot_be_opened_is_named(tmp_path):
    ended = run("run", "--listen", "127.0.0.1:0", "--state", tmp_path / "state", "--access-log",
                tmp_path / "no-such-folder" / "access.log", home=tmp_path)
    assert ended.returncode in (NOT_FOUND, INVALID, 1)
    assert "no-such-folder" in ended.stderr


def test_too_few_descriptors_are_lived_with(gatehouse):
    """The limit of connections follows from the limit of open files."""
    def few():
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    running = gatehouse(preexec_fn=few)
    wires = []
    for _ in range(200):
        wires.append(socket.create_connection(running.address(), seconds(5)))
    for wire in wires:
        wire.close()

    def serves_again():
        try:
            return running.ask().status == 200
        except ConnectionResetError:  # one of those above is not yet seen to have left
            return False
    until(serves_again, "there is room again")
