"""Who hears of the runs of a command, as the options of `feeds_arguments` ask for."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from io import BufferedWriter
from pathlib import Path

from wswarm.cli.feeds_arguments import SAMPLES_LIMIT
from wswarm.cli.terminal import Interrupts, warn
from wswarm.errors import PlanError
from wswarm.experiment.sampled import Sampling
from wswarm.installation import require
from wswarm.report.feeds.feeds import Feeds
from wswarm.report.feeds.listener import Listener
from wswarm.report.feeds.reading import Source
from wswarm.results import redact
from wswarm.results.scenario import Scenario

_WITHOUT_SAMPLES = ("connect", "script", "replay")
_REFERENCE = "the reference application"


@contextmanager
def feeds_for(parsed: argparse.Namespace) -> Iterator[Feeds]:
    """Yield those who hear of the command's runs; all are ready before anything is measured.

    Raises:
        PlanError: one can't be.
    """
    feeds = Feeds(lambda line: warn(parsed.command, [line]))
    try:
        for one in _listeners(parsed):
            feeds.add(one)
        yield feeds
    finally:
        feeds.close(is_done=False)


def source_of(scenario: Scenario, name: str, address: str | None) -> Source:
    """Return whose run it is.

    Args:
        address: Of the target; `None`: of an application that is started for it.
    """
    return Source(scenario, name, _REFERENCE if address is None else redact.address(address))


def end(feeds: Feeds, interrupts: Interrupts | None) -> None:
    """Have everybody told what is left; Ctrl-C leaves whom it waits for.

    Raises:
        ResultError: somebody could not be told all.
    """
    try:
        with nullcontext() if interrupts is None else interrupts.at_once():
            feeds.close(is_done=interrupts is not None)
    except KeyboardInterrupt:
        feeds.close(is_done=False)


def _listeners(parsed: argparse.Namespace) -> Iterator[Listener]:
    """Yield them, each loaded only where it is asked for; who may have to be waited for comes last."""
    files = [one.resolve() for one in (parsed.samples, parsed.events) if one is not None]
    if len(files) > len(set(files)):
        raise PlanError(f"--samples {parsed.samples} and --events {parsed.events} are one file: name two")
    if parsed.samples is not None:
        yield _samples(parsed)
    if parsed.events is not None:
        from wswarm.report.feeds.events import Events

        yield Events(_new_file(parsed.events, "--events"))
    if parsed.statsd is not None:
        from wswarm.report.feeds.statsd import StatsD

        yield StatsD(*parsed.statsd)
    if parsed.otlp is not None:
        require("otlp", "--otlp")
        from wswarm.report.feeds.otlp import Otlp

        yield Otlp(parsed.otlp)
    if parsed.prometheus is not None:
        from wswarm.report.feeds.prometheus import Scraped

        host, port = parsed.prometheus
        yield Scraped(host, port, lambda line: warn(parsed.command, [line]))


def sampling_of(parsed: argparse.Namespace, feeds: Feeds) -> Sampling | None:
    """Return who wants the times of single messages."""
    if parsed.samples is None:
        return None
    from wswarm.report.feeds.samples import Samples

    most = SAMPLES_LIMIT if parsed.samples_limit is None else parsed.samples_limit
    return next((Sampling(most, one.take) for one in feeds.listeners if isinstance(one, Samples)), None)


def _samples(parsed: argparse.Namespace) -> Listener:
    from wswarm.report.feeds.samples import Lines, Samples, Written

    if parsed.command in _WITHOUT_SAMPLES:
        raise PlanError(f"--samples: {parsed.command} has no messages of a load: leave it out")
    form: Callable[[BufferedWriter], Written] = Lines
    if parsed.samples.suffix == ".parquet":
        require("parquet", f"--samples {parsed.samples}")
        from wswarm.report.feeds.parquet import Table

        form = Table
    own = _new_file(parsed.samples, "--samples")
    return Samples(own, form(own), lambda line: warn(parsed.command, [line]))


def _new_file(path: Path, option: str) -> BufferedWriter:
    """Return a file that was not there; what is no plain file, such as `/dev/stdout`, is written to.

    Raises:
        PlanError: it is there, or can't be.
    """
    try:
        return path.open("wb" if path.exists() and not path.is_file() else "xb")
    except FileExistsError:
        raise PlanError(f"{option} {path} is there already: remove it, or name another file") from None
    except OSError as error:
        raise PlanError(f"{option} {path} can't be written: {error.strerror}; name another file") from None
