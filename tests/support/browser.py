"""Chromium without a window, with a home and a profile of its own."""

import os
import pathlib
import re
import shutil
import subprocess

from support.tab import Tab
from support.wait import seconds

FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-default-apps", "--disable-dev-shm-usage", "--disable-extensions",
         "--no-proxy-server", "--password-store=basic",
         "--host-resolver-rules=MAP localhost 127.0.0.1"]


class Browser:
    def __init__(self, home):
        self.home = pathlib.Path(home)
        self.nss = self.home / ".pki" / "nssdb"
        self.nss.mkdir(parents=True)
        subprocess.run(["certutil", "-N", "--empty-password", "-d", f"sql:{self.nss}"], check=True,
                       capture_output=True)
        self._visits = 0

    def _command(self, *arguments):
        self._visits += 1
        return [shutil.which("chromium"), *FLAGS,
                f"--user-data-dir={self.home}/profile-{self._visits}", *arguments]

    def _environment(self):
        return {"PATH": os.environ["PATH"], "HOME": str(self.home), "LANG": "C.UTF-8"}

    def page(self, url):
        """The page as the browser has it in the end, or the reason why it shows a warning."""
        ended = subprocess.run(
            self._command("--dump-dom", url), env=self._environment(), capture_output=True,
            text=True, timeout=seconds(60))
        failed = re.search(r"Page load failed: net::(\w+)", ended.stderr)
        return failed[1] if failed else ended.stdout

    def tab(self, width=1200, height=900):
        """A tab that a test moves about in; ends with the `with` block."""
        return Tab(self._command(), self._environment(), width, height)

    def stay(self, url):
        """Opens a page and stays there; ends with the `with` block."""
        return _Open(self._command("--remote-debugging-port=0", url), self._environment())


class _Open:
    def __init__(self, command, environment):
        # A session of its own, so that all of the browser's processes end with it.
        self._process = subprocess.Popen(
            command, env=environment, start_new_session=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.killpg(self._process.pid, 15)
        try:
            self._process.wait(seconds(10))
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, 9)
            self._process.wait()
