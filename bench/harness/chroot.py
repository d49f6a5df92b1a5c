"""The private Debian chroot: the peers, the load generator and the certificates live in it."""

import os
import shutil
import subprocess

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOOLS = {"gcc", "libc6-dev", "libssl-dev", "nghttp2-client", "openssl", "strace"} | {
    "nginx"}  # the back-end
SOURCES = ["tlsload.c", "tls_connection.c"]
HEADERS = ["tls_connection.h"]
VERSION_COMMANDS = {  # of the peers that are Debian packages of the same name
    "nginx": "nginx -v 2>&1 | sed 's/^nginx version: //'",
    "haproxy": "haproxy -v | sed -n '1s/ - .*//p'",
    "caddy": "echo Caddy $(caddy version)",
    "hitch": "hitch --version | head -1",
}
OPENSSL_VERSION = "openssl version | sed 's/ (Library.*//'"


class Chroot:
    def __init__(self, suite):
        cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
        self.suite = suite
        self.root = os.path.join(cache, "gatehouse", "bench", suite)
        self.work = os.path.join(self.root, "bench")

    def inside(self, path):
        """The path of a file of the chroot as processes in it see it."""
        return path[len(self.root):]

    def certificate(self, name):
        """NAME.pem holds certificate and key; NAME.crt and NAME.key hold one each."""
        return os.path.join(self.work, "certificates", name)

    def prepare(self, peers):
        """Makes what is missing. Takes a minute or two the first time, a second later."""
        packages = sorted(TOOLS | (set(peers) & set(VERSION_COMMANDS)))
        script = os.path.join(HERE, "setup_chroot.sh")
        if subprocess.run([script, self.root, self.suite, *packages]).returncode != 0:
            raise SystemExit(1)  # the script has said why
        for folder in ("bin", "src", "certificates", "run", "www"):
            os.makedirs(os.path.join(self.work, folder), exist_ok=True)
        self._compile_load_generator()
        self._make_certificate("ecdsa", ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"])
        self._make_certificate("rsa", ["-newkey", "rsa:2048"])

    def mount_proc(self):
        """strace needs /proc. The mount ends with this process's mount namespace."""
        subprocess.run(["mount", "-t", "proc", "proc", os.path.join(self.root, "proc")], check=True)

    def run(self, *command):
        done = subprocess.run(["chroot", self.root, *command], capture_output=True, text=True)
        if done.returncode != 0:
            complaint = done.stderr.strip()[-600:]
            raise SystemExit(f"bench: {command[0]} failed in {self.root}: {complaint}")
        return done.stdout

    def versions(self, peers):
        """What the peers of this run call themselves, and the OpenSSL of all but Caddy."""
        commands = [VERSION_COMMANDS[peer] for peer in peers if peer in VERSION_COMMANDS]
        return [self.run("sh", "-c", command).strip() for command in [*commands, OPENSSL_VERSION]]

    def _compile_load_generator(self):
        for name in SOURCES + HEADERS:
            shutil.copy(os.path.join(HERE, name), os.path.join(self.work, "src"))
        sources = [f"/bench/src/{name}" for name in SOURCES]
        self.run("gcc", "-O2", "-Wall", "-o", "/bench/bin/tlsload", *sources, "-lssl", "-lcrypto")

    def _make_certificate(self, name, key_options):
        path = self.certificate(name)
        if os.path.exists(path + ".pem"):
            return
        inside = self.inside(path)
        self.run("openssl", "req", "-x509", "-nodes", "-days", "3650", *key_options,
                 "-subj", "/CN=bench.test", "-addext", "subjectAltName=DNS:bench.test",
                 "-keyout", inside + ".key", "-out", inside + ".crt")
        with open(path + ".crt") as certificate, open(path + ".key") as key:
            both = certificate.read() + key.read()
        handle = os.open(path + ".pem", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(handle, "w") as file:
            file.write(both)
