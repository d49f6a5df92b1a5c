"""A2, A4, I1, T7: local CAs that an administrator makes, looked at by openssl and curl."""

import contextlib
import http.server
import re
import ssl
import subprocess
import threading

import pytest

from support import certificates
from support.local_cas import PASSPHRASE, Place, openssl, verify
from support.wait import seconds

NOT_PERMITTED, CONFLICT, NOT_FOUND, USAGE, INVALID = 6, 7, 4, 2, 3


@pytest.fixture
def place(gatehouse, tmp_path):
    return Place(gatehouse, tmp_path)


# A server that has nothing of gatehouse but what was issued to it.

class Server:
    def __init__(self, certificate, key, clients=None):
        self._server = http.server.HTTPServer(
            ("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        if clients:
            context.load_verify_locations(clients)
            context.verify_mode = ssl.CERT_REQUIRED
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def curl(self, name, anchors, *more):
        return subprocess.run(
            ["curl", "-sS", "-o", "/dev/null", "--noproxy", "*", "--cacert", str(anchors),
             "--resolve", f"{name}:{self.port}:127.0.0.1", "--max-time", str(seconds(20)),
             *map(str, more), f"https://{name}:{self.port}/"], capture_output=True,
            text=True).returncode


CURL_DOES_NOT_TRUST = 60


# Make and issue.

def test_a_ca_is_made_by_one_command_and_limited_by_a_critical_extension_I1(place):
    made = place.init()
    assert made["authority"]["permitted"] == "plant4.local, 127.0.0.0/8"
    text = openssl("x509", "-in", place.anchors(), "-noout", "-text")
    assert re.search(r"Name Constraints: critical\s+Permitted:\s+DNS:plant4.local", text)
    assert re.search(r"Basic Constraints: critical\s+CA:TRUE, pathlen:1", text)
    listed = place.ca("list").stdout
    assert [line.split()[0] for line in listed.splitlines()] == ["CA", "machine", "plant"]


def test_a_certificate_for_several_hosts_or_one_for_each_in_one_command_A4(place):
    place.init()
    anchors = place.anchors()
    hosts = ["be1.plant4.local", "be2.plant4.local"]
    shared = place.hand_out("shared", *hosts, "127.0.0.1")
    for host in hosts:
        verify(anchors, shared / "be1.plant4.local.crt", "sslserver", "-verify_hostname", host)
    verify(anchors, shared / "be1.plant4.local.crt", "sslserver", "-verify_ip", "127.0.0.1")
    each = place.hand_out("each", *hosts, "--each")
    assert sorted(file.name for file in each.iterdir()) == [
        "be1.plant4.local.crt", "be1.plant4.local.key", "be2.plant4.local.crt",
        "be2.plant4.local.key", "ca.crt"]
    for host in hosts:
        verify(each / "ca.crt", each / f"{host}.crt", "sslserver", "-verify_hostname", host)
        assert host not in openssl("x509", "-in", each / f"{hosts[host == hosts[0]]}.crt",
                                   "-noout", "-ext", "subjectAltName")


def test_a_back_end_serves_with_what_it_was_handed_T7(place):
    place.init()
    files = place.hand_out("out", "be1.plant4.local")
    key = place.plain_key(files / "be1.plant4.local.key")
    with Server(files / "be1.plant4.local.crt", key) as server:
        assert server.curl("be1.plant4.local", files / "ca.crt") == 0
        assert server.curl("be2.plant4.local", files / "ca.crt") == CURL_DOES_NOT_TRUST
        assert server.curl("be1.plant4.local", place.gatehouse.anchor) == CURL_DOES_NOT_TRUST


def test_a_certificate_for_clients_authenticates_and_serves_nothing_A2(place):
    place.init()
    anchors = place.anchors()
    client = place.hand_out("client", "fe-auth", "--client")
    certificate = client / "fe-auth.crt"
    verify(anchors, certificate, "sslclient")
    verify(anchors, certificate, "sslserver", code=2)
    assert "fe-auth" in openssl("x509", "-in", certificate, "-noout", "-subject")
    server = place.hand_out("server", "be1.plant4.local")
    verify(anchors, server / "be1.plant4.local.crt", "sslclient", code=2)
    with Server(server / "be1.plant4.local.crt",
                place.plain_key(server / "be1.plant4.local.key"), clients=anchors) as backend:
        key = place.plain_key(client / "fe-auth.key")
        assert backend.curl("be1.plant4.local", anchors, "--cert", certificate, "--key", key) == 0
        assert backend.curl("be1.plant4.local", anchors) != 0


def test_names_outside_of_the_limits_are_refused_with_what_may_be_certified(place):
    place.init()
    for words in [["example.org"], ["be1.plant4.local", "10.0.0.1"], ["xplant4.local"],
                  ["fe.example.org", "--client"]]:
        refused = place.ca("issue", "plant", *words, code=NOT_PERMITTED)
        assert "only plant4.local, 127.0.0.0/8" in refused.stderr
    assert place.json("show", "plant").get("issued", []) == []


@pytest.mark.parametrize("key_type, shown", [
    ("p384", "ECDSA P-384|secp384r1"), ("rsa2048", "2048 bit"), ("ed25519", "ED25519")])
def test_the_type_of_the_key_is_chosen_by_request(place, key_type, shown):
    place.init()
    place.ca("issue", "plant", "be1.plant4.local", "--key-type", key_type, "--out", "out",
             "--passphrase-file", place.secret)
    certificate = place.folder / "out" / "be1.plant4.local.crt"
    assert re.search(shown, openssl("x509", "-in", certificate, "-noout", "-text"))
    verify(place.anchors(), certificate, "sslserver")


def test_what_is_issued_for_this_machine_goes_into_its_store(place):
    place.init()
    made = place.json("issue", "plant", "files.plant4.local", "--name", "files")
    assert made["certificates"][0]["row"]["certificate"] == "files"
    assert "key" not in made["certificates"][0]
    again = place.ca("issue", "plant", "other.plant4.local", "--name", "files", code=CONFLICT)
    assert "files" in again.stderr
    place.json("issue", "plant", "files.plant4.local", "--replace", "files")
    rows = place.json("show", "plant")["issued"]
    assert sorted(row.get("certificate", "") for row in rows) == ["", "files"], "one is there"


def test_a_key_is_handed_out_with_a_strong_passphrase_only_I12(place):
    place.init()
    weak = place.folder / "weak"
    weak.write_text("secret\n")
    refused = place.ca("issue", "plant", "be1.plant4.local", "--out", "out", "--passphrase-file",
                       weak, code=USAGE)
    assert "easy to guess" in refused.stderr
    place.ca("issue", "plant", "be1.plant4.local", "--out", "out", code=USAGE)
    out = place.hand_out("out", "be1.plant4.local")
    key = out / "be1.plant4.local.key"
    assert key.read_text().startswith("-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert key.stat().st_mode & 0o777 == 0o600
    place.ca("issue", "plant", "be1.plant4.local", "--out", "out", "--passphrase-file",
             place.secret, code=CONFLICT)
    assert len(place.json("show", "plant")["issued"]) == 1, "nothing is issued for want of a place"


def test_a_dry_run_changes_nothing(place):
    place.ca("init", "plant", "--permit", ".plant4.local", "--dry-run")
    place.ca("show", "plant", code=NOT_FOUND)
    place.init()
    place.ca("issue", "plant", "a.plant4.local", "--dry-run")
    place.ca("rotate", "plant", "--dry-run")
    shown = place.json("show", "plant")
    assert len(shown["authority"]["roots"]) == 1
    assert shown.get("issued", []) == []


def test_the_cas_are_there_after_a_new_start(place, gatehouse):
    place.init()
    place.ca("issue", "plant", "a.plant4.local")
    before = place.json("show", "plant")
    place.gatehouse.stop()
    place.gatehouse = gatehouse(state=place.state, folder=place.folder)
    assert place.json("show", "plant") == before
    place.ca("issue", "plant", "b.plant4.local")


# The CA of the machine.

def served_by(running, anchors):
    return running.curl("--cacert", str(anchors), f"https://localhost:{running.port}/", "-o",
                        "/dev/null", "-w", "%{http_code}", check=False).stdout


def test_the_ca_of_the_machine_is_one_of_them(place):
    shown = place.json("show", "machine")
    assert not shown["authority"].get("readOnly")
    assert shown["anchors"] == (place.state / "ca" / "root.crt").read_text()
    assert [row["certificate"] for row in shown["issued"]] == ["default"]
    place.ca("init", "machine", code=NOT_PERMITTED)
    files = place.hand_out("out", "a.localhost", ca="machine")
    verify(place.anchors("machine"), files / "a.localhost.crt", "sslserver")
    place.ca("issue", "machine", "shop.example.org", code=NOT_PERMITTED)
    crl = place.folder / "machine.crl"
    place.ca("revoke", "machine", "a.localhost")
    place.ca("crl", "machine", "--out", crl)
    verify(place.anchors("machine"), files / "a.localhost.crt", "sslserver", "-crl_check",
           "-CRLfile", crl, code=2)


def test_the_root_of_the_machine_is_replaced_and_the_default_identity_follows(place):
    running = place.gatehouse
    old = place.state / "ca" / "root.crt"
    (place.folder / "old.crt").write_bytes(old.read_bytes())
    place.ca("rotate", "machine")
    both = place.anchors("machine")
    assert served_by(running, place.folder / "old.crt") == "200", "the next one signs nothing yet"
    place.ca("rotate", "machine", "--trusted")
    assert old.read_bytes() != (place.folder / "old.crt").read_bytes()
    for anchors, answer in [(old, "200"), (both, "200"), (place.folder / "old.crt", "000")]:
        assert served_by(running, anchors) == answer, anchors


def test_a_default_identity_that_is_revoked_is_made_anew_at_once(place):
    before = place.gatehouse.said["certificate"]["sha256"]
    place.ca("revoke", "machine", "default", "--reason", "key-compromise")
    with place.gatehouse.connect() as wire:
        assert certificates.fingerprint(certificates.served(wire)) != before


def test_the_machine_serves_while_the_key_of_its_root_is_elsewhere(place, gatehouse):
    file = place.folder / "root.p12"
    place.ca("detach", "machine", "--to", file, "--passphrase-file", place.secret)
    place.gatehouse.stop()
    place.gatehouse = gatehouse("--host", "more.localhost", state=place.state, folder=place.folder)
    assert "more.localhost" in place.gatehouse.said["certificate"]["names"]
    place.ca("attach", "machine", "--from", file, "--passphrase-file", place.secret)


# Roll-over.

def test_a_root_is_replaced_without_a_device_that_is_left_behind(place):
    place.init()
    old_root = place.anchors().read_text()
    (place.folder / "old.crt").write_text(old_root)
    first = place.hand_out("first", "be1.plant4.local")

    place.ca("rotate", "plant")
    both = place.anchors().read_text()
    assert both.startswith(old_root) and both.count("BEGIN CERTIFICATE") == 2
    (place.folder / "both.crt").write_text(both)
    (place.folder / "new.crt").write_text(both.removeprefix(old_root))
    waiting = place.hand_out("waiting", "be1.plant4.local")
    place.ca("rotate", "plant", code=CONFLICT)

    place.ca("rotate", "plant", "--trusted")
    second = place.hand_out("second", "be1.plant4.local")
    place.ca("rotate", "plant", "--trusted", code=CONFLICT)

    for files, trusting in [(first, {"old", "both"}), (waiting, {"old", "both"}),
                            (second, {"new", "both"})]:
        key = place.plain_key(files / "be1.plant4.local.key")
        with Server(files / "be1.plant4.local.crt", key) as server:
            for device in ["old", "new", "both"]:
                code = server.curl("be1.plant4.local", place.folder / f"{device}.crt")
                assert code == (0 if device in trusting else CURL_DOES_NOT_TRUST), (files, device)


def test_new_issuers_come_from_the_same_root(place):
    place.init()
    place.ca("rotate", "plant", "--issuers")
    files = place.hand_out("out", "be1.plant4.local")
    verify(place.anchors(), files / "be1.plant4.local.crt", "sslserver")
    issuers = place.json("show", "plant")["authority"]["issuers"]
    assert [issuer["name"] for issuer in issuers if issuer.get("active")] == [
        "server issuer 1.2", "client issuer 1.2"]


# Revocation.

def test_verifiers_refuse_what_is_on_the_list(place):
    place.init()
    anchors = place.anchors()
    files = place.hand_out("out", "be1.plant4.local", "be2.plant4.local", "--each")
    crl = place.folder / "plant.crl"
    place.ca("crl", "plant", "--out", crl)
    for host in ["be1", "be2"]:
        verify(anchors, files / f"{host}.plant4.local.crt", "sslserver", "-crl_check", "-CRLfile",
               crl)
    text = place.ca("revoke", "plant", "be1.plant4.local", "--reason", "key-compromise").stdout
    assert "is revoked" in text
    place.ca("crl", "plant", "--out", crl)
    verify(anchors, files / "be1.plant4.local.crt", "sslserver", "-crl_check", "-CRLfile", crl,
           code=2)
    verify(anchors, files / "be2.plant4.local.crt", "sslserver", "-crl_check", "-CRLfile", crl)
    printed = openssl("crl", "-in", crl, "-noout", "-text")
    assert "Key Compromise" in printed
    assert re.search(r"X509v3 CRL Number:\s+2", printed)
    place.ca("revoke", "plant", "be1.plant4.local", code=NOT_FOUND)
    row = [row for row in place.json("show", "plant")["issued"] if row["state"] == "revoked"]
    assert row[0]["reason"] == "key-compromise"


def test_a_list_is_signed_by_its_issuer(place):
    place.init()
    lists = place.json("crl", "plant")["lists"]
    shown = place.json("show", "plant")["authority"]
    for each in lists:
        crl, issuer = place.folder / "one.crl", place.folder / "issuer.crt"
        crl.write_text(each["pem"])
        issuer.write_text(next(one["pem"] for one in shown["issuers"]
                               if one["name"] == each["issuer"]))
        done = subprocess.run(["openssl", "crl", "-in", crl, "-CAfile", issuer, "-noout"],
                              capture_output=True, text=True)
        assert "verify OK" in done.stderr


# The key of the root.

def test_the_key_of_a_root_leaves_the_machine_and_comes_back(place):
    place.init()
    file = place.folder / "root.p12"
    place.ca("detach", "plant", "--to", file, "--passphrase-file", place.secret)
    assert file.stat().st_mode & 0o777 == 0o600
    opened = openssl("pkcs12", "-in", file, "-passin", f"file:{place.secret}", "-nodes")
    assert "BEGIN PRIVATE KEY" in opened
    root = place.json("show", "plant")["authority"]["roots"][0]
    assert not root.get("keyIsHere")
    files = place.hand_out("out", "be1.plant4.local")
    verify(place.anchors(), files / "be1.plant4.local.crt", "sslserver")
    missing = place.ca("rotate", "plant", "--issuers", code=NOT_FOUND)
    assert "gatehouse ca attach plant" in missing.stderr

    wrong = place.folder / "wrong"
    wrong.write_text("another-Passphrase-1x2y\n")
    place.ca("attach", "plant", "--from", file, "--passphrase-file", wrong, code=INVALID)
    place.ca("attach", "plant", "--from", file, "--passphrase-file", place.secret)
    place.ca("rotate", "plant", "--issuers")


def test_no_key_is_erased_that_is_not_safe_elsewhere(place):
    place.init()
    taken = place.folder / "taken"
    taken.write_text("something")
    place.ca("detach", "plant", "--to", taken, "--passphrase-file", place.secret, code=CONFLICT)
    place.ca("detach", "plant", "--to", place.folder / "none" / "root.p12", "--passphrase-file",
             place.secret, code=NOT_FOUND)
    assert taken.read_text() == "something"
    assert place.json("show", "plant")["authority"]["roots"][0]["keyIsHere"]
    place.ca("rotate", "plant", "--issuers")


# Nothing leaks.

def test_no_answer_holds_a_key_in_the_clear_I15(place):
    place.init()
    place.ca("issue", "plant", "a.plant4.local")
    said = [place.ca(*words, "--json").stdout for words in [
        ["list"], ["show", "plant"], ["crl", "plant"], ["rotate", "plant"],
        ["rotate", "plant", "--trusted"],
        ["issue", "plant", "b.plant4.local", "--out", "out", "--passphrase-file", place.secret],
        ["detach", "plant", "--to", "root.p12", "--passphrase-file", place.secret],
        ["revoke", "plant", "a.plant4.local"]]]
    for text in [*said, place.gatehouse.events()]:
        assert "BEGIN PRIVATE KEY" not in text and "BEGIN EC PRIVATE KEY" not in text
        assert PASSPHRASE not in text
    with contextlib.suppress(FileNotFoundError):
        assert PASSPHRASE not in place.gatehouse.access_file.read_text()
