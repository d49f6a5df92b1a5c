"""A4, I1: certificates for keys that are made elsewhere: requests by openssl, signed by a local CA."""

import re

import pytest

from support.local_cas import Place, openssl, verify

NOT_PERMITTED, CONFLICT, NOT_FOUND, USAGE, INVALID = 6, 7, 4, 2, 3


@pytest.fixture
def place(gatehouse, tmp_path):
    place = Place(gatehouse, tmp_path)
    place.init()
    return place


def request(place, name="printer", subject="/CN=printer.plant4.local", names=None, *more,
            key=("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")):
    """What an appliance makes: its key, which stays with it, and a request."""
    openssl(*key, "-out", place.folder / f"{name}.key")
    alternative = ["-addext", f"subjectAltName={names}"] if names else []
    openssl("req", "-new", "-key", place.folder / f"{name}.key", "-subj", subject, *alternative,
            *more, "-out", place.folder / f"{name}.csr")
    return place.folder / f"{name}.csr"


def unwrapped(text):
    return " ".join(text.split())


def public_key(*words):
    return openssl(*words, "-noout", "-pubkey")


def test_an_appliance_gets_a_certificate_for_the_key_that_it_keeps_A4(place):
    csr = request(place, names="DNS:printer.plant4.local,IP:127.0.0.1")
    done = place.ca("issue", "plant", "--request", csr)
    certificate = place.folder / "printer.crt"
    certificate.write_text(done.stdout)
    assert done.stdout.count("BEGIN CERTIFICATE") == 2 and "PRIVATE" not in done.stdout
    verify(place.anchors(), certificate, "sslserver", "-verify_hostname", "printer.plant4.local")
    verify(place.anchors(), certificate, "sslserver", "-verify_ip", "127.0.0.1")
    assert public_key("x509", "-in", certificate) == public_key("req", "-in", csr)
    assert re.search(r"serial  [0-9a-f]{32}", done.stderr)


def test_what_a_request_asks_for_beyond_its_names_is_not_granted_and_said(place):
    csr = request(place, "printer", "/C=CH/O=Acme/CN=printer.plant4.local",
                  "DNS:printer.plant4.local,email:it@example.org",
                  "-addext", "basicConstraints=critical,CA:TRUE",
                  "-addext", "keyUsage=keyCertSign,digitalSignature",
                  "-addext", "extendedKeyUsage=clientAuth,codeSigning")
    out = place.folder / "printer.crt"
    said = unwrapped(place.ca("issue", "plant", "--request", csr, "--out", out).stderr)
    for words in ["asks to be a CA", "--client makes the other one", "Code Signing", "O=Acme",
                  "neither a host nor an address"]:
        assert words in said
    text = openssl("x509", "-in", out, "-noout", "-text")
    assert "CA:TRUE" not in text and "Code Signing" not in text and "Acme" not in text
    verify(place.anchors(), out, "sslserver")
    verify(place.anchors(), out, "sslclient", code=2)


def test_the_role_and_the_names_are_the_administrators(place):
    csr = request(place, names="DNS:printer.plant4.local")
    place.ca("issue", "plant", "--request", csr, "--client", "--out", "client.crt")
    verify(place.anchors(), place.folder / "client.crt", "sslclient")
    done = place.ca("issue", "plant", "--request", csr, "--host", "a.plant4.local", "--host",
                    "b.plant4.local", "--out", "named.crt")
    assert "your names take their place" in done.stderr
    names = openssl("x509", "-in", place.folder / "named.crt", "-noout", "-ext", "subjectAltName")
    assert "a.plant4.local" in names and "printer" not in names


def test_a_request_without_names_is_for_its_common_name(place):
    done = place.ca("issue", "plant", "--request", request(place), "--out", "printer.crt")
    assert "for its common name: printer.plant4.local" in unwrapped(done.stderr)
    verify(place.anchors(), place.folder / "printer.crt", "sslserver", "-verify_hostname",
           "printer.plant4.local")


def test_der_is_read_like_pem_and_from_standard_input(place):
    csr = request(place, names="DNS:printer.plant4.local")
    der = place.folder / "printer.der"
    openssl("req", "-in", csr, "-outform", "DER", "-out", der)
    place.ca("issue", "plant", "--request", der, "--out", "printer.crt")
    verify(place.anchors(), place.folder / "printer.crt", "sslserver")


def test_limits_and_bad_requests_are_refused_with_the_reason(place):
    refused = place.ca("issue", "plant", "--request", request(place, names="DNS:www.example.org"),
                       code=NOT_PERMITTED)
    assert "the CA plant may not certify www.example.org, only" in refused.stderr
    weak = request(place, "weak", key=("genpkey", "-algorithm", "RSA", "-pkeyopt",
                                         "rsa_keygen_bits:1024"))
    assert "too weak" in place.ca("issue", "plant", "--request", weak, code=INVALID).stderr
    unnamed = request(place, "unnamed", "/O=Acme")
    assert "--host NAME" in place.ca("issue", "plant", "--request", unnamed, code=INVALID).stderr
    (place.folder / "no.csr").write_text("hello")
    place.ca("issue", "plant", "--request", "no.csr", code=INVALID)
    place.ca("issue", "plant", "--request", "nothing.csr", code=NOT_FOUND)
    (place.folder / "there.key").write_text("of somebody")
    place.ca("issue", "plant", "--request", request(place), "--out", "there.key", code=CONFLICT)
    assert (place.folder / "there.key").read_text() == "of somebody"
    assert place.json("show", "plant").get("issued", []) == []


def test_what_was_signed_can_be_had_again_and_taken_back(place):
    csr = request(place, names="DNS:printer.plant4.local")
    made = place.ca("issue", "plant", "--request", csr).stdout
    (row,) = place.json("show", "plant")["issued"]
    assert row["why"] == "ca issue --request" and "certificate" not in row
    for text in [row["serial"], row["sha256"][:12], "printer.plant4.local"]:
        assert place.ca("show", "plant", "--certificate", text).stdout == made
    place.ca("revoke", "plant", row["sha256"], "--reason", "superseded")
    (row,) = place.json("show", "plant")["issued"]
    assert row["state"] == "revoked"
    assert row["serial"].upper() in openssl(
        "crl", "-in", crl_of(place), "-noout", "-text").replace(":", "")


def crl_of(place):
    file = place.folder / "plant.crl"
    place.ca("crl", "plant", "--out", file)
    return file
