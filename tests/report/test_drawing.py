"""Drawing where the user's folders can't be written."""

import os
from pathlib import Path

import pytest

from wswarm.report.drawing import settings_folder


def test_without_a_home_the_drawing_library_gets_a_passing_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("MPLCONFIGDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/proc/nohome")
    with settings_folder(tmp_path):
        folder = Path(os.environ["MPLCONFIGDIR"])
        assert (folder.parent, folder.is_dir()) == (tmp_path, True)
    assert "MPLCONFIGDIR" not in os.environ
    assert list(tmp_path.iterdir()) == []


def test_a_home_that_can_be_written_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MPLCONFIGDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    with settings_folder(tmp_path):
        assert "MPLCONFIGDIR" not in os.environ
