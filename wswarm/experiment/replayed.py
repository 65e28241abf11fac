"""The plan of a replay: a recording, where it is played, and for how long."""

from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from wswarm.experiment.recorded import read_recording
from wswarm.load.plan import Plan, make_plan
from wswarm.load.player import PATIENCE_NS
from wswarm.load.replay import Replay, opening_of
from wswarm.load.score import Score, score_of
from wswarm.units import NS_PER_S

_LEAST_S, _LONG_S = 0.1, 60.0


class Planned(NamedTuple):
    """A replay's plan.

    Attributes:
        hints: What its reader has to know before it is played.
    """

    plan: Plan
    hints: tuple[str, ...]


def plan_of_replay(url: str | None, **settings: Any) -> Planned:
    """Return the plan of the file in setting `recording`; without a URL it is played where it was recorded.

    Raises:
        ResultError: the file can't be read. PlanError: it is no recording, or a setting can't be.
    """
    path, socket = settings["recording"], settings.get("socket")
    score, told = _score_of(path, socket, _changed_ns(path))
    opening = opening_of(score, url, settings)
    hints = [*told]
    if not score.has_times:
        hints.append(
            f"{path} has no times: each message is sent when what had come before it in the recording has"
        )
    speed = settings.get("speed") or 1.0
    if (length_s := score.length_ns / NS_PER_S / speed) > _LONG_S:
        hints.append(f"{path} lasts {length_s:,.0f} s: --speed N plays it N times as fast")
    given = {"duration": _seconds(score, speed), **opening}
    return Planned(make_plan("replay", given.pop("url"), **given), tuple(hints))


def replay_of(plan: Plan, recording: str) -> Replay:
    """Return what the plan's connections play of the recording.

    Raises:
        ResultError: the file can't be read. PlanError: it is no recording.
    """
    score, _ = _score_of(recording, plan.socket, _changed_ns(recording))
    return Replay(score=score, speed=plan.speed)


@lru_cache(maxsize=1)
def _score_of(path: str, socket: str | None, _changed_ns: int) -> tuple[Score, tuple[str, ...]]:
    """Return the score of a file, which is read once as long as it does not change, and what there is to tell."""
    recording, hints = read_recording(Path(path), socket)
    return score_of(recording), hints


def _changed_ns(path: str) -> int:
    try:
        return Path(path).stat().st_mtime_ns
    except OSError:  # reading it says why
        return 0


def _seconds(score: Score, speed: float) -> float:
    """Return how long a connection plays at most if the server is not late; it ends as soon as all have played."""
    if not score.has_times:
        return (len(score.turns) + 1) * PATIENCE_NS / NS_PER_S
    return max(_LEAST_S, score.length_ns / NS_PER_S / speed) if 0 < speed < float("inf") else _LEAST_S
