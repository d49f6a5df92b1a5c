"""Ten thousand certificates, and a million: each for a name of its own, with a key of its own.

bench/make_store.cc makes them, once, and they stay in the cache. gatehouse has them in its store; one
site with `*` answers for all names. The peers get the same ones as PEM files.
"""

import base64
import hashlib
import os
import shutil
import subprocess

from .api import call
from .servers import REPOSITORY, Command, program

MANY = 10_000
MILLION = 1_000_000
# What a store looks like depends on these.
SOURCES = ("bench/make_store.cc", "src/certs/store/record_codec.cc",
           "src/certs/store/record_writes.cc", "src/kv/sqlite/schema.cc")


def name_of(number):
    return f"n{number:07}.example.com"


def _mark():
    digest = hashlib.sha256()
    for source in SOURCES:
        with open(os.path.join(REPOSITORY, source), "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()[:12]


def kept(chroot, count, kind="ecdsa"):
    """The folder with `state` and `pem` (up to MANY), made where it is missing."""
    folder = os.path.join(chroot.work, "stores", f"{count}-{kind}-{_mark()}")
    if os.path.exists(folder):
        return folder
    build = os.path.dirname(os.path.realpath(program()))
    subprocess.run(["ninja", "-C", build, "make_store"], check=True, stdout=subprocess.DEVNULL)
    unfinished = f"{folder}.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    os.makedirs(f"{unfinished}/state", mode=0o700)
    os.makedirs(f"{unfinished}/pem")
    pem = [f"{unfinished}/pem"] if count <= MANY else []
    subprocess.run([os.path.join(build, "make_store"), f"{unfinished}/state", str(count), kind,
                    *pem], check=True)
    os.rename(unfinished, folder)
    return folder


class Gatehouse:
    def __init__(self, count=MANY, kind="ecdsa"):
        self._count, self._kind = count, kind

    def state(self, setting):
        return f"{kept(setting.chroot, self._count, self._kind)}/state"

    def start(self, setting):
        state = self.state(setting)
        return Command(in_chroot=False, argv=[
            program(), "run", "--listen", f"127.0.0.1:{setting.port}",
            "--to", f"http://127.0.0.1:{setting.backend_port}", "--workers", "1",
            "--state", state, "--access-log", f"{setting.folder}/access.log", "--quiet"])


class ChangedGatehouse(Gatehouse):
    """With a store of its own, so that the one that is kept stays as it is."""

    def state(self, setting):
        own = os.path.join(setting.folder, "state")
        shutil.rmtree(own, ignore_errors=True)
        shutil.copytree(super().state(setting), own)
        return own

    def arrive(self, server, identity, replaced):
        """One certificate over the API, which proves that it answers before it says so."""
        files = [{"name": os.path.basename(identity),
                  "content": base64.b64encode(open(identity, "rb").read()).decode()}]
        message = {"files": files}
        if replaced:
            message["replace"] = {"text": f"name:{replaced}"}
        answer = call(server.setting, "Import", message, "CertificateService")
        if len(answer.get("stored", ())) != 1:
            raise RuntimeError(f"the certificate was not stored: {str(answer)[:300]}")


def identity_for(setting, name):
    """A file with a new certificate for this name and its key."""
    path = os.path.join(setting.folder, f"{name}.pem")
    # OpenSSL's own configuration would make a CA of it.
    setting.write("openssl.cnf", "[req]\ndistinguished_name = name\n[name]\n")
    subprocess.run(["openssl", "req", "-config", f"{setting.folder}/openssl.cnf", "-x509",
                    "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "90", "-subj", f"/CN={name}",
                    "-addext", f"subjectAltName=DNS:{name}",
                    "-addext", "extendedKeyUsage=serverAuth", "-keyout", f"{path}.key",
                    "-out", path], check=True, stderr=subprocess.DEVNULL)
    with open(path, "a") as both, open(f"{path}.key") as key:
        both.write(key.read())
    return path


class Nginx:
    def start(self, setting):
        pem = setting.chroot.inside(f"{kept(setting.chroot, MANY)}/pem")
        setting.write("servers.conf", "".join(
            f"server {{ listen 127.0.0.1:{setting.port} ssl; server_name {name_of(number)};"
            f" ssl_certificate {pem}/{number}.pem; ssl_certificate_key {pem}/{number}.pem;"
            f" location / {{ proxy_pass http://127.0.0.1:{setting.backend_port}; }} }}\n"
            for number in range(MANY)))
        temporary = "\n".join(f"  {kind}_temp_path {setting.scratch}/{kind};"
                              for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
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
  include {setting.scratch}/servers.conf;
}}
""")
        return Command(["/usr/sbin/nginx", "-e", "stderr", "-c", configuration])


class Haproxy:
    def start(self, setting):
        pem = setting.chroot.inside(f"{kept(setting.chroot, MANY)}/pem")
        return Command(["/usr/sbin/haproxy", "-db", "-f", setting.write("haproxy.cfg", f"""
global
  nbthread 1
  maxconn 1000
defaults
  mode http
  timeout connect 10s
  timeout client 60s
  timeout server 60s
frontend front
  bind 127.0.0.1:{setting.port} ssl crt {pem}/ alpn http/1.1
  default_backend back
backend back
  server one 127.0.0.1:{setting.backend_port}
""")])


SERVERS = {"gatehouse": Gatehouse(), "nginx": Nginx(), "haproxy": Haproxy()}
CHANGED_SERVERS = {"gatehouse": ChangedGatehouse()}
CACHED_SERVERS = {"gatehouse": Gatehouse()}
MILLION_SERVERS = {"gatehouse": Gatehouse(MILLION)}
RSA_SERVERS = {"gatehouse": Gatehouse(MANY, "rsa")}
