"""CAs of an administrator at a running gatehouse, and openssl to look at what they make."""

import json
import subprocess

from support import program
from support.wait import seconds

PASSPHRASE = "correct-Horse-7h2k-battery-9x4m-staple"


class Place:
    """A running gatehouse with a CA for plant4.local, and a folder of its administrator."""

    def __init__(self, start, folder):
        self.folder = folder
        self.start = start
        self.state = folder / "state"
        self.gatehouse = start(state=self.state, folder=folder)
        self.secret = folder / "secret"
        self.secret.write_text(PASSPHRASE + "\n")

    def ca(self, *words, code=0):
        done = program.run("ca", *words, "--state", self.state, home=self.folder, cwd=self.folder)
        assert done.returncode == code, done.stderr or done.stdout
        return done

    def json(self, *words):
        return json.loads(self.ca(*words, "--json").stdout)

    def init(self, name="plant", permit=".plant4.local,127.0.0.0/8"):
        return self.json("init", name, "--permit", permit)

    def anchors(self, name="plant"):
        file = self.folder / f"{name}-ca.crt"
        file.write_text(self.ca("show", name, "--anchors").stdout)
        return file

    def hand_out(self, folder, *words, ca="plant"):
        self.ca("issue", ca, *words, "--out", folder, "--passphrase-file", self.secret)
        return self.folder / folder

    def plain_key(self, key):
        """What a machine that gets the key makes of it."""
        plain = key.with_suffix(".plain")
        openssl("pkey", "-in", key, "-passin", f"file:{self.secret}", "-out", plain)
        return plain


def openssl(*words, code=0):
    done = subprocess.run(["openssl", *map(str, words)], capture_output=True, text=True,
                          timeout=seconds(30))
    assert done.returncode == code, done.stderr
    return done.stdout


def verify(anchors, certificate, purpose, *more, code=0):
    return openssl("verify", "-x509_strict", "-CAfile", anchors, "-untrusted", certificate,
                   "-purpose", purpose, *more, certificate, code=code)
