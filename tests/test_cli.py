"""The command line: what it says without a running gatehouse, and what it does to one."""

import json
import re
import shutil
import subprocess

import pytest

from support import binary
from support.program import environment, run
from support.wire import Wire

VERBS = ["run", "add", "status", "check", "reload", "site", "binding", "listener", "upstream",
         "cert", "logs", "config", "ca", "explain", "trust", "version", "completion", "man"]


# Without a running gatehouse.

def test_help_of_all_names_every_verb(tmp_path):
    printed = run("help", home=tmp_path)
    assert printed.returncode == 0
    assert printed.stderr == ""
    for verb in VERBS:
        assert re.search(rf"^  {verb}\b", printed.stdout, re.MULTILINE), verb
        assert run("help", verb, home=tmp_path).returncode == 0


@pytest.mark.parametrize("words, hint", [
    (["statsu"], 'Did you mean "status"?'),
    (["site", "lst"], 'Did you mean "list"?'),
    (["add", "a.example", "http://127.0.0.1:1", "--dryrun"], 'Did you mean "--dry-run"?'),
    (["remove"], "gatehouse site remove"),
    (["binding", "add", "x", "a.example"], "files.example.com:443"),
    (["add", "a.example", "http://127.0.0.1:1", "--key", "k"], "--certificate"),
])
def test_wrong_words_are_told_apart_from_right_ones(words, hint, tmp_path):
    printed = run(*words, home=tmp_path)
    assert printed.returncode == 2
    assert printed.stdout == ""
    assert hint in printed.stderr
    assert printed.stderr.startswith("gatehouse: ") and printed.stderr.count("\n") == 1


@pytest.mark.parametrize("words", [
    ["status"], ["site", "list", "--json"], ["reload"], ["config", "show"], ["cert", "list"],
    ["add", "a.example", "http://127.0.0.1:1"], ["binding", "explain", "a.example"], ["logs"]])
def test_a_gatehouse_that_does_not_run_is_unreachable(words, tmp_path):
    printed = run(*words, "--state", tmp_path / "state", home=tmp_path)
    assert printed.returncode == 5
    assert printed.stdout == ""
    assert str(tmp_path / "state" / "gatehouse.sock") in printed.stderr


def test_validate_says_every_error_of_a_file_at_once(tmp_path):
    file = tmp_path / "gatehouse.yaml"
    file.write_text("version: 1\n"
                    "sitse: {}\n"
                    "sites:\n"
                    "  a.example: http://127.0.0.1:8080\n"
                    "  b.example: {upstrems: [http://127.0.0.1:1]}\n")
    printed = run("config", "validate", file, home=tmp_path)
    assert printed.returncode == 3
    assert printed.stdout == ""
    assert f"{file}:2:1" in printed.stderr
    assert "did you mean `upstreams`?" in printed.stderr
    found = json.loads(run("config", "validate", file, "--json", home=tmp_path).stdout)
    assert len(found["diagnostics"]) >= 2
    code = found["diagnostics"][0]["code"]
    explained = run("explain", code, home=tmp_path)
    assert explained.returncode == 0
    assert explained.stdout.startswith(f"{code}: ")


def test_text_of_a_file_that_is_no_utf_8_gives_our_sentence_and_no_other(tmp_path):
    for text in [b"version: 1\nsites: {a: {owner: \xff}}\n",
                 b'{"version": 1, "sites": {"a": {"owner": "\xff"}}}']:
        file = tmp_path / "gatehouse.yaml"
        file.write_bytes(text)
        printed = run("config", "validate", file, home=tmp_path)
        assert printed.returncode == 3
        assert printed.stderr.startswith("error[GH"), printed.stderr
        assert "protobuf" not in printed.stderr


def test_validate_warns_of_a_file_that_others_can_write(tmp_path):
    file = tmp_path / "gatehouse.yaml"
    file.write_text("version: 1\n")
    file.chmod(0o646)
    printed = run("config", "validate", file, home=tmp_path)
    assert printed.returncode == 0
    assert printed.stderr.startswith("warning[GH2013]: everybody can change this file")


