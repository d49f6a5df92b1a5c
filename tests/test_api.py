"""The API on the admin socket: who may do what, and what it does with what is no call."""

import json
import os
import pathlib
import pwd
import re
import select
import shutil
import socket
import subprocess
import tempfile

import pytest

from support import binary
from support.admin import AdminSocket, events
from support.wait import seconds, until

PROTO = "".join(file.read_text() for file in sorted((binary.ROOT / "api").rglob("*.proto")))
# {"SiteService/List": "read", ...}: what the contract says.
CONTRACT = {
    f"{service}/{method}": role
    for service, body in re.findall(r"^service (\w+) \{(.*?)^\}", PROTO, re.MULTILINE | re.DOTALL)
    for method, role in re.findall(r"rpc (\w+)\(.*?// (read|administer)", body)}

NOBODY = 65534
as_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can be another user")


@pytest.fixture
def place():
    """A short path (a socket's has 107 bytes at most) that every user can reach."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="gh-"))
    folder.chmod(0o755)
    yield folder / "admin.sock"
    shutil.rmtree(folder)


@pytest.fixture
def front(gatehouse, place):
    running = gatehouse("--socket", place, listen=("http://127.0.0.1:0",))
    running.api = AdminSocket(place)
    until(running.api.answers, "the admin socket answers")
    return running


def configured(gatehouse, place, folder, admin):
    """One whose configuration file says who may administer."""
    file = folder / "gatehouse.yaml"
    file.write_text("version: 1\n"
                    "sites:\n"
                    "  localhost:\n"
                    "    listen: ['http://127.0.0.1:0']\n"
                    "    upstreams: ['http://127.0.0.1:1']\n"
                    f"admin: {json.dumps(admin)}\n")
    running = gatehouse("--socket", place, "--config", file, listen=())
    running.api = AdminSocket(place)
    until(running.api.answers, "the admin socket answers")
    return running


def as_user(uid, *command, groups=()):
    """Runs a command as another user; only root may."""
    keep = ["--groups", ",".join(map(str, groups))] if groups else ["--clear-groups"]
    return subprocess.run(
        ["setpriv", f"--reuid={uid}", f"--regid={uid}", *keep, *map(str, command)],
        capture_output=True, text=True, timeout=seconds(30), check=False)


def curl_as(uid, path, method, message="{}", groups=()):
    """(status, JSON) of a call by another user."""
    done = as_user(uid, "curl", "-sS", "--noproxy", "*", "--unix-socket", path,
                   "-H", "Content-Type: application/json", "-d", message, "-w", "\n%{http_code}",
                   f"http://gatehouse/gatehouse.v1.{method}", groups=groups)
    assert done.returncode == 0, done.stderr
    body, _, status = done.stdout.rpartition("\n")
    return int(status), json.loads(body)


# ------------------------------------------------------------------ who may do what


def test_the_contract_is_read_right():
    assert len(CONTRACT) == PROTO.count("  rpc ") and "EventService/Watch" in CONTRACT


@as_root
@pytest.mark.parametrize("method", [name for name in CONTRACT if name != "EventService/Watch"])
def test_I10_another_user_is_refused_whatever_it_asks(front, place, method):
    """I10"""
    status, error = curl_as(NOBODY, place, method)
    assert status == 403 and error["code"] == "permission_denied"
    assert "has no role at this gatehouse" in error["message"]


@as_root
def test_I10_the_refused_user_is_an_event(front, place):
    """I10"""
    curl_as(NOBODY, place, "SiteService/List")
    until(lambda: f'"uid":{NOBODY}' in front.events() and "SiteService/List" in front.events(),
          "the refusal is in the event log")


@as_root
def test_I10_a_reader_may_call_what_the_contract_says_and_nothing_else(gatehouse, place, tmp_path):
    """I10"""
    user = pwd.getpwuid(NOBODY).pw_name
    configured(gatehouse, place, tmp_path, {"readers": [user]})
    for method, role in CONTRACT.items():
        if method == "EventService/Watch":
            continue
        status, answer = curl_as(NOBODY, place, method)
        if role == "administer":
            assert status == 403 and "may read only" in answer["message"], method
        else:
            assert status != 403, f"{method}: {answer}"


@as_root
def test_I10_an_administrator_by_group_may_change_things(gatehouse, place, tmp_path):
    """I10"""
    configured(gatehouse, place, tmp_path, {"administrators": ["@adm"]})
    adm = 4
    status, answer = curl_as(NOBODY, place, "ConfigurationService/Reload", groups=[adm])
    assert status == 200, answer
    assert curl_as(NOBODY, place, "ConfigurationService/Reload")[0] == 403


@as_root
def test_I10_a_role_that_is_taken_away_is_gone_with_the_next_call(gatehouse, place, tmp_path):
    """I10"""
    user = pwd.getpwuid(NOBODY).pw_name
    running = configured(gatehouse, place, tmp_path, {"administrators": [user]})
    assert curl_as(NOBODY, place, "ConfigurationService/Reload")[0] == 200
    file = tmp_path / "gatehouse.yaml"
    file.write_text(re.sub(r"^admin: .*$", "admin: {administrators: []}", file.read_text(),
                           flags=re.MULTILINE))
    assert running.api.call("ConfigurationService/Reload").status == 200
    until(lambda: curl_as(NOBODY, place, "StatusService/Get")[0] == 403, "the role is gone")


def test_the_user_that_it_runs_as_administers(front):
    assert front.api.call("ConfigurationService/Reload", {"dryRun": True}).status == 200


# ------------------------------------------------------------------ calls


def test_every_method_of_the_contract_is_there(front, ends_later):
    last = "ProgramService/Upgrade"  # what comes after it is asked of another program
    for method in sorted(CONTRACT, key=lambda method: method == last):
        answer = front.api.call(method)
        if method == last:
            ends_later(answer.json["now"]["pid"])
        assert answer.status != 404 or answer.json["code"] == "not_found", method
        assert answer.fields["content-type"].startswith("application/json"), method


def test_status_is_json_of_the_contract(front):
    status = front.api.call("StatusService/Get").json
    assert status["pid"] == front.pid and re.match(r"\d+\.\d+", status["version"])


def test_metrics_are_there(front):
    answer = front.api.ask("GET", "/metrics")
    assert answer.status == 200 and answer.fields["content-type"].startswith("text/plain")
    assert re.search(rb"^gatehouse_workers \d+$", answer.body, re.MULTILINE)


@pytest.mark.parametrize("status, method, target, fields, body", [
    (404, "GET", "/", [], b""),
    (404, "POST", "/gatehouse.v1.SiteService/Drop", ["Content-Type: application/json"], b"{}"),
    (405, "GET", "/gatehouse.v1.SiteService/List", [], b""),
    (405, "DELETE", "/metrics", [], b""),
    (415, "POST", "/gatehouse.v1.SiteService/List", ["Content-Type: text/plain"], b"{}"),
    (415, "POST", "/gatehouse.v1.SiteService/List", [], b"{}"),
    (400, "POST", "/gatehouse.v1.SiteService/List", ["Content-Type: application/json"], b"{"),
    (400, "POST", "/gatehouse.v1.SiteService/List", ["Content-Type: application/json"],
     b'{"owner":"a","owner":"b"}'),
    (400, "POST", "/gatehouse.v1.SiteService/List", ["Content-Type: application/json"],
     b'{"owner":"\xff"}'),
    (400, "POST", "/gatehouse.v1.SiteService/List", ["Content-Type: application/json"],
     b'{"owner":' + b"[" * 100_000),
    (400, "POST", "/gatehouse.v1.SiteService/List", ["Content-Type: application/json"],
     b'{"upstrem":"a"}'),
    (413, "POST", "/gatehouse.v1.SiteService/List", ["Content-Type: application/json"],
     b" " * (4 * 1024 * 1024 + 1)),
    (431, "GET", "/metrics", ["X-Long: " + "x" * 40_000], b""),
])
def test_what_is_no_call_is_refused_with_a_sentence(front, status, method, target, fields, body):
    answer = front.api.ask(method, target, body, fields)
    assert answer.status == status
    assert answer.json["message"].endswith(".") and answer.json["code"]
    assert front.api.answers()


@pytest.mark.parametrize("kind, body", [
    ("json", b'{"owner":"\xff"}'), ("proto", b"\x0a\x01\xff")])
def test_text_that_is_no_utf_8_is_told_of_in_the_answer_alone(front, kind, body):
    answer = front.api.ask("POST", "/gatehouse.v1.SiteService/List", body,
                           [f"Content-Type: application/{kind}"])
    assert answer.status == 400 and answer.json["message"].endswith(".")
    assert "protobuf" not in front.events()


@pytest.mark.parametrize("data", [
    b"nonsense\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 100,
    b"GET /metrics HTTP/1.1\r\n\r\n",
    b"POST /x HTTP/1.1\r\nHost: g\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"])
def test_what_is_no_request_is_refused_and_the_connection_ends(front, data):
    answer = front.api.raw(data)
    assert answer.status == 400 and answer.fields["connection"] == "close"
    assert front.api.answers()


def test_a_client_that_ends_its_side_gets_its_answer(front):
    with front.api.connect() as end:
        end.sendall(b"GET /metrics HTTP/1.1\r\nHost: g\r\n\r\n")
        end.shutdown(socket.SHUT_WR)
        data = b""
        while some := end.recv(65536):
            data += some
    assert data.startswith(b"HTTP/1.1 200 ")


# ------------------------------------------------------------------ events


def test_events_come_as_they_happen(front):
    with front.api.watch() as end:
        data = end.recv(65536)
        assert data.startswith(b"HTTP/1.1 200 ")
        front.api.call("ConfigurationService/Change", {
            "edits": [{"setSite": {"name": "added.example", "site": {
                "upstreams": ["http://127.0.0.1:1"]}}}]})

        def told():
            nonlocal data
            if select.select([end], [], [], 0.05)[0]:
                data += end.recv(65536)
            return any(event["kind"] == "change" for event in events(data)[0])
        until(told, "the change is told")


def test_whoever_watches_hears_of_a_change_before_its_caller_has_the_answer(front):
    with front.api.watch() as end:
        end.recv(65536)
        for number in range(30):
            answer = front.api.call("ConfigurationService/Change", {
                "edits": [{"setSite": {"name": f"site{number}.example", "site": {
                    "upstreams": ["http://127.0.0.1:1"]}}}]})
            assert answer.status == 200, answer.body
            assert select.select([end], [], [], 0)[0], "the event is there already"
            end.recv(65536)


def test_a_client_that_never_reads_its_events_disturbs_nobody(front):
    streams = [front.api.watch() for _ in range(16)]
    try:
        until(lambda: front.api.call("EventService/Watch").status == 415, "others are answered")
        for _ in range(20):
            assert front.api.call("ConfigurationService/Reload").status == 200
        assert front.api.answers()
    finally:
        for stream in streams:
            stream.close()


# ------------------------------------------------------------------ the socket


def test_the_socket_is_open_to_all_because_the_kernel_says_who_calls(front, place):
    assert place.stat().st_mode & 0o777 == 0o666


def test_what_a_killed_program_left_is_replaced(gatehouse, place):
    killed = gatehouse("--socket", place, listen=("http://127.0.0.1:0",))
    until(AdminSocket(place).answers, "the admin socket answers")
    killed.kill()
    assert place.exists()
    gatehouse("--socket", place, listen=("http://127.0.0.1:0",))
    until(AdminSocket(place).answers, "the admin socket answers again")


def test_the_socket_goes_with_the_program(front, place):
    front.stop()
    assert not place.exists()


def test_a_second_program_leaves_the_socket_of_the_first_alone(gatehouse, front, place):
    second = gatehouse("--socket", place, listen=("http://127.0.0.1:0",), wait=False)
    until(lambda: "already answers at the admin socket" in second.events(), "it says so")
    assert front.api.call("StatusService/Get").json["pid"] == front.pid
    second.kill()
    assert front.api.answers()


# ------------------------------------------------------------------ the reference


def test_the_reference_names_every_method_with_its_role():
    text = (binary.ROOT / "docs" / "reference" / "api.md").read_text()
    rows = dict(re.findall(r"^\| `(\w+Service/\w+)` \| (read|administer) \|", text, re.MULTILINE))
    assert rows == CONTRACT
