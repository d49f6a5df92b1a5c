"""The default identity on disk and in the hands of other software."""

import datetime
import ipaddress
import re
import signal
import socket
import subprocess

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from support import certificates
from support.program import run
from support.wait import until


def openssl(*words):
    return subprocess.run(["openssl", *map(str, words)], capture_output=True, text=True)


def pem_blocks(file):
    return re.findall(r"-----BEGIN [^-]+-----.*?-----END [^-]+-----\n", file.read_text(), re.S)


def test_openssl_accepts_the_chain_as_it_lies_on_the_disk(gatehouse, tmp_path):
    """A2: for servers, strictly, by name and by address."""
    running = gatehouse()
    leaf, issuer = pem_blocks(running.state / "identities" / "default.crt")
    (tmp_path / "leaf.pem").write_text(leaf)
    (tmp_path / "issuer.pem").write_text(issuer)
    for asked in (["-verify_hostname", "localhost"], ["-verify_ip", "127.0.0.1"],
                  ["-verify_ip", "::1"]):
        verdict = openssl("verify", "-x509_strict", "-purpose", "sslserver", "-CAfile",
                          running.anchor, "-untrusted", tmp_path / "issuer.pem", *asked,
                          tmp_path / "leaf.pem")
        assert verdict.returncode == 0, verdict.stderr
    refused = openssl("verify", "-purpose", "sslclient", "-CAfile", running.anchor, "-untrusted",
                      tmp_path / "issuer.pem", tmp_path / "leaf.pem")
    assert refused.returncode != 0, "no client certificate"


def test_other_software_serves_with_the_same_file(gatehouse):
    """T1, T4: one file for key and chain."""
    running = gatehouse()
    running.stop()
    file = running.state / "identities" / "default.pem"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    other = subprocess.Popen(
        ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", str(file), "-key",
         str(file), "-cert_chain", str(file), "-www"], stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    try:
        answer = subprocess.run(
            ["curl", "-sS", "--retry", "20", "--retry-connrefused", "--retry-delay", "1",
             "--cacert", str(running.anchor), "-o", "/dev/null", "-w", "%{http_code}",
             f"https://localhost:{port}/"], capture_output=True, text=True, timeout=30)
        assert answer.stdout == "200", answer.stderr
    finally:
        other.kill()
        other.wait()


@pytest.mark.parametrize("name, address", [("shop.example.org", None), (None, "192.0.2.99")])
def test_a_stolen_issuer_key_convinces_nobody_of_other_names(gatehouse, tmp_path, name, address):
    """The constraints hold for what the CA never meant to sign."""
    running = gatehouse()
    state = str(running.state)
    secret = tmp_path / "secret"
    secret.write_text("correct-Horse-battery-5taple\n")
    exported = run("cert", "export", "CA machine: server issuer 1.1", "--with-key", "--format", "key",
                   "--out", tmp_path / "key.pem", "--passphrase-file", secret, "--why", "to steal it",
                   "--state", state, home=tmp_path)
    assert exported.returncode == 0, exported.stderr
    key = openssl("pkey", "-in", tmp_path / "key.pem", "-passin", f"file:{secret}").stdout
    _, certificate = pem_blocks(running.state / "identities" / "default.crt")
    (tmp_path / "issuer.pem").write_text(certificate)
    stolen = (key + certificate).encode()
    issuer = x509.load_pem_x509_certificate(stolen[stolen.index(b"-----BEGIN CERT"):])
    now = datetime.datetime.utcnow()

    def forge(entry):
        key = ec.generate_private_key(ec.SECP256R1())
        return (x509.CertificateBuilder().subject_name(x509.Name([]))
                .issuer_name(issuer.subject).public_key(key.public_key())
                .serial_number(x509.random_serial_number())
                .not_valid_before(now - datetime.timedelta(hours=1))
                .not_valid_after(now + datetime.timedelta(days=1))
                .add_extension(x509.SubjectAlternativeName([entry]), True)
                .sign(serialization.load_pem_private_key(stolen, None), hashes.SHA256())
                .public_bytes(serialization.Encoding.PEM))

    def verdict(entry):
        (tmp_path / "forged.pem").write_bytes(forge(entry))
        return openssl("verify", "-CAfile", running.anchor, "-untrusted",
                       tmp_path / "issuer.pem", tmp_path / "forged.pem")

    assert verdict(x509.DNSName("localhost")).returncode == 0, "the forgery itself is well made"
    outside = x509.DNSName(name) if name else x509.IPAddress(ipaddress.ip_address(address))
    refused = verdict(outside)
    assert refused.returncode != 0
    assert "permitted subtree violation" in refused.stderr


def test_a_running_gatehouse_follows_the_name_of_the_machine(gatehouse):
    """A14, T11, M11: a new certificate is served without a restart, and connections that are open live on."""
    if subprocess.run(["unshare", "--uts", "true"], capture_output=True).returncode:
        pytest.skip("needs the right to make a UTS namespace")
    running = gatehouse(prefix=[
        "unshare", "--uts", "sh", "-c", 'hostname box && exec "$@"', "sh"])
    anchor = open(running.anchor, "rb").read()

    def served_names():
        with running.connect() as wire:
            return certificates.names(certificates.served(wire))

    assert "new.box" not in served_names()
    with running.connect() as wire:
        assert wire.ask(host=running.authority).status == 200
        subprocess.run(["nsenter", "-t", str(running.pid), "-u", "hostname", "new.box"], check=True)
        running.signal(signal.SIGHUP)
        until(lambda: "new.box" in served_names(), "the new certificate is served")
        until(lambda: "new.box" in wire.ask(host=running.authority).text, "the page tells of it")
    assert open(running.anchor, "rb").read() == anchor


def test_a_permission_that_comes_too_late_is_said_and_changes_nothing(gatehouse, tmp_path):
    state = tmp_path / "state"
    first = gatehouse(state=state)
    before = open(first.anchor, "rb").read()
    first.stop()
    second = gatehouse("--permit", ".plant4.local", state=state)
    assert open(second.anchor, "rb").read() == before
    events = second.events()
    assert "comes too late" in events and "gatehouse ca rotate machine" in events


def test_trust_installed_twice_and_removed_twice_is_said_each_time(gatehouse, tmp_path):
    """I13, I15: into a throw-away system and a throw-away database."""
    running = gatehouse()
    system = tmp_path / "system"
    anchors = system / "etc/pki/ca-trust/source/anchors"
    anchors.mkdir(parents=True)

    def trust(verb):
        ended = run("trust", verb, "--state", running.state, "--system-root", system, "--nss",
                    tmp_path / "profile", home=tmp_path)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return [line.split()[0] for line in ended.stdout.splitlines()
                if "system store" in line or "NSS database" in line]

    assert trust("install") == ["done", "done"]
    assert trust("install") == ["already", "already"]
    installed, = anchors.iterdir()
    assert installed.read_bytes() == open(running.anchor, "rb").read()
    assert trust("uninstall") == ["done", "done"]
    assert trust("uninstall") == ["already", "already"]
    assert list(anchors.iterdir()) == []


def test_trust_that_finds_no_store_at_all_is_no_success(gatehouse, tmp_path):
    running = gatehouse()

    def trust(verb):
        ended = run("trust", verb, "--state", running.state, "--system-root", tmp_path / "nothing",
                    home=tmp_path, prefix=["env", "-u", "HOME"])  # and nobody's browsers
        assert [line.split()[0] for line in ended.stdout.splitlines()] == ["skipped", "skipped"]
        return ended.returncode

    assert trust("install") == 4
    assert trust("uninstall") == 0
