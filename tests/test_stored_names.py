"""A6, M12: sites that name no certificate are answered by the store's certificate for the name."""

import concurrent.futures
import ssl

import pytest

from support import certificates, program
from support.authority import Authority
from support.wait import until


class Store:
    """A gatehouse with a `*` site, and certificates of a test's authority in its store."""

    def __init__(self, start, folder, *arguments):
        self.folder, self.socket = folder, folder / "admin.sock"
        self.authority = Authority(folder / "authority")
        self.gatehouse = start("--socket", self.socket, *arguments)
        self._made = 0

    def call(self, *words):
        done = program.run(*words, "--socket", self.socket, home=self.folder)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def put(self, name, *names, **more):
        """A certificate for these names, as record `name`; the file of its chain."""
        self._made += 1
        chain, key = self.authority.leaf(*names, label=f"leaf{self._made}", **more)
        self.call("cert", "import", chain, key, "--name", name)
        return certificates.fingerprint(certificates.load(chain))

    def answer(self, name):
        """The fingerprint of what answers for the name."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with self.gatehouse.connect(context=context, server_name=name) as wire:
            return certificates.fingerprint(certificates.served(wire))

    def until_answers(self, name, fingerprint):
        until(lambda: self.answer(name) == fingerprint, f"{name} is answered by the certificate")


@pytest.fixture
def store(gatehouse, tmp_path):
    return Store(gatehouse, tmp_path)


def test_A6_a_certificate_of_the_store_answers_its_name_from_the_import_on(store):
    standard = store.answer("a.example")
    mine = store.put("a", "a.example")
    assert store.answer("a.example") == mine
    assert store.answer("b.example") == standard
    context = ssl.create_default_context(cafile=str(store.authority.anchor))
    with store.gatehouse.connect(context=context, server_name="a.example") as wire:
        assert wire.ask(host=f"a.example:{store.gatehouse.port}").status == 200


def test_A6_an_exact_name_comes_before_a_wildcard(store):
    wildcard = store.put("wildcard", "*.example.org")
    exact = store.put("exact", "www.example.org", start=-5)
    assert store.answer("www.example.org") == exact
    assert store.answer("api.example.org") == wildcard


def test_M12_ecdsa_and_rsa_lie_side_by_side_and_the_client_chooses(store):
    rsa = store.put("rsa", "a.example", rsa_bits=2048)
    assert store.answer("a.example") == rsa
    ecdsa = store.put("ecdsa", "a.example", start=-9)
    assert store.answer("a.example") == ecdsa
    assert _answer_of_12(store, "ECDHE-RSA-AES128-GCM-SHA256") == rsa
    assert _answer_of_12(store, "ECDHE-ECDSA-AES128-GCM-SHA256") == ecdsa


def _answer_of_12(store, suite):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(suite)
    with store.gatehouse.connect(context=context, server_name="a.example") as wire:
        return certificates.fingerprint(certificates.served(wire))


def test_A6_one_that_expires_gives_way_to_one_that_is_valid(store):
    seconds = 1 / (24 * 60 * 60)
    old = store.put("old", "a.example", start=-9)
    brief = store.put("brief", "a.example", end=4 * seconds)
    assert store.answer("a.example") in (old, brief)
    store.until_answers("a.example", old)


def test_T11_a_replaced_one_is_not_served_any_more_and_a_removed_one_is_not(store):
    standard = store.answer("a.example")
    first = store.put("a", "a.example")
    assert store.answer("a.example") == first
    chain, key = store.authority.leaf("a.example", label="second")
    store.call("cert", "import", chain, key, "--replace", "name:a")
    second = certificates.fingerprint(certificates.load(chain))
    assert store.answer("a.example") == second
    store.call("cert", "remove", "name:a")
    assert store.answer("a.example") == standard


def test_two_hundred_names_through_one_site_and_through_a_new_start(store, gatehouse):
    wanted = {}
    for number in range(200):
        name = f"n{number:03}.example"
        wanted[name] = store.put(name, name)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert dict(zip(wanted, pool.map(store.answer, wanted))) == wanted
        assert dict(zip(wanted, pool.map(store.answer, wanted))) == wanted
    store.gatehouse.stop()
    store.gatehouse = gatehouse("--socket", store.socket, state=store.gatehouse.state)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert dict(zip(wanted, pool.map(store.answer, wanted))) == wanted


def test_a_site_that_comes_after_its_certificate_is_proven_with_it(store):
    mine = store.put("a", "a.localhost")
    store.call("site", "add", "a.localhost", "http://127.0.0.1:1",
               "--listen", "127.0.0.1:0")
    assert store.answer("a.localhost") == mine
    explained = store.call("binding", "explain", f"a.localhost:{store.gatehouse.port}")
    assert mine[:16] in explained
    assert "is the best" in explained


def test_I14_the_trust_page_is_not_where_a_certificate_of_the_store_answers(store):
    def page(name, context):
        with store.gatehouse.connect(context=context, server_name=name) as wire:
            return wire.ask(target="/.well-known/gatehouse/trust",
                            host=f"{name}:{store.gatehouse.port}").body

    assert b"Does this device trust" in page("localhost", store.gatehouse.context())
    store.put("shop", "shop.example")
    context = ssl.create_default_context(cafile=str(store.authority.anchor))
    assert b"Does this device trust" not in page("shop.example", context)
    assert b"Does this device trust" in page("localhost", store.gatehouse.context())
