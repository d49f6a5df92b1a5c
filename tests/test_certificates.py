"""Certificates at rest by the command line: with files of other programs, and files for them."""

import hashlib
import http.server
import json
import os
import pathlib
import pty
import re
import ssl
import stat
import subprocess
import tempfile
import threading

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs7

from support import binary
from support.authority import Authority
from support.certificates import fingerprint, served
from support.program import environment, run
from support.wire import Wire

PASSPHRASE = "7h2k-qm4x-9bzt-e3nw-v8rd-a5gy"


class Desk:
    """`gatehouse cert ...` of one running gatehouse."""

    def __init__(self, running, folder):
        self.running, self.folder = running, folder
        self.socket = running.folder / "admin.sock"

    def __call__(self, verb, *words, code=0):
        printed = run("cert", verb, *words, "--socket", self.socket, home=self.folder,
                      cwd=self.folder)
        assert printed.returncode == code, printed.stdout + printed.stderr
        return printed

    def json(self, verb, *words, **more):
        return json.loads(self(verb, *words, "--json", **more).stdout)

    def names(self, shelf="identities"):
        listed = self.json("list", "--shelf", shelf)
        return sorted(one["name"] for one in listed.get("stored", []) if not of_machine(one))


def of_machine(row):
    """The default identity and the CA that gatehouse has made for itself."""
    return row["name"] == "default" or row["name"].startswith("CA machine: ")


@pytest.fixture
def cert(gatehouse, tmp_path):
    folder = tmp_path / "g"
    folder.mkdir()
    running = gatehouse("--socket", folder / "admin.sock", folder=folder)
    (tmp_path / "pass").write_text(PASSPHRASE + "\n")
    return Desk(running, tmp_path)


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path / "ca")


def tool(*words, folder, **more):
    done = subprocess.run([*map(str, words)], cwd=folder, capture_output=True, check=False, **more)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout


def openssl(*words, folder):
    return tool("openssl", *words, folder=folder).decode()


def pfx(folder, certificate, key, *flags, name="site"):
    openssl("pkcs12", "-export", "-in", certificate, "-inkey", key, "-out", "site.pfx", "-name",
            name, "-passout", "file:pass", *flags, folder=folder)
    return folder / "site.pfx"


# ------------------------------------------------------------------ import

@pytest.mark.parametrize("flags", [
    [], ["-legacy"], ["-keypbe", "AES-256-CBC", "-certpbe", "AES-256-CBC", "-macalg", "sha512"]])
def test_F2_a_pfx_of_openssl_old_or_new_is_taken_with_its_chain(cert, authority, flags):
    certificate, key = authority.leaf("www.example.org", "example.org")
    file = pfx(cert.folder, certificate, key, *flags)
    printed = cert("import", file, "--passphrase-file", "pass").stdout
    assert re.search(r"^identity +www\.example\.org, example\.org +ECDSA P-256 .* added: site$",
                     printed, re.MULTILINE), printed
    shown = cert.json("show", "site")
    assert [link["subject"] for link in shown["chain"]] == [
        "CN=www.example.org", "CN=test intermediate"]
    # What a change does, and its proof, are lines of any length, as for every verb.
    change = re.compile(r"done|ok|failed")
    assert all(len(line) <= 80 for line in printed.splitlines() if not change.match(line)), printed


def test_F2_pem_in_any_order_and_in_several_files_is_paired_and_sorted(cert, authority):
    certificate, key = authority.leaf("www.example.org")
    leaf, intermediate = re.findall(r"-----BEGIN.*?-----END[^\n]*\n", certificate.read_text(),
                                    re.DOTALL)
    (cert.folder / "odd.pem").write_text(
        "Bought on Monday.\n" + intermediate + key.read_text() + leaf)
    cert("import", "odd.pem", authority.anchor, "--name", "shop")
    assert cert.names() == ["shop"]
    assert cert.names("anchors") == ["test root"]


