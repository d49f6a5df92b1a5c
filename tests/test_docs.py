"""Every command in the documents that is marked as tested works as it is written."""

import os
import signal
import subprocess

import pytest

from support import binary
from support.documents import Block, blocks, documents, matches
from support.program import environment
from support.wait import seconds

BLOCKS = [block for file in documents(binary.ROOT) for block in blocks(file, binary.ROOT)]


def run_block(block, folder):
    """Runs a block in an empty folder, with the program in PATH; servers end with it."""
    (folder / "bin").mkdir()
    (folder / "bin" / "gatehouse").symlink_to(binary.path())
    (folder / "work").mkdir()
    around = environment(folder)
    around["PATH"] = f"{folder}/bin:{around['PATH']}"
    for command, expected in block.steps():
        code, printed = run_step(command, folder / "work", around)
        assert code == 0, f"{block.file}:{block.line}: {command}\n{printed}"
        if expected is not None:
            assert matches(printed, expected), f"{block.file}:{block.line}: {command}\n{printed}"


def run_step(command, folder, around):
    with open(folder.parent / "printed", "w+") as printed:
        shell = subprocess.Popen(
            ["bash", "-euo", "pipefail", "-c", command], cwd=folder, env=around,
            stdin=subprocess.DEVNULL, stdout=printed, stderr=subprocess.STDOUT,
            start_new_session=True)
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
def test_a_command_of_the_documents_works_as_written(block, tmp_path):
    run_block(block, tmp_path)


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


@pytest.mark.parametrize("block", [
    Block("a.md", 1, "sh", "false\n"), Block("a.md", 1, "sh", "false | true\n"),
    Block("a.md", 1, "console", "$ echo one\ntwo\n")], ids=["code", "pipe", "output"])
def test_a_block_that_does_not_hold_what_it_says_fails(tmp_path, block):
    with pytest.raises(AssertionError):
        run_block(block, tmp_path)


def test_the_built_program_is_the_one_in_path(tmp_path):
    run_block(Block("a.md", 1, "console", "$ gatehouse version\ngatehouse ...\n"), tmp_path)
