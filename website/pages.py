"""The pages of the site: those of the checkout as they are, where they are, and a reference made from the code."""

import shutil
from pathlib import Path

from website import api, run_file
from website.commands import command_pages

_HERE = Path(__file__).parent
CHECKOUT = _HERE.parent
_KEPT = (
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs",
    "deploy",
    "reports/README.md",
    "reports/sample-run",
)


def lay_out(folder: Path) -> None:
    """Put all that the site is built from into a new folder: the settings, and under `pages` what it shows.

    Links between files of the checkout lead the same way there.
    """
    pages = folder / "pages"
    for name in _KEPT:
        source, place = CHECKOUT / name, pages / name
        place.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copyfile)(source, place)
    for path, text in reference().items():
        place = pages / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    shutil.copyfile(_HERE / "wide.css", pages / "wide.css")
    shutil.copyfile(_HERE / "mkdocs.yml", folder / "mkdocs.yml")


def reference() -> dict[str, str]:
    """Return the pages that are made from the code, in Markdown, by their paths."""
    return {**command_pages(), run_file.PATH: run_file.run_file_page(), api.PATH: api.api_page()}
