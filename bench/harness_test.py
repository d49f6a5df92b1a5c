"""Tests of what the harness concludes from its measurements. Run with pytest; needs no root."""

import os
import subprocess
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from harness import h2load, machine, many_sites, scenarios, servers, table  # noqa: E402
from harness.measures import _doubt, calls_per_operation  # noqa: E402
from harness.system_calls import parse_summary  # noqa: E402

KEEPALIVE = scenarios.BY_NAME["keepalive"]
MEMORY = scenarios.BY_NAME["memory_request"]
CIRCUMSTANCES = {
    "when": "now", "processor": "one", "kernel": "6", "suite": "forky", "versions": ["nginx/1"],
    "effort": {"rounds": 2, "seconds": 1, "idle_connections": 10, "starts": 1}}


def rows(scenario, **values):
    return [{"scenario": scenario.name, "server": server, "round": number, "value": value}
            for server, figures in values.items() for number, value in enumerate(figures)]


def render(measured):
    names = ["gatehouse", "haproxy", "nginx"]
    return table.as_markdown({**CIRCUMSTANCES, "servers": names, "rows": measured})


def report(**changes):
    failed = dict.fromkeys(("connect", "handshake", "lost", "truncated", "status"), 0)
    return {"ops": 1000, "handshakes": 1000, "resumed": 0, "failed": failed, "complaints": "",
            **changes}


def test_the_better_peer_is_the_one_with_the_lower_median():
    measured = rows(KEEPALIVE, haproxy=[10, 30, 30], nginx=[20, 20, 20], caddy=[1, 1, 1])
    assert table.better_peer(measured, KEEPALIVE) == "nginx"


def test_without_a_peer_of_the_goal_there_is_no_ratio():
    assert table.better_peer(rows(KEEPALIVE, gatehouse=[1], caddy=[1]), KEEPALIVE) is None


def test_a_ratio_compares_figures_of_the_same_round():
    measured = rows(KEEPALIVE, gatehouse=[10, 40], nginx=[20, 80])
    assert table.ratios(measured, KEEPALIVE, "gatehouse", "nginx") == [0.5, 0.5]


def test_a_round_that_one_server_failed_is_left_out():
    measured = rows(KEEPALIVE, gatehouse=[10, 40], nginx=[20])
    assert table.ratios(measured, KEEPALIVE, "gatehouse", "nginx") == [0.5]


@pytest.mark.parametrize("own, verdict", [(7.0, "reached"), (7.1, "missed")])
def test_a_ratio_goal_is_reached_at_its_limit_and_missed_above(own, verdict):
    assert verdict in render(rows(KEEPALIVE, gatehouse=[own], haproxy=[12], nginx=[10]))


@pytest.mark.parametrize("own, verdict", [(10, "reached"), (10.1, "missed")])
def test_an_absolute_goal_does_not_ask_the_peers(own, verdict):
    assert verdict in render(rows(MEMORY, gatehouse=[own], nginx=[1]))


def test_an_error_is_shown_instead_of_a_verdict():
    broken = [{"scenario": "keepalive", "server": "gatehouse", "round": 1, "error": "a | b"}]
    text = render(rows(KEEPALIVE, gatehouse=[1], nginx=[10]) + broken)
    assert "failed: a / b" in text and "reached" not in text


def test_failed_operations_make_a_figure_doubtful():
    failed = {**report()["failed"], "status": 1}
    assert "status" in _doubt(KEEPALIVE, report(failed=failed, complaints="HTTP/1.1 502"))


def test_no_operation_makes_a_figure_doubtful():
    assert _doubt(KEEPALIVE, report(ops=0))


def test_resumption_without_resumed_handshakes_is_doubtful():
    resumption = scenarios.BY_NAME["resumption"]
    assert _doubt(resumption, report(resumed=500))
    assert _doubt(resumption, report(resumed=990)) is None


def test_a_clean_report_is_believed():
    assert _doubt(KEEPALIVE, report()) is None


def test_summary_of_strace_is_read_with_and_without_errors():
    assert parse_summary("""
% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 60.00    0.001200           1      1000           sendto
 40.00    0.000800           0      2000        12 recvfrom
------ ----------- ----------- --------- --------- ----------------
100.00    0.002000           0      3000        12 total
""") == {"sendto": 1000, "recvfrom": 2000}


def test_calls_that_both_runs_make_once_are_not_counted_per_operation():
    short, long = (100, {"recv": 264, "close": 64}), (1100, {"recv": 2264, "close": 64, "read": 500})
    assert calls_per_operation(short, long) == {"recv": 2.0, "close": 0.0, "read": 0.5}


