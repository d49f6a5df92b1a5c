"""The store of the state folder: what keeps it from being opened is one clear sentence, and nothing
in it is changed by that."""

import json
import signal
import sqlite3
import subprocess

import pytest

from support.certificates import fingerprint, served, write_pair
from support.program import Gatehouse, run
from support.wait import until
from test_errors import INVALID, NOT_FOUND, NOT_PERMITTED, contents, without_root_rights


def kept(folder):
    """What is in the folder; SQLite's log, which may come and go empty, is no part of it."""
    log = folder / "state.db-wal"
    assert not log.exists() or log.stat().st_size == 0
    return {name: content for name, content in contents(folder).items()
            if not name.startswith("state.db-")}


def refused(tmp_path, state, codes, words):
    ended = run("run", "--listen", "127.0.0.1:0", "--state", state, "--access-log", "none",
                home=tmp_path)
    assert ended.returncode in codes, (ended.returncode, ended.stderr)
    lines = ended.stderr.strip().split("\n")
    assert len(lines) == 1, ended.stderr
    for word in words:
        assert str(word) in lines[0], (word, lines[0])


@pytest.fixture
def state(gatehouse, tmp_path):
    """Of a gatehouse that has ended."""
    folder = tmp_path / "state"
    gatehouse(state=folder).stop()
    return folder


def test_the_first_start_makes_a_private_store(state):
    for name in ("state.db", "master.key"):
        assert (state / name).stat().st_mode & 0o777 == 0o600, name
    assert not (state / "state.db-wal").exists(), "an orderly end leaves one file"


def test_a_store_that_others_can_read_is_refused(state, tmp_path):
    (state / "state.db").chmod(0o640)
    before = kept(state)
    refused(tmp_path, state, [NOT_PERMITTED], [state / "state.db", "chmod 600"])
    assert kept(state) == before


def test_another_master_key_is_refused(state, tmp_path):
    (state / "master.key").write_text("00" * 32 + "\n")
    before = kept(state)
    refused(tmp_path, state, [NOT_PERMITTED], [state / "master.key"])
    assert kept(state) == before


def test_a_missing_master_key_is_named_and_no_new_one_is_made(state, tmp_path):
    (state / "master.key").unlink()
    before = kept(state)
    refused(tmp_path, state, [NOT_FOUND], [state / "master.key", "backup"])
    assert kept(state) == before


def test_a_store_of_a_newer_version_is_refused(state, tmp_path):
    database = sqlite3.connect(state / "state.db")
    database.execute("PRAGMA user_version = 99")
    database.commit()
    database.close()
    before = kept(state)
    refused(tmp_path, state, [INVALID], [state / "state.db", "newer"])
    assert kept(state) == before


def test_a_damaged_store_is_refused(state, tmp_path):
    whole = (state / "state.db").read_bytes()
    (state / "state.db").write_bytes(b"damaged!" + whole[8:])
    before = kept(state)
    refused(tmp_path, state, [INVALID], [state / "state.db"])
    assert kept(state) == before


def test_a_second_gatehouse_of_the_same_folder_serves_and_says_that_it_keeps_nothing(
        gatehouse, state):
    first = gatehouse(state=state)
    second = gatehouse("--socket", str(state.parent / "second.sock"), state=state)
    until(lambda: "cannot be kept" in second.events(), what="the warning")
    assert str(first.pid) in second.events()
    second.ask()
    second.stop()
    first.ask()
    first.stop()


def test_two_gatehouses_that_make_the_same_folder_at_once_agree_on_one_ca(tmp_path):
    for number in range(4):
        folders = [tmp_path / f"{number}-{one}" for one in ("a", "b")]
        for folder in folders:
            folder.mkdir()
        both = [Gatehouse("--socket", str(folder / "s.sock"), folder=folder,
                          state=tmp_path / str(number)) for folder in folders]
        try:
            one, two = (running.wait_until_serving() for running in both)
            assert one.said["certificate"] == two.said["certificate"]
        finally:
            for running in both:
                running.stop()


def test_a_store_in_a_folder_that_became_read_only_is_read(gatehouse, state):
    state.chmod(0o500)
    try:
        running = gatehouse(state=state, prefix=without_root_rights())
        running.ask()
        until(lambda: "cannot be kept" in running.events(), what="the warning")
        running.stop()
    finally:
        state.chmod(0o700)


