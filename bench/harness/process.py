"""Starting and stopping the servers, the back-end and the load generator, each on its CPU."""

import json
import os
import resource
import shutil
import signal
import socket
import ssl
import subprocess
import time

from . import h2load, servers
from .machine import free_port, process_tree

SERVER_CPU = 0
GENERATOR_CPU = 1  # the back-end and this harness, too


class DidNotStart(Exception):
    pass


def occupy_generator_cpu():
    """This process, and what it starts, leaves the server's CPU alone and may open many files."""
    if not {SERVER_CPU, GENERATOR_CPU} <= os.sched_getaffinity(0):
        raise SystemExit("bench: the server and the load generator need a CPU each: 0 and 1.")
    os.sched_setaffinity(0, {GENERATOR_CPU})
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _spawn(command, root, cpu, **streams):
    def enter():
        os.sched_setaffinity(0, {cpu})
        if command.in_chroot:
            os.chroot(root)
            os.chdir("/")
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/tmp", **command.environment}
    return subprocess.Popen(command.argv, env=environment, preexec_fn=enter, **streams)


def stop(process):
    """Ends the process and its descendants: politely, then by force."""
    pids = process_tree(process.pid)
    for which in (signal.SIGTERM, signal.SIGKILL):
        for pid in pids:
            try:
                os.kill(pid, which)
            except ProcessLookupError:
                pass
        deadline = time.monotonic() + 3
        while time.monotonic() < deadline:
            process.poll()
            if not any(os.path.exists(f"/proc/{pid}") for pid in pids):
                return
            time.sleep(0.02)


def unverifying_context():
    """For the bench's own certificates. Loads no trust store: that would take 20 ms."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def shake_hands(port, context):
    """One full TLS handshake with 127.0.0.1:port."""
    with socket.create_connection(("127.0.0.1", port), 10) as plain:
        with context.wrap_socket(plain, server_hostname="bench.test"):
            pass


class Site:
    """The chroot with a running back-end: where servers are started and loaded."""

    def __init__(self, chroot):
        self.chroot = chroot
        self.backend_port = free_port()
        setting = self._setting("backend", "ecdsa", keep_state=False)
        with open(f"{chroot.work}/www/1m", "wb") as file:
            file.write(os.urandom(1 << 20))
        self._backend = _spawn(servers.backend_command(setting), chroot.root, GENERATOR_CPU,
                               stdin=subprocess.DEVNULL)
        self._await_backend()

    def _await_backend(self):
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.backend_port), 1).close()
                return
            except OSError:
                time.sleep(0.02)
        stop(self._backend)
        raise SystemExit("bench: the back-end (nginx) did not start.")

    def _setting(self, name, certificate, keep_state):
        folder = f"{self.chroot.work}/run/{name}"
        if not keep_state:
            shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder, exist_ok=True)
        return servers.Setting(self.chroot, folder, free_port(), self.backend_port, certificate,
                               free_port())

    def start(self, name, certificate="ecdsa", keep_state=False, starter=None, patience=60):
        """`starter`: another than that of servers.STARTERS. `patience`: seconds until it serves."""
        setting = self._setting(name, certificate, keep_state)
        return Server(name, setting, (starter or servers.STARTERS[name])(setting), patience)

    def generator(self, port, *arguments, **streams):
        command = servers.Command(["/bench/bin/tlsload", "-p", str(port), *map(str, arguments)])
        return _spawn(command, self.chroot.root, GENERATOR_CPU, text=True,
                      stdout=subprocess.PIPE, **streams)

    def load(self, port, *arguments):
        """Runs the load generator to its end; returns what it reports."""
        generator = self.generator(port, *arguments, stderr=subprocess.PIPE)
        out, errors = generator.communicate()
        if generator.returncode != 0:
            raise RuntimeError(f"the load generator failed: {errors.strip()[-300:]}")
        return {**json.loads(out), "complaints": errors.strip()[-300:]}

    def load_h2(self, port, seconds, *arguments, path="/"):
        """The same with h2load."""
        command = servers.Command(h2load.command(port, seconds, *arguments, path=path))
        generator = _spawn(command, self.chroot.root, GENERATOR_CPU, text=True,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        said, _ = generator.communicate()
        if generator.returncode != 0:
            raise RuntimeError(f"h2load failed: {said.strip()[-300:]}")
        return h2load.report(said)

    def close(self):
        stop(self._backend)


class Server:
    """A server that has served its first handshake; `start_seconds` says how long that took."""

    def __init__(self, name, setting, command, patience=60):
        self.name, self.setting, self.port = name, setting, setting.port
        self._log_path = f"{setting.folder}/output"
        self._context = unverifying_context()
        self._patience = patience
        begin = time.monotonic()
        self._spawn(command)
        self._await_handshake(begin + patience)
        self.start_seconds = time.monotonic() - begin

    def _spawn(self, command):
        with open(self._log_path, "a") as log:
            self._process = _spawn(command, self.setting.chroot.root, SERVER_CPU,
                                   stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    @property
    def pid(self):
        return self._process.pid

    def children(self):
        return set(process_tree(self.pid)) - {self.pid}

    def wait_until(self, condition, complaint):
        deadline = time.monotonic() + self._patience
        while not condition():
            if time.monotonic() > deadline:
                raise RuntimeError(complaint)
            time.sleep(0.01)

    def replace(self, command):
        """Another process, which makes this one end; done when it has and the other one serves."""
        before = self._process
        self._spawn(command)
        try:
            self.wait_until(lambda: before.poll() is not None,
                            f"the {self.name} of before did not end: {self._last_words()}")
            self._await_handshake(time.monotonic() + self._patience)
        finally:
            if before.poll() is None:
                stop(before)

    def _await_handshake(self, deadline):
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise DidNotStart(f"{self.name} ended at once: {self._last_words()}")
            try:
                return shake_hands(self.port, self._context)
            except OSError:
                time.sleep(0.001)
        stop(self._process)
        raise DidNotStart(f"{self.name} served no handshake: {self._last_words()}")

    def _last_words(self):
        with open(self._log_path, errors="replace") as log:
            return log.read()[-400:].strip() or "it said nothing"

    def stop(self):
        stop(self._process)
