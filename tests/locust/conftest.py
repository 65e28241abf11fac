"""What all tests of the Locust front end share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.locust.harness import CHAT_AND_ECHO
from wswarm.drive.target import ReferenceApp


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
