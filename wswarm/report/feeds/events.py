"""A file with a line per second: each is on the disk before the next one is begun."""

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import msgspec

from wswarm.errors import ResultError
from wswarm.report.feeds.reading import Reading
from wswarm.report.feeds.since import times_since
from wswarm.results.counts import Counts
from wswarm.results.event import Event
from wswarm.stats.histogram import Histogram, is_supported
from wswarm.stats.summary import seconds

_WORDS = ("offered", "sent", "owed", "received", "lost", "duplicated", "reordered", "extra")


class Events:
    """Writes a line each second and a last one for each run.

    Args:
        file: New, or what is no plain file; it is closed at the end.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._has_written = file, False
        self._before: dict[str, Reading] = {}

    def hear(self, reading: Reading) -> None:
        """As `Listener.hear`."""
        name = reading.source.name
        before = self._before.get(name, Reading(source=reading.source))
        self._before[name] = replace(reading, run=None)
        line = msgspec.json.encode(event_of(reading, before, datetime.now(UTC))) + b"\n"
        try:
            self._file.write(line)
            self._file.flush()
            if self._file.seekable():
                os.fsync(self._file.fileno())
        except OSError as error:
            raise ResultError(f"--events {self._file.name} can't be written: {error.strerror}") from error
        self._has_written = True

    def close(self, *, is_done: bool) -> None:  # noqa: ARG002  # it has been told
        """As `Listener.close`; a file in which nothing stands does not stay behind."""
        self._file.close()
        path = Path(self._file.name)
        if not self._has_written and path.is_file():
            path.unlink(missing_ok=True)


def event_of(now: Reading, before: Reading, at: datetime) -> Event:
    """Return what happened between two readings of one run."""
    source, sockets, was = now.source, now.sockets, before.sockets
    times = times_since(now.times, before.times)
    return Event(
        at=at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        scenario=source.scenario,
        name=source.name,
        t=round(now.elapsed_s, 3),
        phase=now.phase,
        connections=sockets.open,
        opened=sockets.opened - was.opened,
        failed=sockets.failed - was.failed,
        dropped=sockets.dropped - was.dropped,
        **_counted(now.counts, before.counts or Counts()),
        rate=now.rate,
        p50=_percentile(times, 50.0),
        p90=_percentile(times, 90.0),
        p99=_percentile(times, 99.0),
        max=seconds(times.max_ns),
        verdict=None if now.run is None else now.run.validity.verdict,
    )


def _counted(now: Counts | None, before: Counts) -> dict[str, Any]:
    if now is None:
        return dict.fromkeys(_WORDS)
    return {word: getattr(now, word) - getattr(before, word) for word in _WORDS}


def _percentile(times: Histogram, percent: float) -> float | None:
    return seconds(times.percentile_ns(percent)) if is_supported(times.n, percent) else None
