"""From nothing to a padlock: what the first start makes, and what the next ones keep."""

import re
import shlex
import socket
import stat
import subprocess

import pytest

from support import binary, certificates
from support.program import environment, run
from support.wait import seconds, until


def test_https_answers_right_after_the_first_start(gatehouse):
    """A1, M4: nothing is configured, and a client that knows the local CA sees a valid name."""
    running = gatehouse()
    for name in ("localhost", "127.0.0.1"):
        page = running.curl(f"https://{name}:{running.port}/", "-w", "\n%{http_code}")
        assert page.stdout.endswith("\n200")
        assert "gatehouse" in page.stdout.lower(), "the welcome page says who answers"


def test_ipv6_loopback_is_served_under_the_same_certificate(gatehouse):
    """T7, F5: an address is a name of the certificate, too."""
    running = gatehouse(listen=("127.0.0.1:0", "[::1]:0"))
    port = running.address(1)[1]
    running.curl("-f", f"https://[::1]:{port}/")


def test_localhost_means_both_loopback_addresses(gatehouse):
    with socket.socket() as probe:  # a port that was free a moment ago
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    running = gatehouse(listen=(f"localhost:{port}",))
    assert {entry["address"] for entry in running.serving} == {
        f"127.0.0.1:{port}", f"[::1]:{port}"}


def test_the_default_certificate_holds_every_name_of_this_machine(gatehouse):
    """T2, T7: internal services reach it by any of them."""
    running = gatehouse()
    with running.connect() as wire:
        certificate = certificates.served(wire)
    held = certificates.names(certificate)
    assert {"localhost", "127.0.0.1", "::1"} <= held
    assert socket.gethostname().split(".")[0].lower() in {name.lower() for name in held}
    assert socket.getfqdn().lower() in {name.lower() for name in held}
    assert held == set(running.said["certificate"]["names"])
    assert running.said["certificate"]["sha256"] == certificates.fingerprint(certificate)


def test_the_local_ca_can_vouch_for_nothing_beyond_this_machine(gatehouse):
    """The root is critically constrained to names of this machine: a stolen one is little use."""
    from cryptography import x509
    root = certificates.load(gatehouse().anchor)
    constraints = root.extensions.get_extension_for_class(x509.NameConstraints)
    assert constraints.critical
    permitted = [name.value for name in constraints.value.permitted_subtrees]
    assert "localhost" in permitted
    assert "" not in permitted and "com" not in permitted and ".com" not in permitted
    assert root.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_a_name_that_the_local_ca_may_not_certify_is_served_self_signed_and_said(gatehouse):
    running = gatehouse("--host", "shop.example.org")
    with pytest.raises(subprocess.CalledProcessError):
        running.curl("--resolve", f"shop.example.org:{running.port}:127.0.0.1",
                     f"https://shop.example.org:{running.port}/")
    running.curl("-f", f"https://localhost:{running.port}/")
    until(lambda: "shop.example.org" in running.events(), "a notice that names the host")


def test_permit_widens_what_the_local_ca_may_certify(gatehouse):
    running = gatehouse("--permit", ".plant4.local,10.20.0.0/16", "--host", "press.plant4.local")
    running.curl("-f", "--resolve", f"press.plant4.local:{running.port}:127.0.0.1",
                 f"https://press.plant4.local:{running.port}/")


def test_own_certificate_and_key_come_by_flags(gatehouse, tmp_path):
    """M3, T6."""
    certificate, key = certificates.write_pair(tmp_path, ["localhost", "own.example"])
    running = gatehouse("--certificate", certificate, "--key", key)
    page = running.curl("--cacert", str(certificate), "-f", f"https://localhost:{running.port}/")
    assert page.stdout
    assert "own.example" in running.said["certificate"]["names"]


