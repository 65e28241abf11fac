"""Sizing from Python: `model = wswarm.size(serve="uvicorn app:app --port {port}", connections=(50, 1000))`."""

from collections.abc import Sequence
from typing import Any, Literal, TypedDict, Unpack

from wswarm.aside import here_or_aside
from wswarm.experiment.own_profile import with_own_profile
from wswarm.experiment.sizing import size as sizes
from wswarm.experiment.sizing.setting import make_setting
from wswarm.load.typed import check_types
from wswarm.results.sizing import Model


class SizeOptions(TypedDict, total=False):
    """How a target is sized; `settings` are further ones of a plan, by their names there.

    `connections`, `rate` and `size` are pairs of the lowest and the highest value; `duration` is that of each hold.
    """

    scenario: Literal["fanout", "echo"]
    serve: str
    workers: Sequence[int]
    budget: float
    starts: int
    duration: float
    connections: tuple[float, float]
    rate: tuple[float, float]
    size: tuple[float, float]
    rooms: int
    seed: int
    target_pid: int
    settings: dict[str, Any]


class _Named(SizeOptions, total=False):
    """All options by name, and what is given by its place."""

    url: str | None


def size(url: str | None = None, /, **options: Unpack[SizeOptions]) -> Model:
    """Measure what a service costs under different loads; see docs/sizing.md.

    Args:
        url: The service; with `serve` its address with `{port}`; by default the reference application.

    Returns:
        The model that a forecast is made from. Inside a running event loop, something to `await`.

    Raises:
        PlanError: a setting can't be. TargetError: too little could be measured. GeneratorError: all agents died.
    """
    given: dict[str, Any] = {**options}
    check_types({"url": url, **given}, _Named)
    given |= given.pop("settings", {})
    setting = make_setting(url, **with_own_profile(given))
    return here_or_aside(lambda asked: sizes.size(setting, interrupted=asked).model)
