"""A14, T11: no change of the configuration and no new program costs a request or a connection."""

import json
import os
import signal
import time

import pytest

from support import program
from support.live import Load, application, unnoticed
from support.upstreams import says
from support.wait import until

RELOADS = [pytest.param(20, id="20"), pytest.param(200, id="200", marks=pytest.mark.soak)]
UPGRADES = [pytest.param(3, id="3"), pytest.param(20, id="20", marks=pytest.mark.soak)]
MAIN = "127.0.0.1:0"
UNREACHABLE = 5


class Living:
    """A gatehouse whose file changes; its first site, by flags, stays."""

    def __init__(self, start, folder, upstream):
        self.folder, self.socket = folder, folder / "admin.sock"
        self.file = folder / "gatehouse.yaml"
        self.application, self.other = upstream(application), upstream(says("other"))
        self.write({})
        self.gatehouse = start("--config", self.file, "--socket", self.socket, "--to",
                               self.application.url, "--timeout", "drain=20s", listen=(MAIN,))

    def load(self, **more):
        running = self.gatehouse
        return Load(running.address(), running.context(), running.authority, **more)

    def write(self, sites):
        text = self.file.with_suffix(".next")
        text.write_text(json.dumps({"version": 1, "sites": sites}))
        os.replace(text, self.file)

    def change(self, number):
        """Another site beside the first one, and another listener; those of before go."""
        plain = {"off": True}
        self.write({
            f"n{number}.localhost": {"listen": [MAIN], "upstreams": [self.other.url],
                                     "http": plain},
            f"l{number}.localhost": {"listen": [f"127.0.0.{2 + number % 200}:0"],
                                     "upstreams": [self.other.url], "http": plain}})
        os.kill(self.status()["pid"], signal.SIGHUP)
        until(lambda: self.answer(f"n{number}.localhost") == "other", f"change {number} is served")

    def answer(self, name):
        return self.gatehouse.ask(host=f"{name}:{self.gatehouse.port}").text

    def call(self, *words):
        """A program that hands over ends the calls of its administrators: they try again."""
        def answer():
            done = program.run(*words, "--json", "--socket", self.socket, home=self.folder)
            assert done.returncode in (0, UNREACHABLE), done.stderr
            return json.loads(done.stdout) if done.returncode == 0 else None
        return until(answer, f"an answer to {' '.join(words)}")

    def status(self):
        return self.call("status")

    def listeners(self):
        return [row["address"] for row in self.call("listener", "list")["listeners"]]


@pytest.fixture
def living(gatehouse, upstream, tmp_path):
    return Living(gatehouse, tmp_path, upstream)


@pytest.mark.parametrize("count", RELOADS)
def test_A14_T11_reloads_under_load_are_noticed_by_no_client(living, count):
    with living.load() as load:
        until(lambda: len(load.counts()) == 4, "every kind of client is at work")
        for number in range(count):
            with unnoticed():
                living.change(number)
        with unnoticed(load):
            time.sleep(0.5)  # what was cut late shows, and everybody still works
    assert not load.failures, load.failures
    assert any(f"127.0.0.{2 + (count - 1) % 200}:" in address for address in living.listeners())
    assert not any(f"127.0.0.{2 + (count - 2) % 200}:" in address for address in living.listeners())


def test_A14_a_configuration_that_is_wrong_in_any_part_changes_nothing(living):
    living.change(0)
    with living.load() as load:
        until(lambda: len(load.counts()) == 4, "every kind of client is at work")
        living.file.write_text("version: 1\nsites: {n1.localhost: {upstrems: [x]}}\n")
        os.kill(living.status()["pid"], signal.SIGHUP)
        until(lambda: "upstrems" in living.status().get("lastError", ""), "the error is told")
        assert living.answer("n0.localhost") == "other"
    assert not load.failures, load.failures


def test_F13_an_idle_connection_lives_on_and_follows_the_new_configuration(living):
    running = living.gatehouse
    with running.connect() as wire:
        assert wire.ask(host=running.authority).status == 200
        living.change(0)
        assert wire.ask(host=f"n0.localhost:{running.port}").text == "other"
        living.change(1)
        assert wire.ask(host=f"n1.localhost:{running.port}").text == "other"
        assert wire.ask(host=running.authority).text.startswith("hello")


@pytest.mark.parametrize("count", UPGRADES)
def test_A14_upgrades_of_the_program_under_load_are_noticed_by_no_client(living, count):
    with living.load(sockets=0) as load, living.load(keep_alive=0, newcomers=0, uploads=0) as held:
        until(lambda: len(load.counts()) == 3 and held.counts(), "every kind of client is at work")
        for _ in range(count):
            before = living.status()["pid"]
            os.kill(before, signal.SIGUSR2)
            until(lambda: living.status()["pid"] != before, "the new program serves", 30)
            living.gatehouse.pid = living.status()["pid"]
        with unnoticed(load, held):
            time.sleep(0.5)
    assert not load.failures + held.failures, load.failures + held.failures


@pytest.fixture(autouse=True)
def end_the_last_program(request):
    """An upgrade leaves a program that is no child of this test."""
    yield
    living = request.node.funcargs.get("living")
    if living is None or living.gatehouse.pid == living.gatehouse.process.pid:
        return
    with_pid = living.gatehouse.pid
    os.kill(with_pid, signal.SIGTERM)
    until(lambda: not os.path.exists(f"/proc/{with_pid}"), "the last program ends", 30)
