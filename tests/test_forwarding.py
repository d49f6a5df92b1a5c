"""What an application is told of the client, and what a client cannot make it believe."""

import pytest

from support.http1 import response
from support.upstreams import echo, seen


@pytest.fixture
def front(gatehouse, echo_application):
    return gatehouse("--to", echo_application.url)


def forwarded(request):
    """The parameters of the last element of Forwarded (RFC 7239)."""
    last = request.get("Forwarded").split(",")[-1]
    return {name.strip().lower(): value.strip('"')
            for name, _, value in (pair.strip().partition("=") for pair in last.split(";"))}


def test_the_application_learns_who_asked_and_how(front):
    request = seen(front.ask(host=front.authority))
    assert request.get("X-Forwarded-For") == "127.0.0.1"
    assert request.get("X-Forwarded-Proto") == "https"
    assert request.get("X-Forwarded-Host") == front.authority
    assert request.get("X-Forwarded-Port") == str(front.port)
    told = forwarded(request)
    assert (told["for"], told["proto"], told["host"]) == ("127.0.0.1", "https", front.authority)
    assert f'host="{front.authority}"' in request.get("Forwarded"), "a colon needs quotes"


def test_an_ipv6_client_is_told_in_the_spelling_of_each_field(gatehouse, echo_application):
    running = gatehouse("--to", echo_application.url, listen=("[::1]:0",))
    request = seen(running.ask())
    assert request.get("X-Forwarded-For") == "::1"
    assert 'for="[::1]"' in request.get("Forwarded")


def test_the_host_reaches_the_application_as_the_client_said_it(front):
    assert seen(front.ask(host=front.authority)).get("Host") == front.authority


SPOOFED = [("X-Forwarded-For", "203.0.113.7"), ("x-forwarded-proto", "http"),
           ("X-FORWARDED-HOST", "evil.example"), ("X-Forwarded-Port", "1"),
           ("Forwarded", "for=203.0.113.7;proto=http;host=evil.example")]


def test_what_a_client_says_of_itself_is_dropped(front):
    request = seen(front.ask(fields=SPOOFED))
    assert request.get("X-Forwarded-For") == "127.0.0.1"
    assert request.get("X-Forwarded-Proto") == "https"
    assert request.get("X-Forwarded-Host") == front.authority
    assert "203.0.113.7" not in str(request.fields) and "evil.example" not in str(request.fields)


@pytest.mark.parametrize("name", ["X_Forwarded_For", "x-forwarded_for", "X_FORWARDED_PROTO",
                                  "Client-Cert", "Client_Cert", "Client-Cert-Chain"])
def test_other_spellings_that_an_application_may_confuse_are_dropped_too(front, name):
    """CGI and WSGI make X_Forwarded_For and X-Forwarded-For the same variable."""
    assert seen(front.ask(fields=[(name, "spoofed")])).all(name) in ([], ["127.0.0.1"])


def test_a_trusted_proxy_is_believed_and_added_to(gatehouse, echo_application):
    running = gatehouse("--to", echo_application.url, "--trusted-proxy", "127.0.0.0/8")
    request = seen(running.ask(fields=[
        ("X-Forwarded-For", "203.0.113.7"), ("X-Forwarded-Proto", "http"),
        ("X-Forwarded-Host", "public.example"), ("X-Forwarded-Port", "80"),
        ("Forwarded", "for=203.0.113.7;proto=http;host=public.example")]))
    assert request.get("X-Forwarded-For").replace(" ", "") == "203.0.113.7,127.0.0.1"
    assert request.get("X-Forwarded-Proto") == "http"
    assert request.get("X-Forwarded-Host") == "public.example"
    assert request.get("X-Forwarded-Port") == "80"
    assert request.get("Forwarded").startswith("for=203.0.113.7;")
    assert forwarded(request)["for"] == "127.0.0.1"


