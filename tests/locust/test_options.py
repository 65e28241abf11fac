"""Our options on Locust's command line: what they mean, and what is said of a value that can't be."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

import configargparse
import pytest

from wswarm.errors import PlanError
from wswarm.locust.options import Options, add_options, read_options

DOC = Path(__file__).parents[2] / "docs" / "locust.md"
LOCUSTS_OWN = {"include_in_web_ui", "is_secret", "is_required", "is_multiple"}


class Parser(configargparse.ArgumentParser):
    """Takes what Locust's own parser takes beside ConfigArgParse's arguments."""

    def add_argument(self, *names, **settings):
        return super().add_argument(*names, **{k: v for k, v in settings.items() if k not in LOCUSTS_OWN})


def parsed(*arguments: str) -> Namespace:
    parser: ArgumentParser = Parser()
    add_options(parser)
    return parser.parse_args(list(arguments))


def read(*arguments: str) -> Options:
    return read_options(parsed(*arguments))


def test_without_options_the_classes_decide_and_a_report_is_written() -> None:
    assert read() == Options(
        rate=None,
        profile=None,
        text=None,
        publishers=None,
        hold=None,
        drain=5.0,
        fail=(),
        report=Path("reports"),
        plots=True,
        starts_target=False,
        target_pid=None,
    )


@pytest.mark.parametrize(
    ("arguments", "name", "value"),
    [
        (["--ws-rate", "2k/s"], "rate", 2000.0),
        (["--ws-rate", "30/m"], "rate", 0.5),
        (["--ws-profile", "items"], "profile", "items"),
        (["--ws-text", "say {marker}"], "text", "say {marker}"),
        (["--ws-publishers", "3"], "publishers", 3),
        (["--ws-hold", "1m30s"], "hold", 90.0),
        (["--ws-drain", "250ms"], "drain", 0.25),
        (["--ws-drain", "0s"], "drain", 0.0),
        (["--ws-fail", "p99<50ms", "--ws-fail", "lost==0"], "fail", ("p99<50ms", "lost==0")),
        (["--ws-report", "elsewhere"], "report", Path("elsewhere")),
        (["--ws-report", "none"], "report", None),
        (["--ws-no-plots"], "plots", False),
        (["--ws-start-target"], "starts_target", True),
        (["--ws-target-pid", "17"], "target_pid", 17),
    ],
)
def test_an_option_is_read(arguments: list[str], name: str, value: object) -> None:
    assert getattr(read(*arguments), name) == value


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--ws-rate", "fast"], "--ws-rate: 'fast' is not a rate"),
        (["--ws-rate", "0"], "--ws-rate 0 must be above 0"),
        (["--ws-profile", "chess"], "--ws-profile 'chess': no such profile; choose one of"),
        (["--ws-publishers", "0"], "--ws-publishers 0 must be a number above 0"),
        (["--ws-hold", "soon"], "--ws-hold: 'soon' is not a duration"),
        (["--ws-hold", "0s"], "--ws-hold 0s must be above 0"),
        (["--ws-drain", "long"], "--ws-drain: 'long' is not a duration"),
        (["--ws-fail", "p99=50ms"], "--ws-fail 'p99=50ms'"),
    ],
)
def test_a_value_that_cannot_be_is_named_in_one_line_with_its_option(arguments: list[str], told: str) -> None:
    with pytest.raises(PlanError) as caught:
        read(*arguments)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "--slo" not in str(caught.value)


def test_options_come_from_the_environment_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WSWARM_RATE", "7")
    monkeypatch.setenv("WSWARM_REPORT", "none")
    options = read()
    assert (options.rate, options.report) == (7.0, None)


def test_every_option_is_documented() -> None:
    parser = Parser()
    add_options(parser)
    names = [name for action in parser._actions for name in action.option_strings if "ws" in name]
    assert names
    undocumented = [name for name in names if f"`{name}" not in DOC.read_text()]
    assert undocumented == []