def test_validate_of_a_right_file_says_so(tmp_path):
    file = tmp_path / "gatehouse.yaml"
    file.write_text("version: 1\nsites:\n  a.example: http://127.0.0.1:8080\n")
    printed = run("config", "validate", file, home=tmp_path)
    assert (printed.returncode, printed.stderr) == (0, "")
    assert printed.stdout == f"{file} is valid: 1 site, 0 bindings.\n"
    by_environment = subprocess.run(
        [binary.path(), "config", "validate"], capture_output=True, text=True, check=False,
        env={**environment(tmp_path), "GATEHOUSE_CONFIG": str(file)})
    assert by_environment.returncode == 0


def test_nothing_is_coloured_where_nobody_watches(tmp_path):
    file = tmp_path / "gatehouse.yaml"
    file.write_text("version: 2\n")
    assert "\x1b" not in run("config", "validate", file, home=tmp_path).stderr


def completed(words, folder):
    """What bash offers behind these words."""
    script = folder / "completion"
    script.write_text(run("completion", "bash", home=folder).stdout)
    quoted = " ".join(f"'{word}'" for word in words)
    asked = subprocess.run(
        ["bash", "-euc", f"source {script}; COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; "
         "_gatehouse; printf '%s\\n' \"${COMPREPLY[@]}\""],
        cwd=folder, env=environment(folder), capture_output=True, text=True, check=True)
    assert asked.stderr == ""
    return asked.stdout.split()


