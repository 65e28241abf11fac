"""A file for what a process says."""

import tempfile

import pytest

from wswarm.drive.host.scratch import scratch_file


@pytest.mark.parametrize("has_folder", [True, False])
def test_it_is_there_also_where_no_folder_can_be_written(
    has_folder: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise FileNotFoundError("no usable temporary directory")

    if not has_folder:
        monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    with scratch_file() as file:
        file.write(b"last words")
        file.seek(0)
        assert file.read() == b"last words"