def test_a_person_is_told_the_address_the_certificate_and_how_to_trust_it(tmp_path):
    """Without --json the lines are for a person."""
    program = subprocess.Popen(
        [str(binary.path()), "run", "--listen", "127.0.0.1:0", "--state", str(tmp_path / "state"),
         "--access-log", "none"], env=environment(tmp_path), text=True, stdin=subprocess.DEVNULL,
        stdout=open(tmp_path / "said", "w"), stderr=open(tmp_path / "events", "w"))
    try:
        said = until(
            lambda: (text := (tmp_path / "said").read_text()).count("trust") and text,
            "a line about trust", within=15)
        port = re.search(r"https://(?:127\.0\.0\.1|localhost):(\d+)", said)[1]
        assert int(port) > 0
        trust = f"{shlex.quote(str(binary.path()))} trust install " \
                f"--state {shlex.quote(str(tmp_path / 'state'))}"
        assert trust in said
        assert "certificate" in said.lower()
    finally:
        program.terminate()
        assert program.wait(seconds(20)) == 0


def test_quiet_says_nothing_on_stdout(tmp_path, gatehouse):
    running = gatehouse("--quiet")  # with --json the one line of data stays
    assert running.serving


def test_the_state_folder_is_private(gatehouse):
    """M7: 0700, and every key 0600."""
    running = gatehouse()
    assert stat.S_IMODE(running.state.stat().st_mode) == 0o700
    keys = [file for file in running.state.rglob("*")
            if file.is_file() and b"PRIVATE KEY" in file.read_bytes()]
    assert keys, "the key of the identity and that of the CA rest here"
    for file in keys:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def test_a_second_start_keeps_identity_and_ca(gatehouse, tmp_path):
    """T3: made once."""
    state = tmp_path / "state"
    first = gatehouse(state=state)
    anchor = open(first.anchor, "rb").read()
    first.stop()
    second = gatehouse(state=state)
    assert second.said["certificate"] == first.said["certificate"]
    assert open(second.anchor, "rb").read() == anchor


def test_the_state_folder_follows_systemd_then_xdg(tmp_path):
    """--state, else STATE_DIRECTORY, else XDG_STATE_HOME."""
    for variable, where in (("STATE_DIRECTORY", "systemd"), ("XDG_STATE_HOME", "xdg")):
        root = tmp_path / where
        root.mkdir(mode=0o700)
        program = subprocess.Popen(
            [str(binary.path()), "run", "--json", "--listen", "127.0.0.1:0"],
            env={**environment(tmp_path), variable: str(root)}, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        anchor = root / ("" if where == "systemd" else "gatehouse") / "ca" / "root.crt"
        try:
            until(anchor.exists, f"{anchor} is made", within=15)
        finally:
            program.terminate()
            program.communicate(timeout=seconds(20))


def test_a_new_host_name_of_the_machine_leaves_the_ca_and_localhost_alone(gatehouse, tmp_path):
    """The identity follows the machine's name; who trusted it before still does."""
    if subprocess.run(["unshare", "--uts", "true"], capture_output=True).returncode:
        pytest.skip("needs the right to make a UTS namespace")
    state = tmp_path / "state"
    first = gatehouse(state=state)
    anchor = open(first.anchor, "rb").read()
    first.stop()
    renamed = gatehouse(
        state=state,
        prefix=["unshare", "--uts", "sh", "-c", 'hostname renamed-box && exec "$@"', "sh"])
    assert open(renamed.anchor, "rb").read() == anchor
    renamed.curl("-f", f"https://localhost:{renamed.port}/")


@pytest.mark.parametrize("words", [["version"], ["help"], ["--help"]])
def test_version_and_help_answer_on_stdout(words, tmp_path):
    answer = run(*words, home=tmp_path)
    assert answer.returncode == 0
    assert "gatehouse" in answer.stdout
    assert answer.stderr == ""


def test_T5_I15_trust_export_gives_the_anchor_and_no_key(gatehouse, tmp_path):
    running = gatehouse()
    answer = run("trust", "export", "--state", running.state, "--out", tmp_path / "anchor.crt",
                 home=tmp_path)
    assert answer.returncode == 0, answer.stderr
    exported = (tmp_path / "anchor.crt").read_bytes()
    assert certificates.load(tmp_path / "anchor.crt") == certificates.load(running.anchor)
    assert b"PRIVATE" not in exported
