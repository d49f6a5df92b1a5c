"""systemd units as the tests read them, and what systemd-analyze says of them."""

import functools
import re
import shutil
import subprocess

import pytest

from support import binary

PACKAGING = binary.ROOT / "packaging"


def settings(unit):
    """[(section, key, value)] of a unit, in its order."""
    section, found = None, []
    for line in (PACKAGING / unit).read_text().splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.append((section, key, value))
    return found


def values(unit, key):
    return [value for _, name, value in settings(unit) if name == key]


def analyze(*arguments):
    """Its exit code and everything that it said."""
    program = shutil.which("systemd-analyze")
    if not program:
        pytest.skip("systemd-analyze is not here: install the package systemd")
    told = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True,
                          check=False)
    return told.returncode, told.stdout + told.stderr


@functools.cache
def system_calls(group):
    """The names of a group such as @system-service, groups in it resolved."""
    _, text = analyze("syscall-filter", "--no-pager", group)
    names = set()
    for word in re.findall(r"^ {4}([@\w-]+)$", text, re.MULTILINE):
        names |= system_calls(word) if word.startswith("@") else {word}
    return names


def allowed_system_calls(unit):
    """What SystemCallFilter= of a unit leaves: lists with ~ take away."""
    allowed = set()
    for value in values(unit, "SystemCallFilter"):
        names = set()
        for word in value.removeprefix("~").split():
            names |= system_calls(word) if word.startswith("@") else {word}
        allowed = allowed - names if value.startswith("~") else allowed | names
    return allowed
