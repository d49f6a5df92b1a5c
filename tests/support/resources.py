"""What a process holds: memory, descriptors; and what the test may hold."""

import os
import re
import resource


def memory(pid):
    """What a process has in memory of its own, in bytes; its share of the program's file grows when
    another gatehouse ends."""
    text = open(f"/proc/{pid}/smaps_rollup").read()
    return int(re.search(r"^Anonymous:\s+(\d+) kB", text, re.MULTILINE)[1]) * 1024


def open_sockets(pid):
    count = 0
    for name in os.listdir(f"/proc/{pid}/fd"):
        try:
            count += os.readlink(f"/proc/{pid}/fd/{name}").startswith("socket:")
        except FileNotFoundError:
            pass  # closed meanwhile
    return count


def allow_descriptors(count):
    """Raises the soft limit of this process (and of what it starts) to at least `count`."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, hard), hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0] >= count