def test_F2_files_of_nss_and_java_are_taken(cert, authority):
    certificate, key = authority.leaf("www.example.org")
    file = pfx(cert.folder, certificate, key, name="from nss")
    (cert.folder / "db").mkdir()
    tool("certutil", "-N", "-d", "sql:db", "--empty-password", folder=cert.folder)
    tool("pk12util", "-i", file, "-d", "sql:db", "-w", "pass", folder=cert.folder)
    tool("pk12util", "-o", "nss.p12", "-n", "from nss", "-d", "sql:db", "-w", "pass",
         folder=cert.folder)
    cert("import", "nss.p12", "--passphrase-file", "pass")
    assert cert.names() == ["from nss"]
    tool("keytool", "-genkeypair", "-keyalg", "EC", "-alias", "j", "-dname", "CN=java.example",
         "-ext", "san=dns:java.example", "-storetype", "PKCS12", "-keystore", "java.p12",
         "-storepass:file", "pass", folder=cert.folder)
    cert("import", "java.p12", "--passphrase-file", "pass", "--name", "java")
    assert cert.names() == ["from nss", "java"]


def test_a_missing_and_a_wrong_passphrase_are_told_apart(cert, authority):
    file = pfx(cert.folder, *authority.leaf("www.example.org"))
    (cert.folder / "wrong").write_text("not this one\n")
    missing = cert("import", file, code=3).stdout
    wrong = cert("import", file, "--passphrase-file", "wrong", code=3).stdout
    assert "passphrase" in missing and "passphrase" in wrong and missing != wrong
    assert wrong.endswith("Nothing was stored.\n")
    cert("import", file, "--passphrase-file", "wrong", "--passphrase-file", "pass")
    assert PASSPHRASE not in cert.running.events()


def test_F2_what_clients_refuse_is_refused_with_the_reason(cert, authority):
    expired = authority.leaf("a.example", label="expired", start=-20, end=-10)
    other = authority.leaf("b.example", label="other")
    assert "expired on" in cert("import", *expired, code=3).stdout
    assert "not a pair" in cert("import", expired[0], other[1], code=3).stdout
    assert "without its private key" in cert("import", other[0], code=3).stdout
    weak = authority.leaf("c.example", label="weak", rsa_bits=1024)
    assert "1024" in cert("import", *weak, code=3).stdout
    assert cert("import", *other, "--role", "clientAuth", code=3).stdout.count("not meant for") == 1
    assert cert.names() == []


def test_F2_a_gap_in_the_chain_is_named_and_filled_by_what_comes_later(cert, authority):
    certificate, key = authority.leaf("www.example.org", send_intermediate=False)
    gap = cert("import", certificate, key).stdout
    assert "CN=test intermediate" in gap and "missing" in gap
    chain = authority.leaf("x.example", label="x")[0].read_text()
    (cert.folder / "intermediate.pem").write_text(
        re.findall(r"-----BEGIN.*?-----END[^\n]*\n", chain, re.DOTALL)[1])
    cert("import", "intermediate.pem")
    assert len(cert.json("show", "www.example.org")["chain"]) == 2


@pytest.fixture
def web():
    """Files on a server of this test, by path; its URL."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):  # noqa: N802
            self.server.asked.append(self.path)
            content = self.server.files.get(self.path)
            self.send_response(200 if content is not None else 404)
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.files, server.asked = {}, []
        server.url = f"http://127.0.0.1:{server.server_port}"
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield server
        server.shutdown()
        serving.join()


@pytest.fixture
def gap(web, authority):
    """The files of a certificate whose issuer is on the server only."""
    web.files["/i.p7c"] = pkcs7.serialize_certificates(
        [authority.intermediate], serialization.Encoding.DER)
    return authority.leaf("www.example.org", send_intermediate=False,
                          issuer_url=f"{web.url}/i.p7c")


def test_F2_a_missing_intermediate_is_fetched_only_when_asked_for(cert, web, gap):
    told = cert("import", *gap, "--name", "it")
    assert f"where it is: {web.url}/i.p7c" in " ".join(told.stdout.split())
    command = re.search(r"gatehouse (cert import .* --fetch-issuers)", told.stderr)[1]
    assert command == f"cert import {gap[0]} {gap[1]} --name it --fetch-issuers"
    assert web.asked == [] and len(cert.json("show", "it")["chain"]) == 1
    done = cert(*command.split()[1:])
    assert f"fetched  {web.url}/i.p7c" in done.stderr
    assert "CN=test intermediate" in done.stderr and "It signed the certificate of" in done.stderr
    assert web.asked == ["/i.p7c"] and len(cert.json("show", "it")["chain"]) == 2
    assert cert.names() == ["it"]


def test_F2_a_dry_run_shows_what_would_be_fetched_and_stores_nothing(cert, web, gap):
    shown = cert.json("import", *gap, "--fetch-issuers", "--dry-run")
    assert [one["subject"] for one in shown["fetched"]] == ["CN=test intermediate"]
    assert shown["fetched"][0]["url"] == f"{web.url}/i.p7c"
    assert [one["name"] for one in shown["missing"]] == ["CN=test root"]
    assert cert.names() == []


def test_F2_what_is_fetched_has_to_have_signed_the_certificate(cert, web, gap, tmp_path):
    other = Authority(tmp_path / "other")
    web.files["/i.p7c"] = other.intermediate.public_bytes(serialization.Encoding.DER)
    refused = cert("import", *gap, "--fetch-issuers", code=3)
    assert "has not signed CN=www.example.org" in refused.stderr
    assert "Nothing was stored" in refused.stderr and cert.names() == []
    web.files.clear()
    assert "answered with 404" in cert("import", *gap, "--fetch-issuers", code=1).stderr
    assert cert.names() == []


def at_terminal(cert, *words, answer):
    """What is shown to a person who answers the question."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(cert.folder)
        os.execve(binary.path(), ["gatehouse", *map(str, words), "--socket", str(cert.socket)],
                  environment(cert.folder))
    shown = b""
    while True:
        try:
            some = os.read(terminal, 4096)
        except OSError:
            break
        shown += some
        if b"[y/N]" in shown and answer:
            os.write(terminal, answer)
            answer = None
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0, shown
    return shown.decode()


