"""T4: certificates that are kept current as files for other software, with a command after a
change."""

import json
import os
import ssl
import stat

import pytest
from cryptography import x509

from support.certificates import fingerprint
from support.program import run
from support.wait import until


def leaf_of(path):
    """The SHA-256 of the first certificate in a PEM file."""
    text = path.read_text()
    first = text[text.index("-----BEGIN CERTIFICATE"):]
    return fingerprint(x509.load_pem_x509_certificate(first.encode()))


class Copies:
    def __init__(self, gatehouse, folder):
        self.folder, self.out = folder, folder / "out"
        self.out.mkdir()
        (folder / "run").mkdir()
        self.config = folder / "gatehouse.yaml"
        self.say(after=["touch", self.out / "reloaded"])
        self.running = gatehouse("--config", self.config, listen=(), folder=folder, prefix=(
            "env", f"RUNTIME_DIRECTORY={folder / 'run'}"))
        self.run("cert", "create", "pbx.example.com", "--name", "pbx")

    def say(self, after=(), mode="0640", certificate="{name: pbx}"):
        self.config.write_text(f"""version: 1
sites:
  every: {{names: ["*"], listen: ["127.0.0.1:0"], http: {{off: true}}}}
copies:
  pbx:
    {f"certificate: {certificate}" if certificate else "owner: root"}
    fullchain: {self.out}/pbx.crt
    key: {self.out}/pbx.key
    combined: {self.out}/pbx.pem
    mode: "{mode}"
    {"run: [" + ", ".join(map(str, after)) + "]" if after else ""}
""")

    def run(self, *words, code=0):
        socket = [] if words[:2] == ("copy", "list") else ["--socket", self.folder / "run" /
                                                           "gatehouse.sock"]
        done = run(*words, *socket, home=self.folder)
        assert done.returncode == code, done.stdout + done.stderr
        return done

    def copy(self, code=0, *flags):
        return self.run("copy", "run", "--config", self.config, "--records",
                        self.folder / "records", "--identity",
                        self.running.state / "identities" / "default.pem", *flags, code=code)

    def stored(self, name="pbx"):
        shown = json.loads(self.run("cert", "show", name, "--json").stdout)
        return shown["certificate"]["sha256"].replace(":", "").lower()


@pytest.fixture
def copies(gatehouse, tmp_path):
    if os.geteuid() != 0:
        pytest.skip("only root gives files away")
    return Copies(gatehouse, tmp_path)


def test_T4_the_files_hold_the_certificate_and_the_command_has_run(copies):
    said = copies.copy().stdout
    assert said.startswith("done     pbx: ") and "touch" in said
    assert leaf_of(copies.out / "pbx.crt") == leaf_of(copies.out / "pbx.pem") == copies.stored()
    assert (copies.out / "reloaded").exists()
    for name, mode in (("pbx.crt", 0o644), ("pbx.key", 0o640), ("pbx.pem", 0o640)):
        assert stat.S_IMODE((copies.out / name).stat().st_mode) == mode, name
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(copies.out / "pbx.crt", copies.out / "pbx.key")


def test_T4_what_is_current_is_left_alone(copies):
    copies.copy()
    (copies.out / "reloaded").unlink()
    before = (copies.out / "pbx.key").stat()
    assert copies.copy().stdout == "current  pbx\n"
    after = (copies.out / "pbx.key").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert not (copies.out / "reloaded").exists()


def test_T4_a_replaced_certificate_replaces_the_files(copies):
    copies.copy()
    before = leaf_of(copies.out / "pbx.crt")
    copies.run("cert", "create", "pbx.example.com", "--replace", "pbx")
    copies.copy()
    assert leaf_of(copies.out / "pbx.crt") == copies.stored() != before


def test_a_file_that_somebody_changed_is_put_right(copies):
    copies.copy()
    (copies.out / "pbx.crt").write_text("broken")
    assert str(copies.out / "pbx.crt") in copies.copy().stdout
    assert leaf_of(copies.out / "pbx.crt") == copies.stored()


def test_a_command_that_failed_is_run_again_until_it_succeeds(copies):
    copies.say(after=["sh", "-c", f"'echo not today; test -e {copies.out}/allowed'"])
    said = copies.copy(1).stdout
    assert said.startswith("failed   pbx: the files are current") and "not today" in said
    listed = copies.run("copy", "list", "--records", copies.folder / "records").stdout
    assert "failed" in listed and "not today" in listed
    copies.copy(1)
    (copies.out / "allowed").touch()
    assert copies.copy().stdout.startswith("done     pbx: its files were current")
    assert copies.copy().stdout == "current  pbx\n"


def test_T4_the_default_identity_is_copied_where_no_certificate_is_named(copies):
    copies.say(certificate="")
    copies.copy()
    assert leaf_of(copies.out / "pbx.crt") == leaf_of(
        copies.running.state / "identities" / "default.crt")


def test_a_dry_run_changes_nothing(copies):
    assert copies.copy(0, "--dry-run").stdout == "planned  pbx: its files are not current\n"
    assert not list(copies.out.iterdir()) and not (copies.folder / "records").exists()


def test_one_that_fails_says_why_and_leaves_the_files(copies):
    copies.copy()
    before = (copies.out / "pbx.crt").read_text()
    copies.say(certificate="{name: gone}")
    assert "failed   pbx: " in copies.copy(1).stdout
    assert (copies.out / "pbx.crt").read_text() == before


def test_a_configuration_that_others_can_write_is_refused(copies):
    copies.config.chmod(0o666)
    refused = copies.copy(6)
    assert "chmod o-w" in refused.stderr and not list(copies.out.iterdir())


def test_A10_the_api_makes_no_copies(copies):
    (copies.folder / "applied.yaml").write_text(
        "version: 1\ncopies: {x: {key: /root/.ssh/authorized_keys, run: [reboot]}}\n")
    refused = copies.run("config", "apply", copies.folder / "applied.yaml", code=6)
    assert "configuration files alone" in refused.stderr


def test_keys_that_were_copied_are_in_the_history(copies):
    copies.copy()
    history = copies.run("cert", "history", "pbx").stdout
    assert "copy pbx" in history


def test_who_keeps_copies_is_woken_by_each_change(copies):
    woken = copies.folder / "run" / "certificates.changed"
    until(woken.exists, what="the file that the path unit watches")
    before = woken.stat().st_mtime_ns
    copies.run("cert", "create", "other.example.com")
    until(lambda: woken.stat().st_mtime_ns > before, what="another change")