def test_a_proxy_elsewhere_is_not_trusted(gatehouse, echo_application):
    running = gatehouse("--to", echo_application.url, "--trusted-proxy", "10.0.0.0/8",
                        "--trusted-proxy", "2001:db8::/32")
    assert seen(running.ask(fields=SPOOFED)).get("X-Forwarded-For") == "127.0.0.1"


def test_hop_by_hop_fields_stay_on_their_hop(front):
    request = seen(front.ask(fields=[
        ("Connection", "keep-alive, X-Secret, x-other"), ("X-Secret", "1"), ("X-Other", "2"),
        ("Keep-Alive", "timeout=5"), ("Proxy-Connection", "keep-alive"), ("TE", "gzip, trailers"),
        ("X-Kept", "3")]))
    names = {name.lower() for name, _ in request.fields}
    assert names.isdisjoint({"x-secret", "x-other", "keep-alive", "proxy-connection"})
    assert request.get("X-Kept") == "3"
    assert request.get("TE") in (None, "trailers")


@pytest.mark.parametrize("named", [
    "X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "Host", "Content-Length", "Cookie"])
def test_connection_cannot_name_away_what_matters(front, named):
    """A client must not strip X-Forwarded-For by naming it in Connection: refused or without effect."""
    answer = front.ask("POST", fields=[("Connection", named), ("Cookie", "a=b")], body=b"12")
    if answer.status == 400:
        return
    request = seen(answer)
    assert request.get("X-Forwarded-For") == "127.0.0.1"
    assert request.get("X-Forwarded-Proto") == "https"
    assert request.get("Forwarded") and request.get("Host")
    assert request.seen["length"] == 2


def test_hop_by_hop_fields_of_a_response_stay_on_their_hop(gatehouse, upstream):
    def application(connection):
        while connection.request():
            connection.send(response(b"x", Connection="X-Internal", X_Internal="secret",
                                     Keep_Alive="timeout=1", X_Kept="yes"))

    answer = gatehouse("--to", upstream(application).url).ask()
    assert answer.all("X-Internal") == [] and answer.all("Keep-Alive") == []
    assert answer.get("X-Kept") == "yes"


@pytest.mark.parametrize("protocol", ["h2c", "TLS/1.0", "foo"])
def test_no_upgrade_but_websocket_passes(front, protocol):
    """h2c smuggling: a tunnel that nobody reads is a way around every rule."""
    request = seen(front.ask(fields=[
        ("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", protocol),
        ("HTTP2-Settings", "AAMAAABkAAQAAP__")]))
    assert request.all("Upgrade") == [] and request.all("HTTP2-Settings") == []


def test_an_application_cannot_switch_protocols_unasked(gatehouse, upstream):
    def application(connection):
        connection.request()
        connection.send(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
                        b"Upgrade: foo\r\n\r\n")
        connection.until_closed()

    answer = gatehouse("--to", upstream(application).url).ask()
    assert answer.status == 502


# Routes.

def test_a_path_prefix_has_its_own_application(gatehouse, upstream):
    site, api = upstream(echo), upstream(echo)
    running = gatehouse("--to", site.url, "--route", f"/api={api.url}")
    with running.connect() as wire:
        for target in ("/api", "/api/", "/api/users?x=1"):
            wire.ask(target=target)
        for target in ("/", "/apis", "/x/api", "/API"):
            wire.ask(target=target)
    assert api.targets() == ["/api", "/api/", "/api/users?x=1"]
    assert site.targets() == ["/", "/apis", "/x/api", "/API"]


def test_the_longest_prefix_wins_wherever_it_stands(gatehouse, upstream):
    site, api, files = upstream(echo), upstream(echo), upstream(echo)
    running = gatehouse("--route", f"/api={api.url}", "--route", f"/api/files={files.url}",
                        "--to", site.url)
    with running.connect() as wire:
        for target in ("/api/x", "/api/files/1", "/api/filesystem", "/y"):
            wire.ask(target=target)
    assert (api.targets(), files.targets(), site.targets()) == (
        ["/api/x", "/api/filesystem"], ["/api/files/1"], ["/y"])
