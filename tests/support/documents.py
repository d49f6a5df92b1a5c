"""Finds the commands in the documents that say of themselves that they are tested.

A fenced block of `sh` or `console` right behind the line `<!-- test -->` is run. In `console`,
lines that begin with `$ ` are commands and the lines below one are what it prints; `...` stands
for anything.
"""

import dataclasses
import pathlib
import re

_BLOCK = re.compile(
    r"^<!-- test -->\n+```(?P<language>sh|console)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


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


def blocks(file, root):
    text = file.read_text()
    return [Block(str(file.relative_to(root)), text.count("\n", 0, match.start()) + 1,
                  match["language"], match["text"]) for match in _BLOCK.finditer(text)]


def documents(root):
    return sorted([*root.glob("*.md"), *(root / "docs").rglob("*.md")], key=pathlib.Path.as_posix)


def matches(printed, expected):
    """True if the output is as written, with `...` for anything."""
    pattern = ".*".join(re.escape(part) for part in expected.strip().split("..."))
    return re.fullmatch(pattern, printed.strip(), re.DOTALL) is not None
