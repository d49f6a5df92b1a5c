"""F2: files of other programs become certificates of the store."""

import http.server
import os
import pty
import re
import threading

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs7

from support import binary
from support.authority import Authority
from support.certificate_desk import PASSPHRASE, pfx, tool
from support.program import environment


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
