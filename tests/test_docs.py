"""Every command in the documents works as it is written, or says why it cannot be tried."""

import functools
import os
import pathlib
import re
import signal
import subprocess
import tempfile

import pytest

from support import binary
from support.documents import Block, blocks, blocks_in_the_package, documents, matches, unmarked
from support.program import environment, run
from support.wait import seconds, until

BLOCKS = [block for file in documents(binary.ROOT) for block in blocks(file, binary.ROOT)]


# The documents name ports, addresses and files that a person would choose. Each command gets a
# machine that looks so: a network of its own, where the addresses of the documents are its own, and
# the files of this one, of which only the test's folder can be written. Not in a user namespace:
# there root's folders belong to nobody, and the program rightly distrusts them.
OWN_MACHINE = [
    "unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-euc",
    'folder=$1; shift; ip link set lo up; mount --bind "$folder" "$folder"; '
    'mount -o remount,bind,ro /; mount -t tmpfs tmpfs /run; cd "$folder/work"; exec "$@"', "sh"]


@functools.cache
def may_have_own_machine():
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "work").mkdir()
        tried = subprocess.run([*OWN_MACHINE, folder, "true"], capture_output=True, check=False)
    return tried.returncode == 0


def run_block(block, folder):
    """Runs a block in an empty folder, with the program in PATH; servers end with it."""
    for name in ("bin", "work", "tmp"):
        (folder / name).mkdir()
    (folder / "bin" / "gatehouse").symlink_to(binary.path())
    around = {**environment(folder), "TMPDIR": str(folder / "tmp")}
    del around["XDG_STATE_HOME"]  # the documents name the folder that holds without it
    around["PATH"] = f"{folder}/bin:{around['PATH']}"
    own = [*OWN_MACHINE, folder] if may_have_own_machine() else []
    if block.first and not own:
        pytest.skip("it needs a network and files of its own, which root may make")
    for command, expected in block.steps():
        code, printed = run_step([*own, *BASH, block.first + command], folder, around)
        assert code == 0, f"{block.file}:{block.line}: {command}\n{printed}"
        if expected is not None:
            assert matches(printed, expected), f"{block.file}:{block.line}: {command}\n{printed}"


BASH = ["bash", "-euo", "pipefail", "-c"]


def run_step(words, folder, around):
    with open(folder / "printed", "w+", encoding="utf-8", errors="replace") as printed:
        shell = subprocess.Popen(
            words, cwd=folder / "work", env=around, stdin=subprocess.DEVNULL, stdout=printed,
            stderr=subprocess.STDOUT, start_new_session=True)
        try:
            code = shell.wait(seconds(60))
        finally:
            try:
                os.killpg(shell.pid, signal.SIGTERM)  # what runs in the background ends with it
            except ProcessLookupError:
                pass
        printed.seek(0)
        return code, printed.read()


@pytest.mark.parametrize(
    "block", BLOCKS, ids=[f"{block.file}:{block.line}" for block in BLOCKS])
def test_a_command_of_the_documents_works_as_written(block):
    # Its path is short: that of the admin socket below it has to fit into 108 bytes.
    with tempfile.TemporaryDirectory(prefix="gh-") as folder:
        run_block(block, pathlib.Path(folder))


def test_every_command_says_whether_it_is_tested():
    """One that cannot be run says why: <!-- not tested: REASON -->."""
    found = [block for file in documents(binary.ROOT) for block in unmarked(file, binary.ROOT)]
    assert [f"{block.file}:{block.line}" for block in found] == []


def test_every_command_for_a_machine_with_the_package_is_run_on_its_journey():
    journey = (binary.ROOT / "tools" / "package_test" / "journey.sh").read_text()
    run = re.findall(r"^ *page ([\w-]+)$", journey, re.MULTILINE)
    written = [name for file in documents(binary.ROOT)
               for name in blocks_in_the_package(file, binary.ROOT)]
    assert sorted(run) == sorted(written)


def test_I11_each_step_of_a_platforms_switch_over_ends_with_a_check():
    """The commands of the recipe are run by the test of all commands above."""
    recipe = binary.ROOT / "docs" / "how-to" / "switch-a-platform-to-https.md"
    steps = re.findall(r"^## (\d)\. .*?\n(.*?)(?=^## )", recipe.read_text(), re.MULTILINE | re.DOTALL)
    assert [number for number, _ in steps] == list("123456")
    assert [number for number, text in steps
            if "\nCheck: " not in text and "\ngatehouse check " not in text] == []


