"""`gatehouse check` against servers of other people: what each client will do, and why."""

import contextlib
import json
import socket
import threading

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes

from support.authority import Authority
from support.program import run
from support.tls_peers import NginxServers, OpensslServer

NAME = "site.example"


class Answer:
    """What a check said as JSON, and what it ended with."""

    def __init__(self, done):
        assert done.stdout, done.stderr
        said = json.loads(done.stdout)
        assert said["version"] == 1 and said["exit_code"] == done.returncode
        self.code, self.reports = done.returncode, said["reports"]
        self.report = said["reports"][0]
        self.clients = {one["client"]: one["outcome"] for one in self.report["clients"]}
        self.reasons = {one["client"]: one["reason"] for one in self.report["clients"]}
        self.findings = {one["code"]: one for one in self.report["findings"]}

    def grave(self):
        return {code for code, one in self.findings.items() if one["severity"] != "notice"}


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def check(tmp_path, authority):
    """Checks the site at a port of this machine: `check(port)`."""
    def ask(port, *arguments, url=f"https://{NAME}:8443", trust=True):
        more = ["--trust", authority.anchor] if trust else []
        return Answer(run("check", url, "--connect", f"127.0.0.1:{port}", "--json", *more,
                          *arguments, home=tmp_path))
    return ask


@pytest.fixture
def s_server(tmp_path):
    """Starts OpenSSL's server with a certificate: `s_server(files, "-tls1_2")`."""
    with contextlib.ExitStack() as ends:
        def start(files, *arguments):
            folder = tmp_path / f"s_server-{files[0].stem}"
            folder.mkdir()
            return ends.enter_context(OpensslServer(*files, *arguments, folder=folder)).port
        yield start


# --------------------------------------------------------------------- certificates

def test_A9_a_good_site_gets_a_real_https_request(check, s_server, authority):
    answer = check(s_server(authority.leaf(NAME, label="good")))
    assert answer.code == 0
    assert answer.grave() == set()
    assert answer.report["https"]["status"] == 200
    assert answer.clients == {"browser": "connects", "native": "connects", "old": "connects",
                              "ancient": "refuses"}
    versions = {one["version"]: one["accepted"] for one in answer.report["tls"]["versions"]}
    assert versions == {"1.0": False, "1.1": False, "1.2": True, "1.3": True}


def test_F4_a_self_signed_certificate_warns_browsers_and_stops_native_clients(
        check, s_server, authority):
    answer = check(s_server(authority.leaf(NAME, label="self", self_signed=True)))
    assert answer.code == 20
    assert answer.clients["browser"] == "warns"
    assert answer.clients["native"] == "refuses"
    assert "signed by itself" in answer.reasons["native"]
    assert "--trust" in answer.findings["self_signed"]["remedy"]


def test_an_unknown_authority_is_named(check, s_server, authority):
    answer = check(s_server(authority.leaf(NAME, label="unknown")), trust=False)
    assert answer.code == 20
    assert answer.clients["browser"] == "warns"
    assert "test root" in answer.findings["issuer_unknown"]["sentence"]


def test_an_expired_certificate_has_an_exit_code_of_its_own(check, s_server, authority):
    answer = check(s_server(authority.leaf(NAME, label="expired", start=-30, end=-1)))
    assert answer.code == 22
    assert answer.grave() == {"expired"}
    assert answer.clients["browser"] == "warns" and answer.clients["native"] == "refuses"


def test_a_certificate_that_was_not_renewed_is_due(check, s_server, authority):
    answer = check(s_server(authority.leaf(NAME, label="due", start=-70, end=30)))
    assert answer.code == 21
    assert answer.grave() == {"certificate_due"}
    assert answer.clients["native"] == "connects"


def test_a_missing_intermediate_is_named(check, s_server, authority):
    answer = check(s_server(authority.leaf(NAME, label="alone", send_intermediate=False)))
    assert answer.code == 20
    assert "test intermediate" in answer.findings["issuer_missing"]["sentence"]
    assert answer.report["tls"]["chain"]["missing"] == "test intermediate"


def test_another_name_is_explained(check, s_server, authority):
    answer = check(s_server(authority.leaf("other.example", label="name")))
    assert answer.code == 20
    assert answer.findings["wrong_name"]["sentence"] == (
        "The certificate does not speak for site.example but for other.example.")


