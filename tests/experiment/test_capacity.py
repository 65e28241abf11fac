"""The search with a target that is made up: what it does with each outcome, and what it refuses."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import log

import pytest

from tests.report import runs
from wswarm import exit_codes
from wswarm.drive.clock import now_ns
from wswarm.errors import GeneratorError, PlanError, TargetError, TargetFailed
from wswarm.experiment.capacity import bench, search
from wswarm.experiment.capacity.budget import Budget
from wswarm.experiment.capacity.setting import Setting, make_setting
from wswarm.experiment.capacity.targets import Place
from wswarm.experiment.capacity.trial import Load, Outcome
from wswarm.experiment.preflight import target_meter
from wswarm.results.capacity import Search, SearchProgress, Trial
from wswarm.stats.search import FIRST_TRIALS, TRIALS
from wswarm.units import NS_PER_S

RUN = runs.echo(rate=100, duration=1)
URL = "ws://127.0.0.1:1/"

Answering = Callable[[Load], tuple[bool | None, str] | tuple[bool, str, int]]


def outcome(load: Load, passed: bool | None, evidence: str, refused: int = 0) -> Outcome:
    """What a trial showed that delivers at most 900/s."""
    trial = Trial(
        round=load.round,
        load=load.amount,
        passed=passed,
        evidence=evidence,
        duration_s=load.length_s,
        delivered=load.amount - refused if refused else min(load.amount, 900.0),
        p50=0.002,
        target_cpu=0.99,
        refused=refused,
    )
    return Outcome(trial, run=RUN)


class World:
    """A target that answers each load as it is told, without any time going by.

    Attributes:
        loads: Those that were tried.
    """

    def __init__(self, answer: Answering) -> None:
        self.loads: list[Load] = []
        self._answer = answer

    @staticmethod
    @contextmanager
    def nowhere(_: Setting, __: object) -> Iterator[Place]:
        """Stand for `target_of`."""
        yield Place(URL, None, ())

    def run_trial(self, _setting: Setting, _place: Place, load: Load, *_: object) -> Outcome:
        """Stand for `run_trial`."""
        self.loads.append(load)
        return outcome(load, *self._answer(load))


def carrying(most: float) -> Answering:
    """Answers of a target that carries so much."""
    return lambda load: (load.amount <= most, "told")


@pytest.fixture
def searching(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Search, World]]:
    """Searches for the capacity of a world."""

    def run(
        answer: Answering, kind: str = "echo", spent_s: float = 0.0, **options: object
    ) -> tuple[Search, World]:
        world = World(answer)
        interrupted = options.pop("interrupted", None)
        monkeypatch.setattr(bench, "run_trial", world.run_trial)
        monkeypatch.setattr(search, "target_of", World.nowhere)
        url = URL if "serve" not in options else "ws://127.0.0.1:{port}"
        setting = make_setting(kind, url, **options)  # type: ignore[arg-type]
        began_ns = now_ns() - round(spent_s * NS_PER_S)
        return search.search(setting, None, interrupted, began_ns), world  # type: ignore[arg-type]

    return run


def test_a_search_ends_near_what_the_target_carries(searching) -> None:
    found, world = searching(carrying(870.0), slo=("p99<50ms",))
    assert abs(log(found.capacity.value / 870.0)) < 0.02
    assert found.capacity.interval[0] < 870.0 < found.capacity.interval[1]
    assert len(found.rounds) == 4
    assert [load.amount for load in world.loads[:5]] == [100, 200, 400, 800, 1600]
    assert {load.length_s for load in world.loads if load.round} == {10.0}


def test_without_an_objective_the_answer_is_what_is_delivered(searching) -> None:
    found, world = searching(carrying(900.0))
    assert found.capacity.value == pytest.approx(900)
    assert found.capacity.carried == pytest.approx(810)
    assert [load.is_overload for load in world.loads if load.round] == [True, False] * 4


def test_connections_are_counted(searching) -> None:
    def door(load: Load) -> tuple[bool | None, str, int]:
        refused = max(0, round(load.amount) - 57)
        return refused == 0, f"http 503: {refused} of {load.amount:.0f} handshakes", refused

    found, world = searching(door, "connect", connections=20)
    assert (found.capacity.value, found.capacity.interval) == (57, (57, 57))
    assert [load.amount for load in world.loads if load.round] == [57, 58] * 4


def test_a_generator_that_gives_in_is_asked_again_with_more_agents_and_then_ends_the_search(
    searching,
) -> None:
    def answer(load: Load) -> tuple[bool | None, str]:
        return (
            (True, "") if load.amount < 500 else (None, "generator: one of its processes used 97% of a core")
        )

    found, world = searching(answer)
    assert (found.capacity.value, found.capacity.interval) == (400, (400, None))
    assert found.capacity.limited_by == "generator"
    assert [(load.amount, load.agents) for load in world.loads][-2:] == [(800, 1), (800, 2)]
    assert not found.is_bounded


def test_a_spoilt_trial_is_made_again(searching) -> None:
    spoilt = iter([True, True, False])

    def answer(load: Load) -> tuple[bool | None, str]:
        if load.round == 0 and load.amount == 400 and next(spoilt, False):
            return None, "spoilt: the host took 20% of this machine's time"
        return load.amount <= 870, "told"

    found, world = searching(answer, slo=("p99<50ms",), rounds=2)
    assert [load.amount for load in world.loads[:6]] == [100, 200, 400, 400, 400, 800]
    assert found.capacity.interval[1] is not None


def test_a_first_load_that_is_too_much_is_halved(searching) -> None:
    found, world = searching(carrying(870.0), rate=4000.0, slo=("p99<50ms",), rounds=2)
    assert [load.amount for load in world.loads[:4]] == [4000, 2000, 1000, 500]
    assert abs(log(found.capacity.value / 870.0)) < 0.03


def test_a_trial_of_a_light_load_is_as_long_as_its_objective_needs(searching) -> None:
    _, world = searching(carrying(30.0), rate=100.0, slo=("p99<50ms",), rounds=2)
    assert all(load.amount * load.length_s >= 381 for load in world.loads)


def test_what_carries_nothing_is_told(searching) -> None:
    with pytest.raises(TargetError, match="not even"):
        searching(carrying(0.0), slo=("p50<50ms",))


def test_a_target_that_has_ended_is_told(searching, monkeypatch: pytest.MonkeyPatch) -> None:
    def dying(_setting: Setting, _place: Place, load: Load, *_: object) -> Outcome:
        has_ended.append(load.amount)
        found = outcome(load, passed=True, evidence="") if max(has_ended) < 800 else None
        gone = outcome(load, passed=False, evidence="every handshake failed")
        return found or gone._replace(run=None)

    has_ended: list[float] = []
    monkeypatch.setattr(World, "run_trial", lambda _, *given: dying(*given))
    found, _ = searching(carrying(0.0))
    assert found.failure == "the target is gone since a trial at 800: every handshake failed"
    assert (found.capacity.interval, found.capacity.limited_by) == ((400, 800), "target")
    assert found.capacity.because == found.failure
    assert (exit_codes.of_search(found), found.interrupted) == (95, False)


def test_a_target_whose_process_has_ended_is_told_rather_than_the_generator_blamed(
    searching, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = 2**22 + 1

    @contextmanager
    def place(*_: object) -> Iterator[Place]:
        yield Place(URL, nobody, (nobody,))

    def dying(setting: Setting, place: Place, load: Load, *_: object) -> Outcome:
        if load.amount > 400:
            target_meter(place.pid)
        return outcome(load, load.amount < 400, "the target hung up: process ended")

    monkeypatch.setattr(World, "nowhere", staticmethod(place))
    monkeypatch.setattr(World, "run_trial", lambda _, *given: dying(*given))
    found, _ = searching(carrying(0.0))
    assert found.failure == "the target is gone since a trial at 400: the target hung up: process ended"
    assert (found.capacity.interval, found.capacity.limited_by) == ((200, 400), "target")


def test_a_target_that_has_ended_before_anything_was_carried_leaves_nothing(
    searching, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dying(_setting: Setting, _place: Place, load: Load, *_: object) -> Outcome:
        raise TargetFailed("process ended")

    monkeypatch.setattr(World, "run_trial", lambda _, *given: dying(*given))
    with pytest.raises(TargetFailed, match="process ended"):
        searching(carrying(0.0))


def test_a_server_that_does_not_start_again_leaves_what_is_known(
    searching, monkeypatch: pytest.MonkeyPatch
) -> None:
    starts = iter([True, True])

    @contextmanager
    def starting(*_: object) -> Iterator[Place]:
        if not next(starts, False):
            raise TargetError("--serve ended: no such module")
        yield Place(URL, None, ())

    monkeypatch.setattr(World, "nowhere", staticmethod(starting))
    found, _ = searching(carrying(870.0), slo=("p99<50ms",), serve="python {port}")
    assert found.failure == "the target could not be started again: --serve ended: no such module"
    assert len(found.rounds) == 1


def test_agents_that_died_in_mid_search_leave_a_lower_bound(searching) -> None:
    def answer(load: Load) -> tuple[bool | None, str]:
        if load.amount > 500:
            raise GeneratorError("no generator process is left")
        return True, ""

    found, _ = searching(answer)
    assert (found.capacity.interval, found.capacity.limited_by) == ((400, None), "generator")
    assert found.capacity.because == "no generator process is left"


def test_a_machine_that_others_keep_busy_is_told_rather_than_the_generator_blamed(searching) -> None:
    with pytest.raises(GeneratorError) as told:
        searching(lambda _: (None, "spoilt: others used 1.8 cores"))
    assert str(told.value) == (
        "no load could be judged: spoilt: others used 1.8 cores; run it again on a quieter machine"
    )


def test_a_generator_that_gives_in_at_once_is_told(searching) -> None:
    with pytest.raises(GeneratorError, match="no load could be judged"):
        searching(lambda _: (None, "generator: late"))


def test_ctrl_c_leaves_what_is_known(searching) -> None:
    world: list[Load] = []

    def answer(load: Load) -> tuple[bool | None, str]:
        world.append(load)
        return load.amount <= 870, "told"

    found, _ = searching(answer, slo=("p99<50ms",), interrupted=lambda: len(world) > 25)
    assert found.interrupted
    assert len(found.rounds) == 3
    assert found.capacity.interval[1] is not None


def test_ctrl_c_before_the_first_trial_leaves_nothing(searching) -> None:
    with pytest.raises(KeyboardInterrupt):
        searching(carrying(870.0), interrupted=lambda: True)


def test_a_budget_that_is_over_before_one_load_was_carried_is_told(searching) -> None:
    with pytest.raises(TargetError, match="--budget 12s was over before one load was carried") as told:
        searching(carrying(870.0), slo=("p99<50ms",), budget=12.0, spent_s=8.0)
    enough = float(str(told.value).split("use --budget ")[1].split("s,")[0])
    found, *_ = searching(carrying(870.0), slo=("p99<50ms",), budget=enough)
    assert found.capacity.value > 0


@pytest.mark.parametrize(
    ("kind", "options", "one_s"),
    [
        ("echo", {"slo": ("p99<50ms",)}, 8),
        ("echo", {}, 9),
        ("connect", {}, 4),
        ("echo", {"duration": 30.0}, 34),
        ("echo", {"duration": 2.0, "warmup": 5.0, "drain": 30.0}, 38),
    ],
)
def test_a_budget_without_room_for_a_trial_is_refused_with_one_that_will_do(
    kind: str, options: dict[str, object], one_s: int, searching
) -> None:
    with pytest.raises(PlanError, match=f"--budget 4s is too short: one trial takes some {one_s} s") as error:
        make_setting(kind, URL, budget=4.0, **options)  # type: ignore[arg-type]
    enough_s = float(str(error.value).rpartition("--budget ")[2].removesuffix("s"))
    searching(carrying(870.0), kind, budget=enough_s, spent_s=1.5, **options)


def test_a_server_that_never_answers_is_told_with_its_last_words(
    searching, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def silent(_: Setting, __: object) -> Iterator[Place]:
        raise TargetError("--serve has not answered; its last words:\n  waiting")
        yield

    monkeypatch.setattr(World, "nowhere", silent)
    with pytest.raises(
        TargetError, match="--budget 12s was over before the target answered: --serve has not"
    ):
        searching(carrying(870.0), serve="python {port}", budget=12.0, spent_s=12.0)


def test_a_target_that_has_taken_nobody_when_the_budget_is_over_is_told_as_that(
    searching, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(*_: object) -> None:
        monkeypatch.setattr(Budget, "is_over", lambda _: True)
        raise KeyboardInterrupt

    monkeypatch.setattr(World, "run_trial", cut)
    with pytest.raises(
        TargetError, match="--budget 12s was over before the target answered: no handshake had ended"
    ):
        searching(carrying(870.0), "connect", connections=3, budget=12.0)


def test_what_is_published_by_http_goes_to_the_server_of_the_round() -> None:
    setting = make_setting(
        "fanout",
        "ws://127.0.0.1:{port}/",
        serve="serve {port}",
        publish="POST http://127.0.0.1:{port}/publish",
        publish_body="{marker}",
    )
    plan = setting.plan(5.0, 2.0, url="ws://127.0.0.1:4711/")
    assert plan.publish == "POST http://127.0.0.1:4711/publish"


def test_a_port_to_fill_in_without_a_command_that_serves_there_is_refused() -> None:
    with pytest.raises(PlanError, match="or name the port"):
        make_setting("echo", "ws://127.0.0.1:{port}/")


@pytest.mark.parametrize(
    ("kind", "options", "words"),
    [
        ("connect", {"rate": 10.0}, "-c 100"),
        ("connect", {"connections": 0}, "--connections 0 must be a number above 0"),
        ("connect", {"slo": ("p99<50ms",)}, "-c 381"),
        ("connect", {"slo": ("lost==0",)}, "no such figure"),
        ("echo", {"rate": -1.0}, "--rate -1 must be a number above 0"),
        ("echo", {"rate": 1.0, "slo": ("p99<50ms",)}, "begin with -r 7/s"),
        ("echo", {"budget": 0.0}, "--budget 0"),
        ("echo", {"rounds": 0}, "--rounds 0"),
        ("echo", {"duration": 1.0}, "use -d 2s"),
        ("echo", {"closed": True}, "--closed has no place"),
        ("echo", {"serve": "python app.py"}, "{port}"),
        ("echo", {"serve": "python app.py {port}"}, "write it where the port of --serve goes"),
        ("echo", {"slo": ("p99<50",)}, "a time needs a unit"),
    ],
)
def test_what_can_not_be_searched_for_is_refused(kind: str, options: dict[str, object], words: str) -> None:
    with pytest.raises(PlanError) as error:
        make_setting(kind, URL, **options)  # type: ignore[arg-type]
    assert words in str(error.value)


def test_the_length_of_a_trial_follows_from_the_objective() -> None:
    assert make_setting("echo", URL, slo=("p99<50ms",)).trial_s == 10.0
    assert make_setting("echo", URL, slo=("p99<1s",)).trial_s == 60.0
    assert make_setting("echo", URL, slo=("p99<5ms",), rate=200.0).trial_s == 5.0


def test_arrivals_are_random_unless_told() -> None:
    assert make_setting("echo", URL).options["arrivals"] == "poisson"
    assert make_setting("echo", URL, arrivals="constant").options["arrivals"] == "constant"


def test_progress_shows_the_bracket_closing_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "run_trial", World(carrying(870.0)).run_trial)
    monkeypatch.setattr(search, "target_of", World.nowhere)
    shown: list[SearchProgress] = []
    search.search(make_setting("echo", URL, slo=("p99<50ms",), rounds=2), shown.append)
    last = shown[-1]
    assert last.carried is not None
    assert last.failed is not None
    assert 800 < last.carried < 870 < last.failed < 950
    assert len(last.answers) == 2


@pytest.mark.parametrize(("door", "first"), [(1, 1000), (3, 100), (57, 100), (1500, 100)])
def test_whatever_the_first_number_connections_are_counted_to_the_last_one(
    door: int, first: int, searching
) -> None:
    def answer(load: Load) -> tuple[bool | None, str, int]:
        refused = max(0, round(load.amount) - door)
        return refused == 0, f"http 503: {refused} of {load.amount:.0f} handshakes", refused

    found, world = searching(answer, "connect", connections=first, rounds=2)
    assert found.capacity.interval == (door, door)
    assert len(world.loads) <= 15


def test_places_that_are_not_free_again_yet_do_not_lower_the_count(searching) -> None:
    taken = iter([0, 9])  # by connections of the trial before

    def answer(load: Load) -> tuple[bool | None, str, int]:
        refused = max(0, round(load.amount) - 57 + (next(taken, 0) if load.amount > 50 else 0))
        return refused == 0, "http 503", refused

    found, _ = searching(answer, "connect", connections=50, rounds=2)
    assert found.capacity.interval == (57, 57)


def test_where_handshakes_are_too_slow_and_nobody_is_refused_a_round_bisects(searching) -> None:
    found, world = searching(
        lambda load: (load.amount <= 420, "p50<300ms missed"), "connect", slo=("p50<300ms",), rounds=2
    )
    assert abs(log(found.capacity.value / 420)) < 0.03
    assert len([load for load in world.loads if load.round]) == FIRST_TRIALS + TRIALS


def test_an_objective_of_the_answer_is_none_of_a_trial(searching) -> None:
    slo = ("p99<50ms", "capacity.value>=900")
    setting = make_setting("echo", URL, slo=slo)
    assert (setting.slo, setting.objectives) == (slo[:1], slo[1:])
    found, _ = searching(carrying(870.0), slo=slo, rounds=2)
    assert [(one.expression, one.met) for one in found.objectives] == [(slo[1], False)]
    assert exit_codes.of_search(found) == 99
    high_enough, _ = searching(carrying(990.0), slo=slo, rounds=2)
    assert exit_codes.of_search(high_enough) == 0


def test_a_lower_bound_is_no_answer_even_if_it_is_high_enough(searching) -> None:
    found, _ = searching(
        lambda load: (True, "") if load.amount < 900 else (None, "generator: late"),
        slo=("capacity.value>=10",),
    )
    assert found.objectives[0].met
    assert exit_codes.of_search(found) == 98


def test_a_search_whose_server_takes_too_long_to_start_ends_with_what_is_known(
    searching, monkeypatch: pytest.MonkeyPatch
) -> None:
    starts = iter([True, True, False])

    @contextmanager
    def starting(_: Setting, is_over: Callable[[], bool]) -> Iterator[Place]:
        if not next(starts):
            monkeypatch.setattr(bench.Bench, "is_to_end", lambda _: True)
            raise TargetError("it does not listen yet")
        yield Place(URL, None, ())

    monkeypatch.setattr(World, "nowhere", staticmethod(starting))
    found, _ = searching(carrying(870.0), slo=("p99<50ms",), serve="python {port}")
    assert len(found.rounds) == 1
    assert found.capacity.is_bracket
