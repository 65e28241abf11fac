"""The one file that reads and writes models of a target."""

from pathlib import Path

from wswarm.report.json_file import JsonFile
from wswarm.results.sizing import MODEL_SCHEMA, Model

MODEL = JsonFile("model.json", MODEL_SCHEMA, Model, "model of a target as `wswarm size` writes it")
MODEL_FILE = MODEL.name


def write_model(model: Model, folder: Path) -> Path:
    """Write `model.json` whole or not at all; return its path. The folder exists.

    Raises:
        ResultError: it can't be written.
    """
    return MODEL.write(model, folder)


def read_model(path: Path) -> Model:
    """Return the model that the file, or `model.json` in the folder, holds.

    Raises:
        ResultError: it can't be read, or is none.
    """
    return MODEL.load(path / MODEL_FILE if path.is_dir() else path)
