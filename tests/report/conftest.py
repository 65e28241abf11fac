"""What tests of reports share."""

import sys
from collections.abc import Iterator

import pytest

from wswarm.report.charts import library


@pytest.fixture
def no_library(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The library of charts is not installed."""
    monkeypatch.setitem(sys.modules, "chartkick", None)
    library.library.cache_clear()
    yield
    library.library.cache_clear()