def heading_anchors(text):
    """The anchors that a forge makes of the headings of a document."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_links_between_documents_lead_somewhere():
    broken = []
    for file in documents(binary.ROOT):
        for link in re.findall(r"\]\(([^)\s]+)\)", file.read_text()):
            path, _, anchor = link.partition("#")
            target = file.parent / path if path else file
            if "://" in link:
                continue
            found = target.exists() and (
                not anchor or anchor in heading_anchors(target.read_text()))
            if not found:
                broken.append(f"{file.relative_to(binary.ROOT)}: {link}")
    assert broken == []


def reference(name):
    return (binary.ROOT / "docs" / "reference" / name).read_text()


@pytest.mark.parametrize("verb", ["run", "trust"])
def test_every_flag_of_the_help_is_in_the_reference_and_no_other(verb, tmp_path):
    flag = r"(?<![\w-])--[a-z][a-z-]+"
    told = set(re.findall(flag, run("help", verb, home=tmp_path).stdout))
    (section,) = re.findall(rf"^## gatehouse {verb}\n(.*?)^## ", reference("command-line.md"),
                            re.MULTILINE | re.DOTALL)
    first_cells = re.findall(r"^\| ((?:[^|\\]|\\.)*) \|", section, re.MULTILINE)
    assert {name for cell in first_cells for name in re.findall(flag, cell)} == told


def test_every_metric_is_in_the_reference_and_no_other(gatehouse):
    running = gatehouse("--metrics", "127.0.0.1:0")
    running.ask()

    def names():
        return {re.sub("_(bucket|sum|count)$", "", name) if "duration" in name else name
                for name, _ in running.metrics()}
    # A request is counted after its answer has left.
    until(lambda: "gatehouse_http_requests_total" in names(), "the request is counted")
    served = names()
    rows = re.findall(r"^\| (`.*?) \| (?:counter|gauge|histogram) \|", reference("metrics.md"),
                      re.MULTILINE)
    written = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    not_yet = {"gatehouse_upstream_requests_total"}  # there is no upstream here
    assert served - written == set(), "metrics that nobody reads of"
    assert written - served - not_yet == set(), "metrics that are not there"


# The runner itself.

def test_marked_blocks_are_found_and_others_are_not(tmp_path):
    file = tmp_path / "a.md"
    file.write_text("text\n<!-- test -->\n```sh\ntrue\n```\n```sh\nfalse\n```\n"
                    "<!-- test -->\n\n```console\n$ echo a \\\n  b\na ...\n```\n")
    found = blocks(file, tmp_path)
    assert [(block.line, block.language) for block in found] == [(2, "sh"), (9, "console")]
    assert found[1].steps() == [("echo a \\\n  b", "a ...")]
    for number, block in enumerate(found):
        folder = tmp_path / str(number)
        folder.mkdir()
        run_block(block, folder)


def test_a_block_that_goes_on_is_run_by_the_shell_of_the_one_before(tmp_path):
    file = tmp_path / "a.md"
    file.write_text("<!-- test -->\n```sh\none=1\n```\ntext\n<!-- test: goes on -->\n"
                    "```sh\n[ $one = 1 ]\n```\n")
    (block,) = blocks(file, tmp_path)
    run_block(block, tmp_path)


def test_a_block_without_a_mark_is_found(tmp_path):
    file = tmp_path / "a.md"
    file.write_text("```sh\na\n```\n<!-- not tested: it is long -->\n```sh\nb\n```\n")
    assert [block.text for block in unmarked(file, tmp_path)] == ["a\n"]
    assert blocks(file, tmp_path) == []


@pytest.mark.parametrize("block", [
    Block("a.md", 1, "sh", "false\n"), Block("a.md", 1, "sh", "false | true\n"),
    Block("a.md", 1, "console", "$ echo one\ntwo\n")], ids=["code", "pipe", "output"])
def test_a_block_that_does_not_hold_what_it_says_fails(tmp_path, block):
    with pytest.raises(AssertionError):
        run_block(block, tmp_path)


def test_the_built_program_is_the_one_in_path(tmp_path):
    run_block(Block("a.md", 1, "console", "$ gatehouse version\ngatehouse ...\n"), tmp_path)
