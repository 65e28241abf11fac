"""The one file that reads and writes models of a target."""

from pathlib import Path

import msgspec

from wswarm.errors import ResultError
from wswarm.report.store import pretty, write_file
from wswarm.results.sizing import MODEL_SCHEMA, Model

MODEL_FILE = "model.json"


class _Head(msgspec.Struct, frozen=True):
    schema: str


def write_model(model: Model, folder: Path) -> Path:
    """Write `model.json` whole or not at all; return its path. The folder exists.

    Raises:
        ResultError: it can't be written.
    """
    return write_file(folder / MODEL_FILE, pretty(msgspec.to_builtins(model)) + "\n")


def read_model(path: Path) -> Model:
    """Return the model that the file, or `model.json` in the folder, holds.

    Raises:
        ResultError: it can't be read, or is none.
    """
    file = path / MODEL_FILE if path.is_dir() else path
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ResultError(f"{file} can't be read: {error.strerror}; `wswarm size` writes one") from None
    try:
        schema = msgspec.json.decode(content, type=_Head).schema
        if schema != MODEL_SCHEMA:
            raise ResultError(f"{file} is of {schema!r}; this wswarm reads {MODEL_SCHEMA}: measure it again")
        return msgspec.json.decode(content, type=Model)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ResultError(f"{file} holds no model of a target: {error}; `wswarm size` writes one") from None
