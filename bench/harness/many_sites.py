"""Ten thousand sites: how each server is told of them, told anew, and changed while it runs.

The sites are equal: a name, the same back-end, one listener for all. Each server gets them in its
own way: gatehouse as files in conf.d, nginx as files that are included, haproxy as a file with a
back-end for each and a map from the name to it. One certificate answers for all of them.
"""

import os
import signal

from .api import call
from .servers import Command, program

SITES = 10_000
PER_FILE = 100
CHANGED_FILE = 7
CHANGES_ADDRESS = "127.0.0.2"  # where the sites of the changed file lead


def name_of(number):
    return f"s{number:05}.bench.test"


def files():
    """(name of the file, numbers of its sites)"""
    return [(f"{first // PER_FILE:04}", range(first, first + PER_FILE))
            for first in range(0, SITES, PER_FILE)]


def _age(path):
    return os.stat(path).st_mtime_ns if os.path.exists(path) else None


def _write_files(setting, suffix, text_of):
    os.makedirs(os.path.join(setting.folder, "conf.d"), exist_ok=True)
    for name, numbers in files():
        setting.write(f"conf.d/{name}{suffix}", text_of(setting, numbers, "127.0.0.1"))


def _write_changed_file(setting, suffix, text_of, changed):
    """In one step, so that nobody reads half of it."""
    name, numbers = files()[CHANGED_FILE]
    address = CHANGES_ADDRESS if changed else "127.0.0.1"
    setting.write("next", text_of(setting, numbers, address))
    os.replace(f"{setting.folder}/next", f"{setting.folder}/conf.d/{name}{suffix}")


class Gatehouse:
    """A file of conf.d holds some sites, a line each."""

    @staticmethod
    def _text(setting, numbers, address):
        lines = (f'  {name_of(number)}: {{listen: ["127.0.0.1:{setting.port}"], http: {{off: true}}, '
                 f'upstreams: ["http://{address}:{setting.backend_port}"]}}\n' for number in numbers)
        return "sites:\n" + "".join(lines)

    def write_changed(self, setting, changed):
        _write_changed_file(setting, ".yaml", self._text, changed)

    def start(self, setting):
        setting.write("gatehouse.yaml", "version: 1\n")
        _write_files(setting, ".yaml", self._text)
        return Command(in_chroot=False, argv=[
            program(), "run", "--config", f"{setting.folder}/gatehouse.yaml", "--workers", "1",
            "--state", f"{setting.folder}/state", "--access-log", f"{setting.folder}/access.log",
            "--quiet"])

    def reload(self, server, changed):
        """By itself, when the file has changed. Done when the history tells of it."""
        kept = f"{server.setting.folder}/state/config/api.yaml"
        before = _age(kept)
        self.write_changed(server.setting, changed)
        server.wait_until(lambda: _age(kept) != before, "gatehouse did not take the file over")

    def change(self, server, number):
        """One site more, over the API."""
        setting = server.setting
        made = {"listen": [f"127.0.0.1:{setting.port}"], "http": {"off": True},
                "upstreams": [f"http://127.0.0.1:{setting.backend_port}"]}
        edit = {"setSite": {"name": name_of(SITES + number), "site": made}}
        answer = call(setting, "Change", {"edits": [edit]})
        if not answer.get("applied"):
            raise RuntimeError(f"the change was not applied: {str(answer)[:300]}")


class Nginx:
    @staticmethod
    def _text(setting, numbers, address):
        return "".join(
            f"server {{ listen 127.0.0.1:{setting.port} ssl; server_name {name_of(number)};"
            f" location / {{ proxy_pass http://{address}:{setting.backend_port}; }} }}\n"
            for number in numbers)

    def write_changed(self, setting, changed):
        _write_changed_file(setting, ".conf", self._text, changed)

    def start(self, setting):
        temporary = "\n".join(f"  {kind}_temp_path {setting.scratch}/{kind};"
                              for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        _write_files(setting, ".conf", self._text)
        configuration = setting.write("nginx.conf", f"""
user root;
worker_processes 1;
daemon off;
pid {setting.scratch}/pid;
error_log {setting.scratch}/error.log error;
events {{ worker_connections 1000; }}
http {{
{temporary}
  access_log off;
  server_names_hash_max_size 65536;
  server_names_hash_bucket_size 128;
  ssl_certificate {setting.certificate}.pem;
  ssl_certificate_key {setting.certificate}.pem;
  include {setting.scratch}/conf.d/*.conf;
}}
""")
        return Command(["/usr/sbin/nginx", "-e", "stderr", "-c", configuration])

    def reload(self, server, changed):
        """By SIGHUP: the master reads, a new worker serves. Done when the old worker is gone."""
        self.write_changed(server.setting, changed)
        before = server.children()
        os.kill(server.pid, signal.SIGHUP)
        server.wait_until(lambda: server.children() and not before & server.children(),
                          "the old worker of nginx did not leave")


class Haproxy:
    def write_changed(self, setting, changed):
        names = "".join(f"{name_of(number)} b{number}\n" for number in range(SITES))
        table = setting.write("sites.map", names)
        address = [CHANGES_ADDRESS if changed and number // PER_FILE == CHANGED_FILE
                   else "127.0.0.1" for number in range(SITES)]
        backends = "".join(f"backend b{number}\n  server one {address[number]}:"
                           f"{setting.backend_port}\n" for number in range(SITES))
        return setting.write("haproxy.cfg", f"""
global
  nbthread 1
  maxconn 1000
defaults
  mode http
  timeout connect 10s
  timeout client 60s
  timeout server 60s
frontend front
  bind 127.0.0.1:{setting.port} ssl crt {setting.certificate}.pem alpn http/1.1
  use_backend %[req.hdr(host),field(1,:),lower,map({table})]
{backends}""")

    def start(self, setting):
        return Command(["/usr/sbin/haproxy", "-db", "-f", self.write_changed(setting, False)])

    def reload(self, server, changed):
        """A new process tells the old one to finish. Done when the old one is gone."""
        configuration = self.write_changed(server.setting, changed)
        server.replace(Command(["/usr/sbin/haproxy", "-db", "-f", configuration,
                                "-sf", str(server.pid)]))


SERVERS = {"gatehouse": Gatehouse(), "nginx": Nginx(), "haproxy": Haproxy()}