def test_F2_a_person_at_the_terminal_is_asked_before_anything_is_fetched(cert, web, gap):
    shown = at_terminal(cert, "cert", "import", *gap, "--name", "it", answer=b"\n")
    assert f"{web.url}/i.p7c" in shown and "[y/N]" in shown
    assert web.asked == [] and len(cert.json("show", "it")["chain"]) == 1
    shown = at_terminal(cert, "cert", "import", *gap, answer=b"y\n")
    assert "fetched  " in shown
    assert web.asked == ["/i.p7c"] and len(cert.json("show", "it")["chain"]) == 2


def test_A14_an_import_is_proven_by_a_handshake_with_its_own_name(cert, authority):
    url = f"https://www.example.org:{cert.running.port}"
    done = cert("import", *authority.leaf("www.example.org", label="one"), "--name", "one").stdout
    assert f"{url} answers with this certificate" in done
    assert f"{url}/ (127.0.0.1:{cert.running.port})" in done
    older = cert("import", *authority.leaf("www.example.org", label="two", start=-9)).stdout
    assert "is answered by another certificate" in older and "is older" in older


def test_A14_a_certificate_that_was_created_is_dialled_too(cert):
    done = cert("create", "*.example.org", "--name", "wild").stdout
    assert f"https://www.example.org:{cert.running.port} answers with this certificate" in done


def test_I4_each_thing_lands_on_its_shelf_and_a_wrong_one_is_refused(cert, authority):
    wrong = cert("import", authority.anchor, "--shelf", "intermediates", code=3)
    assert "issued itself" in wrong.stderr
    cert("import", authority.anchor)
    assert (cert.names("anchors"), cert.names("intermediates")) == (["test root"], [])


def test_T6_a_replacement_keeps_the_name_and_the_same_one_again_changes_nothing(cert, authority):
    cert("import", *authority.leaf("www.example.org", label="a"), "--name", "shop")
    before = cert.json("show", "shop")["certificate"]
    new = authority.leaf("www.example.org", label="b")
    cert("import", *new, "--replace", "shop", "--why", "renewed")
    after = cert.json("show", "shop")["certificate"]
    assert after["id"] == before["id"] and after["sha256"] != before["sha256"]
    assert "There is nothing to change." in cert("import", *new).stdout
    history = cert.json("history", "shop")["entries"]
    assert [entry["event"] for entry in history] == ["replaced", "added"]
    assert history[0]["why"] == "renewed"


def test_a_dry_run_changes_nothing(cert, authority):
    printed = cert("import", *authority.leaf("www.example.org"), "--dry-run").stdout
    assert "planned" in printed and "This is the plan. Nothing has changed." in printed
    assert cert.names() == []


def test_T2_what_is_stored_is_there_after_a_new_start(cert, authority, gatehouse):
    cert("import", *authority.leaf("www.example.org"), "--name", "shop")
    cert.running.stop()
    again = gatehouse("--socket", cert.socket, folder=cert.running.folder)
    assert Desk(again, cert.folder).names() == ["shop"]


