"""A headless Chromium driven by its own protocol: open pages, ask their scripts, click, type, take pictures."""

import base64
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

PATIENCE_S = 120.0
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_BROWSER = (
    f"no browser on this machine (none of {', '.join(NAMES)} on PATH); to get one: apt-get install chromium"
)
_OPTIONS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic"),
    *("--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--no-proxy-server", "--disable-extensions", "--remote-debugging-port=0"),
)


def chromium() -> str | None:
    """Return the program, `None` if this machine has none."""
    return next((path for path in map(shutil.which, NAMES) if path is not None), None)


needs_a_browser = pytest.mark.skipif(chromium() is None, reason=NO_BROWSER)


class _Gone(Exception):  # noqa: N818 - no error: the page that was asked has made room for another
    """The answer will not come, since the browser went to another page meanwhile."""


class _Line:
    """A conversation in the browser's protocol: commands with their answers, and events between them."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = count(1)
        self.events: list[dict[str, Any]] = []

    def do(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Return the answer to a command."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self._socket.recv(PATIENCE_S))
            if answer.get("id") == number:
                if answer.get("error", {}).get("message") == "Inspected target navigated or closed":
                    raise _Gone(method)
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result
            self.events.append(answer)


class Page:
    """One page of the browser: a tab."""

    def __init__(self, line: _Line) -> None:
        self._line, self._do = line, line.do
        for domain in ("Page", "Runtime", "Log"):
            self._do(f"{domain}.enable")

    def open(self, url: str) -> None:
        """Go there."""
        self._do("Page.navigate", url=url)
        self.wait("document.readyState === 'complete' && location.href !== 'about:blank'")

    def before_each_page(self, script: str) -> None:
        """Have a script run before those of any page that is opened from now on."""
        self._do("Page.addScriptToEvaluateOnNewDocument", source=script)

    def ask(self, script: str) -> Any:
        """Return what an expression of the page's language is, or what it comes to."""
        answer = self._do("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def wait(self, script: str) -> Any:
        """Wait until an expression is true, and return it."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            with suppress(_Gone):
                if value := self.ask(script):
                    return value
            assert time.monotonic() < deadline, f"never came to be: {script}\n{self.text()}"
            time.sleep(0.05)

    def text(self) -> str:
        """What a person reads."""
        return str(self.ask("document.body.innerText"))

    def complaints(self) -> list[str]:
        """What the console shows in red: errors of scripts, and what the browser could not load."""
        self.ask("1")  # what was said before has arrived by now
        return [said for event in self._line.events if (said := _complaint(event))]

    def click(self, text: str, kind: str = "button, [role=tab], a") -> None:
        """Click what is so called, in the moment in which it is there: a page may put another in its place."""
        wanted = f"one => one.innerText.trim().toLowerCase() === {json.dumps(text.lower())}"
        found = f"[...document.querySelectorAll('{kind}')].find({wanted})"
        self.wait(f"(one => !!one && (one.click(), true))({found})")

    def type(self, name: str, text: str) -> None:
        """Put text into a form's field of that name, as typing does."""
        self.fill(f'[name="{name}"]', text)

    def fill(self, selector: str, text: str) -> None:
        """Put text into a field instead of what is there, as typing does; again if the page has put another there."""
        field = f"document.querySelector({json.dumps(selector)})"
        self._do("Page.bringToFront")
        is_in_it = False
        while not is_in_it:
            self.wait(f"(one => !!one && (one.focus(), one.select(), true))({field})")
            if text:
                self._do("Input.insertText", text=text)
            else:
                self._press("Delete", 46)
            is_in_it = self.ask(f"document.activeElement === {field}")

    def enter(self) -> None:
        """Press Enter where the cursor is."""
        self._press("Enter", 13, text="\r")

    def cookie(self, url: str, name: str, value: str) -> None:
        """Set a cookie for that address."""
        self._do("Network.setCookie", url=url, name=name, value=value)

    def shape(self, width: int, height: int, *, is_dark: bool = False) -> None:
        """Show the page at this size, light or dark, and return when it is drawn so; it has to be before others."""
        self._do("Page.bringToFront")
        self._do(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}
        self._do("Emulation.setEmulatedMedia", features=[scheme])
        self.ask("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def picture(self, path: Path) -> None:
        """Write a picture of the page."""
        self._do("Page.bringToFront")
        path.write_bytes(base64.b64decode(self._do("Page.captureScreenshot")["data"]))

    def point(self, x: float, y: float) -> None:
        """Move the mouse there."""
        self._mouse("mouseMoved", x, y)

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Drag the mouse from one place to another."""
        self._mouse("mouseMoved", *start)
        self._mouse("mousePressed", *start, button="left", clickCount=1)
        for step in (1, 2, 3):
            where = (begin + (last - begin) * step / 3 for begin, last in zip(start, end, strict=True))
            self._mouse("mouseMoved", *where, button="left")
        self._mouse("mouseReleased", *end, button="left", clickCount=1)

    def press(self, key: str) -> None:
        """Press a key by its name."""
        self._press(key, 0)

    def _mouse(self, kind: str, x: float, y: float, **more: Any) -> None:
        self._do("Page.bringToFront")
        self._do("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)

    def _press(self, key: str, code: int, text: str = "") -> None:
        for kind in ("keyDown", "keyUp"):
            typed = {"text": text} if text and kind == "keyDown" else {}
            self._do("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code, **typed)


class Window:
    """Pages that share their cookies, and nothing with those of other windows."""

    def __init__(self, line: _Line, address: str) -> None:
        self._do, self._address = line.do, address
        self._number = self._do("Target.createBrowserContext")["browserContextId"]
        self._stack = ExitStack()
        self._targets: dict[Page, str] = {}

    def page(self) -> Page:
        """Open a page, empty."""
        made = self._do("Target.createTarget", url="about:blank", browserContextId=self._number)
        target = made["targetId"]
        url = f"{self._address.partition('/devtools/')[0]}/devtools/page/{target}"
        page = Page(_Line(self._stack.enter_context(connect(url, max_size=None, proxy=None))))
        self._targets[page] = target
        return page

    def close(self, page: Page) -> None:
        """Close one page as a person closes a tab."""
        self._do("Target.closeTarget", targetId=self._targets.pop(page))

    def end(self) -> None:
        """Close all pages."""
        self._do("Target.disposeBrowserContext", browserContextId=self._number)
        self._stack.close()


class Browser:
    """A running browser."""

    def __init__(self, address: str, socket: ClientConnection) -> None:
        self._address, self._line = address, _Line(socket)

    @contextmanager
    def window(self) -> Iterator[Window]:
        """A window without pages or cookies."""
        window = Window(self._line, self._address)
        try:
            yield window
        finally:
            window.end()


@contextmanager
def browser(folder: Path) -> Iterator[Browser]:
    """A browser with its profile in the folder."""
    program = chromium()
    assert program is not None
    profile = folder / "profile"
    process = subprocess.Popen(
        [program, *_OPTIONS, f"--user-data-dir={profile}", "about:blank"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        address = _address(profile / "DevToolsActivePort", process)
        with connect(address, max_size=None, proxy=None, open_timeout=PATIENCE_S) as socket:
            yield Browser(address, socket)
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def _address(told: Path, process: "subprocess.Popen[bytes]") -> str:
    """Wait until the browser has told its port, and return its own address."""
    deadline = time.monotonic() + PATIENCE_S
    while not (told.exists() and len(lines := told.read_text().splitlines()) > 1):
        assert process.poll() is None, f"the browser ended with exit code {process.returncode}"
        assert time.monotonic() < deadline, "the browser does not start"
        time.sleep(0.05)
    return f"ws://127.0.0.1:{lines[0]}{lines[1]}"


def _complaint(event: dict[str, Any]) -> str:
    """Return what an event says in red, nothing if it does not."""
    said = event.get("params", {})
    if event.get("method") == "Runtime.exceptionThrown":
        return str(said["exceptionDetails"].get("exception", {}).get("description", said))
    if event.get("method") == "Runtime.consoleAPICalled" and said["type"] in ("error", "assert"):
        return str([one.get("value") for one in said["args"]])
    is_error = event.get("method") == "Log.entryAdded" and said["entry"]["level"] == "error"
    if is_error and not said["entry"].get("url", "").endswith("/favicon.ico"):  # the browser's own question
        return f"{said['entry']['text']} {said['entry'].get('url', '')}"
    return ""
