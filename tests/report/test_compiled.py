"""Templates that are kept compiled, and pages where they can't be."""

import sys
import tempfile
from pathlib import Path

import jinja2
import pytest

from wswarm.report import compiled


@pytest.fixture
def passing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for passing files, in which Python may keep what it has compiled."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return tmp_path


def made() -> str:
    loader = jinja2.DictLoader({"page": "{{ 6 * 7 }}"})
    return jinja2.Environment(loader=loader, bytecode_cache=compiled.kept()).get_template("page").render()


def test_a_template_is_compiled_once(passing: Path) -> None:
    assert made() == "42"
    (kept,) = passing.glob("*/*.cache")
    written_ns = kept.stat().st_mtime_ns
    assert made() == "42"
    assert kept.stat().st_mtime_ns == written_ns


@pytest.mark.parametrize("content", [b"", b"j2", b"\x00" * 99])
def test_a_damaged_one_is_compiled_anew(passing: Path, content: bytes) -> None:
    made()
    (kept,) = passing.glob("*/*.cache")
    kept.write_bytes(content)
    assert made() == "42"
    assert kept.stat().st_size > len(content)


def test_a_page_is_made_where_nothing_can_be_kept(passing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(passing / "gone"))
    assert made() == "42"


def test_a_folder_that_is_somebody_else_s_is_not_trusted(
    passing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def foreign(_: object) -> str:
        raise RuntimeError("Cannot determine safe temp directory")

    monkeypatch.setattr(jinja2.FileSystemBytecodeCache, "_get_default_cache_dir", foreign)
    assert compiled.kept() is None
    assert made() == "42"


def test_what_can_be_made_can_lose_its_folder(passing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(jinja2.FileSystemBytecodeCache, "dump_bytecode", full)
    assert made() == "42"


def test_nothing_is_kept_where_python_keeps_nothing(passing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert made() == "42"
    assert list(passing.iterdir()) == []
