"""What the kernel says about processes: CPU time, memory, and who is whose child."""

import os
import re
import socket
from dataclasses import dataclass

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class CpuTime:
    """Seconds spent by all threads of a process tree.

    `total` comes from /proc/PID/task/TID/schedstat, the scheduler's own count in nanoseconds.
    `user` and `system` are /proc/PID/stat's, in ticks of 10 ms: good for a split, not for a figure.
    """

    total: float
    user: float
    system: float
    threads: frozenset

    def since(self, earlier):
        """The time spent between two readings. A thread that ended took its figure with it."""
        ended = earlier.threads - self.threads
        if ended:
            raise RuntimeError(f"{len(ended)} threads of the server ended while it was measured")
        return CpuTime(self.total - earlier.total, self.user - earlier.user,
                       self.system - earlier.system, self.threads)


def _stat_fields(pid):
    """The fields of /proc/PID/stat after the command's name, which may hold blanks and brackets."""
    with open(f"/proc/{pid}/stat") as file:
        text = file.read()
    return text[text.rindex(")") + 2:].split()


def process_tree(pid):
    """The process and all its living descendants."""
    children = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            children.setdefault(int(_stat_fields(name)[1]), []).append(int(name))
        except OSError:
            continue
    tree, todo = [], [pid]
    while todo:
        parent = todo.pop()
        todo += children.get(parent, [])
        if os.path.exists(f"/proc/{parent}"):
            tree.append(parent)
    return tree


def cpu_time(pid):
    total = user = system = 0
    threads = set()
    for process in process_tree(pid):
        fields = _stat_fields(process)
        user, system = user + int(fields[11]), system + int(fields[12])
        for thread in os.listdir(f"/proc/{process}/task"):
            with open(f"/proc/{process}/task/{thread}/schedstat") as file:
                total += int(file.read().split()[0])
            threads.add(int(thread))
    return CpuTime(total / 1e9, user / TICKS_PER_SECOND, system / TICKS_PER_SECOND,
                   frozenset(threads))


def cpu_by_thread(pid):
    """{thread: seconds} of a process tree, by the scheduler's own count."""
    spent = {}
    for process in process_tree(pid):
        for thread in os.listdir(f"/proc/{process}/task"):
            with open(f"/proc/{process}/task/{thread}/schedstat") as file:
                spent[int(thread)] = int(file.read().split()[0]) / 1e9
    return spent


def spent_since(before, after):
    """Seconds between two readings of cpu_by_thread(), of the threads that are there at the end."""
    return sum(seconds - before.get(thread, 0) for thread, seconds in after.items())


def proportional_set_size(pid):
    """Memory of the process tree in KiB, pages shared by several processes counted by share."""
    total = 0
    for process in process_tree(pid):
        with open(f"/proc/{process}/smaps_rollup") as file:
            total += int(re.search(r"^Pss:\s+(\d+)", file.read(), re.MULTILINE)[1])
    return total


def free_port():
    """A port of 127.0.0.1 that nobody uses now; its user takes it some milliseconds later."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def processor_name():
    with open("/proc/cpuinfo") as file:
        found = re.search(r"^model name\s*:\s*(.*)$", file.read(), re.MULTILINE)
    return found[1] if found else "unknown"
