"""What a run says of what its load costs."""

from typing import Any

import msgspec
import pytest

from tests.report import runs
from wswarm.errors import PlanError
from wswarm.experiment.capacity.targets import Place
from wswarm.experiment.sizing import cell
from wswarm.experiment.sizing.cell import Taken, Target, take
from wswarm.experiment.sizing.design import Wanted
from wswarm.experiment.sizing.meter import Reading, Used
from wswarm.experiment.sizing.setting import make_setting
from wswarm.results.progress import Progress
from wswarm.results.run import Validity

WANTED = Wanted(workers=1, connections=100, rooms=1, size=100, share=1.0)
LATE = "messages were sent 90.7 ms late (p99): it waited for a core; times may be too long, counts stand"


class Meter:
    """Stands for a meter of a server with one worker and who starts it, that uses 0.3 of a core."""

    idle = Reading(0, {1: 0, 2: 0}, None, 50_000_000)
    hold = Used(10.0, (0.3, 0.001), None)

    def __init__(self, *_: object) -> None:
        self.memory = 52_000_000
        self.ramp = None

    def note(self, _: Progress) -> None:
        """Nothing."""


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch):
    """What is taken of a run of 100 subscribers that was changed so."""

    def make(**changes: Any) -> Taken:
        made = msgspec.structs.replace(runs.fanout(), **changes)
        monkeypatch.setattr(cell, "Meter", Meter)
        monkeypatch.setattr(cell, "measure", lambda *_: made)
        setting = make_setting("ws://127.0.0.1:1/")
        plan = setting.plan(connections=100, rate=20.0, size=100)
        place = Place("ws://127.0.0.1:1/", None, ())
        return take(setting, Target(place, 1), WANTED, plan, lambda _: None, lambda: False)

    return make


def connections(**changes: Any) -> dict[str, Any]:
    """Connections of that run, changed so."""
    return {"connections": msgspec.structs.replace(runs.fanout().connections, **changes)}


def test_only_as_many_processes_count_as_there_are_workers(taken) -> None:
    found = taken().cell
    assert found is not None
    assert (found.cpu, found.utilisation) == ((0.3,), 0.3)
    assert (found.memory, found.idle_memory) == (52_000_000, 50_000_000)


def test_the_times_of_an_invalid_run_are_unknown_and_its_cpu_stands(taken) -> None:
    found = taken(validity=Validity(verdict="invalid", reasons=[LATE]))
    assert not found.is_timed
    assert found.doubt == "messages were sent 90.7 ms late (p99): it waited for a core"
    assert found.cell is not None
    assert found.cell.valid
    assert (found.cell.p50, found.cell.p99, found.cell.last_p50) == (None, None, None)
    assert found.cell.cpu == (0.3,)


@pytest.mark.parametrize("changes", [{"opened": 90}, {"dropped": 3}])
def test_a_run_whose_connections_are_not_all_there_says_nothing(changes: dict[str, int], taken) -> None:
    found = taken(**connections(**changes))
    assert found.cell is not None
    assert not found.cell.valid
    assert "did not open, or stay" in (found.doubt or "")


def test_an_interrupted_run_is_no_cell(taken) -> None:
    assert taken(interrupted=True).cell is None


def test_what_a_target_spends_that_is_there_and_of_no_known_process_is_a_mistake_in_the_command(
    taken, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Meter, "idle", Reading(0, {}, None, 0))
    with pytest.raises(PlanError, match="name its process by --target-pid"):
        taken()


def test_a_cell_knows_when_its_publishes_came_and_who_read_them(taken) -> None:
    found, made = taken(), runs.fanout()
    assert made.fanout is not None
    assert found.came is not None
    assert len(found.came) == made.fanout.broadcasts
    assert (found.came[:-1] <= found.came[1:]).all()
    assert 0 <= found.came[0] <= found.came[-1] <= made.phases.drain - made.phases.hold
    assert found.cell is not None
    assert found.cell.readers == 1


def test_where_not_every_publish_was_kept_nobody_knows_when_they_came(taken) -> None:
    kept = runs.fanout().fanout
    assert kept is not None
    thinned = msgspec.structs.replace(kept, per_broadcast=kept.per_broadcast[::2])
    assert taken(fanout=thinned).came is None


def test_processes_that_were_replaced_meanwhile_have_not_cost_nothing(
    taken, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Meter, "hold", Used(10.0, (), None))
    found = taken()
    assert found.cell is None
    assert "from its beginning to its end" in found.doubt
