"""The servers under test. To add one: write a function that takes a Setting, list it in STARTERS.

The function writes the server's configuration and returns the Command that runs it in the
foreground. Each has one worker and the fastest configuration that a careful person would choose.
The peers write no access log; gatehouse writes its own and serves metrics.
"""

import json
import os
from dataclasses import dataclass, field

REPOSITORY = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))


def program():
    return os.environ.get("PROGRAM") or os.path.join(REPOSITORY, "build", "gatehouse")


@dataclass(frozen=True)
class Command:
    argv: list
    in_chroot: bool = True
    environment: dict = field(default_factory=dict)


class Setting:
    """What a server is told: where to listen, whom to ask, its certificate, where to write."""

    def __init__(self, chroot, folder, port, backend_port, certificate, metrics_port):
        self.chroot, self.folder = chroot, folder
        self.port, self.backend_port, self.metrics_port = port, backend_port, metrics_port
        self.certificate_outside = chroot.certificate(certificate)
        self.certificate = chroot.inside(self.certificate_outside)
        self.scratch = chroot.inside(folder)

    def write(self, name, text):
        """Writes a configuration file; returns its path as the server sees it."""
        with open(os.path.join(self.folder, name), "w") as file:
            file.write(text)
        return f"{self.scratch}/{name}"


def start_gatehouse(setting):
    """Native, outside the chroot. Deadlines of idle connections are as long as the peers'."""
    pem = setting.certificate_outside
    return Command(in_chroot=False, argv=[
        program(), "run", "--listen", f"127.0.0.1:{setting.port}",
        "--to", f"http://127.0.0.1:{setting.backend_port}", "--workers", "1",
        "--state", f"{setting.folder}/state", "--certificate", pem + ".crt", "--key", pem + ".key",
        "--access-log", f"{setting.folder}/access.log",
        "--metrics", f"127.0.0.1:{setting.metrics_port}",
        "--timeout", "head=10m", "--timeout", "idle=10m", "--quiet"])


def start_nginx(setting):
    temporary = "\n".join(f"  {kind}_temp_path {setting.scratch}/{kind};"
                          for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    configuration = setting.write("nginx.conf", f"""
user root;
worker_processes 1;
daemon off;
pid {setting.scratch}/pid;
error_log {setting.scratch}/error.log error;
events {{ worker_connections 16000; }}
http {{
{temporary}
  access_log off;
  server_tokens off;
  sendfile on;
  tcp_nodelay on;
  keepalive_requests 100000000;
  keepalive_timeout 600s;
  client_header_timeout 600s;
  upstream backend {{
    server 127.0.0.1:{setting.backend_port};
    keepalive 512;
    keepalive_requests 100000000;
  }}
  server {{
    listen 127.0.0.1:{setting.port} ssl backlog=4096;
    http2 on;
    server_name bench.test;
    ssl_certificate {setting.certificate}.pem;
    ssl_certificate_key {setting.certificate}.pem;
    location / {{
      proxy_pass http://backend;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_max_temp_file_size 0;
    }}
  }}
}}
""")
    return Command(["/usr/sbin/nginx", "-e", "stderr", "-c", configuration])


def start_haproxy(setting):
    configuration = setting.write("haproxy.cfg", f"""
global
  nbthread 1
  maxconn 9000
defaults
  mode http
  timeout connect 10s
  timeout client 600s
  timeout server 600s
  timeout http-keep-alive 600s
frontend front
  bind 127.0.0.1:{setting.port} ssl crt {setting.certificate}.pem alpn h2,http/1.1 backlog 4096
  default_backend back
backend back
  http-reuse always
  server one 127.0.0.1:{setting.backend_port}
""")
    return Command(["/usr/sbin/haproxy", "-W", "-db", "-f", configuration])


def start_caddy(setting):
    """Debian's build has Go's old defaults: X25519MLKEM768 must be asked for by GODEBUG."""
    keep_alive = {"enabled": True, "max_idle_conns_per_host": 1024}
    proxy = {"handler": "reverse_proxy",
             "upstreams": [{"dial": f"127.0.0.1:{setting.backend_port}"}],
             "transport": {"protocol": "http", "keep_alive": keep_alive}}
    server = {"listen": [f"127.0.0.1:{setting.port}"], "protocols": ["h1", "h2"],
              "automatic_https": {"disable": True},
              "tls_connection_policies": [{"fallback_sni": "bench.test"}],
              "routes": [{"handle": [proxy]}]}
    pair = {"certificate": setting.certificate + ".pem", "key": setting.certificate + ".pem"}
    apps = {"http": {"servers": {"edge": server}}, "tls": {"certificates": {"load_files": [pair]}}}
    configuration = setting.write("caddy.json", json.dumps({
        "admin": {"disabled": True}, "logging": {"logs": {"default": {"level": "ERROR"}}},
        "apps": apps}))
    return Command(["/usr/bin/caddy", "run", "--config", configuration],
                   environment={"GOMAXPROCS": "1", "GODEBUG": "tlsmlkem=1", "HOME": "/tmp"})


def start_hitch(setting):
    """Relays bytes without reading HTTP, one back-end connection for each client's."""
    configuration = setting.write("hitch.conf", f"""
frontend = "[127.0.0.1]:{setting.port}"
backend = "[127.0.0.1]:{setting.backend_port}"
pem-file = "{setting.certificate}.pem"
workers = 1
daemon = off
user = "root"
tls-protos = TLSv1.2 TLSv1.3
backlog = 4096
quiet = on
""")
    return Command(["/usr/sbin/hitch", f"--config={configuration}"])


STARTERS = {
    "gatehouse": start_gatehouse,
    "haproxy": start_haproxy,
    "nginx": start_nginx,
    "caddy": start_caddy,
    "hitch": start_hitch,
}


def backend_command(setting):
    """nginx as the application: 100 bytes at /, 1 MiB at /1m."""
    body = "x" * 100
    configuration = setting.write("backend.conf", f"""
user root;
worker_processes 1;
daemon off;
pid {setting.scratch}/pid;
error_log {setting.scratch}/error.log error;
events {{ worker_connections 16000; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  tcp_nodelay on;
  keepalive_requests 1000000000;
  keepalive_timeout 3600s;
  open_file_cache max=10;
  default_type text/plain;
  server {{
    listen 127.0.0.1:{setting.backend_port} backlog=8192;
    location = /1m {{ root /bench/www; }}
    location / {{ return 200 "{body}"; }}
  }}
}}
""")
    return Command(["/usr/sbin/nginx", "-e", "stderr", "-c", configuration])