# ------------------------------------------------------------------ in use

def shown_at(cert, name):
    """The thumbprint that a client of this name is shown, whoever signed it."""
    anybody = ssl.create_default_context()
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
    with Wire.tls(cert.running.address(), anybody, name) as wire:
        return fingerprint(served(wire))


def test_T6_what_is_stored_is_served_and_its_replacement_takes_over_with_a_proof(cert):
    def of_store():
        return cert.json("show", "shop")["certificate"]["sha256"]

    cert("create", "shop.plant4.local", "--name", "shop")
    added = run("add", "shop.plant4.local", "http://127.0.0.1:9", "--certificate", "shop",
                "--listen", "127.0.0.1:0", "--no-http", "--socket", cert.socket, home=cert.folder)
    assert added.returncode == 0, added.stdout + added.stderr
    first = of_store()
    assert shown_at(cert, "shop.plant4.local") == first
    assert cert.json("show", "shop")["certificate"]["usedBy"] == ["site shop.plant4.local"]

    replaced = cert("create", "shop.plant4.local", "--replace", "shop").stdout
    assert "Applied" in replaced and "is signed by itself and not trusted here" in replaced
    assert of_store() != first
    assert shown_at(cert, "shop.plant4.local") == of_store()

    # Nobody loses what a site uses.
    assert "site shop.plant4.local" in cert("remove", "shop", code=7).stderr
    assert "site shop.plant4.local" in cert("rename", "shop", "other", code=7).stderr
    assert shown_at(cert, "shop.plant4.local") == of_store()


def test_M12_two_certificates_of_one_site_answer_by_what_the_client_verifies(cert):
    def answer(algorithms):
        shown = tool("openssl", "s_client", "-connect", f"127.0.0.1:{cert.running.port}",
                     "-servername", name, "-sigalgs", algorithms, folder=cert.folder, input=b"")
        pem = tool("openssl", "x509", "-outform", "DER", folder=cert.folder, input=shown)
        return hashlib.sha256(pem).hexdigest()

    def of_store(certificate):
        return cert.json("show", certificate)["certificate"]["sha256"]

    name = "shop.localhost"
    cert("create", name, "--name", "shop")
    cert("create", name, "--name", "shop-rsa", "--key-type", "rsa2048")
    words = ["add", name, "http://127.0.0.1:9", "--no-http", "--listen", "127.0.0.1:0",
             "--certificate", "shop-rsa", "--socket", cert.socket]
    refused = run(*words, "--second-certificate", "shop-rsa", home=cert.folder)
    assert refused.returncode == 3 and "the second certificate is the first one" in refused.stderr
    added = run(*words, "--second-certificate", "shop", home=cert.folder)
    assert added.returncode == 0, added.stderr
    assert "(store, shop) and " in added.stdout and ", RSA only)" in added.stdout
    assert answer("ecdsa_secp256r1_sha256:rsa_pss_rsae_sha256") == of_store("shop")
    assert answer("rsa_pss_rsae_sha256") == of_store("shop-rsa")
    told = run("binding", "explain", f"{name}:{cert.running.port}", "--socket", cert.socket,
               home=cert.folder).stdout
    assert re.search(r"nothing but RSA get the second one: .*\(store, shop-rsa\)", told), told
    assert f"site {name}" in cert("remove", "shop-rsa", code=7).stderr


def test_T6_a_replacement_that_clients_would_refuse_is_put_back(cert):
    cert("create", "shop.plant4.local", "--name", "shop")
    run("add", "shop.plant4.local", "http://127.0.0.1:9", "--certificate", "shop", "--listen",
        "127.0.0.1:0", "--no-http", "--socket", cert.socket, home=cert.folder)
    before = cert.json("show", "shop")["certificate"]["sha256"]
    undone = cert("create", "other.plant4.local", "--replace", "shop", code=1).stdout
    assert "Rolled back" in undone
    assert cert.json("show", "shop")["certificate"]["sha256"] == before
    assert shown_at(cert, "shop.plant4.local") == before


# ------------------------------------------------------------------ create, request

