"""The program under test: GATEHOUSE names it, else build/gatehouse of this checkout."""

import functools
import mmap
import os
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]


def path():
    return pathlib.Path(os.environ.get("GATEHOUSE", ROOT / "build" / "gatehouse")).resolve()


@functools.cache
def sanitizer():
    """"address", "thread" or None, by the symbols that the build left in the file."""
    with open(path(), "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        if text.find(b"__tsan_init") >= 0:
            return "thread"
        if text.find(b"__asan_init") >= 0:
            return "address"
    return None


@functools.cache
def slow_factor():
    """By how much every wait of the tests is stretched."""
    if "GATEHOUSE_SLOW_FACTOR" in os.environ:
        return float(os.environ["GATEHOUSE_SLOW_FACTOR"])
    return {None: 1.0, "address": 4.0, "thread": 8.0}[sanitizer()]