def test_the_master_key_may_be_a_credential(gatehouse, tmp_path):
    credentials = tmp_path / "credentials"
    credentials.mkdir(mode=0o700)
    (credentials / "gatehouse-master-key").write_text("5a" * 32 + "\n")
    folder = tmp_path / "state"
    given = ("env", f"CREDENTIALS_DIRECTORY={credentials}")
    gatehouse(state=folder, prefix=given).stop()
    assert not (folder / "master.key").exists()
    refused(tmp_path, folder, [NOT_FOUND], ["master"])
    gatehouse(state=folder, prefix=given).stop()


class Before:
    """What a state folder of the versions before the store holds: the local CA and the default
    identity in files. It is made of what another gatehouse of this machine has."""

    def __init__(self, gatehouse, folder):
        folder.mkdir()
        running = gatehouse(state=folder / "other", folder=folder)
        self.files = {"ca/root.crt": open(running.anchor, "rb").read(),
                      "identities/default.crt": self.read(running, "identities/default.crt"),
                      "identities/default.pem": self.read(running, "identities/default.pem")}
        issuer = self.files["identities/default.crt"]
        issuer = issuer[issuer.rindex(b"-----BEGIN"):]
        self.files["ca/root.pem"] = self.key(running, "root 1", folder) + self.files["ca/root.crt"]
        self.files["ca/server.pem"] = self.key(running, "server issuer 1.1", folder) + issuer
        self.leaf = running.said["certificate"]["sha256"]
        running.stop()

    @staticmethod
    def read(running, name):
        return (running.state / name).read_bytes()

    @staticmethod
    def key(running, name, folder):
        secret, out = folder / "secret", folder / f"{name}.key"
        secret.write_text("correct-Horse-battery-5taple\n")
        exported = run("cert", "export", f"CA machine: {name}", "--shelf", "identities", "--with-key",
                       "--format", "key", "--out", out, "--passphrase-file", secret, "--why", "to go back", "--state",
                       running.state, home=folder)
        assert exported.returncode == 0, exported.stderr
        return subprocess.run(["openssl", "pkey", "-in", out, "-passin", f"file:{secret}"],
                              capture_output=True, check=True).stdout

    def write(self, state):
        for name, content in self.files.items():
            file = state / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
            file.chmod(0o644 if name.endswith(".crt") else 0o600)
        state.chmod(0o700)


@pytest.fixture
def before(gatehouse, tmp_path):
    return Before(gatehouse, tmp_path / "before")


def test_T3_the_files_of_the_version_before_are_taken_over_once_and_unchanged(
        gatehouse, tmp_path, before):
    """T2, T3: at an upgrade nothing that devices trust or software reads changes."""
    state = tmp_path / "state"
    before.write(state)
    running = gatehouse(state=state)
    with running.connect() as wire:
        assert fingerprint(served(wire)) == before.leaf
    assert (state / "ca" / "root.crt").read_bytes() == before.files["ca/root.crt"]
    listed = json.loads(run("cert", "show", "default", "--json", "--state", state,
                            home=tmp_path).stdout)
    assert listed["certificate"]["sha256"].replace(":", "").lower() == before.leaf
    until(lambda: "before-store" in running.events(), what="what becomes of the files is said")
    assert (state / "ca" / "root.pem").exists(), "if this one fails, the version before goes on"
    running.signal(signal.SIGHUP)
    until(lambda: not (state / "ca" / "root.pem").exists(), what="the files are moved")
    assert (state / "before-store" / "root.pem").stat().st_mode & 0o777 == 0o600
    running.stop()
    again = gatehouse(state=state)
    with again.connect() as wire:
        assert fingerprint(served(wire)) == before.leaf
    assert "before-store" not in again.events(), "it is said once"


def test_T3_kill_9_during_a_take_over_loses_nothing(gatehouse, tmp_path, before):
    for number in range(6):
        folder = tmp_path / str(number)
        state = folder / "state"
        folder.mkdir()
        before.write(state)
        first = Gatehouse(folder=folder, state=state)
        try:
            first.process.wait(0.012 * number)  # the moment is the point here, not a condition
        except subprocess.TimeoutExpired:
            pass
        first.kill()
        running = gatehouse(state=state, folder=folder)
        with running.connect() as wire:
            assert fingerprint(served(wire)) == before.leaf, number
        running.stop()
        assert (state / "ca" / "root.crt").read_bytes() == before.files["ca/root.crt"]