def test_I2_a_self_signed_certificate_has_its_friendly_name(cert):
    cert("create", "files.example.com", "10.0.0.5", "--name", "Files of the plant", "--days", "30")
    shown = cert.json("show", "Files of the plant")["certificate"]
    assert shown["names"] == ["files.example.com", "10.0.0.5"]
    assert shown["origin"] == "self-signed"
    cert("create", code=2)
    cert("create", "a.example", "--key-type", "rsa1024", code=2)


@pytest.mark.parametrize("kind", ["p256", "p384", "rsa2048", "ed25519"])
def test_I1_openssl_verifies_a_request_and_a_ca_answers_it(cert, authority, kind):
    cert("request", "www.example.org", "--name", "shop", "--key-type", kind, "--organization",
         "Example", "--out", "shop.csr")
    told = openssl("req", "-in", "shop.csr", "-verify", "-noout", "-text", folder=cert.folder)
    assert "DNS:www.example.org" in told and "TLS Web Server Authentication" in told
    assert "Example" in told
    (cert.folder / "ext").write_text("subjectAltName=DNS:www.example.org\n")
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=some ca", folder=cert.folder)
    openssl("x509", "-req", "-in", "shop.csr", "-CA", "ca.crt", "-CAkey", "ca.key",
            "-CAcreateserial", "-days", "30", "-extfile", "ext", "-out", "shop.crt",
            folder=cert.folder)
    printed = cert("import", "shop.crt", "ca.crt").stdout
    assert "completes a request: shop" in printed
    listed = cert.json("list")
    assert "requests" not in listed
    assert [one["name"] for one in listed["stored"]
            if one["shelf"] == "identities" and not of_machine(one)] == ["shop"]


# ------------------------------------------------------------------ export

def exported(cert, *words, name="out.pfx"):
    cert("export", "shop", "--with-key", "--out", name, "--passphrase-file", "pass", *words)
    return cert.folder / name


@pytest.mark.parametrize("profile", ["windows-2016", "windows", "macos", "java", "openssl"])
def test_I12_openssl_and_nss_open_the_pfx_of_each_profile(cert, authority, profile):
    certificate, key = authority.leaf("www.example.org")
    cert("import", certificate, key, "--name", "shop")
    file = exported(cert, "--for", profile)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    legacy = ["-legacy"] if profile in ("windows-2016", "macos") else []
    told = openssl("pkcs12", "-in", file, "-passin", "file:pass", "-nodes", *legacy,
                   folder=cert.folder)
    assert told.count("BEGIN CERTIFICATE") == 2 and "BEGIN PRIVATE KEY" in told
    assert "friendlyName: shop" in told
    (cert.folder / "db").mkdir()
    tool("certutil", "-N", "-d", "sql:db", "--empty-password", folder=cert.folder)
    tool("pk12util", "-i", file, "-d", "sql:db", "-w", "pass", folder=cert.folder)
    assert b"shop" in tool("certutil", "-K", "-d", "sql:db", folder=cert.folder)


def import_keystore(folder, file, kind, to, to_kind):
    """As the guides of Java's servers have it."""
    tool("keytool", "-importkeystore", "-srckeystore", file, "-srcstoretype", kind,
         "-srcstorepass:file", "pass", "-destkeystore", to, "-deststoretype", to_kind,
         "-deststorepass:file", "pass", "-noprompt", folder=folder)
    return folder / to


@pytest.mark.parametrize("profile", ["windows-2016", "windows", "macos", "java", "openssl"])
def test_I12_java_opens_the_pfx_of_each_profile(cert, authority, profile):
    cert("import", *authority.leaf("www.example.org"), "--name", "shop")
    file = exported(cert, "--for", profile)
    store = import_keystore(cert.folder, file, "PKCS12", "store.p12", "PKCS12")
    listed = tool("keytool", "-list", "-v", "-keystore", store, "-storepass:file", "pass",
                  folder=cert.folder).decode()
    assert "PrivateKeyEntry" in listed and "Alias name: shop" in listed
    assert "Certificate chain length: 2" in listed


@pytest.mark.parametrize("kind", ["PKCS12", "JKS"])
def test_F2_I12_a_key_goes_into_a_keystore_of_java_and_comes_back(cert, authority, kind):
    cert("import", *authority.leaf("www.example.org"), "--name", "shop")
    before = cert.json("show", "shop")
    file = exported(cert, "--for", "java")
    store = import_keystore(cert.folder, file, "PKCS12", "keystore", kind)
    back = import_keystore(cert.folder, store, kind, "back.p12", "PKCS12")
    cert("remove", "shop")
    cert("import", back, "--passphrase-file", "pass")
    after = cert.json("show", "shop")
    assert after["certificate"]["sha256"] == before["certificate"]["sha256"]
    assert after["chain"] == before["chain"]


