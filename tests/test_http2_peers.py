"""HTTP/2 with clients of other people: curl, nghttp and h2load."""

import re
import subprocess

import pytest

from support.upstreams import names_the_target
from support.wait import seconds


@pytest.fixture
def url(gatehouse, upstream):
    running = gatehouse("--to", upstream(names_the_target).url)
    running.url = f"https://127.0.0.1:{running.port}"
    return running


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True,
                          timeout=seconds(60)).stdout


def test_curl_chooses_http_2_by_itself(gatehouse, nginx, tmp_path):
    data = bytes(range(256)) * 20000
    nginx.put("big.bin", data)
    (tmp_path / "data").write_bytes(data)
    running = gatehouse("--to", nginx.url)
    url = f"https://localhost:{running.port}"
    told = ["-o", "/dev/null", "-w", "%{http_version} %{http_code} %{size_download}"]
    assert running.curl(*told, f"{url}/big.bin").stdout == "2 200 5120000"
    assert running.curl(*told, "-I", f"{url}/big.bin").stdout == "2 200 0"
    assert running.curl(*told, "--http1.1", "-r", "1-10", f"{url}/big.bin").stdout == "1.1 206 10"
    running.curl("-f", "-T", str(tmp_path / "data"), f"{url}/upload/up")
    assert (nginx.folder / "upload" / "up").read_bytes() == data


def test_nghttp_asks_for_many_things_at_once(url):
    said = run("nghttp", "--no-verify-peer", "-ns", "-m", "50", f"{url.url}/a", f"{url.url}/b")
    assert len(re.findall(r"\b200\b", said)) == 100, said


def test_nghttp_with_continuation_and_padding(url):
    said = run("nghttp", "--no-verify-peer", "-nv", "--continuation", "--padding=64",
               f"{url.url}/padded")
    assert ":status: 200" in said


@pytest.mark.parametrize("streams", ["1", "100"])
def test_h2load_sees_every_request_succeed(url, streams):
    said = run("h2load", "-n", "4000", "-c", "8", "-m", streams, f"{url.url}/load")
    assert "4000 succeeded, 0 failed, 0 errored, 0 timeout" in said, said
    assert "status codes: 4000 2xx" in said, said
