"""`gatehouse cert ...` of a running gatehouse, and the tools that make files for it."""

import json
import subprocess

from support.program import run

PASSPHRASE = "7h2k-qm4x-9bzt-e3nw-v8rd-a5gy"


class Desk:
    """`gatehouse cert ...` of one running gatehouse."""

    def __init__(self, running, folder):
        self.running, self.folder = running, folder
        self.socket = running.folder / "admin.sock"

    def __call__(self, verb, *words, code=0):
        printed = run("cert", verb, *words, "--socket", self.socket, home=self.folder,
                      cwd=self.folder)
        assert printed.returncode == code, printed.stdout + printed.stderr
        return printed

    def json(self, verb, *words, **more):
        return json.loads(self(verb, *words, "--json", **more).stdout)

    def names(self, shelf="identities"):
        listed = self.json("list", "--shelf", shelf)
        return sorted(one["name"] for one in listed.get("stored", []) if not of_machine(one))


def of_machine(row):
    """The default identity and the CA that gatehouse has made for itself."""
    return row["name"] == "default" or row["name"].startswith("CA machine: ")


def tool(*words, folder, **more):
    done = subprocess.run([*map(str, words)], cwd=folder, capture_output=True, check=False, **more)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout


def openssl(*words, folder):
    return tool("openssl", *words, folder=folder).decode()


def pfx(folder, certificate, key, *flags, name="site"):
    openssl("pkcs12", "-export", "-in", certificate, "-inkey", key, "-out", "site.pfx", "-name",
            name, "-passout", "file:pass", *flags, folder=folder)
    return folder / "site.pfx"