def test_a_thread_that_ended_while_measured_is_an_error():
    before = machine.CpuTime(1, 1, 0, frozenset({1, 2}))
    with pytest.raises(RuntimeError):
        machine.CpuTime(2, 2, 0, frozenset({1})).since(before)


def test_cpu_time_counts_children_too():
    child = subprocess.Popen([sys.executable, "-c", "sum(range(3000000)); input()"],
                             stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    try:
        assert child.pid in machine.process_tree(os.getpid())
        assert machine.cpu_time(child.pid).threads < machine.cpu_time(os.getpid()).threads
    finally:
        child.communicate(b"\n")


def test_what_threads_spent_is_counted_from_before_and_from_their_beginning():
    assert machine.spent_since({1: 5.0, 2: 9.0}, {1: 6.0, 3: 0.5}) == 1.5


@pytest.fixture
def setting(tmp_path):
    class Chroot:
        def certificate(self, name): return str(tmp_path / name)
        def inside(self, path): return path
    return servers.Setting(Chroot(), str(tmp_path), 1, 2, "ecdsa", 3)


def texts_of_sites(folder):
    """{file: text} of what tells a server of its sites."""
    return {path.name: path.read_text() for path in sorted(folder.rglob("*"))
            if path.is_file() and many_sites.name_of(0)[0] in path.read_text()}


@pytest.mark.parametrize("name", many_sites.SERVERS)
def test_every_server_is_told_of_all_sites(name, setting, tmp_path):
    many_sites.SERVERS[name].start(setting)
    told = "".join(texts_of_sites(tmp_path).values())
    assert all(many_sites.name_of(number) in told for number in range(many_sites.SITES))
    assert many_sites.CHANGES_ADDRESS not in told


@pytest.mark.parametrize("name", many_sites.SERVERS)
def test_a_changed_file_moves_a_hundred_sites(name, setting, tmp_path):
    kind = many_sites.SERVERS[name]
    kind.start(setting)
    before = texts_of_sites(tmp_path)
    kind.write_changed(setting, True)
    after = texts_of_sites(tmp_path)
    assert sum(before[file] != after[file] for file in before) == 1
    assert "".join(after.values()).count(many_sites.CHANGES_ADDRESS) == many_sites.PER_FILE


def test_gatehouse_is_measured_with_access_log_and_metrics(setting, tmp_path):
    argv = servers.start_gatehouse(setting).argv
    assert "off" not in argv
    assert argv[argv.index("--access-log") + 1].startswith(str(tmp_path))
    assert argv[argv.index("--metrics") + 1] == "127.0.0.1:3"


def test_a_table_replaces_what_stood_between_the_marks():
    document = f"before\n{table.BEGIN}\nold\n{table.END}\nafter\n"
    assert table.put_into(document, "new") == f"before\n{table.BEGIN}\nnew\n{table.END}\nafter\n"


def test_a_document_without_marks_is_refused():
    with pytest.raises(SystemExit):
        table.put_into("no marks", "new")


H2LOAD = """starting benchmark...
Application protocol: h2

finished in {seconds}, 40960.00 req/s, 5.00MB/s
requests: 122880 total, 122912 started, 122880 done, {succeeded} succeeded, {failed} failed, 0 errored, 0 timeout
status codes: 122895 2xx, 0 3xx, 0 4xx, {wrong} 5xx
traffic: 15.00MB (15728640) total, 480.02KB (491544) headers (space savings 97.10%), 11.72MB (12288000) data
                     min         max         mean         sd        +/- sd
"""


def h2load_says(seconds="3.00s", succeeded=122880, failed=0, wrong=0, protocol="h2"):
    said = H2LOAD.format(seconds=seconds, succeeded=succeeded, failed=failed, wrong=wrong)
    return h2load.report(said.replace("protocol: h2", f"protocol: {protocol}"))


def test_what_h2load_reports_is_read():
    said = h2load_says()
    assert (said["ops"], said["bytes"], said["seconds"]) == (122880, 12288000, 3.0)
    assert _doubt(scenarios.BY_NAME["h2"], said) is None
    assert h2load_says(seconds="998.50ms")["seconds"] == pytest.approx(0.9985)


@pytest.mark.parametrize("wrong", [{"failed": 1}, {"wrong": 1}, {"protocol": "http/1.1"}])
def test_a_report_of_h2load_with_a_fault_is_doubted(wrong):
    assert "failed operations" in _doubt(scenarios.BY_NAME["h2"], h2load_says(**wrong))


def test_what_h2load_does_not_say_is_an_error():
    with pytest.raises(RuntimeError, match="nothing that is understood"):
        h2load.report("connection refused")
