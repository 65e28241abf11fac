"""The same measurements from Python: `run = wswarm.fanout(url, connections=1000, rate=20, duration=10)`."""

import warnings
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal, Required, TypedDict, Unpack

from wswarm.aside import here_or_aside
from wswarm.errors import PlanError, ResultError
from wswarm.experiment.besides import Besides
from wswarm.experiment.capacity.search import search
from wswarm.experiment.capacity.setting import make_setting
from wswarm.experiment.course import Restarts
from wswarm.experiment.forecasting import Question, answer
from wswarm.experiment.measure import measure
from wswarm.experiment.own_profile import with_own_profile
from wswarm.experiment.replayed import plan_of_replay
from wswarm.experiment.script import Session, plan_of_script, source_of
from wswarm.load.plan import Plan, make_plan
from wswarm.load.typed import check_types
from wswarm.report.checkpoints import Checkpoints
from wswarm.report.sizing.model_file import read_model
from wswarm.results.capacity import CapacityScenario, Search
from wswarm.results.forecast import Outlook
from wswarm.results.run import Run
from wswarm.results.sizing import Model


class Options(TypedDict, total=False):
    """Every setting of a plan but scenario and URL; see `wswarm.load.plan.Plan` for units and defaults."""

    connections: int
    rate: float | None
    duration: float
    stages: str | Sequence[tuple[float, float]]
    warmup: float
    drain: float
    connect_rate: float
    connect_timeout: float
    arrivals: Literal["constant", "poisson"]
    pacing: Literal["auto", "exact", "batched"]
    seed: int
    processes: int | None
    probe: Literal["auto", "on", "off"]
    publishers: int
    rooms: int
    publisher_url: str | None
    publisher_headers: Sequence[str]
    publisher_steps: Sequence[tuple[str, str]]
    publish: str | None
    publish_body: str | None
    publish_headers: Sequence[str]
    size: int | None
    text: str | bytes | None
    json: str | None
    binary: bool
    escape: bool
    on_open: Sequence[str | bytes]
    steps: Sequence[tuple[str, str]]
    refuse: Sequence[str]
    data: str | None
    profile: str | None
    topic: str | None
    event: str | None
    set: Sequence[str]
    headers: Sequence[str]
    cookies: Sequence[str]
    subprotocols: Sequence[str]
    origin: str | None
    insecure: bool
    cacert: str | None
    cert: str | None
    key: str | None
    sni: str | None
    follow: bool
    deflate: bool
    bind: Sequence[str]
    ping: float | None
    closed: bool
    drop: float
    how: Literal["reset", "close", "silent", "restart"]
    reconnect: str
    before: float
    after: float
    patience: float
    signal: Literal["TERM", "KILL"]
    session: str
    sessions: float | None
    stay: float
    stay_law: Literal["exponential", "lognormal", "fixed"]
    socket: str | None
    speed: float
    slow: float
    read: float
    pairs: int
    swallows: int | None
    driver: Literal["picows", "websockets"]
    target_pid: int | None
    trends: bool
    slo: Sequence[str]


class Kept(Options, total=False):
    """Those of a plan, and where its checkpoints are kept if it is long: see docs/hours.md.

    While it goes on the folder has what was found so far: `wswarm report FOLDER` makes a report if all is killed.
    """

    checkpoints: str | Path


def connect(url: str, **options: Unpack[Kept]) -> Run:
    """Open connections, hold them, count.

    Returns:
        The run. Inside a running event loop, something to `await` that gives the run: the loop goes on meanwhile.

    Raises:
        PlanError: a setting can't be. TargetError: not one connection opened. GeneratorError: all agents died.
    """
    return _measure("connect", url, options)


def echo(url: str, **options: Unpack[Kept]) -> Run:
    """Send messages at a rate and time their replies; returns and raises as `connect` does."""
    return _measure("echo", url, options)


def fanout(url: str, **options: Unpack[Kept]) -> Run:
    """Publish messages and time their delivery to all subscribers; returns and raises as `connect` does."""
    return _measure("fanout", url, options)


def churn(url: str, **options: Unpack[Kept]) -> Run:
    """Have sessions come and go, each for its time, and count who is there; returns and raises as `connect` does."""
    return _measure("churn", url, options)


def slow(url: str, **options: Unpack[Kept]) -> Run:
    """Let some subscribers read slowly, and measure what it costs the others; returns and raises as `connect` does.

    `slow` is their share (0.02), `read` what each reads at most, bytes per s (0); `duration` is that of all blocks.
    """
    return _measure("slow", url, options)


def storm(url: str, restarts: Restarts | None = None, /, **options: Unpack[Kept]) -> Run:
    """Drop a share of all subscribers at once, and see how they come back; returns and raises as `connect` does.

    Args:
        restarts: The target, where it is yours to end and to start again: what `how="restart"` acts on.
        options: `drop` is the share (0.5), `how` and `reconnect` say by what, and as which client; docs/storm.md.
    """
    return _measure("storm", url, options, restarts)


