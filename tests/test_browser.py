"""Chromium opens the page without a warning after `trust install`, and only then."""

import shutil

import pytest

from support.browser import Browser
from support.program import run
from support.wait import until
from support.websocket_server import WebSocketServer

WARNING = "ERR_CERT_AUTHORITY_INVALID"

pytestmark = pytest.mark.skipif(not (shutil.which("chromium") and shutil.which("certutil")),
                                reason="needs chromium and certutil (libnss3-tools)")


@pytest.fixture
def browser(tmp_path):
    (tmp_path / "home").mkdir()
    return Browser(tmp_path / "home")


def trust(verb, running, browser):
    """Into the browser's throw-away store and a throw-away system, never into this machine's."""
    system = browser.home / "system"
    (system / "usr/local/share/ca-certificates").mkdir(parents=True, exist_ok=True)
    (system / "etc/ssl/certs").mkdir(parents=True, exist_ok=True)
    done = run("trust", verb, "--state", running.state, "--nss", browser.nss,
               "--system-root", system, home=browser.home)
    assert done.returncode == 0, done.stderr
    return done


def test_chromium_warns_before_trust_install_and_not_after(gatehouse, browser):
    """A1, I13, F4: the whole way from nothing to a padlock, and back."""
    running = gatehouse()
    url = f"https://localhost:{running.port}/"
    assert WARNING in browser.page(url)

    trust("install", running, browser)
    page = browser.page(url)
    assert WARNING not in page and "gatehouse" in page.lower()
    assert "ERR_" not in browser.page(f"https://127.0.0.1:{running.port}/")

    trust("uninstall", running, browser)
    assert WARNING in browser.page(url)


def test_chromium_gets_http_2_and_the_post_quantum_group(gatehouse, browser):
    running = gatehouse()
    trust("install", running, browser)
    browser.page(f"https://localhost:{running.port}/")
    tls = running.access_log(1)[0]["request"]["tls"]
    assert (tls["group"], tls["version"], tls["proto"]) == ("X25519MLKEM768", 0x0304, "h2")


SPEAKS = """<!doctype html><title>speaks</title><script>
const socket = new WebSocket(`wss://${location.host}/ws`);
socket.onopen = () => socket.send("hello");
socket.onmessage = (message) => fetch(`/heard/${message.data}`);
socket.onerror = () => fetch("/failed");
</script>"""


def test_a_page_speaks_over_a_websocket(gatehouse, browser):
    """M2, with the client that people use."""
    with WebSocketServer(pages={"/": SPEAKS}) as application:
        running = gatehouse("--to", application.url)
        trust("install", running, browser)
        with browser.stay(f"https://localhost:{running.port}/"):
            until(lambda: {"/heard/hello", "/failed"} & set(application.visited),
                  "the page tells what it heard", within=60)
        assert "/heard/hello" in application.visited


def test_a_site_of_nginx_loads_with_all_its_parts(gatehouse, browser, nginx):
    nginx.put("index.html", b'<!doctype html><div id="a">not yet</div><script src="a.js"></script>')
    nginx.put("a.js", b'document.getElementById("a").textContent = "all parts are here";')
    running = gatehouse("--to", nginx.url)
    trust("install", running, browser)
    assert "all parts are here" in browser.page(f"https://localhost:{running.port}/")
