"""A workbench over a folder of stored runs, asked without a server."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.ui import stored
from wswarm.ui.app import make_app
from wswarm.ui.form import FIELD


class Bench:
    """A workbench.

    Attributes:
        folder: Where its reports are. `names`: those that were there first.
    """

    def __init__(self, folder: Path, names: list[str]) -> None:
        self.folder, self.names = folder.resolve(), names
        self.app = make_app(self.folder)
        self.client = TestClient(self.app, base_url="http://127.0.0.1", follow_redirects=False)

    def get(self, path: str, status: int = 200) -> str:
        """The page there."""
        answer = self.client.get(path)
        assert answer.status_code == status, answer.text
        return answer.text

    def listed(self, query: str = "") -> list[str]:
        """The names of the runs that the list shows and that can be chosen."""
        return re.findall(r'name="run" value="([^"]+)"', self.get(f"/?{query}"))

    def post(self, path: str, status: int = 303, **fields: str) -> str:
        """Send a form with the token that pages have; return where it leads, or what it says."""
        return self.send(path, status, **{FIELD: self.app.state.desk.token, **fields})

    def send(self, path: str, status: int, **fields: str) -> str:
        """Send a form as it is."""
        answer = self.client.post(path, data=fields)
        assert answer.status_code == status, answer.text
        return str(answer.headers.get("location", answer.text))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """With six runs: two of each scenario, of two commits."""
    folder = tmp_path / "stored runs"
    one = Bench(folder, stored.fill(folder, 6))
    yield one
    one.app.state.desk.close()


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """With sixty runs, which no test changes."""
    folder = tmp_path_factory.mktemp("many") / "runs"
    one = Bench(folder, stored.fill(folder, 60))
    yield one
    one.app.state.desk.close()