def test_F5_an_address_needs_a_certificate_that_holds_it(check, s_server, authority):
    url = "https://127.0.0.1:8443"
    without = check(s_server(authority.leaf(NAME, label="noip")), url=url)
    assert without.code == 20
    assert "does not hold the address" in without.findings["wrong_name"]["sentence"]
    assert "IP address" in without.findings["wrong_name"]["remedy"]
    holding = check(s_server(authority.leaf(NAME, "127.0.0.1", label="ip")), url=url)
    assert holding.code == 0
    assert holding.clients["native"] == "connects"


LOW = ("-cipher", "ALL:@SECLEVEL=0")


def weak_leaf(authority, **what):
    """Some versions of the library that makes certificates refuse to make weak ones."""
    try:
        return authority.leaf(NAME, **what)
    except (UnsupportedAlgorithm, ValueError) as refusal:
        pytest.skip(f"it cannot be made here: {refusal}")


def test_a_short_rsa_key_is_an_error(check, s_server, authority):
    answer = check(s_server(weak_leaf(authority, label="short", rsa_bits=1024), *LOW))
    assert answer.code == 20
    assert "RSA 1024" in answer.findings["weak_key"]["sentence"]
    assert answer.clients["native"] == "refuses"


def test_a_sha1_signature_is_an_error(check, s_server, authority):
    answer = check(s_server(weak_leaf(authority, label="sha1", digest=hashes.SHA1()), *LOW))
    assert answer.code == 20
    assert "SHA-1" in answer.findings["weak_signature"]["sentence"]
    assert answer.clients["native"] == "refuses"


# --------------------------------------------------------------------- protocol

def test_tls_1_2_alone_is_enough_and_noticed(check, s_server, authority):
    answer = check(s_server(authority.leaf(NAME, label="tls12"), "-tls1_2"))
    assert answer.code == 0
    assert answer.report["tls"]["version"] == "1.2"
    assert "no_tls13" in answer.findings
    assert answer.clients["old"] == "connects"


def test_old_versions_are_found_where_they_are_spoken(check, s_server, authority):
    answer = check(s_server(authority.leaf(NAME, label="tls10", rsa_bits=2048), "-tls1", *LOW))
    assert answer.clients == {"browser": "refuses", "native": "refuses", "old": "refuses",
                              "ancient": "connects"}
    assert answer.code == 20
    assert "1.2" not in {one["version"] for one in answer.report["tls"]["versions"]
                         if one["accepted"]}


def test_a_server_that_insists_on_a_client_certificate_is_recognised(
        check, s_server, authority):
    answer = check(s_server(authority.leaf(NAME, label="mutual"), "-Verify", "1",
                            "-verify_return_error"))
    assert answer.report["tls"]["asks_for_certificate"] is True
    assert "asks_for_certificate" in answer.findings


# --------------------------------------------------------------------- nginx

SECURE = """server {
    listen 127.0.0.1:{port} ssl;
    server_name site.example;
    ssl_certificate %s;
    ssl_certificate_key %s;
    add_header Strict-Transport-Security "max-age=31536000" always;
    location / { return 200 "ok"; }
}"""
REDIRECT = "server { listen 127.0.0.1:{port}; return 301 https://site.example:8443$request_uri; }"
OPEN = 'server { listen 127.0.0.1:{port}; location / { return 200 "open"; } }'
CLOSED = "server { listen 127.0.0.1:{port}; return 403; }"


@pytest.fixture
def nginx_servers(tmp_path, authority):
    chain, key = authority.leaf(NAME, label="nginx")
    with NginxServers(tmp_path / "nginx", SECURE % (chain, key), REDIRECT, OPEN, CLOSED) as running:
        yield dict(zip(("secure", "redirect", "open", "closed"), running.ports))


def test_F12_a_redirecting_plain_port_is_right(check, nginx_servers):
    answer = check(nginx_servers["secure"], "--http-port", nginx_servers["redirect"])
    assert answer.code == 0 and answer.grave() == set()
    assert answer.report["plain"]["kind"] == "redirects"
    assert answer.report["plain"]["location"] == "https://site.example:8443/"
    assert answer.report["https"]["strict_transport_security"] == "max-age=31536000"
    assert "no_hsts" not in answer.findings


@pytest.mark.parametrize("port, kind", [("open", "serves"), ("closed", "refuses"),
                                        ("secure", "speaks_tls")])
def test_F12_what_the_plain_port_does_is_told(check, nginx_servers, port, kind):
    answer = check(nginx_servers["secure"], "--http-port", nginx_servers[port])
    assert answer.report["plain"]["kind"] == kind
    assert answer.report["plain"]["loopback"] is True


