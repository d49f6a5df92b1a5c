"""Finds the commands in the documents and what they say of themselves.

A fenced block of `sh` or `console` stands right behind one of these lines:

    <!-- test -->                  it is run, in an empty folder
    <!-- test: goes on -->         the same shell goes on from the block before (`sh` only)
    <!-- not tested: REASON -->    it cannot be run, and why

In `console`, lines that begin with `$ ` are commands and the lines below one are what it prints;
`...` stands for anything.
"""

import dataclasses
import pathlib
import re

_BLOCK = re.compile(
    r"(?:^<!-- (?P<mark>test(?:: goes on)?|not tested: [^>]+) -->\n+)?"
    r"^```(?P<language>sh|console)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclasses.dataclass
class Block:
    file: str
    line: int
    language: str
    text: str

    def steps(self):
        """Pairs of a command and what it must print (None: whatever it likes)."""
        if self.language == "sh":
            return [(self.text, None)]
        steps = []
        for line in self.text.splitlines():
            if line.startswith("$ "):
                steps.append((line[2:], []))
            elif steps and steps[-1][0].endswith("\\"):
                steps[-1] = (f"{steps[-1][0]}\n{line}", [])
            else:
                steps[-1][1].append(line)
        return [(command, "\n".join(lines) or None) for command, lines in steps]


def _found(file, root):
    text = file.read_text()
    for match in _BLOCK.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        yield match["mark"], Block(
            str(file.relative_to(root)), line, match["language"], match["text"])


def blocks(file, root):
    """The blocks that are run; one that goes on is part of the block before."""
    run = []
    for mark, block in _found(file, root):
        if mark == "test":
            run.append(block)
        elif mark == "test: goes on":
            run[-1].text += block.text
    return run


def unmarked(file, root):
    """Blocks that say neither that they are tested nor why not."""
    return [block for mark, block in _found(file, root) if mark is None]


def documents(root):
    return sorted([*root.glob("*.md"), *(root / "docs").rglob("*.md")], key=pathlib.Path.as_posix)


def matches(printed, expected):
    """True if the output is as written, with `...` for anything."""
    pattern = ".*".join(re.escape(part) for part in expected.strip().split("..."))
    return re.fullmatch(pattern, printed.strip(), re.DOTALL) is not None
