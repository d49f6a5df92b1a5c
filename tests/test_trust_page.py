"""I14: the trust page, on sites and on a listener of its own, in a browser and without one."""

import json
import os
import pathlib
import plistlib
import re
import shutil
import socket
import ssl
import subprocess
import tempfile

import pytest

from support import binary
from support.anchors import der_of, fingerprint_of
from support.browser import Browser
from support.program import run
from support.wait import until

PATH = "/.well-known/gatehouse/trust"

with_browser = pytest.mark.skipif(not (shutil.which("chromium") and shutil.which("certutil")),
                                  reason="needs chromium and certutil (libnss3-tools)")


@pytest.fixture
def folders():
    made = []
    yield made
    for folder in made:
        shutil.rmtree(folder)


@pytest.fixture
def near(folders, gatehouse):
    """Starts gatehouse where the path of its admin socket is short enough (107 bytes)."""
    def start(*arguments):
        folders.append(tempfile.mkdtemp(prefix="gh-"))
        return gatehouse(*arguments, folder=pathlib.Path(folders[-1]))
    return start


def test_the_page_is_on_sites_of_the_local_ca_and_on_no_other(gatehouse, upstream, tmp_path):
    """I14: never where another certificate answers, and never over plain HTTP."""
    own = gatehouse()
    page = own.ask(target=PATH)
    assert page.status == 200 and b"Does this device trust" in page.body
    assert fingerprint_of(own.anchor).split()[7].encode() in page.body
    assert len(page.body) < 40 * 1024
    policy = page.get("content-security-policy")
    assert "unsafe" not in policy and "default-src 'none'" in policy

    self_made = tmp_path / "other.pem"
    key = tmp_path / "other.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", self_made, "-days",
                    "30", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
                   check=True, capture_output=True)
    other = gatehouse("--certificate", self_made, "--key", key)
    context = ssl.create_default_context(cafile=self_made)
    with other.connect(context=context) as wire:
        answer = wire.ask(target=PATH, host=other.authority)
    assert b"Does this device trust" not in answer.body


def test_an_application_keeps_every_other_path(gatehouse, upstream):
    from support.upstreams import echo
    application = upstream(echo)
    running = gatehouse("--to", application.url)
    assert b"Does this device trust" in running.ask(target=PATH).body
    for path in ("/.well-known/gatehouse", "/.well-known/gatehouse/trusted", "/a/../b"):
        assert b"Does this device trust" not in running.ask(target=path).body


def test_downloads_of_the_page_are_the_anchor(gatehouse):
    """I13, I15"""
    running = gatehouse()
    anchor = der_of(running.anchor)
    page = running.ask(target=PATH).text
    links = re.findall(r'class="get" href="([^"]+)"', page)
    assert len(links) == 6
    for link in links:
        answer = running.ask(target=link)
        assert answer.status == 200 and b"PRIVATE" not in answer.body
    assert running.ask(target=f"{PATH}/windows/gatehouse-ca.crt").body == anchor
    profile = running.ask(target=f"{PATH}/ios/gatehouse-ca.mobileconfig")
    assert profile.get("content-type") == "application/x-apple-aspen-config"
    assert plistlib.loads(profile.body)["PayloadContent"][0]["PayloadContent"] == anchor


