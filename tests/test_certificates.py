"""I1-I4, T2, T6, M12: certificates of the store: made, proven, served, replaced, found."""

import hashlib
import os
import re
import ssl

import pytest

from support.certificate_desk import Desk, of_machine, openssl, tool
from support.certificates import fingerprint, served
from support.program import run
from support.wire import Wire


def test_A14_an_import_is_proven_by_a_handshake_with_its_own_name(cert, authority):
    url = f"https://www.example.org:{cert.running.port}"
    done = cert("import", *authority.leaf("www.example.org", label="one"), "--name", "one").stdout
    assert f"{url} answers with this certificate" in done
    assert f"{url}/ (127.0.0.1:{cert.running.port})" in done
    older = cert("import", *authority.leaf("www.example.org", label="two", start=-9)).stdout
    assert "is answered by another certificate" in older and "is older" in older


def test_A14_a_certificate_that_was_created_is_dialled_too(cert):
    done = cert("create", "*.example.org", "--name", "wild").stdout
    assert f"https://www.example.org:{cert.running.port} answers with this certificate" in done


def test_I4_each_thing_lands_on_its_shelf_and_a_wrong_one_is_refused(cert, authority):
    wrong = cert("import", authority.anchor, "--shelf", "intermediates", code=3)
    assert "issued itself" in wrong.stderr
    cert("import", authority.anchor)
    assert (cert.names("anchors"), cert.names("intermediates")) == (["test root"], [])


def test_T6_a_replacement_keeps_the_name_and_the_same_one_again_changes_nothing(cert, authority):
    cert("import", *authority.leaf("www.example.org", label="a"), "--name", "shop")
    before = cert.json("show", "shop")["certificate"]
    new = authority.leaf("www.example.org", label="b")
    cert("import", *new, "--replace", "shop", "--why", "renewed")
    after = cert.json("show", "shop")["certificate"]
    assert after["id"] == before["id"] and after["sha256"] != before["sha256"]
    assert "There is nothing to change." in cert("import", *new).stdout
    history = cert.json("history", "shop")["entries"]
    assert [entry["event"] for entry in history] == ["replaced", "added"]
    assert history[0]["why"] == "renewed"


def test_a_dry_run_changes_nothing(cert, authority):
    printed = cert("import", *authority.leaf("www.example.org"), "--dry-run").stdout
    assert "planned" in printed and "This is the plan. Nothing has changed." in printed
    assert cert.names() == []


def test_T2_what_is_stored_is_there_after_a_new_start(cert, authority, gatehouse):
    cert("import", *authority.leaf("www.example.org"), "--name", "shop")
    cert.running.stop()
    again = gatehouse("--socket", cert.socket, folder=cert.running.folder)
    assert Desk(again, cert.folder).names() == ["shop"]


# ------------------------------------------------------------------ in use

def shown_at(cert, name):
    """The thumbprint that a client of this name is shown, whoever signed it."""
    anybody = ssl.create_default_context()
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
    with Wire.tls(cert.running.address(), anybody, name) as wire:
        return fingerprint(served(wire))


def test_T6_what_is_stored_is_served_and_its_replacement_takes_over_with_a_proof(cert):
    def of_store():
        return cert.json("show", "shop")["certificate"]["sha256"]

    cert("create", "shop.plant4.local", "--name", "shop")
    added = run("add", "shop.plant4.local", "http://127.0.0.1:9", "--certificate", "shop",
                "--listen", "127.0.0.1:0", "--no-http", "--socket", cert.socket, home=cert.folder)
    assert added.returncode == 0, added.stdout + added.stderr
    first = of_store()
    assert shown_at(cert, "shop.plant4.local") == first
    assert cert.json("show", "shop")["certificate"]["usedBy"] == ["site shop.plant4.local"]

    replaced = cert("create", "shop.plant4.local", "--replace", "shop").stdout
    assert "Applied" in replaced and "is signed by itself and not trusted here" in replaced
    assert of_store() != first
    assert shown_at(cert, "shop.plant4.local") == of_store()

    # Nobody loses what a site uses.
    assert "site shop.plant4.local" in cert("remove", "shop", code=7).stderr
    assert "site shop.plant4.local" in cert("rename", "shop", "other", code=7).stderr
    assert shown_at(cert, "shop.plant4.local") == of_store()


def test_M12_two_certificates_of_one_site_answer_by_what_the_client_verifies(cert):
    def answer(algorithms):
        shown = tool("openssl", "s_client", "-connect", f"127.0.0.1:{cert.running.port}",
                     "-servername", name, "-sigalgs", algorithms, folder=cert.folder, input=b"")
        pem = tool("openssl", "x509", "-outform", "DER", folder=cert.folder, input=shown)
        return hashlib.sha256(pem).hexdigest()

    def of_store(certificate):
        return cert.json("show", certificate)["certificate"]["sha256"]

    name = "shop.localhost"
    cert("create", name, "--name", "shop")
    cert("create", name, "--name", "shop-rsa", "--key-type", "rsa2048")
    words = ["add", name, "http://127.0.0.1:9", "--no-http", "--listen", "127.0.0.1:0",
             "--certificate", "shop-rsa", "--socket", cert.socket]
    refused = run(*words, "--second-certificate", "shop-rsa", home=cert.folder)
    assert refused.returncode == 3 and "the second certificate is the first one" in refused.stderr
    added = run(*words, "--second-certificate", "shop", home=cert.folder)
    assert added.returncode == 0, added.stderr
    assert "(store, shop) and " in added.stdout and ", RSA only)" in added.stdout
    assert answer("ecdsa_secp256r1_sha256:rsa_pss_rsae_sha256") == of_store("shop")
    assert answer("rsa_pss_rsae_sha256") == of_store("shop-rsa")
    told = run("binding", "explain", f"{name}:{cert.running.port}", "--socket", cert.socket,
               home=cert.folder).stdout
    assert re.search(r"nothing but RSA get the second one: .*\(store, shop-rsa\)", told), told
    assert f"site {name}" in cert("remove", "shop-rsa", code=7).stderr


