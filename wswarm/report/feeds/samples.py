"""The times of single messages, a line or a row each, written when all is measured."""

from collections.abc import Callable, Iterator
from io import BufferedWriter
from pathlib import Path
from typing import Protocol

import msgspec

from wswarm.errors import ResultError
from wswarm.report.feeds.reading import Reading, Source
from wswarm.stats.kept import UNKNOWN_NS, Sampled
from wswarm.units import NS_PER_S

_AT_ONCE = 10_000


class Written(Protocol):
    """What writes messages in one form."""

    def add(self, source: Source, found: Sampled) -> None:
        """Write the messages of a run."""

    def close(self) -> None:
        """Write what is left; the file is closed then."""


class Samples:
    """Has the messages of each run written, once all are measured.

    Args:
        file: In which nothing stands. `form`: writes into it.
        say: Told how many messages are not in it.
    """

    def __init__(self, file: BufferedWriter, form: Written, say: Callable[[str], None]) -> None:
        self._file, self._form, self._say = file, form, say
        self._taken: Sampled | None = None
        self._found: list[tuple[Source, Sampled]] = []

    def take(self, found: Sampled) -> None:
        """Take in the messages of a run that is about to be told of."""
        self._taken = found

    def hear(self, reading: Reading) -> None:
        """As `Listener.hear`."""
        if reading.run is not None and self._taken is not None:
            self._found.append((reading.source, self._taken))
            self._taken = None

    def close(self, *, is_done: bool) -> None:
        """As `Listener.close`; a file in which nothing would stand does not stay behind."""
        try:
            if is_done:
                self._write()
        except OSError as error:
            raise ResultError(f"--samples {self._file.name} can't be written: {error.strerror}") from error
        finally:
            self._file.close()
            if not is_done:
                Path(self._file.name).unlink(missing_ok=True)

    def _write(self) -> None:
        for source, found in self._found:
            self._form.add(source, found)
            if found.left_out:
                count = len(found.kept.rows)
                self._say(
                    f"--samples {self._file.name} has {count:,} of {count + found.left_out:,} messages of"
                    f" {source.name}: raise --samples-limit for more"
                )
        self._form.close()


class Lines:
    """A JSON object in a line for each message."""

    def __init__(self, file: BufferedWriter) -> None:
        self._file = file

    def add(self, source: Source, found: Sampled) -> None:
        """As `Written.add`."""
        name = msgspec.json.encode(source.name).decode()
        head = f'{{"scenario":"{source.scenario}","name":{name},"connection":'
        for low in range(0, len(found.kept.rows), _AT_ONCE):
            columns = [column[low : low + _AT_ONCE].tolist() for column in found.kept]
            self._file.write("".join(_lines(head, columns)).encode())

    def close(self) -> None:
        """As `Written.close`."""
        self._file.flush()


def _lines(head: str, columns: list[list[int]]) -> Iterator[str]:
    for connection, number, intended_ns, sent_ns, received_ns in zip(*columns, strict=True):
        yield (
            f'{head}{connection},"number":{number},"intended":{intended_ns / NS_PER_S:.9f},'
            f'"sent":{_seconds(sent_ns)},"received":{_seconds(received_ns)}}}\n'
        )


def _seconds(moment_ns: int) -> str:
    return "null" if moment_ns == UNKNOWN_NS else f"{moment_ns / NS_PER_S:.9f}"
