"""Which versions a run was made with."""

import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from wswarm.experiment.environment import versions


def test_versions_are_those_that_are_installed() -> None:
    names = ("wswarm", "numpy", "picows", "websockets", "uvloop")
    assert versions(names) == {name: version(name) for name in names}


def test_what_is_not_installed_has_no_version() -> None:
    assert versions(["no_such_package", "json"]) == {}


def test_what_no_wheel_has_brought_is_found_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "odd_one.py").write_text("")
    (tmp_path / "odd_one-1.2.egg-info").write_text("Metadata-Version: 1.0\nName: odd_one\nVersion: 1.2\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "no such folder"), str(tmp_path), *sys.path])
    assert versions(["odd_one"]) == {"odd_one": "1.2"}
