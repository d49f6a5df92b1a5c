"""I13, I14: trust in a CA of an administrator: files and steps, and the page with its live test."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from support import program
from support.local_cas import Place, openssl
from support.wait import seconds, until

PATH = "/.well-known/gatehouse/trust"
NAME = "files.plant4.local"


@pytest.fixture
def place(gatehouse, tmp_path):
    place = Place(gatehouse, tmp_path)
    place.init(permit="localhost,.plant4.local,127.0.0.0/8")
    return place


def trust(place, *words, code=0):
    done = program.run("trust", *words, "--state", place.state, home=place.folder,
                       cwd=place.folder, within=60)
    assert done.returncode == code, done.stderr or done.stdout
    return done


def in_groups(sha256):
    digits = sha256.upper()
    return " ".join(digits[at:at + 4] for at in range(0, 64, 4))


def curl(*words):
    return subprocess.run(["curl", "-sS", "--noproxy", "*", "--max-time", str(seconds(20)),
                           *map(str, words)], capture_output=True, text=True)


def test_the_kit_is_for_the_ca_that_is_named_I13(place):
    (root,) = place.json("show", "plant")["authority"]["roots"]
    shown = trust(place, "show", "--ca", "plant").stdout
    assert in_groups(root["sha256"]) in " ".join(shown.split())
    exported = trust(place, "export", "--ca", "plant").stdout
    assert exported == root["pem"] != trust(place, "export").stdout
    steps = trust(place, "export", "--ca", "plant", "--for", "curl", "--out", "plant.crt").stderr
    assert "gatehouse trust show --ca plant" in steps
    trust(place, "show", "--ca", "nobody", code=4)
    place.gatehouse.stop()
    trust(place, "show", "--ca", "plant", code=5)
    trust(place, "show")


def test_while_a_root_is_replaced_both_are_offered_and_the_next_one_is_marked_I13(place):
    place.ca("rotate", "plant")
    shown = trust(place, "show", "--ca", "plant").stdout
    assert "the next root, which signs nothing yet" in shown
    trust(place, "export", "--ca", "plant", "--for", "curl", "--out", "both.crt")
    both = (place.folder / "both.crt").read_text()
    assert both.count("BEGIN CERTIFICATE") == 2
    for days in ("plant root 1", "plant root 2"):
        assert days in both
    trust(place, "export", "--ca", "plant", "--for", "windows", "--out", "plant.crt")
    roots = place.json("show", "plant")["authority"]["roots"]
    for file, root in (("plant.crt", roots[0]), ("plant-next.crt", roots[1])):
        print_of = openssl("x509", "-inform", "DER", "-in", place.folder / file, "-noout",
                           "-fingerprint", "-sha256")
        assert print_of.split("=")[1].strip().replace(":", "").lower() == root["sha256"]
    profile = trust(place, "export", "--ca", "plant", "--for", "ios").stdout
    assert profile.count("com.apple.security.root") == 2 and "(next root)" in profile


def test_the_next_root_of_the_machine_is_offered_before_it_signs_I13_I14(place):
    port = place.gatehouse.port

    def shared():
        exported = trust(place, "export").stdout
        return re.findall(r"-----BEGIN.*?-----END[^\n]*\n", exported, re.DOTALL)

    def page():
        return curl("--cacert", place.gatehouse.anchor, f"https://localhost:{port}{PATH}").stdout
    assert "the next root" not in page()
    place.ca("rotate", "machine")
    roots = place.json("show", "machine")["authority"]["roots"]
    assert [root["state"] for root in roots] == ["active", "next"]
    until(lambda: "the next root, which signs nothing yet" in page(), "the next root on the page")
    shown = trust(place, "show").stdout
    assert "the next root, which signs nothing yet" in shown
    for root in roots:
        assert in_groups(root["sha256"]) in " ".join(shown.split())
    assert shared() == [roots[0]["pem"], roots[1]["pem"]]
    place.ca("rotate", "machine", "--trusted")
    assert shared() == [roots[1]["pem"], roots[0]["pem"]]
    assert Path(place.gatehouse.anchor).read_text() == roots[1]["pem"]
    place.gatehouse.stop()
    assert shared() == [roots[1]["pem"]]  # all that its state folder tells


def test_the_page_of_a_ca_counts_the_devices_that_trust_it_I14(place):
    state = json.loads(trust(place, "page", "--ca", "plant", "--listen", "127.0.0.1:0", "--json")
                       .stdout)
    page = curl(state["urls"][0]).stdout
    (root,) = place.json("show", "plant")["authority"]["roots"]
    for group in in_groups(root["sha256"]).split():
        assert f"<li>{group}</li>" in page
    assert "gatehouse trust show --ca plant" in page
    check = f"https://localhost:{state['verdictPort']}{PATH}/check"
    to_it = ["--resolve", f"localhost:{state['verdictPort']}:127.0.0.1"]
    assert curl("--cacert", place.gatehouse.anchor, *to_it, check).returncode == 60
    assert curl("--cacert", place.anchors(), *to_it, check).stdout == "trusted\n"
    status = trust(place, "status", "--ca", "plant", "--system-root", place.folder, code=23).stdout
    assert "1 device has passed" in status
    assert "1 device has" not in trust(place, "status", "--system-root", place.folder,
                                       code=23).stdout


def test_a_site_has_the_page_of_the_ca_that_has_issued_its_certificate_I14(place):
    place.ca("issue", "plant", NAME, "--name", "files")
    added = program.run("add", NAME, "http://127.0.0.1:9", "--certificate", "files", "--listen",
                        "127.0.0.1:0", "--no-http", "--state", place.state, home=place.folder)
    assert added.returncode == 0, added.stdout + added.stderr
    port = place.gatehouse.port  # which is that of the listener that was asked for in the same words

    def page():
        return curl("--cacert", place.anchors(), "--resolve", f"{NAME}:{port}:127.0.0.1",
                    f"https://{NAME}:{port}{PATH}").stdout
    shown = page()
    assert "Does this device trust plant root 1" in shown
    place.ca("rotate", "plant")
    until(lambda: "the next root, which signs nothing yet" in page(), "the next root on the page")
