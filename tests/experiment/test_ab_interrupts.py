"""A comparison that is ended before it has measured anything."""

from argparse import Namespace

import pytest

from wswarm.cli import ab as command
from wswarm.cli.terminal import Interrupts
from wswarm.drive.host.server import Command
from wswarm.errors import TargetError
from wswarm.experiment.ab import compare as ab
from wswarm.experiment.ab.design import make_design, make_timing
from wswarm.experiment.ab.setting import ARMS, Experiment
from wswarm.stats.compare.comparison import Side


def experiment() -> Experiment:
    """Two versions that nobody starts."""
    design = make_design(("cpu",), {}, scenario="echo")
    return Experiment(
        sides={arm: Side(arm=arm, version=arm) for arm in ARMS},
        commands={arm: Command(arm, "serve {port}") for arm in ARMS},
        url="ws://127.0.0.1:{port}",
        scenario="echo",
        options={"connections": 1},
        design=design,
        timing=make_timing(96.0, design.looks, 6, has_closed=False),
        seed=1,
        is_pinned=False,
    )


def test_ctrl_c_while_the_rate_is_found_out_leaves_no_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[ab._Running] = []

    def begin(running: ab._Running) -> None:
        begun.append(running)

    monkeypatch.setattr(ab._Running, "_generation", begin)
    with pytest.raises(KeyboardInterrupt):
        ab.compare(experiment(), interrupted=lambda: bool(begun))


@pytest.mark.parametrize(("is_asked", "raised"), [(True, KeyboardInterrupt), (False, TargetError)])
def test_a_server_that_does_not_start_after_ctrl_c_is_no_failure_of_its_own(
    is_asked: bool, raised: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Interrupts, "asked", lambda _: is_asked)
    monkeypatch.setattr(command, "compare", fails)
    with pytest.raises(raised):
        command._compare(experiment(), Namespace(budget=96.0, quiet=True), Interrupts(), None)


def fails(*_: object) -> None:
    """Stand for a server that does not start."""
    raise TargetError("head did not start")
