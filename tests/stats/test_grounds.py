"""What was counted of nothing is not known, and no objective on it is met."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from tests.report import churned, runs, stormed
from wswarm.results.messages import Unsent
from wswarm.results.publish import Publish
from wswarm.results.rooms import Room, Rooms
from wswarm.results.run import Distribution, Lost, Run, Sessions, Step
from wswarm.stats.slo import check

NOTHING = Distribution(n=0)


def changed(run: Run, part: str, **changes: Any) -> Run:
    """Return the run with other values in one of its parts."""
    return msgspec.structs.replace(run, **{part: msgspec.structs.replace(getattr(run, part), **changes)})


def no_slow_block() -> Run:
    """Return a run of slow readers that was interrupted in its first block at full speed."""
    return changed(runs.slow(), "penalty", ratio=None, pairs=0, compared=0, disconnected={}, blocks=[])


def no_session() -> Run:
    """Return a churn that was interrupted before anybody came."""
    return changed(churned.churn(), "population", sessions=0, refused=0, mean=0.0)


def unsent() -> Run:
    """Return an echo of which nothing was sent."""
    none = dict.fromkeys(("offered", "sent", "owed", "received", "duplicated", "reordered"), 0)
    return changed(runs.echo(), "messages", lost=Lost(), unsent=Unsent(), **none)


def silent() -> Run:
    """Return an echo of whose replies none came."""
    seen = runs.echo().messages
    assert seen is not None
    return changed(
        runs.echo(), "messages", received=0, lost=Lost(silent=seen.owed), duplicated=0, reordered=0
    )


def unheld() -> Run:
    """Return a run that was interrupted before its hold."""
    made = runs.echo()
    return changed(made, "phases", hold=made.phases.drain)


def unopened(requested: int = 10) -> Run:
    """Return a run of which no connection opened."""
    return changed(
        runs.echo(),
        "connections",
        requested=requested,
        opened=0,
        dropped=0,
        closes={},
        close_reasons={},
        failed=requested,
        failures={"refused": requested} if requested else {},
    )


def scripted(started: int, refused: int = 0) -> Run:
    """Return a script's run in which so many sessions began, and none came to its second step."""
    lived = Sessions(started=started, finished=started, failed=0, failures={}, refused=refused)
    steps = {
        "enter": Step(count=started, failed=0, time=NOTHING),
        "leave": Step(count=0, failed=0, time=NOTHING),
    }
    return msgspec.structs.replace(runs.echo(), scenario="script", sessions=lived, steps=steps)


def unheard() -> Run:
    """Return a fan-out in which nothing was broadcast."""
    return changed(runs.fanout(), "fanout", broadcasts=0, incomplete=0)


def unpinged() -> Run:
    """Return a run that ended before its first ping."""
    return changed(runs.echo(), "connections", pings=0, pings_unanswered=0)


def published(requests: int) -> Run:
    """Return a run that published so by HTTP."""
    return msgspec.structs.replace(
        runs.fanout(), publish=Publish(requests=requests, statuses={}, response_time=NOTHING)
    )


def roomy() -> Run:
    """Return a run in whose only room nothing was owed."""
    room = Room(room="0", owed=0, received=0, lost=0, extra=0)
    return msgspec.structs.replace(runs.fanout(), rooms=Rooms(rooms=2, worst=[room]))


NOT_MEASURED: list[tuple[Callable[[], Run], str, str]] = [
    (stormed.nobody_dropped, "recovery.never==0", "nobody was dropped"),
    (stormed.nobody_dropped, "recovery.refused.refused==0", "nobody was dropped"),
    (stormed.nobody_dropped, "recovery.missed<5", "nobody was dropped"),
    (stormed.nobody_dropped, "recovery.time.p99<5s", "nobody was dropped"),
    (lambda: stormed.storm(never=500), "recovery.missed<5", "nobody was back"),
    (no_slow_block, "penalty.healthy_lost==0", "no slow block was held"),
    (no_slow_block, 'penalty.disconnected."1013"==0', "no slow block was held"),
    (no_slow_block, "penalty.ratio<1.2", "no slow block was held"),
    (no_session, "population.refused==0", "no session came"),
    (no_session, "population.mean<5", "no session came"),
    (churned.staged_connections, "stages.1.received==0", "nothing was due in that stage"),
    (lambda: scripted(0), "sessions.failed==0", "no session began"),
    (lambda: scripted(0), 'sessions.failures."boom"==0', "no session began"),
    (lambda: scripted(0), "sessions.refused==0", "no session came"),
    (lambda: scripted(9), "steps.leave.failed==0", "no session came to that step"),
    (unsent, "lost==0", "nothing was owed"),
    (unsent, "messages.lost.silent==0", "nothing was owed"),
    (unsent, "messages.unsent.late==0", "no message was due"),
    (silent, "messages.duplicated==0", "nothing was received"),
    (unheld, "rates.achieved<5", "there was no hold"),
    (unheard, "fanout.incomplete==0", "nothing was broadcast"),
    (roomy, "rooms.worst.0.lost==0", "nothing was owed in that room"),
    (lambda: published(0), 'publish.statuses."503"==0', "no request was sent"),
    (unopened, "connections.dropped==0", "no connection opened"),
    (unopened, 'connections.closes."1006"==0', "no connection opened"),
    (lambda: unopened(0), "connections.failed==0", "no connection was begun"),
    (unpinged, "connections.pings_unanswered==0", "no ping was sent"),
]

MEASURED: list[tuple[Callable[[], Run], str]] = [
    (stormed.nobody_dropped, "recovery.dropped==0"),
    (stormed.storm, "recovery.never==0"),
    (stormed.storm, "recovery.refused.refused==0"),
    (stormed.storm, "recovery.bystanders.before<50ms"),
    (lambda: stormed.storm(never=500), "recovery.never>=500"),
    (no_slow_block, "penalty.pairs==0"),
    (no_slow_block, "penalty.slow==2"),
    (runs.slow, "penalty.healthy_lost==0"),
    (no_session, "population.expected>5"),
    (churned.churn, "population.refused==0"),
    (churned.staged_connections, "stages.1.offered==0"),
    (lambda: scripted(9), "sessions.failed==0"),
    (lambda: scripted(0, refused=3), "sessions.refused==3"),
    (lambda: scripted(9), "steps.enter.failed==0"),
    (lambda: scripted(9), "steps.leave.count==0"),
    (unsent, "messages.offered==0"),
    (silent, "messages.received==0"),
    (lambda: published(3), 'publish.statuses."503"==0'),
    (unopened, "connections.failed>0"),
]


@pytest.mark.parametrize(("made", "expression", "why"), NOT_MEASURED)
def test_what_never_happened_meets_no_objective(made: Callable[[], Run], expression: str, why: str) -> None:
    (result,) = check(made(), (expression,))
    assert (result.value, result.met, result.why) == (None, False, why)


@pytest.mark.parametrize(("made", "expression"), MEASURED)
def test_what_happened_and_what_was_before_is_judged(made: Callable[[], Run], expression: str) -> None:
    (result,) = check(made(), (expression,))
    assert (result.met, result.why) == (True, None)


def test_bystanders_of_a_storm_that_dropped_all_were_not_measured() -> None:
    made = stormed.storm()
    assert made.recovery is not None
    nobody = msgspec.structs.replace(made.recovery.bystanders, clients=0)
    (result,) = check(changed(made, "recovery", bystanders=nobody), ("recovery.bystanders.during<50ms",))
    assert (result.met, result.why) == (False, "all were dropped")
