"""Starts and ends the program under test, and asks it what it serves."""

import json
import os
import re
import select
import signal
import socket
import ssl
import subprocess
import time

from support import binary
from support.wait import seconds, until
from support.wire import Wire

_COMPLAINTS = re.compile(
    r"(Address|Leak|Thread|UndefinedBehavior)Sanitizer|runtime error:|terminate called|Assertion")


def environment(home):
    """Nothing of the person who runs the tests leaks into the program, nor the reverse."""
    kept = {key: os.environ[key] for key in ("PATH", "LANG", "TZ") if key in os.environ}
    kept.update(HOME=str(home), XDG_STATE_HOME=str(home / "xdg-state"),
                ASAN_OPTIONS="detect_stack_use_after_return=1:strict_string_checks=1",
                UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1",
                TSAN_OPTIONS="halt_on_error=1")
    return kept


def run(*arguments, home, within=30.0, prefix=(), **more):
    """Runs a command of the program to its end; stdout and stderr as text."""
    return subprocess.run(
        [*prefix, str(binary.path()), *map(str, arguments)], env=environment(home), text=True,
        stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds(within), **more)


class Gatehouse:
    """One running `gatehouse run --json`."""

    def __init__(self, *arguments, folder, state=None, listen=("127.0.0.1:0",), prefix=(),
                 access_log=True, **more):
        self.folder, self.state = folder, state or folder / "state"
        self.events_file, self.access_file = folder / "events.log", folder / "access.log"
        command = [*prefix, str(binary.path()), "run", "--json", "--state", str(self.state)]
        command += [word for address in listen for word in ("--listen", address)]
        if access_log and "--access-log" not in arguments:
            command += ["--access-log", str(self.access_file)]
        if not any(str(word).startswith("drain=") for word in arguments):
            command += ["--timeout", "drain=3s"]  # a test that fails must not wait for long
        with open(self.events_file, "ab") as events:
            self.process = subprocess.Popen(
                [*command, *map(str, arguments)], env=environment(folder), stdout=subprocess.PIPE,
                stderr=events, stdin=subprocess.DEVNULL, **more)
        self.serving = None

    def wait_until_serving(self, within=15.0):
        said = json.loads(self._first_line(within))
        self.said, self.serving = said, said["serving"]
        self.pid, self.anchor = said["pid"], said["anchor"]
        return self

    def _first_line(self, within):
        deadline, line = time.monotonic() + seconds(within), b""
        while not line.endswith(b"\n"):
            left = deadline - time.monotonic()
            ready = left > 0 and select.select([self.process.stdout], [], [], left)[0]
            data = os.read(self.process.stdout.fileno(), 65536) if ready else b""
            if not data:
                self.process.kill()
                self.process.wait()
                raise AssertionError(f"gatehouse does not serve; it said:\n{self.events()}")
            line += data
        return line

    # What it serves.

    def address(self, index=0):
        host, _, port = self.serving[index]["address"].rpartition(":")
        return host.strip("[]"), int(port)

    @property
    def port(self):
        return self.address()[1]

    @property
    def authority(self):
        return f"localhost:{self.port}"

    def context(self, **settings):
        """A client's TLS settings that trust the local CA of this gatehouse and nothing else."""
        context = ssl.create_default_context(cafile=self.anchor)
        for name, value in settings.items():
            setattr(context, name, value)
        return context

    # Talking to it.

    def connect(self, index=0, context=None, server_name="localhost", **more):
        if not self.serving[index]["tls"]:
            return Wire.plain(self.address(index))
        return Wire.tls(self.address(index), context or self.context(), server_name, **more)

    def ask(self, method="GET", target="/", index=0, **more):
        """One request on a connection of its own."""
        with self.connect(index) as wire:
            return wire.ask(method, target, **{"host": self.authority, **more})

    def curl(self, *arguments, within=30.0, check=True):
        """curl that trusts the local CA, and finds localhost at 127.0.0.1."""
        trust = ["--cacert", self.anchor] if self.anchor else []
        return subprocess.run(
            ["curl", "-sS", "--noproxy", "*", *trust, "--max-time", str(seconds(within)),
             "--resolve", f"localhost:{self.port}:127.0.0.1", *arguments],
            capture_output=True, text=True, check=check)

    # What it says.

    def events(self):
        return self.events_file.read_text(errors="replace")

    def access_log(self, at_least=1, within=10.0):
        """The lines of the access log, once there are `at_least` so many."""
        def lines():
            text = self.access_file.read_text() if self.access_file.exists() else ""
            found = [json.loads(line) for line in text.split("\n")[:-1]]
            return found if len(found) >= at_least else None
        return until(lines, f"{at_least} lines in the access log", within)

    def metrics(self):
        """The metrics as {(name, labels as text): value}."""
        host, _, port = self.said["metrics"].rpartition(":")
        with Wire.plain((host, int(port))) as wire:
            response = wire.ask(target="/metrics", host=self.said["metrics"])
        assert response.status == 200
        return _parse_metrics(response.text)

    # Ending it.

    def signal(self, number=signal.SIGTERM):
        os.kill(self.pid, number)

    def wait(self, within=20.0):
        try:
            return self.process.wait(seconds(within))
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGABRT)
            self.process.wait()
            raise AssertionError(f"gatehouse does not end; it said:\n{self.events()}") from None
        finally:
            self.process.stdout.close()

    def stop(self, within=20.0):
        """SIGTERM; it must end with 0 and without a complaint of a sanitizer."""
        if self.process.returncode is None:
            self.process.terminate()
        code = self.wait(within)
        assert code == 0, f"exit code {code}; it said:\n{self.events()}"
        self.assert_sound()

    def assert_sound(self):
        assert not _COMPLAINTS.search(self.events()), self.events()

    def kill(self):
        self.process.kill()
        self.wait()

    def accepts_connections(self, index=0):
        try:
            socket.create_connection(self.address(index), seconds(5)).close()
        except ConnectionError:
            return False
        return True


def _parse_metrics(text):
    values = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            match = re.fullmatch(r"([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)(?: \d+)?", line)
            assert match, f"not a line of metrics: {line!r}"
            values[match[1], match[2] or ""] = float(match[3])
    return values
