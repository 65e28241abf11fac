"""Suites inside tests know nothing of the suite around them."""

import os

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep them in one worker: each would load pytest anew to fork it."""
    for item in items:
        if item.nodeid.startswith("tests/pytest_plugin/"):
            item.add_marker(pytest.mark.xdist_group("suites"))


@pytest.fixture(autouse=True)
def no_worker_of_xdist(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide that the test runs in a worker: pytest-benchmark does not measure in one."""
    for name in [name for name in os.environ if name.startswith("PYTEST_XDIST_")]:
        monkeypatch.delenv(name)
