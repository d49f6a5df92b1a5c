"""The trust kit: files and steps for other devices, and the stores of this machine."""

import base64
import json
import pathlib
import plistlib
import re
import shutil
import ssl
import subprocess

import pytest

from support.anchors import der_of, fingerprint_of
from support.program import run

TARGETS = ("windows macos ios android linux firefox java curl python node docker intune "
           "ansible").split()


# ---------------------------------------------------------------- files and steps

@pytest.fixture
def state(gatehouse):
    running = gatehouse()
    running.stop()
    return running.state


def export(state, tmp_path, *arguments):
    return run("trust", "export", "--state", state, *arguments, home=tmp_path)


@pytest.mark.parametrize("target", TARGETS)
def test_I13_I15_every_target_gets_its_file_and_steps_and_no_key(state, tmp_path, target):
    """I13, I15"""
    told = export(state, tmp_path, "--for", target, "--json")
    assert told.returncode == 0, told.stderr
    kit = json.loads(told.stdout)
    content = base64.b64decode(kit["content_base64"])
    keys = [file.read_bytes() for file in pathlib.Path(state).rglob("*.pem")
            if b"PRIVATE KEY" in file.read_bytes()]
    assert keys, "there are keys that could leak"
    for key in keys:
        for line in key.split(b"-----")[2].split():
            assert line not in content and line.decode() not in told.stdout
    assert kit["for"] == target and len(kit["steps"]) >= 3
    assert "take it back" in kit["steps"][-1]["text"]

    out = tmp_path / kit["file_name"]
    written = export(state, tmp_path, "--for", target, "--out", out)
    assert written.returncode == 0 and out.read_bytes() == content
    assert kit["steps"][0]["text"] in written.stderr


def test_the_files_are_what_their_readers_take(state, tmp_path):
    anchor = der_of(state / "ca" / "root.crt")

    def content(target):
        return base64.b64decode(
            json.loads(export(state, tmp_path, "--for", target, "--json").stdout)["content_base64"])

    assert content("windows") == content("android") == content("intune") == anchor
    assert ssl.PEM_cert_to_DER_cert(content("linux").decode()) == anchor
    profile = plistlib.loads(content("ios"))
    (root,) = profile["PayloadContent"]
    assert root["PayloadType"] == "com.apple.security.root" and root["PayloadContent"] == anchor
    policies = json.loads(content("firefox"))
    assert policies["policies"]["Certificates"]["Install"][0].startswith("gatehouse-")
    yaml = pytest.importorskip("yaml")
    tasks = yaml.safe_load(content("ansible"))
    assert ssl.PEM_cert_to_DER_cert(tasks[1]["ansible.builtin.copy"]["content"]) == anchor


def test_a_file_that_is_there_is_only_replaced_by_the_same(state, tmp_path):
    out = tmp_path / "ca.crt"
    assert export(state, tmp_path, "--out", out).returncode == 0
    assert export(state, tmp_path, "--out", out).returncode == 0
    out.write_text("mine")
    refused = export(state, tmp_path, "--out", out)
    assert refused.returncode == 7 and "left as it is" in refused.stderr
    assert out.read_text() == "mine"


def test_the_steps_for_curl_and_java_work_as_they_are_written(gatehouse, tmp_path):
    """I13: the exact commands, run."""
    running = gatehouse()
    for target in ("curl", "java"):
        out = tmp_path / f"{target}.crt"
        export(running.state, tmp_path, "--for", target, "--out", out)
    url = f"https://localhost:{running.port}/"
    subprocess.run(["curl", "-sS", "--noproxy", "*", "--cacert", tmp_path / "curl.crt", url],
                   check=True, capture_output=True)
    steps = json.loads(export(running.state, tmp_path, "--for", "java", "--json").stdout)["steps"]
    (command,) = [step["command"] for step in steps if "trust.p12" in step["command"]]
    words = command.split(" && ")[0].replace("gatehouse-ca.crt", "java.crt")
    subprocess.run(words, shell=True, cwd=tmp_path, check=True, capture_output=True)
    listed = subprocess.run(["keytool", "-list", "-keystore", "trust.p12", "-storepass",
                             "changeit"], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert "trustedCertEntry" in listed.stdout


def test_show_says_the_fingerprint_in_groups(state, tmp_path):
    shown = run("trust", "show", "--state", state, home=tmp_path)
    assert shown.returncode == 0, shown.stderr
    said = " ".join(shown.stdout.split())
    assert fingerprint_of(state / "ca" / "root.crt") in said
    assert "localhost" in said and re.search(r"until 20\d\d-\d\d-\d\d", said)
    facts = json.loads(run("trust", "show", "--state", state, "--json", home=tmp_path).stdout)
    assert facts["fingerprint"] == fingerprint_of(state / "ca" / "root.crt")


# ---------------------------------------------------------------- this machine

@pytest.fixture
def system(tmp_path):
    """A throw-away system; this machine's stores are never touched."""
    root = tmp_path / "system"
    for folder in ("usr/local/share/ca-certificates", "usr/share/ca-certificates", "etc/ssl/certs",
                   "etc/ca-certificates/update.d", "etc/firefox/policies"):
        (root / folder).mkdir(parents=True)
    (root / "etc/ca-certificates.conf").touch()
    return root


def trust(verb, state, system, tmp_path):
    return run("trust", verb, "--state", state, "--system-root", system, "--nss",
               tmp_path / "nss", home=tmp_path, within=120)


def answers(status):
    return {line.split()[0] for line in status.stdout.splitlines() if not line.startswith(" ")}


@pytest.mark.skipif(not (shutil.which("certutil") and shutil.which("update-ca-certificates")),
                    reason="needs certutil (libnss3-tools) and update-ca-certificates")
def test_status_follows_install_and_uninstall_store_by_store(state, system, tmp_path):
    """I13"""
    policies = system / "etc/firefox/policies/policies.json"
    before = '{\n  "policies": {\n    "DisableTelemetry": true\n  }\n}\n'
    policies.write_text(before)
    # One of the distribution: without any the bundle is left as it is.
    other = run("trust", "export", "--state", state, home=tmp_path).stdout
    status = trust("status", state, system, tmp_path)
    assert status.returncode == 23 and answers(status) == {"missing"}
    assert "gatehouse trust install --state" in status.stdout

    installed = trust("install", state, system, tmp_path)
    assert installed.returncode == 0, installed.stdout
    assert "gatehouse-" in policies.read_text() and "DisableTelemetry" in policies.read_text()
    status = trust("status", state, system, tmp_path)
    assert (status.returncode, answers(status)) == (0, {"trusted"}), status.stdout
    assert other in (system / "etc/ssl/certs/ca-certificates.crt").read_text()

    assert trust("uninstall", state, system, tmp_path).returncode == 0
    assert policies.read_text() == before
    assert not list((system / "usr/local/share/ca-certificates").iterdir())
    assert [file.name for file in policies.parent.iterdir()] == ["policies.json"]