class Page:
    """`gatehouse trust page` of a running gatehouse."""

    def __init__(self, running):
        self.running = running
        self.socket = running.state / "gatehouse.sock"

    def call(self, *arguments):
        return run("trust", "page", "--socket", self.socket, *arguments, home=self.running.folder)

    def open(self, *arguments):
        opened = self.call("--listen", "127.0.0.1:0", "--json", *arguments)
        assert opened.returncode == 0, opened.stderr
        return json.loads(opened.stdout)

    @staticmethod
    def port(state):
        return int(re.search(r":(\d+)/", state["urls"][0])[1])


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_the_page_opens_on_a_listener_of_its_own_and_closes(near):
    """I14"""
    running = near()
    page = Page(running)
    state = page.open("--for", "10m")
    port = page.port(state)
    url = f"http://127.0.0.1:{port}{PATH}"
    html = running.curl(url).stdout
    assert "Does this device trust" in html and "All groups are the same: go on" in html
    assert html.index("<details>") < html.index('class="get"')
    assert f'data-port="{state["verdictPort"]}"' in html
    # Everything leads there.
    assert running.curl("-o", os.devnull, "-w", "%{redirect_url}",
                        f"http://127.0.0.1:{port}/").stdout == url
    # The port of the live test has a certificate that the site does not have.
    check = f"https://localhost:{state['verdictPort']}{PATH}/check"
    assert running.curl("--resolve", f"localhost:{state['verdictPort']}:127.0.0.1",
                        check).stdout == "trusted\n"
    refused = subprocess.run(["curl", "-sS", "--noproxy", "*", check], capture_output=True,
                             check=False)
    assert refused.returncode == 60
    seen = {ssl.get_server_certificate(("127.0.0.1", one))
            for one in (state["verdictPort"], running.port)}
    assert len(seen) == 2
    shown = page.call("--close")
    assert shown.returncode == 0 and "closed" in shown.stdout
    until(lambda: not listens(port) and not listens(state["verdictPort"]), "the ports are closed")


def test_the_page_ends_with_its_time_and_with_the_program(near):
    running = near()
    page = Page(running)
    port = page.port(page.open("--for", "1m"))
    assert listens(port)
    running.stop()
    assert not listens(port)


def test_a_port_in_use_and_a_time_that_is_none_are_said(near):
    running = near()
    page = Page(running)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        busy = page.call("--listen", f"127.0.0.1:{taken.getsockname()[1]}")
    assert busy.returncode == 7, busy.stderr
    assert page.call("--for", "10s").returncode == 2
    assert page.call("--close", "--for", "1h").returncode == 2


def test_devices_that_passed_are_counted(near):
    """The live test on a site and at the port of its own count the same CA."""
    running = near()

    def status():
        return run("trust", "status", "--state", running.state, "--system-root",
                   running.folder / "empty", "--nss", running.folder / "nss",
                   home=running.folder).stdout
    assert "0 devices have passed" in status()
    running.ask(target=f"{PATH}/check")
    assert "1 device has passed" in status()


# ---------------------------------------------------------------- in a browser

@pytest.fixture
def browser(tmp_path):
    (tmp_path / "home").mkdir()
    return Browser(tmp_path / "home")


def verdict(tab):
    return tab.until("['yes','no','far','open','name']"
                     ".includes(document.getElementById('verdict')?.dataset.answer) && "
                     "document.getElementById('verdict').dataset.answer")


def make_trusting(browser, running, verb="install"):
    system = browser.home / "system"
    (system / "usr/local/share/ca-certificates").mkdir(parents=True, exist_ok=True)
    (system / "etc/ssl/certs").mkdir(parents=True, exist_ok=True)
    done = run("trust", verb, "--state", running.state, "--nss", browser.nss, "--system-root",
               system, home=browser.home)
    assert done.returncode == 0, done.stderr


@with_browser
@pytest.mark.parametrize("trusting", [False, True], ids=["before", "after"])
def test_I14_the_page_knows_whether_this_device_trusts(near, browser, trusting):
    """I14: live, in both ways, on the listener of its own."""
    running = near()
    if trusting:
        make_trusting(browser, running)
    state = Page(running).open()
    with browser.tab() as tab:
        tab.open(f"http://localhost:{Page.port(state)}{PATH}")
        assert verdict(tab) == ("yes" if trusting else "no")
        head = tab.evaluate("document.getElementById('verdict-head').innerText")
        assert head.startswith("Yes" if trusting else "Not yet")
        elsewhere = [url for url in tab.requested if "//localhost:" not in url
                     and not url.startswith(("data:", "about:"))]
        assert elsewhere == []
        assert [line for line in tab.console if "Content Security" in line] == []


