"""Secrets that are kept in files: read when a run begins, and shown nowhere."""

import re

from wswarm import bounded
from wswarm.errors import PlanError

OF_FILE = "file:"
_LINE = re.compile(r"(.*)#([1-9][0-9]{0,5})", re.DOTALL)


def secret_in(name: str) -> str:
    """Return what `file:PATH` holds, without its last line's end; for `file:PATH#3` the header's value in line 3.

    Raises:
        PlanError: it can't be read, or has no such line.
    """
    found = _LINE.fullmatch(name)
    path = (found[1] if found else name).removeprefix(OF_FILE)
    content = _content(path, f"${{{name}}}")
    if found is None:
        return content.removesuffix("\n").removesuffix("\r")
    lines = content.splitlines()
    if len(lines) < int(found[2]):
        raise PlanError(f"${{{name}}}: the file has {len(lines)} lines by now: leave it as it is meanwhile")
    return lines[int(found[2]) - 1].partition(":")[2].strip()


def headers_in(path: str, option: str) -> list[str]:
    """Return the headers of a file, one in a line, with a name in braces in place of each value.

    Raises:
        PlanError: it can't be read, or a line is no header.
    """
    if set(path) & set("{}|"):
        raise PlanError(f"{option} @{path}: a name with {{, }} or | can't be: call the file something else")
    headers = []
    for number, line in enumerate(_content(path, f"{option} @{path}").splitlines(), 1):
        name, colon, _ = line.partition(":")
        if line.strip():
            if not colon or not name.strip():
                raise PlanError(f"{option} @{path}: line {number} is not a header: write 'Name: value'")
            headers.append(f"{name.strip()}: ${{{OF_FILE}{path}#{number}}}")
    if not headers:
        raise PlanError(f"{option} @{path}: the file has no header: write 'Name: value' in it")
    return headers


def _content(path: str, what: str) -> str:
    try:
        return bounded.text(path, bounded.SETTINGS, what, "name a file that holds it alone")
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise PlanError(f"{what} can't be read: {why}; name a file that holds it") from None
