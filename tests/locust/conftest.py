"""What all tests of the Locust front end share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.locust.harness import CHAT_AND_ECHO, Locust
from wswarm.drive.host.target import ReferenceApp

_IN_THIS_PROCESS = [
    "channels",
    "clock",
    "options",
    "order",
    "outcome",
    "outgoing",
    "pacing",
    "roster",
    "script",
    "table",
    "tally",
    "unheard",
    "words",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tell of sockets that are collected in tests that open none, and fail none of them: others have left them.

    The others stay in one worker: each would load Locust anew to fork it, and start an application.
    """
    told = pytest.mark.filterwarnings("default::pytest.PytestUnraisableExceptionWarning")
    for item in items:
        if not item.nodeid.startswith("tests/locust/"):
            continue
        if item.path.stem[5:] in _IN_THIS_PROCESS:
            item.add_marker(told)
        elif item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group("locust"))


@pytest.fixture(scope="session")
def app() -> Iterator[ReferenceApp]:
    """The reference application, shared by all tests that leave it alone."""
    with ReferenceApp() as one:
        yield one


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a locustfile of a chat and an echo."""
    (tmp_path / "locustfile.py").write_text(CHAT_AND_ECHO)
    return tmp_path


@pytest.fixture(scope="module")
def started_agents() -> Iterator[None]:
    """Have Locust start its agents itself, for tests that look at them or signal them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Locust, "forks_agents", False)
        yield
