import msgspec
import pytest

from tests.report import compared, golden, runs
from wswarm.report.ab import effects
from wswarm.report.ab.history import entry
from wswarm.report.compare.text import summary, trend
from wswarm.stats.compare.slices import Metric
from wswarm.stats.compare.stored import compare_stored
from wswarm.stats.recording import of_run

STORED = compare_stored([(of_run(runs.echo()), of_run(compared.slow_echo()))])


def test_the_summary_of_an_interleaved_regression_reads_as_kept():
    golden.check("comparison-regression.txt", summary(compared.REGRESSION, compared.CONTEXT))


def test_the_summary_of_stored_runs_reads_as_kept():
    golden.check("comparison-advisory.txt", summary(STORED, compared.advisory()))


def test_a_history_reads_as_kept():
    entries = [
        entry(compared.FINE, compared.CONTEXT),
        entry(STORED, compared.advisory()),
        entry(compared.REGRESSION, compared.CONTEXT),
    ]
    golden.check("trend.txt", trend(entries))


def test_an_advisory_regression_does_not_shout_it():
    assert effects.verdict(compared.REGRESSION, compared.advisory()) == "ADVISORY: regression"
    assert effects.verdict(compared.REGRESSION, compared.CONTEXT) == "✗ REGRESSION"
    assert effects.verdict(compared.NOTHING, compared.advisory()) == "✗ INVALID"


@pytest.mark.parametrize(
    ("ratio", "shown"),
    [
        (1.124, "+12.4 %"),
        (0.95, "−5.0 %"),
        (1.0, "+0.0 %"),
        (9.99, "+899.0 %"),
        (12.0, "×12"),
        (None, "–"),
    ],
)
def test_a_ratio_is_shown_as_a_change(ratio, shown):
    assert effects.change(ratio) == shown


@pytest.mark.parametrize(
    ("unit", "value", "shown"),
    [
        ("s", 0.0042, "4.20 ms"),
        ("bytes", 31_900.0, "31.9 KB"),
        ("per s", 52_000.0, "52,000/s"),
        ("", 1.5, "1.5"),
        ("s", None, "–"),
    ],
)
def test_a_figure_is_shown_in_its_unit(unit, value, shown):
    assert effects.figure(value, Metric(name="x", theta=0.05, unit=unit)) == shown


def test_what_a_branch_is_called_cannot_drive_the_terminal():
    side = msgspec.structs.replace(compared.CONTEXT.head, name="\x1b[31mx\nwswarm · fine", commit=None)
    text = summary(compared.FINE, msgspec.structs.replace(compared.CONTEXT, head=side))
    assert "\x1b" not in text
    assert "\nwswarm · fine" not in text
