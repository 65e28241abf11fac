"""Where a module's source is, found without importing anything of it."""

from collections.abc import Iterable
from importlib.machinery import EXTENSION_SUFFIXES, SOURCE_SUFFIXES
from pathlib import Path

_SUFFIXES = (*SOURCE_SUFFIXES, *EXTENSION_SUFFIXES)


def find_module(name: str, places: Iterable[Path], *, is_run: bool = False) -> Path | None:
    """Return the file of the module `a.b`, looked for in the places as Python does.

    Args:
        is_run: Whether it is run by `python -m`, which means `__main__` of a package.
    """
    found = list(places)
    *parents, last = name.split(".")
    for parent in parents:
        found = _packages(parent, found)
    for place in found:
        initial = "__main__" if is_run else "__init__"
        for stem in (Path(last, initial), Path(last)):
            file = next(
                (place / f"{stem}{end}" for end in _SUFFIXES if (place / f"{stem}{end}").is_file()), None
            )
            if file is not None:
                return file
    return None


def _packages(name: str, places: Iterable[Path]) -> list[Path]:
    """Return the folders of a package: one, or all of a namespace that no `__init__` closes."""
    spread = []
    for place in places:
        folder = place / name
        if any((folder / f"__init__{end}").is_file() for end in _SUFFIXES):
            return [folder]
        if folder.is_dir():
            spread.append(folder)
    return spread
