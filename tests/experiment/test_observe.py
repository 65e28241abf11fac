"""What has to have opened before a run goes on."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from wswarm.drive.fleet import wire
from wswarm.errors import GeneratorError, TargetError
from wswarm.experiment.observe import Observer, check_opened
from wswarm.load.plan import make_plan
from wswarm.results.counts import Counts
from wswarm.stats.findings import pack
from wswarm.units import NS_PER_S


def agent(opened: int = 0, failed: int = 0, still_open: int | None = None, death: str | None = None) -> Any:
    """Return an agent whose ramp has ended."""
    failures = {"refused": failed} if failed else {}
    rows = pack(np.arange(opened if still_open is None else still_open))
    state = wire.GroupState(opened=opened, failures=failures)
    return SimpleNamespace(snapshot=wire.Snapshot(groups=[state]), open_rows={0: rows}, death=death)


def check(*holders: Any, publisher: Any = None, scenario: str = "fanout", was_cut: bool = False) -> None:
    """Check a fleet of these agents."""
    agents = [*holders, *([publisher] if publisher is not None else [])]
    fleet: Any = SimpleNamespace(holders=list(holders), publisher=publisher, agents=agents)
    check_opened(make_plan(scenario, "ws://h"), fleet, was_cut=was_cut)


def test_one_connection_of_each_kind_is_enough() -> None:
    check(agent(opened=1), agent(failed=3), publisher=agent(opened=1))


@pytest.mark.parametrize(
    ("holder", "publisher", "error"),
    [
        (agent(opened=1), agent(failed=1), TargetError),
        (agent(failed=1), agent(opened=1), TargetError),
        (agent(opened=1), agent(opened=1, still_open=0), TargetError),
        (agent(opened=1), agent(death="killed"), GeneratorError),
        (agent(), agent(), TargetError),
    ],
)
def test_a_kind_without_a_connection_ends_the_run(
    holder: Any, publisher: Any, error: type[Exception]
) -> None:
    with pytest.raises(error):
        check(holder, publisher=publisher)


@pytest.mark.parametrize("scenario", ["connect", "echo", "fanout"])
def test_of_a_ramp_that_was_ended_early_any_connection_is_worth_a_report(scenario: str) -> None:
    check(agent(opened=1, still_open=0), agent(), publisher=agent(), scenario=scenario, was_cut=True)


def test_a_ramp_that_was_ended_before_anything_happened_leaves_nothing_to_report() -> None:
    with pytest.raises(KeyboardInterrupt):
        check(agent(), publisher=agent(), was_cut=True)


def test_a_ramp_that_was_ended_when_all_had_failed_tells_why() -> None:
    with pytest.raises(TargetError, match=r"refused \(2\)"):
        check(agent(failed=2), publisher=agent(), was_cut=True)


def lost_so_far(scenario: str, counts: Counts, *, more: dict[str, Any] | None = None) -> int | None:
    """What a run says is lost after two seconds in which 40 broadcasts came to 10 of the 20 who are open by now."""
    holder = agent(opened=20)
    holder.snapshot = wire.Snapshot(groups=[wire.GroupState(opened=20, open=20, received=400, counts=counts)])
    publisher = agent(opened=1)
    publisher.snapshot = wire.Snapshot(groups=[wire.GroupState(opened=1, open=1, sent=40)])
    fleet: Any = SimpleNamespace(holders=[holder], publisher=publisher, agents=[holder, publisher])
    observer = Observer(make_plan(scenario, "ws://h", **more or {}), fleet)
    observer.progress("hold", 0, 2 * NS_PER_S)
    return observer.progress("hold", 0, 4 * NS_PER_S).lost


def test_who_comes_or_comes_back_has_lost_nothing_of_what_was_before() -> None:
    counts = Counts(received=400, lost=3)
    assert lost_so_far("storm", counts) == 3
    assert lost_so_far("churn", counts, more={"rate": 20.0}) == 3
    assert lost_so_far("slow", counts, more={"size": 1_000_000}) == 3
    assert lost_so_far("fanout", counts) == 400
