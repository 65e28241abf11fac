"""What a load that was not measured will take: workers, CPU, memory, times, and what gives in first."""

from collections.abc import Sequence

import msgspec
import numpy as np

from wswarm.errors import PlanError
from wswarm.results.forecast import Band, Curve, Forecast, Objective, Outlook, Point, Wanted
from wswarm.results.sizing import Model
from wswarm.stats.sizing import bounds
from wswarm.stats.sizing.draws import DRAWS, Draws
from wswarm.stats.sizing.limits import limits_of, notices_of
from wswarm.stats.sizing.load import Load
from wswarm.stats.sizing.nonnegative import Floats
from wswarm.stats.sizing.objectives import Wish, parse

_TRIED = 50  # draws, while looking for a number of workers
_AT_ONCE = 512  # workers: what takes more is no question of workers
_POINTS, _DRAWN, _JOBS = 9, 40, 4_000
_LOW, _HIGH = 5, 95  # of the draws, in percent


def forecast(model: Model, wanted: Wanted, slo: Sequence[str] = (), seed: int = 0) -> Outlook:
    """Return what the load takes, with as many workers as it says or as it needs.

    Args:
        slo: Objectives such as `p99<200ms`, each kept if 95 of 100 draws keep it.
        seed: Of chance.

    Raises:
        PlanError: the load is too far from what was measured, too much for the workers, or can't keep an objective
            with any number of them. ResultError: the model has too few cells.
    """
    wishes = [parse(one) for one in slo]
    bounds.check(model, wanted)
    bounds.check_reading(model, wanted)
    if wanted.workers is not None:
        bounds.check_workers(model, wanted.workers)
    draws = Draws(model, DRAWS, seed)
    fewest = _fewest(model, draws, wanted)
    workers = wanted.workers or _enough(model, draws, wanted, fewest, wishes)
    if workers < fewest:
        raise PlanError(f"{_too_busy(draws, load_of(wanted, workers))}: --workers {fewest} would do")
    load = load_of(wanted, workers)
    _check_broker(draws, load)
    return _outlook(model, draws, wanted, load, wishes, seed)


def load_of(wanted: Wanted, workers: int) -> Load:
    """Return the load that is wanted, on so many workers."""
    connections, rate, fanout, size = wanted.connections, wanted.rate, wanted.fanout, wanted.size
    return Load(workers, connections, rate, fanout, size, wanted.handshakes, wanted.processes or 0)


def curve_of(model: Model, outlook: Outlook) -> Curve:
    """Return the figures of the forecast over connections, as far as a model carries."""
    draws, load = Draws(model, _DRAWN, outlook.seed), load_of(outlook.wanted, outlook.forecast.workers)
    is_whole = load.fanout >= load.connections
    low = min(model.measured.connections[0], load.connections)
    low = low if is_whole else max(low, load.fanout)
    high = max(bounds.most_connections(model), load.connections)
    places = np.unique(np.round(np.linspace(low, high, _POINTS)).astype(int)).tolist()
    loads = [_with(load, place, is_whole=is_whole) for place in sorted({*places, load.connections})]
    points = tuple(_point(draws, one) for one in loads)
    busy = [_mid(draws.busiest(one)) for one in loads]
    if busy[0] > bounds.FULL or busy[-1] < bounds.FULL:
        return Curve(points=points, bound=None)
    return Curve(points=points, bound=float(np.interp(bounds.FULL, busy, [one.connections for one in loads])))


def _with(load: Load, connections: int, *, is_whole: bool) -> Load:
    return load._replace(connections=connections, fanout=connections if is_whole else load.fanout)


def _point(draws: Draws, load: Load) -> Point:
    is_full = _mid(draws.busiest(load)) > bounds.FULL or draws.reading(load) > bounds.FULL
    times = {} if is_full else draws.times(load, jobs=_JOBS)
    return Point(
        connections=load.connections,
        cpu=_band(draws.cpu(load)),
        memory=_band(draws.memory(load)),
        **{name: _band_or_none(times.get(name)) for name in ("p50", "p99", "last")},
    )


