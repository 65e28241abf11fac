"""What is stored as one JSON object of a schema of ours, in a file of its own."""

from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from wswarm import bounded
from wswarm.errors import ResultError
from wswarm.report.store import pretty, write_file

Kind = TypeVar("Kind", bound=msgspec.Struct)


class _Head(msgspec.Struct, frozen=True):
    schema: str


class JsonFile(Generic[Kind]):
    """A kind of file.

    Args:
        name: Of the file in its folder. schema: What it says that it is.
        kind: What it holds. noun: What that is called.
    """

    def __init__(self, name: str, schema: str, kind: type[Kind], noun: str) -> None:
        self.name, self._schema, self._kind, self._noun = name, schema, kind, noun

    def write(self, value: Kind, folder: Path) -> Path:
        """Write it whole or not at all into the folder, which exists; return its path.

        Raises:
            ResultError: it can't be written.
        """
        return write_file(folder / self.name, pretty(msgspec.to_builtins(value)) + "\n")

    def find(self, path: Path) -> Path | None:
        """Return the file of this kind that the path is or holds, `None` if neither."""
        if path.is_dir():
            file = path / self.name
            return file if file.is_file() else None
        try:
            is_it = msgspec.json.decode(bounded.stored(path), type=_Head).schema == self._schema
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return None
        return path if is_it else None

    def load(self, file: Path) -> Kind:
        """Return what is stored in the file.

        Raises:
            ResultError: it can't be read, or is of another kind.
        """
        try:
            content = bounded.stored(file)
            schema = msgspec.json.decode(content, type=_Head).schema
            if schema != self._schema:
                raise ResultError(f"{file} is of {schema!r}; this wswarm reads {self._schema}")
            return msgspec.json.decode(content, type=self._kind)
        except OSError as error:
            raise ResultError(f"{file} can't be read: {error.strerror}") from None
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ResultError(f"{file} holds no {self._noun}: {error}") from None
