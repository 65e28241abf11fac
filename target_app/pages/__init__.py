"""The HTML that the app serves, with the script and style its pages share."""

from functools import cache
from importlib.resources import files


@cache
def read(name: str) -> str:
    """The text of one file of this package, read once.

    Raises:
        FileNotFoundError: there is no such file.
    """
    return files(__name__).joinpath(name).read_text(encoding="utf-8")
