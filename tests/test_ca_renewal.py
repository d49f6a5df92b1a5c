"""What a local CA has issued is renewed where it is served, by a program whose clock is set ahead."""

import re
import socket
import ssl

import pytest
from cryptography import x509

from support import clock, program
from support.local_cas import Place
from support.wait import seconds, until

NAME = "files.plant4.local"

pytestmark = pytest.mark.skipif(not clock.compiler, reason="needs a C compiler for its clock")


class AheadPlace(Place):
    def __init__(self, start, folder):
        self.clock = clock.Clock(folder)
        super().__init__(lambda **more: start(prefix=self.clock.prefix, **more), folder)

    def served(self):
        """The certificate that a client is shown who asks for the name."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        with (socket.create_connection(self.gatehouse.address(), seconds(10)) as raw,
              context.wrap_socket(raw, server_hostname=NAME) as tls):
            return x509.load_der_x509_certificate(tls.getpeercert(True))

    def go_ahead(self, hours):
        """What sleeps learns of it by any event: a question is one."""
        self.clock.set_ahead(hours)
        return self.status()

    def status(self):
        done = program.run("status", "--state", self.state, "--json", home=self.folder)
        assert done.stdout, done.stderr
        return done.stdout


@pytest.fixture
def place(gatehouse, tmp_path):
    place = AheadPlace(gatehouse, tmp_path)
    place.init()
    return place


def test_a_certificate_of_a_day_is_renewed_and_served_after_sixteen_hours_without_a_restart(place):
    place.ca("issue", "plant", NAME, "--name", "files", "--days", "1", "--key-type", "p384")
    before = until(lambda: is_of_plant(place.served()), "the certificate of the CA is served")
    place.go_ahead(8)
    place.go_ahead(15)
    assert place.served() == before
    place.go_ahead(17)

    def renewed():
        place.status()
        served = place.served()
        return served if served != before else None
    after = until(renewed, "the renewed certificate is served", 30)
    assert after.subject == before.subject and is_of_plant(after)
    assert names_of(after) == names_of(before) == [NAME]
    assert after.public_key().curve.name == "secp384r1"
    assert after.public_key() != before.public_key()
    assert after.not_valid_after > before.not_valid_after
    rows = place.json("show", "plant")["issued"]
    assert len(rows) == 2
    (kept,) = [row for row in rows if row.get("certificate") == "files"]
    assert int(kept["serial"], 16) == after.serial_number
    assert (kept["who"], kept["why"]) == ("renewal", "renewed by the CA plant")
    history = program.run("cert", "history", "files", "--state", place.state, home=place.folder)
    assert "renewed by the CA plant" in history.stdout, history.stderr
    assert "A certificate was renewed by its CA." in place.gatehouse.events()


def test_what_was_revoked_is_not_renewed_and_status_says_what_to_do(place):
    place.ca("issue", "plant", NAME, "--name", "files", "--days", "1")
    before = until(lambda: is_of_plant(place.served()), "the certificate of the CA is served")
    place.ca("revoke", "plant", "files")
    place.go_ahead(17)
    until(lambda: "was revoked, is in the store all the same" in place.status(), "the finding", 30)
    assert place.served() == before
    assert "--replace" in place.status()


def test_status_tells_what_renews_itself_from_what_somebody_has_to_renew(place):
    place.ca("issue", "plant", NAME, "--name", "files")
    made = program.run("cert", "create", "own.plant4.local", "--name", "own", "--state", place.state,
                       home=place.folder)
    assert made.returncode == 0, made.stderr
    for name, certificate in ((NAME, "files"), ("own.plant4.local", "own")):
        added = program.run("add", name, "http://127.0.0.1:9", "--certificate", certificate,
                            "--listen", "127.0.0.1:0", "--no-http", "--state", place.state,
                            home=place.folder)
        assert added.returncode == 0, added.stdout + added.stderr
    status = program.run("status", "--state", place.state, home=place.folder).stdout
    assert re.search(rf"{NAME} +renews itself, \d+ days left", status), status
    assert re.search(r"own\.plant4\.local +ends in \d+ days", status), status


def is_of_plant(certificate):
    return certificate if "plant server issuer" in certificate.issuer.rfc4514_string() else None


def names_of(certificate):
    extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return [name.value for name in extension.value]