def test_bash_completes_verbs_flags_values_and_files(tmp_path):
    (tmp_path / "a.crt").touch()
    assert completed(["gatehouse", "sta"], tmp_path) == ["status"]
    assert completed(["gatehouse", "site", ""], tmp_path) == [
        "add", "list", "show", "enable", "disable", "remove"]
    assert completed(["gatehouse", "site", "add", "--dry"], tmp_path) == ["--dry-run"]
    assert completed(["gatehouse", "add", "--certificate", "a."], tmp_path) == ["a.crt"]
    assert completed(["gatehouse", "add", "--http-external", "re"], tmp_path) == [
        "redirect", "refuse"]
    assert completed(["gatehouse", "completion", "f"], tmp_path) == ["fish"]
    assert completed(["gatehouse", "config", "validate", "a"], tmp_path) == ["a.crt"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completions_are_valid_where_their_shell_is(shell, tmp_path):
    script = tmp_path / "script"
    script.write_text(run("completion", shell, home=tmp_path).stdout)
    assert "site" in script.read_text()
    if shutil.which(shell):
        subprocess.run([shell, "-n", script], check=True)


@pytest.mark.parametrize("about", [[], ["site"], ["site", "add"], ["run"], ["config", "rollback"]])
def test_manual_pages_are_clean_troff(about, tmp_path):
    page = run("man", *about, home=tmp_path)
    assert page.returncode == 0
    assert page.stdout.startswith(".TH GATEHOUSE")
    if shutil.which("groff"):
        made = subprocess.run(["groff", "-ww", "-man", "-Tutf8"], input=page.stdout, text=True,
                              capture_output=True, check=True)
        assert made.stderr == ""
        assert "GATEHOUSE" in made.stdout


# With one.

class Administered:
    """A running gatehouse and the command line that administers it."""

    def __init__(self, running):
        self.running = running

    def cli(self, *words, code=0):
        printed = run(*words, "--socket", self.running.state / "gatehouse.sock",
                      home=self.running.folder)
        assert printed.returncode == code, printed.stdout + printed.stderr
        return printed

    def json(self, *words, code=0):
        return json.loads(self.cli(*words, "--json", code=code).stdout)

    def ask(self, name):
        host = f"{name}:{self.running.port}"
        with Wire.tls(self.running.address(), self.running.context(), name) as wire:
            return wire.ask("GET", "/", host=host)


# One listener, shared by all sites of a test: the kernel chooses its port.
LISTEN = ["--listen", "127.0.0.1:0", "--no-http"]


@pytest.fixture
def administered(gatehouse):
    running = gatehouse("--permit", ".plant4.local")
    assert (running.state / "gatehouse.sock").exists()
    return Administered(running)


def test_a_site_is_added_served_and_removed_while_it_runs(administered, upstream):
    from support.upstreams import echo
    application = upstream(echo)
    added = administered.cli("add", "files.plant4.local", application.url, *LISTEN)
    assert "Applied as revision" in added.stdout
    assert re.search(r"^ok +browser: ", added.stdout, re.MULTILINE)
    assert administered.ask("files.plant4.local").status == 200
    assert len(application.requests) >= 1
    (site,) = [row for row in administered.json("site", "list")["sites"]
               if row["name"] == "files.plant4.local"]
    assert site["defined"] == "api"
    administered.cli("site", "remove", "files.plant4.local")
    assert "files.plant4.local" not in administered.cli("site", "list").stdout


def test_a_dry_run_changes_nothing(administered):
    before = administered.json("config", "show")
    planned = administered.cli("add", "files.plant4.local", "http://127.0.0.1:9", *LISTEN,
                               "--dry-run")
    assert "planned" in planned.stdout and "Nothing has changed" in planned.stdout
    assert administered.json("config", "show") == before


def test_what_the_flags_say_is_not_changed_by_the_command_line(administered):
    refused = administered.cli("site", "remove", "default", code=7)
    assert refused.stdout == ""


def test_a_change_for_an_older_revision_is_a_conflict(administered):
    administered.cli("add", "a.plant4.local", "http://127.0.0.1:9", *LISTEN)
    revision = int(administered.json("status")["revision"])
    administered.cli("add", "b.plant4.local", "http://127.0.0.1:9", *LISTEN)
    administered.cli("add", "c.plant4.local", "http://127.0.0.1:9", *LISTEN, "--if-revision",
                     revision, code=7)


def test_binding_explain_says_who_answers(administered):
    administered.cli("add", "a.plant4.local", "http://127.0.0.1:9", *LISTEN)
    port = administered.running.port
    answer = administered.json("binding", "explain", f"a.plant4.local:{port}")
    assert answer["answered"] and answer["site"] == "a.plant4.local"
    assert answer["reasons"]


def test_history_tells_who_and_why_and_rollback_returns(administered):
    administered.cli("add", "a.plant4.local", "http://127.0.0.1:9", *LISTEN, "--why", "first")
    first = int(administered.json("status")["revision"])
    administered.cli("add", "b.plant4.local", "http://127.0.0.1:9", *LISTEN)
    told = administered.cli("config", "history").stdout
    assert '"first"' in told and "uid" in told
    administered.cli("config", "rollback", first)
    names = [row["name"] for row in administered.json("site", "list")["sites"]]
    assert "a.plant4.local" in names and "b.plant4.local" not in names


def test_I5_all_of_an_owner_is_listed_and_removed(administered):
    for name in ["a", "b"]:
        administered.cli("add", f"{name}.plant4.local", "http://127.0.0.1:9", *LISTEN,
                         "--owner", "filesrv")
    administered.cli("add", "c.plant4.local", "http://127.0.0.1:9", *LISTEN)
    listed = administered.json("site", "list", "--owner", "filesrv")["sites"]
    assert [row["name"] for row in listed] == ["a.plant4.local", "b.plant4.local"]
    administered.cli("site", "remove", "--owner", "filesrv")
    names = [row["name"] for row in administered.json("site", "list")["sites"]]
    assert "c.plant4.local" in names and "a.plant4.local" not in names


def test_A13_one_file_brings_the_same_sites_to_another_machine(administered, gatehouse, tmp_path):
    administered.cli("add", "a.plant4.local", "http://127.0.0.1:9", *LISTEN)
    file = tmp_path / "sites.yaml"
    administered.cli("config", "export", "--out", file)
    other = Administered(gatehouse("--permit", ".plant4.local"))
    other.cli("config", "apply", file)
    assert other.cli("config", "export").stdout == file.read_text()


def test_status_fits_on_a_screen(administered):
    told = administered.cli("status").stdout
    assert told.startswith("gatehouse ")
    lines = told.splitlines()
    assert len(lines) <= 24
    for line in lines:  # a path cannot be broken
        assert len(line) <= 80 or max(map(len, line.split())) > 60, line
    assert "renews itself" in told


def test_config_show_is_a_valid_configuration(administered, tmp_path):
    administered.cli("add", "a.plant4.local", "http://127.0.0.1:9", *LISTEN)
    for words in [["config", "show"], ["config", "show", "--origin"]]:
        file = tmp_path / "shown.yaml"
        file.write_text(administered.cli(*words).stdout)
        assert run("config", "validate", file, home=tmp_path).returncode == 0
    assert "# api" in file.read_text()
