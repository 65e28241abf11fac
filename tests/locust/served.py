"""Locust's web interface as a program asks it: JSON, forms, files."""

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.locust.harness import Locust, locust, until
from wswarm.drive.host.ports import free_ports

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Served:
    """One Locust with its web interface at `url`."""

    def __init__(self, locust: Locust, url: str) -> None:
        self.locust, self.url = locust, url

    def get(self, path: str) -> str:
        """What is served there."""
        with _DIRECT.open(self.url + path, timeout=120) as answer:
            return str(answer.read().decode())

    def json(self, path: str) -> Any:
        """The object that is served there."""
        return json.loads(self.get(path))

    def post(self, path: str, **fields: object) -> Any:
        """Send a form."""
        form = urllib.parse.urlencode(fields).encode()
        with _DIRECT.open(self.url + path, form, timeout=120) as answer:
            return json.loads(answer.read())

    def reset(self) -> None:
        """Press the reset button."""
        with _DIRECT.open(self.url + "/stats/reset", b"", timeout=120) as answer:
            assert answer.read() == b"ok"

    def start(self, users: int, **fields: object) -> None:
        """Start a test, or change its users."""
        answer = self.post("/swarm", user_count=users, spawn_rate=50, **fields)
        assert answer["success"], answer

    def row(self) -> dict[str, Any]:
        """The only row of the Fan-out tab, as fresh as the charts."""
        (row,) = [one["row"] for one in self.json("/wswarm/data")["classes"] if one["row"] is not None]
        return dict(row)

    def wait_for_row(self, is_so: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """Wait until the row is so, and return it as it was then: the next may be otherwise."""
        rows: list[dict[str, Any]] = []
        until(lambda: rows.append(self.row()) or is_so(rows[-1]))  # type: ignore[func-returns-value]
        return rows[-1]

    def wait_for_deliveries(self, users: int) -> dict[str, Any]:
        """Wait until there are so many subscribers and something was delivered in the hold; return the row."""
        until(lambda: self.json("/wswarm/data")["hold_s"] is not None)
        return self.wait_for_row(lambda row: row["subscribers"] == users and row["delivered"] > 100)

    def is_up(self) -> bool:
        """Whether it answers."""
        assert self.locust.process.poll() is None, self.locust.text()
        try:
            self.get("/")
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True


@contextmanager
def served(folder: Path, *arguments: str, base: str = "") -> Iterator[Served]:
    """Locust with its web interface, of the locustfile in the folder unless another is named."""
    port = free_ports(1)[0]
    place = ("--web-host", "127.0.0.1", "--web-port", str(port))
    file = () if "-f" in arguments else ("-f", str(folder / "locustfile.py"))
    with locust(folder, *file, *place, *arguments) as one:
        served = Served(one, f"http://127.0.0.1:{port}{base}")
        until(served.is_up)
        yield served