def test_F2_I12_a_key_goes_into_the_database_of_nss_and_comes_back(cert, authority):
    cert("import", *authority.leaf("www.example.org"), "--name", "shop")
    before = cert.json("show", "shop")["certificate"]["sha256"]
    file = exported(cert, "--for", "openssl")
    (cert.folder / "db").mkdir()
    tool("certutil", "-N", "-d", "sql:db", "--empty-password", folder=cert.folder)
    tool("pk12util", "-i", file, "-d", "sql:db", "-w", "pass", folder=cert.folder)
    tool("pk12util", "-o", "back.p12", "-n", "shop", "-d", "sql:db", "-w", "pass",
         folder=cert.folder)
    cert("remove", "shop")
    cert("import", "back.p12", "--passphrase-file", "pass")
    assert cert.json("show", "shop")["certificate"]["sha256"] == before


class TrustTool:
    """p11-kit's `trust` on a token of its own, which only other users than root may have."""

    def __init__(self, folder):
        self.folder = folder
        modules = folder / "config" / "pkcs11" / "modules"
        modules.mkdir(parents=True)
        (folder / "token").mkdir()
        (modules.parent / "pkcs11.conf").write_text("user-config: only\n")
        (modules / "ours.module").write_text(
            f"module: p11-kit-trust.so\nx-init-reserved: paths={folder}/token\n"
            "trust-policy: yes\n")
        self._nobody = {"user": 65534, "group": 65534, "extra_groups": []} \
            if os.getuid() == 0 else {}
        if self._nobody:
            for place in (folder, folder / "token"):
                os.chown(place, 65534, 65534)

    def __call__(self, *words):
        around = {"PATH": os.environ["PATH"], "HOME": str(self.folder),
                  "XDG_CONFIG_HOME": str(self.folder / "config")}
        return subprocess.run(["trust", *map(str, words)], env=around, cwd=self.folder,
                              capture_output=True, text=True, check=False, **self._nobody)


@pytest.fixture
def trust_tool():
    with tempfile.TemporaryDirectory() as folder:
        yield TrustTool(pathlib.Path(folder))


def test_F2_I13_an_anchor_goes_into_the_token_of_p11_kit_and_comes_back(cert, authority, trust_tool):
    cert("import", authority.anchor)
    before = cert.json("show", "test root")["certificate"]["sha256"]
    cert("export", "test root", "--out", "root.crt")
    (trust_tool.folder / "root.crt").write_bytes((cert.folder / "root.crt").read_bytes())
    # Debian has no command that writes the bundles of other programs anew, and says so.
    trust_tool("anchor", "--store", "root.crt")
    assert "label: test root" in trust_tool("list", "--filter=ca-anchors").stdout

    cert("remove", "test root")
    for form in ("pem-bundle", "x509-file", "openssl-bundle"):
        said = trust_tool("extract", f"--format={form}", "--filter=ca-anchors",
                          "--purpose=server-auth", form)
        assert said.returncode == 0, said.stderr
        cert("import", trust_tool.folder / form)
        assert cert.json("show", "test root")["certificate"]["sha256"] == before
        cert("remove", "test root")

    trust_tool("extract", "--format=java-cacerts", "--purpose=server-auth", "cacerts")
    (cert.folder / "pass").write_text("changeit\n")
    store = import_keystore(cert.folder, trust_tool.folder / "cacerts", "JKS", "cacerts.p12",
                            "PKCS12")
    cert("import", store, "--passphrase-file", "pass")
    (name,) = cert.names("anchors")
    assert cert.json("show", name)["certificate"]["sha256"] == before


def test_I12_a_key_alone_is_encrypted_and_its_generated_passphrase_is_told_once(cert, authority):
    certificate, key = authority.leaf("www.example.org")
    cert("import", certificate, key, "--name", "shop")
    told = cert("export", "shop", "--with-key", "--format", "key", "--out", "shop.key",
                "--generate-passphrase").stderr
    passphrase = re.search(r"not shown again: (\S+)", told)[1]
    (cert.folder / "made").write_text(passphrase)
    plain = openssl("pkey", "-in", "shop.key", "-passin", "file:made", folder=cert.folder)
    assert plain == openssl("pkey", "-in", key, folder=cert.folder)
    assert passphrase not in cert.running.events()


