"""What names in braces stand for: environment variables, and the rows of a data file."""

import os
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import urlsplit

from wswarm.drive.drivers import address
from wswarm.errors import PlanError
from wswarm.experiment.data_file import check_json, counted, read_data
from wswarm.experiment.secret_file import OF_FILE, secret_in
from wswarm.load.fill import fill_address, names_in, variable, variables_in
from wswarm.load.manner import Manner
from wswarm.load.plan import Plan
from wswarm.load.replay import Replay, values_of
from wswarm.load.url import check_whereabouts
from wswarm.results import redact


class Filling(NamedTuple):
    """What names in braces stand for, besides a connection's number.

    Attributes:
        variables: In all connections.
        columns: Names that stand for something of its own in each; `rows`: what, connection by connection.
        replay: What they play, if that is their load.
    """

    variables: dict[str, str]
    columns: list[str]
    rows: list[list[str]]
    replay: Replay | None = None

    def of(self, ids: Sequence[int]) -> list[list[str]]:
        """Return the rows of the connections with these numbers, from 1, again from the first after the last.

        Empty without data.
        """
        return [self.rows[(number - 1) % len(self.rows)] for number in ids] if self.columns else []

    def addresses(self, url: str) -> list[tuple[str, int]]:
        """Return where the URL leads.

        Raises:
            TargetError: there is no such host.
        """
        return _addresses(url, self.variables)


def filling_of(plan: Plan) -> Filling:
    """Return what names stand for in the plan's connections.

    Raises:
        PlanError: a variable is not set, or the data has too few rows. ResultError: the data can't be read.
    """
    columns, rows = read_data(plan.data) if plan.data is not None else ([], [])
    replay = _replay_of(plan)
    recorded = values_of(replay.score) if replay is not None else {}
    filling = Filling(variables_of(plan, recorded), columns, rows, replay)
    _check_lines(plan, filling)
    check_json(plan, columns, rows)
    if plan.sessions is not None and rows:  # sessions take them in turn
        return filling
    if plan.data is not None and len(rows) < plan.sockets:
        raise PlanError(
            f"--data {plan.data}: {counted(len(rows), 'row')} for {plan.sockets} connections:"
            f" each needs one of its own; add rows or lower --connections"
        )
    return filling


def _replay_of(plan: Plan) -> Replay | None:
    if plan.recording is None:
        return None
    from wswarm.experiment.replayed import replay_of  # what reads recordings is seldom wanted

    return replay_of(plan, plan.recording)


def _check_lines(plan: Plan, filling: Filling) -> None:
    """Check that what comes into headers is no more than a line.

    Raises:
        PlanError: it is.
    """
    texts = (*plan.headers, *plan.cookies, *plan.publisher_headers)
    named = {name.partition("|")[0] for text in texts for name in names_in(text)}
    for place, column in enumerate(filling.columns):
        for number, row in enumerate(filling.rows if column in named else (), 1):
            if not row[place].isprintable():
                raise PlanError(
                    f"--data {plan.data}: row {number} has a line break or a control character in {column!r},"
                    " which stands in a header: take it out"
                )
    for text in texts:
        for name in variables_in(text):
            if not filling.variables[variable(name)].isprintable():
                raise PlanError(f"${{{name}}} stands in a header and holds a line break: export it without")


def addresses_of(manner: Manner) -> list[tuple[str, int]]:
    """Return where the manner's URL leads.

    Raises:
        PlanError: a variable is not set. TargetError: there is no such host.
    """
    return _addresses(manner.url, variables_of(manner))


def _addresses(url: str, variables: Mapping[str, str]) -> list[tuple[str, int]]:
    """Return where the URL leads; what stands for its variables is told nowhere.

    Raises:
        PlanError: that is no address. TargetError: there is no such host.
    """
    filled = fill_address(url, variables)
    try:
        check_whereabouts(filled)
    except ValueError:
        raise PlanError(
            f"{redact.address(url)!r} is no address with what its variables hold: they may be host or port, as in"
            " ws://${HOST}:${PORT}/path"
        ) from None
    if "{" in urlsplit(filled).netloc.rpartition("@")[2]:
        raise PlanError(
            f"{redact.address(url)!r}: a host can't hold {{…}}, as all connections go to one: write it out, or"
            " ${VARIABLE}"
        )
    return address.resolve(filled, redact.address(url))


def variables_of(manner: Manner, known: Mapping[str, str] = MappingProxyType({})) -> dict[str, str]:
    """Return the environment variables that the manner names, and what stands for them.

    Args:
        known: Values that are not asked of the environment.

    Raises:
        PlanError: one is not set.
    """
    names = {name for text in _texts(manner) for name in variables_in(text) if variable(name) not in known}
    return {**known, **{variable(name): _value(name, os.environ) for name in names}}


def _value(name: str, environment: Mapping[str, str]) -> str:
    if name.startswith(OF_FILE):
        return secret_in(name)
    if name not in environment:
        raise PlanError(f"${{{name}}} is not set: export {name}=… before, or write it out")
    return environment[name]


def _texts(manner: Manner) -> Iterator[str]:
    """Yield all in which names are replaced."""
    yield manner.url
    yield from (*manner.headers, *manner.cookies, *manner.on_open)
    yield from (*manner.set, *(one for one in (manner.topic, manner.event) if one is not None))
    yield from (step.value for step in manner.steps if step.kind != "take")
    yield from (one for one in (manner.text, manner.json) if one is not None)
    if isinstance(manner, Plan):
        yield from (*manner.publisher_headers, *manner.publish_headers)
        yield from (step.value for step in manner.publisher_steps if step.kind != "take")
        said = (manner.publisher_url, manner.publish, manner.publish_body)
        yield from (one for one in said if one is not None)
