"""The store of the state folder: what keeps it from being opened is one clear sentence, and nothing
in it is changed by that."""

import json
import sqlite3

import pytest

from support.program import run
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


def test_an_upgrade_hands_the_right_to_write_over(gatehouse, ends_later):
    running = gatehouse()
    assert int((running.state / "state.db.lock").read_text()) == running.pid
    done = run("upgrade", "--json", "--state", running.state, home=running.folder, within=60)
    assert done.returncode == 0, done.stderr
    successor = json.loads(done.stdout)["now"]["pid"]
    ends_later(successor)
    assert int((running.state / "state.db.lock").read_text()) == successor
    assert "cannot be kept" not in running.events()
