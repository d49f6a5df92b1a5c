"""F2, I12, I15: certificates leave as files for other programs, which take them."""

import os
import pathlib
import re
import stat
import subprocess
import tempfile

import pytest

from support.certificate_desk import openssl, tool


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