def _fewest(model: Model, draws: Draws, wanted: Wanted) -> int:
    """Return the lowest number of workers none of which is too busy.

    Raises:
        PlanError: there is none, or none that the model carries to.
    """
    workers = least = bounds.fewest_workers(model)
    while workers <= _AT_ONCE and not _is_carried(draws, wanted, workers):
        workers = max(workers + 1, workers * 5 // 4)
    most = bounds.most_workers(model)
    tried = load_of(wanted, min(wanted.workers or most, most))
    if workers > _AT_ONCE:
        raise PlanError(f"{_too_busy(draws, tried)}: no number of workers would do: lower -r or --fanout")
    while workers > least and _is_carried(draws, wanted, workers - 1):
        workers -= 1
    try:
        bounds.check_workers(model, workers)
    except PlanError as error:
        raise PlanError(f"{_too_busy(draws, tried)}: it takes {error}") from None
    return workers


def _is_carried(draws: Draws, wanted: Wanted, workers: int) -> bool:
    return _mid(draws.busiest(load_of(wanted, workers))) <= bounds.FULL


def _check_broker(draws: Draws, load: Load) -> None:
    """Check that the broker, which is one queue like a worker, is not too busy.

    Raises:
        PlanError: it is.
    """
    busy = draws.broker(load)
    if busy is not None and busy > bounds.FULL:
        most = load.rate * bounds.FULL / busy
        raise PlanError(
            f"-r {load.rate:,.6g}: the broker would need {busy:.2f} of a core, more than {bounds.FULL}, beyond which"
            f" no forecast holds: ask for at most {most:,.6g} with {load.workers} workers"
        )


def _too_busy(draws: Draws, load: Load) -> str:
    busy = _mid(draws.busiest(load))
    return (
        f"--workers {load.workers}: the busiest would need {busy:.2f} of a core, more than {bounds.FULL}, beyond"
        " which no forecast holds"
    )


def _enough(model: Model, draws: Draws, wanted: Wanted, fewest: int, wishes: Sequence[Wish]) -> int:
    """Return the lowest number of workers with which every objective is kept.

    Raises:
        PlanError: there is none among those that the model carries to.
    """
    most = bounds.most_workers(model)
    missed: list[Objective] = []
    for workers in range(fewest, most + 1):
        for count in (_TRIED, draws.count) if wishes else ():
            times = draws.times(load_of(wanted, workers), count)
            missed = [one for one in _kept(times, wishes) if not one.met]
            if missed:
                break
        if not missed:
            return workers
    worst = missed[0]
    raise PlanError(
        f"--slo {worst.expression!r} is not kept by up to {most} workers: {worst.figure} would be up to"
        f" {worst.high * 1e3:.4g} ms; allow more time, ask for less, or name --workers to see that forecast"
    )


def _kept(times: dict[str, Floats | None], wishes: Sequence[Wish]) -> list[Objective]:
    return [_objective(times, wish) for wish in wishes]


def _objective(times: dict[str, Floats | None], wish: Wish) -> Objective:
    values = times[wish.figure]
    if values is None:
        raise PlanError(
            f"--slo {wish.expression!r}: no cell of the model has {wish.figure}: measure longer, with a higher"
            " --budget of wswarm size"
        )
    high = _band(values).high
    return Objective(
        expression=wish.expression, figure=wish.figure, limit=wish.limit, high=high, met=high < wish.limit
    )


def _outlook(
    model: Model, draws: Draws, wanted: Wanted, load: Load, wishes: Sequence[Wish], seed: int
) -> Outlook:
    times = draws.times(load)
    objectives = _kept(times, wishes)
    found = Forecast(
        workers=load.workers,
        cpu=_band(draws.cpu(load)),
        memory=_band(draws.memory(load)),
        p50=_band_or_none(times["p50"]),
        p99=_band_or_none(times["p99"]),
        last=_band_or_none(times["last"]),
        broker_cpu=draws.broker(load),
        busiest=_band(draws.busiest(load)),
        gives_in_first="",
    )
    limits = limits_of(model.machine, found, load.connections, objectives)
    first = max(limits, key=lambda one: one.share).name
    return Outlook(
        forecast=msgspec.structs.replace(found, gives_in_first=first),
        wanted=wanted,
        slo=tuple(objectives),
        limits=tuple(limits),
        validated=model.validated,
        held_out=model.held_out,
        reasons=model.reasons,
        notices=tuple(notices_of(model, found, limits, wanted)),
        target=model.target,
        measured_at=model.started_at,
        mechanism=model.mechanism,
        cells=len(model.cells),
        seed=seed,
    )


def _mid(values: Floats) -> float:
    return float(np.median(values))


def _band(values: Floats) -> Band:
    low, mid, high = np.percentile(values, (_LOW, 50, _HIGH)).tolist()
    return Band(low=low, mid=mid, high=high)


def _band_or_none(values: Floats | None) -> Band | None:
    return _band(values) if values is not None else None
