"""Measuring with a target that is made up: in which order, what is made again, and what is told of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest

from tests.report import runs
from tests.report.sized import cell
from wswarm.drive.clock import now_ns
from wswarm.errors import GeneratorError, TargetError
from wswarm.experiment.capacity.budget import Budget
from wswarm.experiment.capacity.targets import Place
from wswarm.experiment.sizing import measuring
from wswarm.experiment.sizing.cell import Taken, Target
from wswarm.experiment.sizing.design import Wanted
from wswarm.experiment.sizing.measuring import Measuring
from wswarm.experiment.sizing.remarks import remarks
from wswarm.experiment.sizing.setting import Setting, make_setting
from wswarm.experiment.sizing.size import Sized, size
from wswarm.load.plan import Plan
from wswarm.results.sizing_progress import SizingProgress
from wswarm.stats.sizing.handshakes import Ramp
from wswarm.units import NS_PER_S

SERVE = "serve {port} {workers}"
PILOT_S = 2.0
PUBLISH_S, DELIVERY_S, HANDSHAKE_S = 100e-6, 5e-6, 400e-6

Doubt = Callable[["World", Wanted], tuple[bool, str] | None]


class World:
    """A server whose publishes, deliveries and handshakes cost what they cost, without any time going by.

    Attributes:
        loads: Plans of cells, not of pilots, in order, each with its server's number.
        starts: Workers of each server that was started.
        others: Cores that others use in each short trial.
    """

    def __init__(self, doubt: Doubt | None = None) -> None:
        self.loads: list[tuple[int, Wanted, Plan]] = []
        self.starts: list[int] = []
        self._doubt = doubt or (lambda *_: None)
        self.others: list[float] = []

    @contextmanager
    def fresh(self, _url: str, _serve: str, workers: int, _: object) -> Iterator[Place]:
        """Stand for a server that is started."""
        self.starts.append(workers)
        yield Place("ws://127.0.0.1:1/", None, ())

    def take(self, _setting: Setting, target: Target, wanted: Wanted, plan: Plan, *_: object) -> Taken:
        """Stand for a load that is put on it."""
        assert plan.rate is not None
        is_pilot = plan.duration == PILOT_S
        doubt = None if is_pilot else self._doubt(self, wanted)
        if not is_pilot:
            self.loads.append((target.start, wanted, plan))
        work = PUBLISH_S + DELIVERY_S * wanted.fanout / wanted.workers
        found = cell(
            start=target.start,
            workers=wanted.workers,
            connections=wanted.connections,
            rate=plan.rate,
            fanout=wanted.fanout,
            size=wanted.size,
            held_out=wanted.held_out,
            cpu=(plan.rate * work,) * wanted.workers,
            deliveries=plan.rate * wanted.fanout,
            utilisation=plan.rate * work,
            memory=58_000_000 + 20_000 * wanted.connections,
            valid=doubt is None or doubt[0],
        )
        ramp = Ramp(wanted.workers, wanted.connections, 2.0, wanted.connections * HANDSHAKE_S)
        made = msgspec.structs.replace(runs.fanout(), interrupted=False)
        others = self.others.pop(0) if is_pilot and self.others else None
        said = None if doubt is None else doubt[1]
        return Taken(found, ramp, said, own=2 * work * plan.rate, others=others, run=made)


Measured = tuple[Measuring, World, list[str]]


@pytest.fixture
def prepared(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Setting, World]]:
    """Puts a world in the place of all servers."""

    def prepare(doubt: Doubt | None = None, **options: Any) -> tuple[Setting, World]:
        world = World(doubt)
        monkeypatch.setattr(measuring, "fresh", world.fresh)
        monkeypatch.setattr(measuring, "take", world.take)
        monkeypatch.setattr(measuring, "wait_until_quiet", lambda _: None)
        monkeypatch.setattr(measuring, "cores", lambda: 64)
        url = options.pop("url", None)
        return make_setting(url, **{"serve": SERVE, "seed": 1} | options), world

    return prepare


@pytest.fixture
def measure(prepared: Callable[..., tuple[Setting, World]]) -> Callable[..., Measured]:
    """Measures the cells of a world; with what is said of them."""

    def run(
        doubt: Doubt | None = None, tell: measuring.OnProgress = lambda _: None, **options: Any
    ) -> Measured:
        setting, world = prepared(doubt, **options)
        made = Measuring(setting, Budget(setting.budget_s, now_ns(), 2.0), tell, lambda: False)
        made.run()
        return made, world, list(remarks(setting, made, was_interrupted=False))

    return run


@pytest.fixture
def sizing(prepared: Callable[..., tuple[Setting, World]]) -> Callable[..., Sized]:
    """Sizes a world; `until` says when Ctrl-C is pressed."""

    def run(
        doubt: Doubt | None = None,
        until: Callable[[World], bool] = lambda _: False,
        spent_s: float = 0.0,
        **options: Any,
    ) -> Sized:
        setting, world = prepared(doubt, **options)
        began_ns = now_ns() - round(spent_s * NS_PER_S)
        return size(setting, interrupted=lambda: until(world), began_ns=began_ns)

    return run


def test_what_others_use_for_a_moment_does_not_make_all_loads_light(
    prepared: Callable[..., tuple[Setting, World]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def heaviest(*others: float) -> tuple[float, list[str]]:
        setting, world = prepared()
        monkeypatch.setattr(measuring, "cores", lambda: 2)
        world.others.extend(others)
        made = Measuring(setting, Budget(setting.budget_s, now_ns(), 2.0), lambda _: None, lambda: False)
        made.run()
        told = remarks(setting, made, was_interrupted=False)
        return max(one.utilisation for one in made.cells), [one for one in told if "no worker was" in one]

    quiet = heaviest(0.1, 0.1, 0.1, 0.1)
    assert heaviest(0.1, 1.8, 0.1, 0.1) == quiet
    crowded, (told,) = heaviest(1.8, 1.8, 0.1, 1.9)
    assert crowded < quiet[0] / 2
    assert "busy, as others used 1.8 cores" in told


def test_what_a_server_costs_is_found(sizing) -> None:
    model = sizing().model
    assert model.cpu.per_publish_s == pytest.approx(PUBLISH_S, rel=0.02)
    assert model.cpu.per_delivery_s == pytest.approx(DELIVERY_S, rel=0.02)
    assert model.cpu.per_handshake_s == pytest.approx(HANDSHAKE_S, rel=0.02)
    assert model.memory.per_connection == pytest.approx(20_000, rel=0.02)
    assert model.held_out.cpu_error == pytest.approx(0, abs=0.02)
    assert (model.mechanism.scenario, model.mechanism.arrivals, model.target) == ("fanout", "poisson", SERVE)
    assert model.machine.memory
    assert len(model.cells) == 16


def test_each_cell_is_measured_on_two_servers_of_its_own(measure) -> None:
    found, world, _ = measure()
    assert len(found.cells) == 16
    starts = [start for start, _, _ in world.loads]
    assert len(set(starts)) == len(starts)
    assert all(sum(wanted == other for _, other, _ in world.loads) == 2 for _, wanted, _ in world.loads)


def test_the_order_follows_from_the_seed(measure) -> None:
    orders = [[wanted for _, wanted, _ in measure(seed=seed)[1].loads] for seed in (1, 1, 2)]
    assert orders[0] == orders[1] != orders[2]


def test_two_starts_have_arrivals_of_their_own(measure) -> None:
    _, world, _ = measure()
    assert len({plan.seed for _, _, plan in world.loads}) == len(world.loads)


def test_a_budget_for_one_measures_each_once_and_says_so(measure) -> None:
    _, world, told = measure(budget=60.0)
    assert len(world.loads) == 8
    assert any("on one server only" in reason for reason in told)


@pytest.mark.parametrize(
    ("left_s", "ends", "said"),
    [
        (3.6, TargetError, "--budget 600s was over before the target answered: --serve"),
        (600.0, KeyboardInterrupt, "^$"),
    ],
)
def test_a_server_that_does_not_start_is_waited_for_no_longer_than_there_is_time(
    left_s: float, ends: type[BaseException], said: str, sizing, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []

    @contextmanager
    def starting(
        _: World, _url: str, _serve: str, _workers: int, is_over: Callable[[], bool]
    ) -> Iterator[Place]:
        while not is_over():
            asked.append(True)
        raise TargetError("--serve has not answered")
        yield

    monkeypatch.setattr(World, "fresh", starting)
    with pytest.raises(ends, match=said):
        sizing(budget=600.0, spent_s=600.0 - left_s - 5.0, until=lambda _: left_s > 10 and len(asked) > 5)


def test_the_workers_of_each_server_are_those_of_its_cell(measure) -> None:
    found, world, _ = measure(workers=(1, 2))
    assert [wanted.workers for _, wanted, _ in world.loads] == world.starts[1:]
    assert {cell.workers for cell in found.cells} == {1, 2}


def test_a_cell_that_says_nothing_is_made_again_at_the_end(measure) -> None:
    def once(world: World, _: Wanted) -> tuple[bool, str] | None:
        return (False, "told") if not world.loads else None

    found, world, told = measure(once)
    assert len(world.loads) == 17
    assert world.loads[-1][1] == world.loads[0][1]
    assert len(found.cells) == 16
    assert not any("left out" in reason for reason in told)


def test_a_cell_that_says_nothing_twice_is_left_out_and_told(measure) -> None:
    def never(_: World, wanted: Wanted) -> tuple[bool, str] | None:
        return (False, "the clock stopped") if wanted.held_out and wanted.connections == 50 else None

    found, _, told = measure(never)
    assert len(found.cells) == 14
    left_out = [reason for reason in told if reason.startswith("left out: 50 connections")]
    assert len(left_out) == 2
    assert left_out[0].endswith("the clock stopped")


def test_a_cell_that_was_disturbed_twice_stays_and_is_told(measure) -> None:
    found, world, told = measure(lambda _, wanted: (True, "spoilt: told") if wanted.held_out else None)
    assert len(found.cells) == 16
    assert len(world.loads) == 20
    assert any("4 of 16 cells were disturbed" in reason and "told" in reason for reason in told)


def test_a_cell_without_times_is_made_again_and_told(measure, monkeypatch: pytest.MonkeyPatch) -> None:
    def untimed(self: World, *given: Any) -> Taken:
        taken = take(self, *given)
        is_late = taken.cell is not None and taken.cell.held_out
        return taken._replace(doubt="sent late", is_timed=False) if is_late else taken

    take = World.take
    monkeypatch.setattr(World, "take", untimed)
    found, world, told = measure()
    assert len(found.cells) == 16
    assert len(world.loads) == 20
    assert any("4 of 16 cells have no times" in reason and "sent late" in reason for reason in told)


def test_ctrl_c_leaves_a_model_of_what_is_known(sizing) -> None:
    found = sizing(until=lambda world: len(world.loads) >= 6)
    assert found.was_interrupted
    assert len(found.model.cells) == 6
    assert "interrupted after 6 of 16 cells" in found.model.reasons


@pytest.mark.parametrize("cells", [0, 1])
def test_ctrl_c_before_enough_is_known_leaves_nothing(cells: int, sizing) -> None:
    with pytest.raises(KeyboardInterrupt):
        sizing(until=lambda world: len(world.loads) >= cells)


def test_a_budget_that_is_over_before_enough_is_known_is_told(sizing) -> None:
    with pytest.raises(TargetError, match=r"^0 loads were measured, .*: use --budget \d+0s$") as told:
        sizing(budget=10.0, spent_s=6.0)
    enough = float(str(told.value).split()[-1].removesuffix("s"))
    assert len(sizing(budget=enough).model.cells) > 0


def test_a_server_that_does_not_start_at_all_is_told(measure, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def dead(*_: object) -> Iterator[Place]:
        raise TargetError("--serve did not start")
        yield

    monkeypatch.setattr(World, "fresh", dead)
    with pytest.raises(TargetError, match="--serve did not start"):
        measure()


def test_agents_that_died_once_do_not_lose_what_is_known(measure) -> None:
    died: list[Wanted] = []

    def dying(world: World, wanted: Wanted) -> None:
        if len(world.loads) == 5 and not died:
            died.append(wanted)
            raise GeneratorError("no generator process is left")

    found, _, _ = measure(dying)
    assert len(found.cells) == 16


def test_a_server_of_somebody_else_s_that_is_gone_ends_it(measure, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(world: World, _: Wanted) -> None:
        if len(world.loads) == 5:
            raise TargetError("every handshake failed: refused")

    monkeypatch.setattr(measuring, "there", lambda url, *_: Place(url, None, ()))
    found, world, told = measure(gone, serve=None, url="ws://127.0.0.1:1/")
    assert len(found.cells) == len(world.loads) == 5
    assert found.gone == "every handshake failed: refused"
    assert told[0] == "the target is gone after 5 of 16 cells: every handshake failed: refused"


@pytest.mark.parametrize(("rooms", "is_told"), [(1, True), (4, False)])
def test_fan_out_that_was_not_varied_by_itself_is_told(rooms: int, is_told: bool, measure) -> None:
    _, _, told = measure(rooms=rooms, text="{room}{marker}")
    assert any("--rooms with {room}" in reason for reason in told) is is_told


def test_progress_counts_the_cells(measure) -> None:
    shown: list[SizingProgress] = []
    measure(tell=shown.append)
    assert len(shown[-1].cells) == 16
    assert shown[-1].wanted == 16
