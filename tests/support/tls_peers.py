"""Other people's TLS servers: OpenSSL's s_server and Debian's nginx."""

import contextlib
import os
import pathlib
import re
import shutil
import socket
import subprocess

from support.wait import seconds, until


class OpensslServer:
    """`openssl s_server -www` at 127.0.0.1:`port`; one connection after the other."""

    def __init__(self, chain, key, *arguments, folder):
        self._said = pathlib.Path(folder) / "s_server.log"
        # -cert reads the first certificate of a file alone.
        _, _, rest = pathlib.Path(chain).read_text().partition("-----END CERTIFICATE-----\n")
        if rest:
            others = pathlib.Path(folder) / "others.crt"
            others.write_text(rest)
            arguments += ("-cert_chain", str(others))
        with open(self._said, "wb") as said:
            self._process = subprocess.Popen(
                ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", str(chain), "-key", str(key), "-www", *arguments],
                stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT)
        self.port = int(until(self._port, f"s_server listens; see {self._said}"))

    def _port(self):
        found = re.search(r"^ACCEPT 127\.0\.0\.1:(\d+)", self._said.read_text(), re.MULTILINE)
        return found and found[1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait(seconds(10))


_NGINX = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
{user}
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {servers}
}}
"""


class NginxServers:
    """nginx with servers of a test: each text has {port} where its own free port belongs."""

    def __init__(self, folder, *servers):
        folder = pathlib.Path(folder)
        folder.mkdir(parents=True)
        sockets = [self._listen() for _ in servers]
        self.ports = [one.getsockname()[1] for one in sockets]
        texts = [text.replace("{port}", str(port)) for text, port in zip(servers, self.ports)]
        user = "user root;" if os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(
            _NGINX.format(folder=folder, user=user, servers="\n".join(texts)))
        # nginx takes listening sockets over from the environment: no port is lost to a race.
        self._process = subprocess.Popen(
            [shutil.which("nginx") or "/usr/sbin/nginx", "-e", str(folder / "error.log"),
             "-c", str(folder / "nginx.conf")],
            env={**os.environ, "NGINX": "".join(f"{one.fileno()};" for one in sockets)},
            pass_fds=[one.fileno() for one in sockets],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for one in sockets:
            one.close()
        until(lambda: (folder / "nginx.pid").exists() and (folder / "nginx.pid").read_text(),
              f"nginx serves; see {folder}/error.log")

    @staticmethod
    def _listen():
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        return listener

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        self._process.wait(seconds(10))
