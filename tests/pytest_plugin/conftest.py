"""Suites inside tests know nothing of the suite around them."""

import os

import pytest


@pytest.fixture(autouse=True)
def no_worker_of_xdist(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide that the test runs in a worker: pytest-benchmark does not measure in one."""
    for name in [name for name in os.environ if name.startswith("PYTEST_XDIST_")]:
        monkeypatch.delenv(name)
