"""A user's own profile: a file in TOML, or in Python with `PROFILE = Protocol(…)` and perhaps functions."""

import runpy
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from wswarm import bounded
from wswarm.errors import PlanError, ResultError
from wswarm.load.manner import Manner
from wswarm.load.profiles.protocol import Protocol
from wswarm.results.redact import is_secret_name


def is_file(profile: str) -> bool:
    """Return whether a profile is a file rather than the name of one that is known."""
    return "/" in profile or profile.endswith((".toml", ".py"))


@lru_cache(maxsize=64)
def read_protocol(path: str) -> Protocol:
    """Return the protocol in a file.

    Raises:
        ResultError: it can't be read. PlanError: it holds none.
    """
    file = Path(path).expanduser().absolute()
    try:
        content = bounded.text(file, bounded.SETTINGS, f"--profile {path}", "name a .toml or .py file")
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise ResultError(f"--profile {path} can't be read: {why}; name a .toml or .py file") from None
    protocol = _of_python(path, file) if file.suffix == ".py" else _of_toml(path, file.stem, content)
    for name, setting in protocol.settings.items():
        if setting.is_secret and not is_secret_name(name):
            raise PlanError(
                f"--profile {path}: the name of the secret setting {name!r} does not say so: call it auth,"
                " password, token or secret, by which values are hidden"
            )
    return protocol


def with_functions(manner: Manner) -> Manner:
    """Return the manner with the functions of its own profile, which do not travel from process to process."""
    if manner.own is None or not manner.own.code:
        return manner
    return msgspec.structs.replace(manner, own=read_protocol(manner.own.code))


def _of_toml(path: str, name: str, content: str) -> Protocol:
    try:
        given: dict[str, Any] = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise PlanError(f"--profile {path} is not TOML: {error}") from None
    known = Protocol.__struct_fields__[: Protocol.__struct_fields__.index("code")]
    for key in given:
        if key not in known:
            raise PlanError(f"--profile {path}: no key {key!r}; the keys are {', '.join(known)}")
    try:
        return msgspec.convert({"name": name, "about": "", **given}, Protocol)
    except msgspec.ValidationError as error:
        raise PlanError(f"--profile {path}: {error}") from None


def _of_python(path: str, file: Path) -> Protocol:
    try:
        found = runpy.run_path(str(file)).get("PROFILE")
    except Exception as error:  # whatever the user's file does
        line = error.lineno if isinstance(error, SyntaxError) else _line_of(error, file)
        where = f", line {line}" if line else ""
        raise PlanError(f"--profile {path}{where}: {type(error).__name__}: {error}") from None
    if not isinstance(found, Protocol):
        raise PlanError(f"--profile {path} has no PROFILE = Protocol(…), of wswarm.load.profiles.protocol")
    return msgspec.structs.replace(found, code=str(file))


def _line_of(error: BaseException, file: Path) -> int | None:
    """Return the last line of the file on the way to the error."""
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(file):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
