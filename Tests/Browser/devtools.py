"""A headless Chromium driven over the DevTools protocol."""
import base64
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import urllib.request

import websocket

# What a person presses: the key, its code and its number.
KEYS = {
    "ArrowDown": ("ArrowDown", 40), "ArrowUp": ("ArrowUp", 38), "ArrowLeft": ("ArrowLeft", 37),
    "ArrowRight": ("ArrowRight", 39), "Tab": ("Tab", 9), "Enter": ("Enter", 13), "Escape": ("Escape", 27),
    "Home": ("Home", 36), "End": ("End", 35), "/": ("Slash", 191), "?": ("Slash", 191), "j": ("KeyJ", 74),
    "k": ("KeyK", 75), "]": ("BracketRight", 221), "[": ("BracketLeft", 219),
}


class Gone(RuntimeError):
    """The page that was asked is no longer there."""


class Browser:
    """One window of one Chromium. Everything it asks for and complains of is kept."""

    def __init__(self, executable):
        self.profile = tempfile.mkdtemp(prefix="atlas-browser-")
        self.process = subprocess.Popen(
            # Chromium's sandbox needs a user other than root.
            [executable, "--headless=new", *(["--no-sandbox"] if os.geteuid() == 0 else []), "--disable-gpu",
             "--remote-debugging-port=0", f"--user-data-dir={self.profile}", "--no-first-run", "--hide-scrollbars", "--disable-background-networking",
             "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
             # Only this machine can be reached.
             "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.number = 0
        self.requests, self.problems, self.size = [], [], {}
        port = self._wait(self._port, 30, "Chromium did not start")
        targets = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/json", timeout=10))
        page = next(target for target in targets if target["type"] == "page")
        self.socket = websocket.create_connection(page["webSocketDebuggerUrl"], suppress_origin=True, timeout=60)
        for domain in ("Page", "Runtime", "Log", "Network", "DOM"):
            self.send(f"{domain}.enable")
        # A window nobody looks at has no focus, and its elements hear nothing of theirs.
        self.send("Emulation.setFocusEmulationEnabled", enabled=True)

    def _port(self):
        file = pathlib.Path(self.profile) / "DevToolsActivePort"
        if self.process.poll() is not None:
            raise RuntimeError(f"Chromium ended with status {self.process.returncode}")
        return file.exists() and file.read_text().partition("\n")[0]

    def _wait(self, condition, seconds, complaint):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = condition()
            if found:
                return found
            time.sleep(0.02)
        raise TimeoutError(complaint)

    def send(self, method, **parameters):
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == self.number:
                if "error" in answer:
                    gone = any(word in answer["error"]["message"] for word in ("navigated", "context"))
                    raise (Gone if gone else RuntimeError)(f"{method}: {answer['error']}")
                return answer["result"]
            self._note(answer.get("method"), answer.get("params", {}))

    def _note(self, method, event):
        if method == "Network.requestWillBeSent":
            self.requests.append(event["request"]["url"])
        elif method == "Network.responseReceived" and event["response"]["status"] >= 400:
            self.problems.append(f"{event['response']['status']}: {event['response']['url']}")
        elif method == "Network.loadingFailed" and not event.get("canceled"):
            self.problems.append(f"not loaded: {event.get('errorText')}")
        elif method == "Runtime.exceptionThrown":
            details = event["exceptionDetails"]
            self.problems.append(details.get("exception", {}).get("description") or details["text"])
        elif method == "Runtime.consoleAPICalled" and event["type"] in ("error", "warning", "assert"):
            self.problems.append(f"console: {event['args']}")
        elif method == "Log.entryAdded" and event["entry"]["level"] in ("error", "warning"):
            self.problems.append(f"log: {event['entry']['text']} {event['entry'].get('url', '')}")
        elif method == "Page.javascriptDialogOpening":
            self.problems.append(f"a dialog opened: {event['message']}")

    def run(self, expression):
        """The value of an expression in the page."""
        answer = self.send("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def until(self, expression, seconds=10):
        """Waits until an expression is true; between two pages nothing is."""
        def attempt():
            try:
                return self.run(expression)
            except Gone:
                return False
        return self._wait(attempt, seconds, f"never true: {expression}")

    def open(self, url, width=1280, height=900, dark=False):
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.send("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce"}])
        # Away first: an address that differs in its fragment alone would not be loaded.
        self.send("Page.navigate", url="about:blank")
        self.send("Page.navigate", url=url)
        self.until("location.href !== 'about:blank' && document.readyState === 'complete'")

    def press(self, *keys):
        for key in keys:
            code, number = KEYS[key]
            text = key if len(key) == 1 else "\r" if key == "Enter" else ""
            common = {"key": key, "code": code, "windowsVirtualKeyCode": number}
            self.send("Input.dispatchKeyEvent", type="keyDown", text=text, **common)
            self.send("Input.dispatchKeyEvent", type="keyUp", **common)

    def write(self, text):
        self.send("Input.insertText", text=text)

    def _center(self, selector):
        return self.run(f"""(() => {{
            const node = document.querySelector({json.dumps(selector)});
            node.scrollIntoView({{ block: "nearest" }});
            const box = node.getBoundingClientRect();
            return [box.x + box.width / 2, box.y + box.height / 2];
        }})()""")

    def hover(self, selector):
        x, y = self._center(selector)
        self.send("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def click(self, selector):
        x, y = self._center(selector)
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def screenshot(self, path):
        image = self.send("Page.captureScreenshot", format="png")
        pathlib.Path(path).write_bytes(base64.b64decode(image["data"]))

    def close(self):
        try:
            self.send("Browser.close")
        except Exception:  # It may be gone before it answers.
            pass
        self.socket.close()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
        shutil.rmtree(self.profile, ignore_errors=True)
