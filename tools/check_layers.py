#!/usr/bin/python3
"""Holds every #include of src/ against layers.txt.

A room is a folder that has a row; it may include itself, `base` and what its row names, nothing
else. ROOM/testing/ is a part of the room that only tests include. Prints one line per finding (file:line: what is wrong and what to do) and ends with 1 if there
is any. Usage: tools/check_layers.py [ROOT], by default the checkout that this file is in.
"""

import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
ROW = re.compile(r"^([a-z0-9_]+(?:/[a-z0-9_]+)*)\s*:\s*([^#]*)")
SOURCES = {".h", ".cc"}
TESTING = "testing"

# The handles of the TLS library are wrapped where they are born, and nowhere else seen.
TLS_LIBRARY = "openssl/"
TLS_LIBRARY_ROOMS = ("crypto", "tls")

# Made by the build from api/; everybody else includes what the room api makes of them.
MESSAGES = "gatehouse/v1/"
MESSAGES_ROOM = "api"


def read_layers(path):
    """The table {room: set of rooms that it may include}, and findings about the table itself."""
    allowed, findings = {}, []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        where = f"{path.name}:{number}"
        row = ROW.match(line)
        if not row:
            findings.append(f"{where}: this is no row; write `room: the rooms it may include`")
            continue
        room, known = row[1], row[2].split()
        if room in allowed:
            findings.append(f"{where}: {room} has a row already; keep one")
        allowed[room] = set(allowed) if known == ["*"] else set(known)
        findings += [f"{where}: {complaint}" for complaint in check_row(room, known, allowed)]
    return allowed, findings + [f"{path.name}: {cycle}" for cycle in find_cycles(allowed)]


def check_row(room, known, allowed):
    for other in known:
        if other != "*" and (other not in allowed or other == room):
            yield (f"{room} names {other}, which has no row above it; rows go from the ground up, "
                   "so move the row or drop the edge")


def find_cycles(allowed):
    """One sentence for each cycle of the table."""
    done = set()

    def walk(room, path):
        if room in path:
            yield " -> ".join([*path[path.index(room):], room])
            return
        if room in done:
            return
        for other in sorted(allowed.get(room, ())):
            yield from walk(other, [*path, room])
        done.add(room)

    for room in sorted(allowed):
        for cycle in walk(room, []):
            yield f"these rooms include each other: {cycle}; take one edge out"


def read_includes(path):
    """(line number, '<' or '"', what is included) for each #include of a file."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if found := INCLUDE.match(line):
            yield number, found[1], found[2]


def room_of(folder):
    """The room of a folder below src/: its helpers for tests are in ROOM/testing."""
    return folder.parent.as_posix() if folder.name == TESTING else folder.as_posix()


def is_for_tests(path):
    return path.parent.name == TESTING or path.stem.endswith(("_test", "_fuzz"))


def check_include(path, room, bracket, target, allowed, source):
    """What is wrong with one include of a file in `room`, or None."""
    if target.startswith(TLS_LIBRARY):
        if room.split("/")[0] not in TLS_LIBRARY_ROOMS:
            return (f"{room} includes <{target}>; only crypto/ and tls/ hold the TLS library's "
                    "handles, so ask one of them for a type that wraps it")
        return None
    if target.startswith(MESSAGES):
        if room != MESSAGES_ROOM:
            return f"{room} includes \"{target}\"; write \"api/messages.h\""
        return None
    is_ours = (source / target).is_file()
    if bracket == "<":
        return f"write \"{target}\" for a file of ours, not <{target}>" if is_ours else None
    if not is_ours:
        return f"there is no src/{target}; write the path from src/, as in \"base/result.h\""
    folder = pathlib.PurePosixPath(target).parent
    if folder.name == TESTING and not is_for_tests(path):
        return f"\"{target}\" is for tests; move what the product needs out of {folder}"
    other = room_of(folder)
    if other in (room, "base") or other in allowed[room]:
        return None
    return (f"{room} may not include {other} (\"{target}\"); move the code to the room that may, "
            "or hand it in through a port. A new edge in layers.txt is a decision with a reason "
            "in docs/decisions/")


def check_file(path, source, allowed):
    room = room_of(path.parent.relative_to(source))
    name = path.relative_to(source.parent).as_posix()
    if room not in allowed:
        yield f"{name}:1: the folder {room} has no row in layers.txt; add one, or move the file"
        return
    for number, bracket, target in read_includes(path):
        if complaint := check_include(path, room, bracket, target, allowed, source):
            yield f"{name}:{number}: {complaint}"


def check(root):
    """All findings of a checkout, in the order of its files."""
    source = root / "src"
    allowed, findings = read_layers(root / "layers.txt")
    files = sorted(path for path in source.rglob("*") if path.suffix in SOURCES)
    if not files:
        findings.append("src/: there is no source file, so nothing was checked")
    for path in files:
        findings += check_file(path, source, allowed)
    return findings, len(files)


def main(arguments):
    root = pathlib.Path(arguments[0] if arguments else pathlib.Path(__file__).parents[1])
    findings, files = check(root)
    for finding in findings:
        print(finding)
    if not findings:
        print(f"{files} files keep to layers.txt")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