def test_T6_a_replacement_that_clients_would_refuse_is_put_back(cert):
    cert("create", "shop.plant4.local", "--name", "shop")
    run("add", "shop.plant4.local", "http://127.0.0.1:9", "--certificate", "shop", "--listen",
        "127.0.0.1:0", "--no-http", "--socket", cert.socket, home=cert.folder)
    before = cert.json("show", "shop")["certificate"]["sha256"]
    undone = cert("create", "other.plant4.local", "--replace", "shop", code=1).stdout
    assert "Rolled back" in undone
    assert cert.json("show", "shop")["certificate"]["sha256"] == before
    assert shown_at(cert, "shop.plant4.local") == before


# ------------------------------------------------------------------ create, request

def test_I2_a_self_signed_certificate_has_its_friendly_name(cert):
    cert("create", "files.example.com", "10.0.0.5", "--name", "Files of the plant", "--days", "30")
    shown = cert.json("show", "Files of the plant")["certificate"]
    assert shown["names"] == ["files.example.com", "10.0.0.5"]
    assert shown["origin"] == "self-signed"
    cert("create", code=2)
    cert("create", "a.example", "--key-type", "rsa1024", code=2)


@pytest.mark.parametrize("kind", ["p256", "p384", "rsa2048", "ed25519"])
def test_I1_openssl_verifies_a_request_and_a_ca_answers_it(cert, authority, kind):
    cert("request", "www.example.org", "--name", "shop", "--key-type", kind, "--organization",
         "Example", "--out", "shop.csr")
    told = openssl("req", "-in", "shop.csr", "-verify", "-noout", "-text", folder=cert.folder)
    assert "DNS:www.example.org" in told and "TLS Web Server Authentication" in told
    assert "Example" in told
    (cert.folder / "ext").write_text("subjectAltName=DNS:www.example.org\n")
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=some ca", folder=cert.folder)
    openssl("x509", "-req", "-in", "shop.csr", "-CA", "ca.crt", "-CAkey", "ca.key",
            "-CAcreateserial", "-days", "30", "-extfile", "ext", "-out", "shop.crt",
            folder=cert.folder)
    printed = cert("import", "shop.crt", "ca.crt").stdout
    assert "completes a request: shop" in printed
    listed = cert.json("list")
    assert "requests" not in listed
    assert [one["name"] for one in listed["stored"]
            if one["shelf"] == "identities" and not of_machine(one)] == ["shop"]


# ------------------------------------------------------------------ find, change

def test_I3_a_certificate_is_found_however_its_thumbprint_is_spelt(cert, authority):
    cert("import", *authority.leaf("www.example.org"), "--name", "shop")
    digits = cert.json("show", "shop")["certificate"]["sha1"]
    pairs = re.findall("..", digits.upper())
    for spelling in [digits, " ".join(pairs), ":".join(pairs), "-".join(pairs),
                     "\u200e" + digits, digits[:8], "CN=www.example.org", "san:www.example.org"]:
        assert cert.json("show", spelling)["certificate"]["name"] == "shop", spelling
    cert("show", "nobody", code=4)


def test_A6_the_newest_valid_one_wins_and_a_change_wants_to_know_which(cert, authority):
    cert("import", *authority.leaf("www.example.org", label="a", start=-9), "--name", "old")
    cert("import", *authority.leaf("www.example.org", label="b"), "--name", "new")
    shown = cert("show", "CN=www.example.org").stdout
    assert shown.startswith("name         new\n") and "is older" in shown
    assert all(len(line) <= 80 for line in shown.splitlines()), shown
    assert "2 certificates match" in cert("remove", "CN=www.example.org", code=7).stderr
    cert("rename", "old", "older")
    cert("remove", "older")
    assert cert.names() == ["new"]


def test_no_private_key_is_in_the_list_or_on_the_disk_in_the_clear(cert, authority):
    certificate, key = authority.leaf("www.example.org")
    cert("import", certificate, key, "--name", "shop")
    text = cert("list", "--json").stdout + cert("show", "shop", "--json").stdout
    assert "PRIVATE KEY" not in text
    der = openssl("pkey", "-in", key, "-text", "-noout", folder=cert.folder)
    secret = bytes.fromhex(re.search(r"priv:\s+([0-9a-f:\s]+?)pub:", der)[1]
                           .replace(":", "").replace("\n", "").replace(" ", ""))[-32:]
    for file in cert.running.state.rglob("*"):
        if file.is_file() and os.access(file, os.R_OK):
            assert secret not in file.read_bytes(), file
