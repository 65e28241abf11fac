"""Where the programs of the backends are run from, whoever runs the tests, and wherever."""

import os
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.target_app.backplane.programs import nobody, place_for_all, postgres_copy

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@as_root
def test_a_user_without_rights_runs_the_copy_of_postgresql(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(dir=place_for_all()) as place:
        Path(place).chmod(0o711)
        program = postgres_copy(Path(place) / "copy") / "bin" / "postgres"
        made = subprocess.run(
            [program, "--version"], capture_output=True, text=True, check=False, cwd=place, **nobody()
        )
        assert (made.returncode, made.stdout[:20]) == (0, "postgres (PostgreSQL"), made.stderr


def test_backends_have_their_files_where_everybody_may_enter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = tmp_path / "private"
    (private / "temporary").mkdir(parents=True)
    private.chmod(0o700)
    monkeypatch.setattr(tempfile, "tempdir", str(private / "temporary"))
    place = place_for_all()
    assert all(folder.stat().st_mode & 0o001 for folder in (place, *place.resolve().parents))