def test_I8_tls_spoken_to_a_plain_port_is_explained(check, nginx_servers):
    answer = check(nginx_servers["open"])
    assert answer.code == 20
    assert "speaks HTTP without TLS" in answer.findings["plain_http_on_tls_port"]["sentence"]
    assert "http://site.example:8443/" in answer.findings["plain_http_on_tls_port"]["remedy"]


def test_I8_plain_http_spoken_to_a_tls_port_is_explained(check, nginx_servers):
    answer = check(nginx_servers["secure"], url=f"http://{NAME}:8080")
    assert answer.code == 20
    assert "speaks TLS" in answer.findings["tls_on_plain_port"]["sentence"]
    assert "https://site.example:8080/" in answer.findings["tls_on_plain_port"]["remedy"]


# --------------------------------------------------------------------- gatehouse itself

def test_A9_gatehouse_stands_its_own_check(gatehouse, tmp_path):
    running = gatehouse()
    done = run("check", f"https://localhost:{running.port}", "--trust", running.anchor, "--json",
               home=tmp_path)
    answer = Answer(done)
    assert answer.code == 0, answer.report["findings"]
    assert answer.report["tls"]["post_quantum"] is True
    assert answer.report["findings"] == []
    assert running.access_log()[0]["status"] == 200


def test_a_report_for_people_fits_on_a_screen(gatehouse, tmp_path):
    running = gatehouse()
    done = run("check", f"https://localhost:{running.port}", home=tmp_path)
    assert done.returncode == 20
    lines = done.stdout.splitlines()
    assert len(lines) < 50 and max(map(len, lines)) <= 100
    assert any(line.split()[:2] == ["browser", "warns"] for line in lines)
    assert any(line.split()[:2] == ["native", "refuses"] for line in lines)
    assert any("gatehouse trust install" in line for line in lines)


def test_several_targets_end_with_the_gravest(gatehouse, tmp_path):
    running = gatehouse()
    done = run("check", f"https://localhost:{running.port}", f"https://other.example:{running.port}",
               "--connect", "127.0.0.1", "--trust", running.anchor, "--json", home=tmp_path)
    answer = Answer(done)
    assert [one["reached"] for one in answer.reports] == [True, True]
    codes = [{found["code"] for found in one["findings"]} for one in answer.reports]
    assert codes[0] == set() and "wrong_name" in codes[1]
    assert answer.code == 20


# --------------------------------------------------------------------- servers of no good will

@pytest.fixture
def hostile():
    """A server that sends some bytes to whoever comes, and then `keeps` the connection."""
    listener = socket.create_server(("127.0.0.1", 0))
    kept, stop = [], threading.Event()

    def start(data, keeps=False):
        def serve():
            while not stop.is_set():
                with contextlib.suppress(OSError):
                    peer, _ = listener.accept()
                    kept.append(peer)
                    peer.sendall(data)
                    if not keeps:
                        peer.close()
        threading.Thread(target=serve, daemon=True).start()
        return listener.getsockname()[1]

    yield start
    stop.set()
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    for peer in kept:
        peer.close()


def test_a_server_that_never_speaks_costs_seconds_and_no_more(check, hostile):
    answer = check(hostile(b"", keeps=True))
    assert answer.code == 20
    assert "did not answer in time" in answer.findings["no_handshake"]["sentence"]


def test_endless_garbage_is_not_read_to_its_end(check, hostile):
    answer = check(hostile(b"\x16\x03\x03\x40\x00" + b"\x02" * 1_000_000))
    assert answer.code == 20
    assert answer.clients["browser"] == "refuses"


def test_nobody_there_is_unreachable(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    done = run("check", f"https://127.0.0.1:{port}", "--json", home=tmp_path)
    assert done.returncode == 5
    assert Answer(done).findings.keys() == {"unreachable"}


@pytest.mark.parametrize("arguments, said", [
    (["ftp://site.example"], "only https and http"),
    (["https://user:secret@site.example"], "never sends a user name or password"),
    (["https://site.example:0"], "port 0"),
    (["site.example", "--connect", "nowhere"], "--connect"),
    (["site.example", "--http-port", "70000"], "--http-port"),
])
def test_wrong_usage_is_a_sentence(tmp_path, arguments, said):
    done = run("check", *arguments, home=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "secret" not in done.stderr


def test_a_trust_file_without_a_certificate_is_named(tmp_path):
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing")
    done = run("check", "127.0.0.1:1", "--trust", empty, home=tmp_path)
    assert done.returncode == 3
    assert str(empty) in done.stderr
