"""h2load, the load generator of HTTP/2: its command and what it reports."""

import re

PROGRAM = "/usr/bin/h2load"

REQUESTS = re.compile(r"requests: (\d+) total, \d+ started, (\d+) done, (\d+) succeeded, "
                      r"(\d+) failed, (\d+) errored, (\d+) timeout")
STATUS = re.compile(r"status codes: \d+ 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx")
FINISHED = re.compile(r"finished in ([\d.]+)(us|ms|s)")
CONTENT = re.compile(r"\((\d+)\) data$", re.MULTILINE)
PROTOCOL = re.compile(r"Application protocol: (\S+)")
UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0}


def command(port, seconds, *arguments, path="/"):
    """For a whole number of seconds, as h2load wants it."""
    return [PROGRAM, "-D", str(max(1, round(seconds))), *map(str, arguments),
            f"https://127.0.0.1:{port}{path}"]


def report(text):
    """The same figures as tlsload reports, out of what h2load prints."""
    requests, status = REQUESTS.search(text), STATUS.search(text)
    content, finished = CONTENT.search(text), FINISHED.search(text)
    if not (requests and status and content and finished):
        raise RuntimeError(f"h2load reports nothing that is understood: {text[-300:]}")
    succeeded, failed, errored, late = map(int, requests.groups()[2:])
    protocol = PROTOCOL.search(text)
    return {"ops": succeeded, "bytes": int(content[1]), "handshakes": 0, "resumed": 0,
            "seconds": float(finished[1]) * UNITS[finished[2]],
            "failed": {"failed": failed, "errored": errored, "timeout": late,
                       "status": sum(map(int, status.groups())),
                       "protocol": int(not protocol or protocol[1] != "h2")},
            "complaints": ""}
