"""T11: `gatehouse upgrade`, what a successor gets from the program before, and what happens when
there is none. test_live.py has upgrades under load, test_service.py those by the signal."""

import json
import os
import shutil
import signal
import ssl
import subprocess

import pytest

from support import binary, program
from support.admin import AdminSocket, events, read_all
from support.wait import seconds, until

VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]
FAILED, CONFLICT = 1, 7


def upgrade(running, *flags):
    return program.run("upgrade", "--state", running.state, *flags, home=running.folder, within=60)


def status(running):
    done = program.run("status", "--json", "--state", running.state, home=running.folder)
    assert done.returncode in (0, 21), done.stderr
    return json.loads(done.stdout)


def upgraded(running, ends_later):
    """The process that serves after an upgrade; the one before has ended."""
    done = upgrade(running, "--json")
    assert done.returncode == 0, done.stderr + running.events()
    answer = json.loads(done.stdout)
    ends_later(answer["now"]["pid"])
    return answer


def test_T11_the_verb_tells_each_step_and_who_answers_then(gatehouse, ends_later):
    running = gatehouse()
    done = upgrade(running)
    assert done.returncode == 0, done.stderr + running.events()
    now = status(running)
    ends_later(now["pid"])
    assert now["pid"] != running.pid
    version = now["version"]
    lines = done.stdout.splitlines()
    assert lines[0] == (f"done     the new program has started: process {now['pid']}, "
                        f"version {version}")
    assert "listening sockets and the key of session tickets are handed over" in lines[1]
    assert lines[2] == "done     the new program serves"
    assert f"the program before (process {running.pid}) accepts nothing more" in lines[3]
    assert lines[4] == (f"ok       gatehouse upgrade: the admin socket: process {now['pid']}, "
                        f"version {version} answers")
    assert lines[5:] == [f"Upgraded from version {version} to {version}."]
    # On stderr the same, while it happens.
    assert "the new program serves" in done.stderr
    assert running.wait() == 0
    assert running.ask().status == 200


def test_T11_json_names_both_programs_and_the_connections_that_still_run(gatehouse, ends_later):
    running = gatehouse()
    with running.connect() as wire:
        assert wire.ask(host=running.authority).status == 200
        answer = upgraded(running, ends_later)
        assert answer["before"]["pid"] == running.pid
        assert answer["now"]["pid"] == status(running)["pid"]
        assert answer["connections"] == "1"
        assert answer["drainSeconds"] == 3
        assert [proof["ok"] for proof in answer["proofs"]] == [True]
        last = wire.ask(host=running.authority)
        assert (last.status, last.get("Connection")) == (200, "close")
    assert running.wait() == 0


def test_T11_a_new_program_that_cannot_serve_is_the_error_and_the_old_one_goes_on(
        gatehouse, ends_later, tmp_path):
    file = tmp_path / "gatehouse.yaml"
    file.write_text("version: 1\n")
    running = gatehouse("--config", file)
    file.write_text("version: 1\nsitess: {}\n")
    done = upgrade(running)
    assert done.returncode == FAILED
    assert "cannot serve, so this one goes on" in done.stderr and "sitess" in done.stderr
    assert done.stdout == ""
    assert running.ask().status == 200
    assert status(running)["pid"] == running.pid
    file.write_text("version: 1\n")
    assert upgraded(running, ends_later)["before"]["pid"] == running.pid


class Replaced:
    """The program's own file, replaced while it runs."""

    def __init__(self, start, folder, monkeypatch):
        self.file = folder / "gatehouse-of-the-test"
        shutil.copy(binary.path(), self.file)
        monkeypatch.setenv("GATEHOUSE", str(self.file))
        self.running = start()
        monkeypatch.undo()

    def by(self, script):
        other = self.file.with_suffix(".next")
        other.write_text(f"#!/bin/sh\n{script}\n")
        other.chmod(0o755)
        os.replace(other, self.file)
        return self.running


@pytest.fixture
def replaced(gatehouse, tmp_path, monkeypatch):
    return Replaced(gatehouse, tmp_path, monkeypatch)


def test_T11_a_new_program_that_ends_at_once_changes_nothing(replaced):
    running = replaced.by("exit 3")
    done = upgrade(running)
    assert done.returncode == FAILED
    assert "has ended before it was done" in done.stderr
    assert running.ask().status == 200


def test_T11_a_file_that_is_no_program_changes_nothing(replaced):
    running = replaced.by("")
    replaced.file.chmod(0o644)
    done = upgrade(running)
    assert done.returncode == FAILED
    assert "could not be started" in done.stderr
    assert running.ask().status == 200


