# SPDX-License-Identifier: GPL-2.0-or-later
"""A page in a headless Chromium, driven through its pipe (--remote-debugging-pipe), with nothing else installed."""
import base64
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser")


class Browser:
    """One page of a headless Chromium."""

    def __init__(self, program):
        # Its helper processes may write for a moment after it has ended.
        self.profile = tempfile.TemporaryDirectory(prefix="rtmpx-browser-", ignore_cleanup_errors=True)
        read_commands, self.commands = os.pipe()
        self.answers, write_answers = os.pipe()
        os.set_inheritable(read_commands, True)
        os.set_inheritable(write_answers, True)
        # Its descriptors 3 and 4 are the pipe.
        shell = f"exec 3<&{read_commands} 4>&{write_answers}; exec \"$0\" \"$@\""
        self.process = subprocess.Popen(
            ["bash", "-c", shell, program, "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe",
             "--disable-dev-shm-usage", "--no-first-run", f"--user-data-dir={self.profile.name}", "about:blank"],
            close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(read_commands)
        os.close(write_answers)
        self.received, self.events, self.last, self.session = b"", [], 0, None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Browser.grantPermissions", permissions=["clipboardReadWrite"])
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def close(self):
        self.process.terminate()
        self.process.wait(20)
        os.close(self.commands)
        os.close(self.answers)
        self.profile.cleanup()

    def receive(self):
        while b"\0" not in self.received:
            got = os.read(self.answers, 1 << 20)
            if not got:
                raise RuntimeError("the browser ended")
            self.received += got
        message, self.received = self.received.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **parameters):
        self.last += 1
        message = {"id": self.last, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.commands, data):]
        while True:
            answer = self.receive()
            if answer.get("id") == self.last:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def evaluate(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(f"{expression[:60]}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def look(self, width, scheme="light", media=""):
        self.call("Emulation.setEmulatedMedia", media=media,
                  features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)

    def open(self, path):
        """Returns what the console and the network saw."""
        self.events.clear()
        url = pathlib.Path(path).as_uri()
        self.call("Page.navigate", url=url)
        for _ in range(600):
            if self.evaluate('document.readyState === "complete" && location.href !== "about:blank"'):
                break
        self.settle()
        found = [] if self.evaluate('document.documentElement.dataset.ready === "1"') else ["the script did not end"]
        return found + self.complaints(url)

    def settle(self):
        self.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 150)))")

    def complaints(self, url):
        found = []
        for event in self.events:
            parameters = event.get("params", {})
            if event.get("method") == "Runtime.exceptionThrown":
                found.append(f"exception: {json.dumps(parameters)[:300]}")
            elif event.get("method") == "Runtime.consoleAPICalled":
                found.append(f"console: {json.dumps(parameters)[:200]}")
            elif event.get("method") == "Log.entryAdded":
                found.append(f"log: {parameters['entry']['text'][:300]}")
            elif event.get("method") == "Network.requestWillBeSent" and parameters["request"]["url"].split("#")[0] != url:
                found.append(f"request: {parameters['request']['url'][:100]}")
        self.events.clear()
        return found

    def key(self, key):
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, text=key if kind == "keyDown" and len(key) == 1 else "",
                      windowsVirtualKeyCode={"Tab": 9, "Enter": 13}.get(key, 0))

    def mouse(self, *steps):
        """Steps are (kind, x, y), of mousePressed, mouseMoved and mouseReleased."""
        for kind, x, y in steps:
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", buttons=1, clickCount=1)

    def shot(self, path):
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        image = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True,
                          clip={"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 12000), "scale": 1})
        path.write_bytes(base64.b64decode(image["data"]))