def script(session: Session | str | Path, url: str | None = None, /, **options: Unpack[Options]) -> Run:
    """Have each connection live a session of a script, and time its steps; returns and raises as `connect` does.

    Args:
        session: The script's file, or an `async def session(ws)` at the top level of one: the processes that hold the
            connections run that file by its path.
        url: Where to connect; by default what the file names as its `URL`.
    """
    planned = plan_of_script(url, **source_of(session) | _settings(options))
    if planned.is_reference:
        raise PlanError("no address: give a URL, or write URL = 'ws://…' in the script")
    return _measured(planned.plan)


def replay(recording: str | Path, url: str | None = None, /, **options: Unpack[Options]) -> Run:
    """Have each connection play a recording; returns and raises as `connect` does.

    Args:
        recording: The file, see docs/recordings.md. A file that can't be read raises `ResultError`.
        url: Where to play it; by default where it was recorded.
    """
    return _measured(plan_of_replay(url, recording=str(recording), **_settings(options)).plan)


class SearchOptions(Options, total=False):
    """Those of a search for a capacity: of each trial's plan, and its own.

    `connections` (connect) or `rate` is the first load, `duration` that of a trial.
    """

    serve: str
    rounds: int
    budget: float


def capacity(
    scenario: CapacityScenario, url: str | None = None, /, **options: Unpack[SearchOptions]
) -> Search:
    """Search for the load that a service carries; see docs/capacity.md.

    Args:
        scenario: `echo`, `fanout` or `connect`.
        url: The service; with `serve` its address with `{port}`; by default the reference application.

    Returns:
        The search; `search.capacity` has the answer. Inside a running event loop, something to `await`.

    Raises:
        PlanError: a setting can't be. TargetError: no load was carried. GeneratorError: none could be judged.
    """
    setting = make_setting(scenario, url, **_settings(options, scenario=scenario, url=url))
    return here_or_aside(lambda asked: search(setting, None, asked))


class _Named(SearchOptions, Kept, total=False):
    """All options by name, and what is given by its place."""

    scenario: CapacityScenario
    url: str | None
    model: Model | str | Path


class ForecastOptions(TypedDict, total=False):
    """What is asked of a model; see `wswarm.experiment.forecasting.Question`."""

    connections: Required[int]
    rate: Required[float]
    fanout: int | None
    size: int | None
    workers: int | None
    connect_rate: float
    processes: int | None
    tls: bool
    deflate: bool
    slo: Sequence[str]
    seed: int


def forecast(model: Model | str | Path, /, **options: Unpack[ForecastOptions]) -> Outlook:
    """Return what a load will take that was not measured; see docs/sizing.md.

    Args:
        model: What sizing found, or the file or folder that it is in.

    Returns:
        The outlook; `outlook.forecast` has the answer. It can be awaited, too.

    Raises:
        PlanError: the model does not carry so far. ResultError: it can't be read.
    """
    check_types({**options}, ForecastOptions, is_all=True)
    check_types({"model": model}, _Named)
    found = model if isinstance(model, Model) else read_model(Path(model))
    return answer(found, Question(**options))


def _measure(scenario: str, url: str, options: Kept, restarts: Restarts | None = None) -> Run:
    settings = _settings(options, url=url)
    kept = Checkpoints(Path(folder)) if (folder := settings.pop("checkpoints", None)) is not None else None
    return _measured(make_plan(scenario, url, **settings), restarts, kept)


def _settings(options: Options, **named: Any) -> dict[str, Any]:
    check_types({**named, **options}, _Named)
    given = {name: tuple(value) if isinstance(value, list) else value for name, value in options.items()}
    return with_own_profile(given)


def _measured(plan: Plan, restarts: Restarts | None = None, kept: Checkpoints | None = None) -> Run:
    keep = partial(_keep, kept) if kept is not None else None

    def work(asked: Callable[[], bool] | None) -> Run:
        run = measure(plan, None, asked, None, Besides(keep=keep, restarts=restarts))
        if kept is not None:
            kept.forget()
        return run

    return here_or_aside(work)


def _keep(kept: Checkpoints, run: Run) -> None:
    """Keep what a run has found so far; that it can't be kept is told, and the run goes on."""
    try:
        kept.append(run)
    except ResultError as error:
        warnings.warn(f"no checkpoint: {error}", stacklevel=2)


__all__ = [
    "ForecastOptions",
    "Kept",
    "Options",
    "SearchOptions",
    "capacity",
    "connect",
    "echo",
    "fanout",
    "forecast",
    "replay",
    "script",
    "slow",
    "storm",
]