def test_the_default_identity_is_a_certificate_of_the_store_that_nobody_removes(gatehouse, tmp_path):
    """T2"""
    running = gatehouse()

    def cert(*words, code=0):
        done = run("cert", *words, "--state", running.state, home=tmp_path)
        assert done.returncode == code, done.stdout + done.stderr
        return done

    assert "default" in cert("list").stdout
    shown = json.loads(cert("show", "default", "--json").stdout)
    assert shown["certificate"]["usedBy"] == ["the default identity"]
    assert shown["certificate"]["origin"] == "default"
    assert "the default identity" in cert("remove", "default", code=7).stderr
    certificate, key = write_pair(tmp_path)
    assert "gatehouse itself" in cert("import", certificate, key, "--replace", "default",
                                      code=7).stderr
    assert cert("export", "default").stdout.count("BEGIN CERTIFICATE") >= 1


@pytest.fixture
def passphrase(tmp_path):
    file = tmp_path / "passphrase"
    file.write_text("correct horse battery staple\n")
    file.chmod(0o600)
    return file


@pytest.mark.parametrize("way", ["flag", "variable", "credential"])
def test_the_master_secret_may_be_a_passphrase(gatehouse, tmp_path, passphrase, way):
    credentials = tmp_path / "credentials"
    credentials.mkdir(mode=0o700)
    flags, given = {
        "flag": (("--master-passphrase-file", passphrase), ()),
        "variable": ((), ("env", f"GATEHOUSE_MASTER_PASSPHRASE_FILE={passphrase}")),
        "credential": ((), ("env", f"CREDENTIALS_DIRECTORY={credentials}")),
    }[way]
    (credentials / "gatehouse-master-passphrase").write_bytes(passphrase.read_bytes())
    folder = tmp_path / "state"
    first = gatehouse(*flags, state=folder, prefix=given)
    anchor = open(first.anchor, "rb").read()
    first.stop()
    assert not (folder / "master.key").exists()
    in_the_clear = [file for file in folder.rglob("*")
                    if file.is_file() and b"PRIVATE KEY" in file.read_bytes()]
    assert in_the_clear == [], "a copy of a key would give away what the passphrase protects"
    refused(tmp_path, folder, [NOT_FOUND, NOT_PERMITTED], ["master"])
    again = gatehouse(*flags, state=folder, prefix=given)
    assert open(again.anchor, "rb").read() == anchor
    again.ask()
    again.stop()


def test_a_wrong_passphrase_is_one_clear_sentence_and_changes_nothing(
        gatehouse, tmp_path, passphrase):
    folder = tmp_path / "state"
    gatehouse("--master-passphrase-file", passphrase, state=folder).stop()
    before = kept(folder)

    def fails(codes, *words):
        ended = run("run", "--listen", "127.0.0.1:0", "--state", folder, "--access-log", "none",
                    "--master-passphrase-file", passphrase, home=tmp_path)
        assert ended.returncode in codes, (ended.returncode, ended.stderr)
        lines = ended.stderr.strip().split("\n")
        assert len(lines) == 1 and all(str(word) in lines[0] for word in words), ended.stderr
        assert "staple" not in ended.stderr and "wrong horse" not in ended.stderr
        assert kept(folder) == before

    passphrase.write_text("wrong horse\n")
    fails([NOT_PERMITTED], "passphrase", passphrase)
    passphrase.write_text("")
    fails([INVALID], "empty", passphrase)
    passphrase.write_text("correct horse battery staple\n")
    passphrase.chmod(0o644)
    fails([INVALID, NOT_PERMITTED], "chmod 600", passphrase)
    passphrase.unlink()
    fails([INVALID, NOT_FOUND], passphrase, "not there")


def test_a_passphrase_is_asked_for_where_a_key_sealed_the_store(state, tmp_path, passphrase):
    before = kept(state)
    ended = run("run", "--listen", "127.0.0.1:0", "--state", state, "--access-log", "none",
                "--master-passphrase-file", passphrase, home=tmp_path)
    assert ended.returncode == NOT_PERMITTED and "master key" in ended.stderr
    assert kept(state) == before


def test_an_upgrade_hands_the_right_to_write_over(gatehouse, ends_later):
    running = gatehouse()
    assert int((running.state / "state.db.lock").read_text()) == running.pid
    done = run("upgrade", "--json", "--state", running.state, home=running.folder, within=60)
    assert done.returncode == 0, done.stderr
    successor = json.loads(done.stdout)["now"]["pid"]
    ends_later(successor)
    assert int((running.state / "state.db.lock").read_text()) == successor
    assert "cannot be kept" not in running.events()