def test_I12_public_forms_are_read_by_openssl(cert, authority):
    certificate, key = authority.leaf("www.example.org")
    cert("import", certificate, key, "--name", "shop")
    assert cert("export", "shop", "--format", "fullchain").stdout == certificate.read_text()
    cert("export", "shop", "--format", "pkcs7", "--out", "shop.p7b")
    told = openssl("pkcs7", "-inform", "DER", "-in", "shop.p7b", "-print_certs", folder=cert.folder)
    assert told.count("BEGIN CERTIFICATE") == 2
    cert("export", "shop", "--format", "der", "--out", "shop.cer")
    assert "www.example.org" in openssl("x509", "-inform", "DER", "-in", "shop.cer", "-noout",
                                        "-subject", folder=cert.folder)


def test_I15_a_key_leaves_only_when_it_is_said_and_is_told(cert, authority):
    certificate, key = authority.leaf("www.example.org")
    cert("import", certificate, key, "--name", "shop")
    assert "--with-key" in cert("export", "shop", "--format", "pfx", code=2).stderr
    assert "passphrase" in cert("export", "shop", "--with-key", "--out", "a.pfx", code=2).stderr
    (cert.folder / "weak").write_text("Password2026\n")
    weak = cert("export", "shop", "--with-key", "--out", "a.pfx", "--passphrase-file", "weak",
                code=3).stderr
    assert "too weak" in weak and "Password2026" not in weak
    assert not (cert.folder / "a.pfx").exists()
    exported(cert, "--why", "for the old balancer")
    entry = cert.json("history", "shop")["entries"][0]
    assert entry["event"] == "key exported" and entry["why"].endswith("for the old balancer")
    assert "A private key was exported" in cert.running.events()
    kept = (cert.folder / "out.pfx").read_bytes()
    assert "--force" in cert("export", "shop", "--with-key", "--out", "out.pfx",
                             "--passphrase-file", "pass", code=7).stderr
    assert (cert.folder / "out.pfx").read_bytes() == kept


# ------------------------------------------------------------------ find, change

def test_I3_a_certificate_is_found_however_its_thumbprint_is_spelt(cert, authority):
    cert("import", *authority.leaf("www.example.org"), "--name", "shop")
    digits = cert.json("show", "shop")["certificate"]["sha1"]
    pairs = re.findall("..", digits.upper())
    for spelling in [digits, " ".join(pairs), ":".join(pairs), "-".join(pairs),
                     "\u200e" + digits, digits[:8], "CN=www.example.org", "san:www.example.org"]:
        assert cert.json("show", spelling)["certificate"]["name"] == "shop", spelling
    cert("show", "nobody", code=4)


def test_A6_the_newest_valid_one_wins_and_a_change_wants_to_know_which(cert, authority):
    cert("import", *authority.leaf("www.example.org", label="a", start=-9), "--name", "old")
    cert("import", *authority.leaf("www.example.org", label="b"), "--name", "new")
    shown = cert("show", "CN=www.example.org").stdout
    assert shown.startswith("name         new\n") and "is older" in shown
    assert all(len(line) <= 80 for line in shown.splitlines()), shown
    assert "2 certificates match" in cert("remove", "CN=www.example.org", code=7).stderr
    cert("rename", "old", "older")
    cert("remove", "older")
    assert cert.names() == ["new"]


def test_no_private_key_is_in_the_list_or_on_the_disk_in_the_clear(cert, authority):
    certificate, key = authority.leaf("www.example.org")
    cert("import", certificate, key, "--name", "shop")
    text = cert("list", "--json").stdout + cert("show", "shop", "--json").stdout
    assert "PRIVATE KEY" not in text
    der = openssl("pkey", "-in", key, "-text", "-noout", folder=cert.folder)
    secret = bytes.fromhex(re.search(r"priv:\s+([0-9a-f:\s]+?)pub:", der)[1]
                           .replace(":", "").replace("\n", "").replace(" ", ""))[-32:]
    for file in cert.running.state.rglob("*"):
        if file.is_file() and os.access(file, os.R_OK):
            assert secret not in file.read_bytes(), file
