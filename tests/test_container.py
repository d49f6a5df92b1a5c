"""The container file: what can be seen without an engine."""

import pytest

from support import binary, containerfile

TEXT = (binary.ROOT / "packaging" / "Containerfile").read_text()


def test_A15_the_container_file_has_no_fault():
    assert containerfile.faults(TEXT, binary.ROOT) == []


def test_A15_the_container_runs_what_the_package_has_as_a_user_with_a_number():
    steps = containerfile.instructions(TEXT)
    assert ("USER", "64990:64990") in steps
    last = dict(steps)
    assert last["ENTRYPOINT"] == '["/usr/bin/gatehouse"]'
    assert last["HEALTHCHECK"].endswith('CMD ["/usr/bin/gatehouse", "status"]')
    assert last["VOLUME"] == "/var/lib/gatehouse"


@pytest.mark.parametrize("broken, said", [
    (TEXT.replace("COPY packaging/container.yaml", "ADD https://example.com/x"), "ADD takes"),
    (TEXT.replace("USER 64990:64990", "USER root"), "runs as root"),
    (TEXT.replace("debian:13-slim", "debian"), "without a version"),
    (TEXT.replace('ENTRYPOINT ["/usr/bin/gatehouse"]', "ENTRYPOINT gatehouse"), "swallows"),
    (TEXT.replace("packaging/container.yaml", "packaging/nothing.yaml"), "is not there"),
    (TEXT.replace("ENV STATE", "ENV TOKEN=1 STATE"), "holds a secret"),
    (TEXT.replace("HEALTHCHECK", "LABEL"), "no HEALTHCHECK"),
    (TEXT.replace("/var/lib/apt/lists/*", "").replace("rm -rf", "true"), "package lists"),
], ids=lambda value: value if len(value) < 30 else "")
def test_a_container_file_with_a_fault_is_found_out(broken, said):
    assert broken != TEXT
    assert any(said in fault for fault in containerfile.faults(broken, binary.ROOT))