def test_T11_one_upgrade_at_a_time_and_the_end_of_the_program_breaks_it_off(replaced):
    running = replaced.by("exec sleep 600")
    command = [str(binary.path()), "upgrade", "--state", str(running.state)]
    with subprocess.Popen(command, env=program.environment(running.folder), text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as first:
        until(lambda: "is started anew" in running.events(), "the upgrade has begun")
        second = upgrade(running)
        assert second.returncode == CONFLICT
        assert "gatehouse status" in second.stderr
        assert running.ask().status == 200
        running.signal(signal.SIGTERM)
        assert running.wait() == 0
        _, said = first.communicate(timeout=seconds(30))
    assert first.returncode == FAILED
    assert "was broken off" in said


def test_T11_who_watches_events_hears_of_the_upgrade_before_the_stream_ends(
        gatehouse, ends_later, tmp_path):
    socket = tmp_path / "admin.sock"
    running = gatehouse("--socket", socket)
    with AdminSocket(socket).watch() as end:
        done = program.run("upgrade", "--json", "--socket", socket, home=tmp_path, within=60)
        ends_later(json.loads(done.stdout)["now"]["pid"])
        told, last = events(read_all(end))
    assert last == {}, "it ended in order"
    sentences = [event["sentence"] for event in told if event["kind"] == "upgrade"]
    assert "has started" in sentences[0], running.events()
    assert "accepts nothing more" in sentences[-1]


# What passes to the successor.

@pytest.mark.parametrize("version", VERSIONS)
def test_T11_a_session_of_the_program_before_is_resumed_by_the_new_one(
        gatehouse, ends_later, version):
    running = gatehouse("--workers", "2")
    context = running.context(minimum_version=version, maximum_version=version)
    with running.connect(context=context) as wire:
        assert wire.ask(host=running.authority).status == 200
        session = wire.socket.session
    upgraded(running, ends_later)
    assert running.wait() == 0
    for _ in range(8):
        with running.connect(context=context, session=session) as wire:
            assert wire.ask(host=running.authority).status == 200
            assert wire.socket.session_reused


def test_T11_a_session_survives_several_upgrades(gatehouse, ends_later):
    running = gatehouse()
    context = running.context(minimum_version=ssl.TLSVersion.TLSv1_3)
    with running.connect(context=context) as wire:
        assert wire.ask(host=running.authority).status == 200
        session = wire.socket.session
    before = running.pid
    for _ in range(3):
        answer = upgraded(running, ends_later)
        assert answer["before"]["pid"] == before
        before = answer["now"]["pid"]
    with running.connect(context=context, session=session) as wire:
        assert wire.ask(host=running.authority).status == 200
        assert wire.socket.session_reused


def test_T11_the_key_of_session_tickets_is_in_no_log_and_no_file(gatehouse, ends_later):
    """It is 32 random bytes, so what can be looked for is that nothing new is written."""
    running = gatehouse()
    files = {path for path in running.state.rglob("*") if path.is_file()}
    upgraded(running, ends_later)
    assert {path for path in running.state.rglob("*") if path.is_file()} == files


# The access log.

class Logged:
    """A gatehouse whose file says where requests are logged."""

    def __init__(self, start, folder):
        self.folder, self.file = folder, folder / "gatehouse.yaml"
        self.write("one.log")
        self.running = start("--config", self.file, access_log=False)

    def write(self, access):
        where = access if access == "none" else self.folder / access
        self.file.write_text(json.dumps({"version": 1, "logs": {"access": str(where)}}))

    def goes_to(self, access):
        self.write(access)
        return program.run("reload", "--state", self.running.state, home=self.folder)

    def uris(self, name):
        file = self.folder / name
        lines = file.read_text().splitlines() if file.exists() else []
        found = [json.loads(line)["request"]["uri"] for line in lines]
        return [uri for uri in found if uri != "/"]  # that is what a proof asks for

    def open_files(self):
        folder = f"/proc/{self.running.pid}/fd"
        return [os.path.realpath(f"{folder}/{fd}") for fd in os.listdir(folder)]


@pytest.fixture
def logged(gatehouse, tmp_path):
    return Logged(gatehouse, tmp_path)


def test_F13_a_reload_sends_the_access_log_elsewhere_at_once(logged):
    running = logged.running
    with running.connect() as wire:
        assert wire.ask(target="/first", host=running.authority).status == 200
        done = logged.goes_to("two.log")
        assert done.returncode == 0, done.stderr
        logs = f"requests are logged to {logged.folder / 'two.log'}"
        # Of a file that has changed it takes note by itself, too.
        assert logs in done.stdout or done.stdout == "There is nothing to change.\n"
        assert wire.ask(target="/second", host=running.authority).status == 200
    until(lambda: logged.uris("two.log") == ["/second"], "the second request is logged")
    assert logged.uris("one.log") == ["/first"]
    until(lambda: str(logged.folder / "one.log") not in logged.open_files(), "the first is closed")


def test_F13_the_access_log_is_turned_off_and_on(logged):
    running = logged.running
    assert "requests are not logged any more" in logged.goes_to("none").stdout
    assert running.ask(target="/unseen").status == 200
    assert logged.goes_to("one.log").returncode == 0
    assert running.ask(target="/seen").status == 200
    until(lambda: logged.uris("one.log") == ["/seen"], "the request is logged")


def test_F13_an_access_log_that_cannot_be_opened_changes_nothing(logged):
    running = logged.running
    done = logged.goes_to("missing/two.log")
    assert done.returncode == 4, done.stdout + done.stderr
    assert "missing/two.log" in done.stderr
    assert running.ask(target="/still").status == 200
    until(lambda: logged.uris("one.log") == ["/still"], "it is logged where it was")


def test_F13_no_line_is_lost_or_cut_while_the_access_log_goes_to_and_fro(logged):
    running, names = logged.running, ["one.log", "two.log"]
    asked = 0
    with running.connect() as wire:
        for turn in range(20):
            for _ in range(5):
                assert wire.ask(target=f"/{asked}", host=running.authority).status == 200
                asked += 1
            assert logged.goes_to(names[(turn + 1) % 2]).returncode == 0
    until(lambda: len(logged.uris("one.log") + logged.uris("two.log")) == asked,
          "every request is logged")
    assert sorted(logged.uris("one.log") + logged.uris("two.log")) == sorted(
        f"/{number}" for number in range(asked))


def test_F13_the_new_access_log_is_the_one_that_is_opened_anew_on_sighup(logged):
    running = logged.running
    assert logged.goes_to("two.log").returncode == 0
    os.rename(logged.folder / "two.log", logged.folder / "two.log.1")
    running.signal(signal.SIGHUP)
    until((logged.folder / "two.log").exists, "the file is there again")
    assert running.ask(target="/after").status == 200
    until(lambda: logged.uris("two.log") == ["/after"], "the request is logged")


