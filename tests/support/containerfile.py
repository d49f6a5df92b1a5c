"""Reads a Containerfile and tells what is plainly wrong with it; no engine is needed."""

import json
import re


def instructions(text):
    """[(word, rest)], lines that go on joined."""
    joined = re.sub(r"\\\n\s*", " ", text)
    lines = [line.strip() for line in joined.splitlines()]
    return [(word.upper(), rest.strip()) for word, _, rest in
            (line.partition(" ") for line in lines if line and not line.startswith("#"))]


def faults(text, root):
    """One sentence for each fault; `root` is the folder that it is built from."""
    found, steps = [], instructions(text)
    last = dict(steps)
    if not steps or steps[0][0] not in ("FROM", "ARG"):
        found.append("does not begin with FROM")
    for word, rest in steps:
        found += _faults_of(word, rest, root)
    if last.get("USER", "root").split(":")[0] in ("root", "0"):
        found.append("runs as root")
    found += [f"has no {word}" for word in ("HEALTHCHECK", "ENTRYPOINT", "VOLUME", "EXPOSE")
              if word not in last]
    return found


def _faults_of(word, rest, root):
    if word == "ADD":
        yield f"ADD takes addresses and unpacks archives, COPY does not: {rest}"
    if word == "FROM" and (":" not in rest or rest.endswith(":latest")):
        yield f"an image without a version: {rest}"
    if word in ("ENTRYPOINT", "CMD") and not _is_list(rest):
        yield f"{word} runs a shell that swallows SIGTERM: {rest}"
    if word == "HEALTHCHECK" and not _is_list(rest.partition("CMD")[2].strip()):
        yield f"HEALTHCHECK runs a shell: {rest}"
    if word == "COPY":
        for source in rest.split()[:-1]:
            made_here = source.startswith("build/package/")
            if not source.startswith("--") and not made_here and not (root / source).exists():
                yield f"COPY of a file that is not there: {source}"
    if word == "RUN" and "apt-get install" in rest and "rm -rf" not in rest:
        yield f"package lists stay in the layer: {rest}"
    if re.search(r"https?://", rest):
        yield f"fetches from an address: {rest}"
    if re.search(r"(?i)(password|secret|token)=", rest):
        yield f"holds a secret: {rest}"


def _is_list(text):
    try:
        return isinstance(json.loads(text), list)
    except ValueError:
        return False
