"""Finds the commands in the documents and what they say of themselves.

A fenced block of `sh` or `console` stands right behind one of these lines:

    <!-- test -->                       it is run, in an empty folder
    <!-- test: after FILE -->           the lines of tests/documents/FILE come first: what a reader
                                        of this place has already, such as a gatehouse that runs;
                                        FILE may be several, with `and` between
    <!-- test: goes on -->              the same shell goes on from the block before (`sh` only)
    <!-- test: goes on after FILE -->   the same, with the lines of FILE in between
    <!-- test: in the package, NAME --> tools/package_test/journey.sh runs it under this name, on a
                                        machine that has the package or gets it (make test-package)
    <!-- not tested: REASON -->         it cannot be run, and why

In `console`, lines that begin with `$ ` are commands and the lines below one are what it prints;
`...` stands for anything.
"""

import dataclasses
import pathlib
import re

_BLOCK = re.compile(
    r"(?:^<!-- (?P<mark>test(?:: [^>]+)?|not tested: [^>]+) -->\n+)?"
    r"^```(?P<language>sh|console)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


_MARK = re.compile(r"test(?:: (?P<goes_on>goes on)?(?: ?after (?P<after>[\w. ]+))?)?")
_IN_THE_PACKAGE = re.compile(r"test: in the package, (?P<name>[\w-]+)")


@dataclasses.dataclass
class Block:
    file: str
    line: int
    language: str
    text: str
    first: str = ""  # what comes before it and is not part of the page

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
        marked = _MARK.fullmatch(mark or "")
        if not marked:
            continue
        before = _before(marked["after"], root)
        if marked["goes_on"]:
            run[-1].text += before + block.text
        else:
            block.first = before
            run.append(block)
    return run


def _before(names, root):
    return "".join((root / "tests" / "documents" / name).read_text()
                   for name in (names.split(" and ") if names else []))


def blocks_in_the_package(file, root):
    """The blocks that are run on a machine with the package, by name."""
    found = {}
    for mark, block in _found(file, root):
        if marked := _IN_THE_PACKAGE.fullmatch(mark or ""):
            assert marked["name"] not in found, f"{block.file}:{block.line}: a name twice"
            found[marked["name"]] = block
    return found


def unmarked(file, root):
    """Blocks that say neither that they are tested nor why not, or say it in words unknown."""
    return [block for mark, block in _found(file, root) if not _is_known(mark or "")]


def _is_known(mark):
    return mark.startswith("not tested: ") or any(
        known.fullmatch(mark) for known in (_MARK, _IN_THE_PACKAGE))


def documents(root):
    return sorted([*root.glob("*.md"), *(root / "docs").rglob("*.md")], key=pathlib.Path.as_posix)


def matches(printed, expected):
    """True if the output is as written, with `...` for anything."""
    pattern = ".*".join(re.escape(part) for part in expected.strip().split("..."))
    return re.fullmatch(pattern, printed.strip(), re.DOTALL) is not None
