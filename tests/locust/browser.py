"""A headless Chromium driven by its own protocol: open a page, ask its script, click, take a picture."""

import base64
import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

PATIENCE_S = 120.0
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """Return the program, `None` if this machine has none."""
    return next((path for path in map(shutil.which, NAMES) if path is not None), None)


class Page:
    """One page of the browser."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = count(1)

    def open(self, url: str) -> None:
        """Go there."""
        self._do("Page.navigate", url=url)
        self.wait("document.readyState === 'complete' && location.href !== 'about:blank'")

    def ask(self, script: str) -> Any:
        """Return what an expression of the page's language is, or what it comes to."""
        answer = self._do("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def wait(self, script: str) -> Any:
        """Wait until an expression is true, and return it."""
        deadline = time.monotonic() + PATIENCE_S
        while not (value := self.ask(script)):
            assert time.monotonic() < deadline, f"never came to be: {script}\n{self.text()}"
            time.sleep(0.1)
        return value

    def text(self) -> str:
        """What a person reads."""
        return str(self.ask("document.body.innerText"))

    def click(self, text: str, kind: str = "button, [role=tab], a") -> None:
        """Click what is so called."""
        wanted = f"one => one.innerText.trim().toLowerCase() === {json.dumps(text.lower())}"
        found = f"[...document.querySelectorAll('{kind}')].find({wanted})"
        self.wait(f"!!{found}")
        self.ask(f"{found}.click()")

    def type(self, name: str, text: str) -> None:
        """Put text into a form's field, as typing does."""
        field = f"document.querySelector('[name=\"{name}\"]')"
        self.wait(f"!!{field}")
        self.ask(f"{field}.focus(); {field}.select()")
        self._do("Input.insertText", text=text)

    def shape(self, width: int, height: int, *, is_dark: bool = False) -> None:
        """Show the page at this size, light or dark."""
        self._do(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}
        self._do("Emulation.setEmulatedMedia", features=[scheme])

    def picture(self, path: Path) -> None:
        """Write a picture of the page."""
        path.write_bytes(base64.b64decode(self._do("Page.captureScreenshot")["data"]))

    def _do(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self._socket.recv(PATIENCE_S))
            if answer.get("id") == number:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result


@contextmanager
def browser(folder: Path) -> Iterator[Page]:
    """A browser with its profile in the folder, and its first page."""
    program = chromium()
    assert program is not None
    profile = folder / "profile"
    options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
    port = ["--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank"]
    process = subprocess.Popen(
        [program, *options, *port],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with connect(_address(profile / "DevToolsActivePort"), max_size=None, proxy=None) as socket:
            yield Page(socket)
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def _address(told: Path) -> str:
    """Wait until the browser has told its port, and return its first page's address."""
    deadline = time.monotonic() + PATIENCE_S
    while not (told.exists() and len(told.read_text().splitlines()) > 1):
        assert time.monotonic() < deadline, "the browser does not start"
        time.sleep(0.05)
    port = int(told.read_text().splitlines()[0])
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < deadline:
        with direct.open(f"http://127.0.0.1:{port}/json/list", timeout=10) as answer:
            pages = [one for one in json.load(answer) if one["type"] == "page"]
        if pages:
            return str(pages[0]["webSocketDebuggerUrl"])
        time.sleep(0.05)
    raise AssertionError("the browser shows no page")
