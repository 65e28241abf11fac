"""The files beside an answer that was stored: its summary, its page and the page's pictures."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

import msgspec

from wswarm.report.drawing import settings_folder
from wswarm.report.json_file import JsonFile
from wswarm.report.pages import forget_pictures
from wswarm.report.store import PAGE_FILE, SUMMARY_FILE, prepare, write_file

Answer = TypeVar("Answer", bound=msgspec.Struct)
A = TypeVar("A", contravariant=True)


class Summary(Protocol[A]):
    """Says an answer in words, in so many columns."""

    def __call__(self, found: A, width: int = ..., /) -> str:
        """Return the words."""
        ...


class Draw(Protocol[A]):
    """Draws the pictures of an answer."""

    def __call__(self, found: A, folder: Path, /, *, svg: bool) -> Sequence[Path]:
        """Draw them into the folder and return their files."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFiles(Generic[Answer]):
    """How answers of a kind are stored, and read again.

    Attributes:
        file: Of the answer itself.
        summary: Its words.
        render: Its page, with pictures by their names.
        draw: Not called before pictures are wanted: what draws takes half a second to import.
        pictures: Names of those there may be.
    """

    file: JsonFile[Answer]
    summary: Summary[Answer]
    render: Callable[[Answer, Mapping[str, bytes]], str]
    draw: Draw[Answer]
    pictures: Mapping[str, object]

    def keep(self, found: Answer, folder: Path) -> None:
        """Write an answer and its summary, each whole or not at all; pictures of another one go.

        Raises:
            ResultError: one can't be written; the answer itself comes first.
        """
        prepare(folder)
        forget_pictures(folder, self.pictures)
        self.file.write(found, folder)
        self.summarise(found, folder)

    def summarise(self, found: Answer, folder: Path) -> None:
        """Write the summary.

        Raises:
            ResultError: it can't be written.
        """
        write_file(folder / SUMMARY_FILE, self.summary(found))

    def write_page(self, found: Answer, folder: Path, *, plots: bool, svg: bool = False) -> None:
        """Write the pictures and the page; the folder exists.

        Raises:
            ResultError: one can't be written.
        """
        pictures = {}
        if plots:
            with settings_folder(folder):
                files = self.draw(found, folder, svg=svg)
            suffix = ".svg" if svg else ".png"
            pictures = {file.stem: file.read_bytes() for file in files if file.suffix == suffix}
        write_file(folder / PAGE_FILE, self.render(found, pictures))
