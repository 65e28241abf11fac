"""Recordings of WebSockets in files: a HAR, or the zip that Playwright packs one and what it attaches into."""

import re
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit
from zipfile import BadZipFile, ZipFile, is_zipfile

import msgspec

from wswarm import bounded
from wswarm.errors import PlanError, ResultError
from wswarm.load.given import is_random
from wswarm.load.har import Attached, given_by_http, sockets_of, why_empty
from wswarm.load.recording import Recording
from wswarm.load.withheld import secrets_of, shown_address

_BROKEN = (BadZipFile, RuntimeError, NotImplementedError, EOFError, zlib.error)
_SHORTER = "record less, or one WebSocket alone"
_LISTED = 8


class Chosen(NamedTuple):
    """One recorded WebSocket of a file.

    Attributes:
        hints: What there was to choose from, if nobody has chosen; what may be good only once.
    """

    recording: Recording
    hints: tuple[str, ...] = ()


def read_recording(path: Path, socket: str | None = None) -> Chosen:
    """Return a WebSocket that was recorded in a file.

    Args:
        socket: Its number in the file, from 1, or a part of its URL; `None`: the one with most messages.

    Raises:
        ResultError: the file can't be read. PlanError: it is no recording, or there is no such WebSocket in it.
    """
    try:
        text, attached = _opened(path)
        har = msgspec.json.decode(text)
        found = sockets_of(har, attached)
    except OSError as error:
        raise ResultError(f"{path} can't be read: {error.strerror or error}") from None
    except msgspec.DecodeError as error:
        raise PlanError(
            f"{path} is no recording: it is not JSON ({error}); give a .har or Playwright's .zip"
        ) from None
    except RecursionError:
        raise PlanError(f"{path} is no recording: its JSON is nested too deep") from None
    except _BROKEN as error:
        raise PlanError(f"{path} can't be unpacked: {error}; give a whole .zip, without a password") from None
    except PlanError as error:
        raise PlanError(f"{path} {error}") from None
    if not any(one.messages for one in found):
        raise PlanError(f"{path} {why_empty(har, len(found))}")
    recording = _chosen(path, found, socket)
    hints = [] if socket is not None or len(found) == 1 else [_hint(path, found, recording)]
    return Chosen(recording, (*hints, *_of_http(har, recording)))


def _of_http(har: Any, recording: Recording) -> Iterator[str]:
    """Yield which values of the client's an HTTP response had given it: nobody asks for them anew."""
    query = parse_qsl(urlsplit(recording.url).query)
    values = {name: value for name, value in query if is_random(value)}
    values |= {secret.name: unquote(secret.value) for secret in secrets_of(recording)}
    for name, where in given_by_http(har, values).items():
        shown = shown_address(recording._replace(url=where))
        yield f"{name!r} was in an HTTP response, of {shown}: it is sent as recorded, though it may be good only once"


def _opened(path: Path) -> tuple[bytes, Attached]:
    """Return the HAR, and what reads the files that it names."""
    if path.is_file() and is_zipfile(path):
        return _unpacked(path)

    def beside(name: str) -> str | None:
        file = path.parent / Path(name).name
        return (
            bounded.text(file, bounded.RECORDING, f"names {name!r}, which", _SHORTER)
            if file.is_file()
            else None
        )

    return bounded.read(path, bounded.RECORDING, "", _SHORTER).removeprefix(b"\xef\xbb\xbf"), beside


def _unpacked(path: Path) -> tuple[bytes, Attached]:
    with ZipFile(path) as packed:
        sizes = {member.filename: member.file_size for member in packed.infolist()}
    name = next((name for name in sizes if name.lower().endswith(".har")), None)
    if name is None:
        raise PlanError("is no recording: the zip has no .har in it")
    folder = name[: name.rfind("/") + 1]

    def member(name: str) -> bytes:
        if sizes[name] > bounded.RECORDING:
            raise PlanError(f"is too large for a recording: {name} has more than 1 GiB: {_SHORTER}")
        with ZipFile(path) as packed:
            return packed.read(name)

    def attached(name: str) -> str | None:
        return member(folder + name).decode("utf-8", "replace") if folder + name in sizes else None

    return member(name), attached


def _chosen(path: Path, found: Sequence[Recording], socket: str | None) -> Recording:
    if socket is None:
        return max(found, key=lambda one: len(one.messages))
    if re.fullmatch(r"[0-9]{1,6}", socket):
        fitting = list(found[int(socket) - 1 : int(socket)]) if int(socket) else []
    else:
        fitting = [one for one in found if socket in one.url]
    if len(fitting) != 1:
        many = "several WebSockets" if fitting else "no WebSocket"
        raise PlanError(f"--socket {socket!r} names {many} of {path}: choose one of {_listed(found)}")
    if not fitting[0].messages:
        raise PlanError(f"--socket {socket!r} has no messages: choose one of {_listed(found)}")
    return fitting[0]


def _hint(path: Path, found: Sequence[Recording], best: Recording) -> str:
    number = next(place for place, one in enumerate(found, start=1) if one is best)
    return (
        f"{path} has {len(found)} WebSockets; this is number {number}, which has most messages:"
        f" --socket chooses another of {_listed(found)}"
    )


def _listed(found: Sequence[Recording]) -> str:
    shown = [
        f"{number} ({shown_address(one)}, {_messages(len(one.messages))})"
        for number, one in enumerate(found, start=1)
    ]
    return ", ".join([*shown[:_LISTED], *(["…"] if len(shown) > _LISTED else [])])


def _messages(count: int) -> str:
    return f"{count} message{'s' if count != 1 else ''}"
