"""The four columns of test_columns.py where something fails, and where many things go at once."""

import threading

import pytest

from support.applications import answers
from support.upstreams import refused_address
from support.wait import seconds


def test_an_application_that_is_not_there_is_502_and_named(gatehouse, protocol, scheme):
    holder, address = refused_address()
    with holder, protocol(gatehouse("--to", f"{scheme}://{address}")) as client:
        for _ in range(3):
            answer = client.ask(fields=[("accept", "application/json")])
            assert answer.status == 502 and address in answer.text


def test_an_application_that_breaks_off_before_its_answer_is_502(column):
    def breaks(exchange):
        exchange.read()
        exchange.break_off()

    client, _ = column(breaks)
    for _ in range(2):
        assert client.ask("POST", body=b"x").status == 502


@pytest.mark.parametrize("fields", [[("content-length", "100")], []], ids=["counted", "uncounted"])
def test_an_answer_that_breaks_off_is_visibly_broken(column, fields):
    def breaks(exchange):
        exchange.read()
        exchange.begin(fields=fields)
        exchange.data(b"only this")
        exchange.break_off()

    client, _ = column(breaks)
    assert client.begin(more=False).is_visibly_broken()


def test_an_answer_that_stalls_is_visibly_broken_at_its_deadline(column):
    def stalls(exchange):
        exchange.read()
        exchange.begin(fields=[("content-length", "100")])
        exchange.data(b"only this")
        exchange.until_over()

    client, _ = column(stalls, "--timeout", "body=300ms", "--timeout", "response=300ms")
    assert client.begin(more=False).is_visibly_broken()


def test_an_application_that_is_too_slow_is_504(column):
    def stalls(exchange):
        exchange.read()
        exchange.until_over()

    client, _ = column(stalls, "--timeout", "response=300ms")
    for _ in range(2):
        assert client.ask("POST", body=b"x").status == 504


def test_an_early_answer_reaches_a_client_that_still_sends(column):
    def refuses(exchange):
        exchange.answer(b"too large", status=413)

    client, _ = column(refuses)
    request = client.begin("POST", length=1000000000)
    request.send(bytes(100000))
    answer = request.answer()
    assert (answer.status, answer.body) == (413, b"too large")


def test_a_client_that_leaves_frees_the_application(column):
    begun, gone = threading.Event(), threading.Event()

    def waits(exchange):
        exchange.read()
        begun.set()
        exchange.until_over()
        gone.set()

    client, _ = column(waits)
    client.begin(more=False)
    assert begun.wait(seconds(10))
    client.__exit__()
    assert gone.wait(seconds(10)), "nobody waits for this answer any more"


# Many.

def test_requests_at_once_get_their_own_answers(column):
    """Pipelined in HTTP/1.1, streams in HTTP/2."""
    def names(exchange):
        exchange.read()
        exchange.answer(exchange.request.target.encode() * 100)

    client, application = column(names)
    targets = [f"/{number}" for number in range(50)]
    requests = [client.begin(path=target, more=False) for target in targets]
    assert [request.answer().body for request in requests] == [
        target.encode() * 100 for target in targets]
    assert sorted(application.targets()) == sorted(targets)


def test_requests_after_each_other_share_a_connection_to_the_application(column):
    client, application = column(answers(b"again"), "--workers", "1")
    for _ in range(20):
        assert client.ask("GET").body == b"again"
    assert len(application.connections) == 1


def test_the_access_log_tells_status_and_target(column):
    client, _ = column(answers(b"no", status=404))
    client.ask(path="/logged")
    line, = client.running.access_log()
    assert line["status"] == 404 and "/logged" in str(line)