@with_browser
def test_I14_who_trusts_the_root_of_today_is_told_of_the_next_one(near, browser):
    running = near()
    make_trusting(browser, running)
    page = Page(running)
    rotated = run("ca", "rotate", "machine", "--socket", page.socket, home=running.folder)
    assert rotated.returncode == 0, rotated.stderr
    state = page.open()
    with browser.tab() as tab:
        tab.open(f"http://localhost:{Page.port(state)}{PATH}")
        assert verdict(tab) == "yes"
        said = tab.evaluate("document.getElementById('verdict-text').innerText")
        assert said == ("That is the root that signs today. "
                        "The steps below are for the other one, too.")
    make_trusting(browser, running)  # both roots now


@with_browser
@pytest.mark.parametrize("trusting", [False, True], ids=["clicked-away", "trusted"])
def test_I14_a_warning_that_was_clicked_away_is_no_trust(gatehouse, browser, trusting):
    """I14: on a site, where the certificate of the page itself would always seem right."""
    running = gatehouse()
    if trusting:
        make_trusting(browser, running)
    with browser.tab() as tab:
        tab.open(f"https://localhost:{running.port}{PATH}")
        if not trusting:
            tab.type("thisisunsafe")  # what a person types who clicks the warning away
            tab.until("document.getElementById('verdict') !== null")
        assert verdict(tab) == ("yes" if trusting else "no")


@with_browser
def test_I14_with_the_port_of_its_own_a_site_tells_for_every_browser(near, browser):
    running = near()
    Page(running).open()
    with browser.tab() as tab:
        tab.open(f"https://localhost:{running.port}{PATH}")
        tab.type("thisisunsafe")
        tab.until("document.getElementById('verdict')?.dataset.port")
        assert verdict(tab) == "no"


SHOTS = os.environ.get("GATEHOUSE_SCREENSHOTS")


@with_browser
@pytest.mark.parametrize("width", [320, 1200])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_and_is_led_by_keys(near, browser, width, scheme, tmp_path):
    running = near()
    state = Page(running).open()
    with browser.tab(width, 900) as tab:
        tab.prefers(scheme)
        tab.open(f"http://localhost:{Page.port(state)}{PATH}")
        assert verdict(tab) == "no"
        tab.evaluate("document.querySelector('details').open = true")
        wide = tab.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{wide} of {width} pixels"
        assert tab.evaluate("document.querySelector('#p-linux').offsetHeight > 0")
        tab.evaluate("document.getElementById('t-windows').focus()")
        tab.key("ArrowRight", 39)
        assert tab.evaluate("document.querySelector('#t-macos').checked")
        assert tab.evaluate("document.querySelector('#p-macos').offsetHeight > 0")
        assert tab.evaluate("document.querySelector('#p-linux').offsetHeight") == 0
        tab.screenshot(pathlib.Path(SHOTS or tmp_path) / f"trust-{width}-{scheme}.png")


AXE = binary.ROOT / "tests" / "node_modules" / "axe-core" / "axe.min.js"


@with_browser
@pytest.mark.skipif(not AXE.exists(), reason="needs axe-core: npm ci --prefix tests")
@pytest.mark.parametrize("width", [320, 1200])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible(near, browser, width, scheme):
    running = near()
    state = Page(running).open()
    with browser.tab(width, 900) as tab:
        tab.prefers(scheme)
        tab.open(f"http://localhost:{Page.port(state)}{PATH}")
        verdict(tab)
        tab.evaluate("document.querySelector('details').open = true")
        tab.evaluate(AXE.read_text() + "; true")
        found = tab.evaluate("axe.run().then(result => result.violations.map(one => "
                             "[one.id, one.help, one.nodes.map(node => node.html)]))")
        assert found == []
