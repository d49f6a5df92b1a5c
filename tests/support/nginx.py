"""Debian's nginx with a small site: a real application to put gatehouse in front of."""

import contextlib
import os
import pathlib
import shutil
import socket
import subprocess

from support.wait import seconds, until

_CONFIGURATION = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
{user}
events {{ worker_connections 4096; }}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    client_max_body_size 0;
    default_type text/html;
    gzip on;
    gzip_types *;
    gzip_min_length 1;
    server {{
        listen 127.0.0.1:{port};
        listen unix:{folder}/nginx.sock;
        root {folder}/site;
        location /old {{ return 301 /; }}
        location /upload/ {{
            root {folder};
            dav_methods PUT DELETE;
        }}
    }}
}}
"""


class Nginx:
    """Serves `folder`/site at `url` and at a Unix socket (`unix_url`); takes PUT at /upload/."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        (self.folder / "site").mkdir(parents=True)
        (self.folder / "upload").mkdir()
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        listener.listen(512)
        port = listener.getsockname()[1]
        self.url, self.unix_url = f"http://127.0.0.1:{port}", f"unix:{self.folder}/nginx.sock"
        configuration = self.folder / "nginx.conf"
        user = "user root;" if os.geteuid() == 0 else ""
        configuration.write_text(
            _CONFIGURATION.format(folder=self.folder, port=port, user=user))
        # nginx takes listening sockets over from the environment: no port can be lost to a race.
        self._process = subprocess.Popen(
            [shutil.which("nginx") or "/usr/sbin/nginx", "-e", str(self.folder / "error.log"),
             "-c", str(configuration)],
            env={**os.environ, "NGINX": f"{listener.fileno()};"}, pass_fds=[listener.fileno()],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        listener.close()
        until(self._answers, f"nginx answers; see {self.folder}/error.log")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait(seconds(10))

    def put(self, name, data):
        (self.folder / "site" / name).write_bytes(data)

    def _answers(self):
        with contextlib.suppress(OSError):
            probe = socket.socket(socket.AF_UNIX)
            with contextlib.closing(probe):
                probe.connect(f"{self.folder}/nginx.sock")
                return True
        return False
