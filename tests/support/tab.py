"""One tab of Chromium in the hands of a test, over the pipe of its debugging protocol."""

import base64
import json
import os
import pathlib
import select
import signal
import subprocess
import time

from support.wait import seconds


class Tab:
    """`with browser.tab() as tab: tab.open(url); tab.evaluate("document.title")`."""

    def __init__(self, command, environment, width, height):
        to_browser, self._out = os.pipe()
        self._in, from_browser = os.pipe()
        # The browser reads from its descriptor 3 and writes to 4.
        self._process = subprocess.Popen(
            ["bash", "-c", f'exec 3<&{to_browser} 4>&{from_browser}; exec "$@"', "bash", *command,
             "--remote-debugging-pipe", f"--window-size={width},{height}", "about:blank"],
            env=environment, start_new_session=True, pass_fds=(to_browser, from_browser),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self._buffer, self._number, self._session = b"", 0, None
        self.console = []  # errors that a page caused: of its script, of its security policy
        self.requested = []
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._ask("Target.attachToTarget", targetId=target,
                                  flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._ask(f"{domain}.enable")
        self._ask("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=width < 500)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(seconds(10))
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        os.close(self._in)
        os.close(self._out)

    def open(self, url):
        self._ask("Page.navigate", url=url)
        self.until("document.readyState === 'complete'")

    def evaluate(self, script):
        """What a script (an expression, a promise too) comes to in the page."""
        answer = self._ask("Runtime.evaluate", expression=script, awaitPromise=True,
                           returnByValue=True)
        if "exceptionDetails" in answer:
            raise AssertionError(f"{script}\n{answer['exceptionDetails']}")
        return answer["result"].get("value")

    def until(self, script, within=30.0):
        deadline = time.monotonic() + seconds(within)
        while time.monotonic() < deadline:
            # While a page is left there is nobody to answer.
            answer = self._ask("Runtime.evaluate", expression=script, returnByValue=True)
            if value := answer.get("result", {}).get("value"):
                return value
            time.sleep(0.05)
        raise AssertionError(f"never true: {script}\n{self.console}\n{self.text()[:2000]}")

    def text(self):
        return self.evaluate("document.body.innerText")

    def type(self, text):
        for letter in text:
            self._ask("Input.dispatchKeyEvent", type="char", text=letter)

    def key(self, name, code):
        for kind in ("rawKeyDown", "keyUp"):
            self._ask("Input.dispatchKeyEvent", type=kind, key=name, code=name,
                      windowsVirtualKeyCode=code)

    def prefers(self, scheme):
        self._ask("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": scheme}])

    def screenshot(self, file):
        taken = self._ask("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        pathlib.Path(file).write_bytes(base64.b64decode(taken["data"]))

    # The protocol: messages as JSON, each ended by a zero byte.

    def _ask(self, method, **parameters):
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        number, deadline = self._number, time.monotonic() + seconds(60)
        while True:
            answer = self._next(deadline)
            if answer.get("id") == number:
                if "error" in answer:
                    raise AssertionError(f"{method}: {answer['error']}")
                return answer["result"]
            self._note(answer)

    def _next(self, deadline):
        while b"\0" not in self._buffer:
            left = deadline - time.monotonic()
            ready = left > 0 and select.select([self._in], [], [], left)[0]
            data = os.read(self._in, 1 << 20) if ready else b""
            if not data:
                raise AssertionError("Chromium does not answer")
            self._buffer += data
        message, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(message)

    def _note(self, event):
        method, values = event.get("method"), event.get("params", {})
        if method == "Network.requestWillBeSent":
            self.requested.append(values["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            self.console.append(values["exceptionDetails"].get("text"))
        elif method == "Log.entryAdded" and values["entry"]["level"] == "error":
            self.console.append(values["entry"]["text"])
