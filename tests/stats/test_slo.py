"""Service-level objectives: reading them, and holding a run to them."""

from typing import Any, get_args

import msgspec
import pytest

from wswarm.errors import PlanError
from wswarm.results.run import (
    Connections,
    Distribution,
    Environment,
    Fanout,
    GeneratorCost,
    Lost,
    Messages,
    Phases,
    Publish,
    Rates,
    Room,
    Rooms,
    Run,
    Scenario,
    SloResult,
    Validity,
)
from wswarm.results.scenario import BROADCASTS
from wswarm.stats.figures import full_path
from wswarm.stats.slo import check, is_about, parse_objective

NOTHING = Distribution(n=0)
MESSAGES = Messages(
    offered=1000,
    sent=1000,
    owed=1000,
    received=993,
    lost=Lost(disconnected=2, silent=5),
    duplicated=0,
    reordered=1,
    extra=0,
    unmarked=3,
)


def run(scenario: Scenario = "echo", **changes: Any) -> Run:
    """Return a run in which handshakes take 10 ms, responses 20 ms and deliveries 30 ms at p99."""
    made = Run(
        scenario=scenario,
        started_at="2026-01-01T00:00:00Z",
        plan={"rate": 100.0, "url": "ws://host", "connections": 10},
        environment=Environment(cores=2, cpu="x", kernel="x", python="x", packages={}),
        validity=Validity(verdict="valid"),
        phases=Phases(warmup=0, hold=1, drain=2, end=3),
        connections=Connections(
            requested=10,
            opened=9,
            failed=1,
            peak=9,
            dropped=0,
            failures={"timeout": 1, "http 403": 3, "tls: no rss, rates. <1": 4},
            closes={"1006": 2},
            handshake_time=Distribution(n=9, p99=0.01),
        ),
        messages=MESSAGES,
        rates=Rates(offered=100.0, achieved=99.5, received=99.0),
        send_lag=NOTHING,
        service_time=None,
        response_time=Distribution(n=993, p50=0.005, p99=0.02) if scenario == "echo" else None,
        fanout=Fanout(
            publishers=1,
            subscribers=10,
            broadcasts=10,
            incomplete=0,
            delivery_time=Distribution(n=100, p99=0.03),
            first_delivery=NOTHING,
            median_delivery=NOTHING,
            completion_time=Distribution(n=10, p50=0.2),
            spread=NOTHING,
        )
        if scenario == "fanout"
        else None,
        rooms=Rooms(
            rooms=2,
            worst=[
                Room(room="1", owed=9, received=6, lost=3, extra=0),
                Room(room="0", owed=900, received=900, lost=0, extra=1, p99=0.04),
            ],
        )
        if scenario == "fanout"
        else None,
        series=[],
        generator=GeneratorCost(
            processes=1,
            cpu_s=1.5,
            cpu_s_per_message=1e-5,
            peak_rss=50_000_000,
            rss_per_connection=15_000.0,
            loop_lag=NOTHING,
            driver="picows",
            pacing="exact",
        ),
        target=None,
    )
    return msgspec.structs.replace(made, **changes)


def met(expression: str, scenario: Scenario = "echo") -> bool:
    """Return whether the run meets the objective."""
    (result,) = check(run(scenario), (expression,))
    return result.met


@pytest.mark.parametrize(
    ("path", "scenario", "full"),
    [
        ("p99", "connect", "connections.handshake_time.p99"),
        ("p99", "echo", "response_time.p99"),
        ("p99", "fanout", "fanout.delivery_time.p99"),
        ("p99.9", "echo", "response_time.p99_9"),
        ("p99_99", "echo", "response_time.p99_99"),
        ("lost", "fanout", "messages.lost"),
        ("rates.achieved", "echo", "rates.achieved"),
    ],
)
def test_a_short_name_stands_for_a_path_by_scenario(path: str, scenario: Scenario, full: str) -> None:
    assert full_path(path, scenario) == full


@pytest.mark.parametrize(
    ("expression", "scenario", "value"),
    [
        ("p99<50ms", "connect", 0.01),
        ("p99<50ms", "echo", 0.02),
        ("p99<50ms", "fanout", 0.03),
        ("lost<100", "echo", 7.0),
        ("messages.lost<100", "echo", 7.0),
        ("messages.lost.silent<100", "echo", 5),
        ("fanout.completion_time.p50<1s", "fanout", 0.2),
        ("rooms.rooms>=2", "fanout", 2),
        ("rooms.worst.0.lost<5", "fanout", 3),
        ("rooms.worst.1.p99<50ms", "fanout", 0.04),
        ("connections.failures.timeout<2", "echo", 1),
        ("connections.closes.1006<9", "echo", 2),
        ('connections.failures."http 403"<=3', "echo", 3),
        ('connections.failures."timeout" < 2', "echo", 1),
        ('connections.failures."tls: no rss, rates. <1"<1k', "echo", 4),
        ('connections."closes"."1006"<9', "echo", 2),
        ("plan.connections>1", "echo", 10),
        ("generator.rss_per_connection<16k", "echo", 15_000.0),
    ],
)
def test_an_objective_reads_its_figure(expression: str, scenario: Scenario, value: float) -> None:
    (result,) = check(run(scenario), (expression,))
    assert (result.expression, result.value, result.met) == (expression, value, True)


@pytest.mark.parametrize(
    ("sign", "below", "equal", "above"),
    [
        ("<", True, False, False),
        ("<=", True, True, False),
        (">", False, False, True),
        (">=", False, True, True),
        ("==", False, True, False),
        ("!=", True, False, True),
    ],
)
def test_every_operator_compares_the_figure_with_the_limit(
    sign: str, below: bool, equal: bool, above: bool
) -> None:
    assert met(f"rates.achieved{sign}100") == below
    assert met(f"rates.achieved{sign}99.5") == equal
    assert met(f"rates.achieved{sign}99") == above


@pytest.mark.parametrize(
    ("expression", "limit"),
    [
        ("p99<0", 0.0),
        ("p99>=0.0", 0.0),
        ("p99<1.5s", 1.5),
        ("p99<50ms", 0.05),
        ("p99<2s", 2.0),
        ("p99<1m", 60.0),
        ("p99<500us", 500e-6),
        ("messages.received>=10k", 10_000.0),
        ("messages.received>=1m", 1_000_000.0),
        ("lost<1k", 1_000.0),
        ("rates.achieved>=2k/s", 2_000.0),
        ("rates.received>=30/m", 0.5),
        ("generator.rss_per_connection<16k", 16_000.0),
        ("target.peak_rss<1MiB", 1_048_576.0),
    ],
)
def test_a_limit_has_the_unit_of_its_figure(expression: str, limit: float) -> None:
    assert parse_objective(expression).limit == pytest.approx(limit)


def test_blanks_around_the_parts_do_not_matter() -> None:
    assert parse_objective(" p99 <= 50ms ")[1:] == ("p99", "<=", 0.05)


@pytest.mark.parametrize(
    ("expression", "scenario"),
    [
        ("p99.9<1h", "echo"),
        ("p90>=0", "echo"),
        ("response_time.p99<1h", "connect"),
        ("fanout.spread.p50<1h", "fanout"),
        ("target.cpu_s<1h", "echo"),
        ("p99!=0", "fanout_without"),
    ],
)
def test_a_figure_that_is_null_is_not_met(expression: str, scenario: Any) -> None:
    made = run("fanout", fanout=None) if scenario == "fanout_without" else run(scenario)
    (result,) = check(made, (expression,))
    assert (result.value, result.met) == (None, False)


@pytest.mark.parametrize(
    ("expression", "scenario", "why"),
    [
        ("p99<1s", "connect", "n too small: needs 381, had 9"),
        ("p99.9<1s", "fanout", "n too small: needs 3,838, had 100"),
        ("fanout.completion_time.p95<1s", "fanout", "n too small: needs 73, had 10"),
        ("send_lag.p99<1s", "echo", "nothing was measured"),
        ("target.cpu_s<1h", "echo", "the target's process is not known"),
        ("lost==0", "silent", "no such figure in this run"),
        ("fanout.spread.p50<1h", "echo", "no such figure in this run"),
        ("rooms.worst.0.p99<1h", "fanout", "n too small: needs 381, had 6"),
        ("rooms.worst.2.lost==0", "fanout", "no such figure in this run"),
    ],
)
def test_a_figure_that_the_run_lacks_says_why(expression: str, scenario: Any, why: str) -> None:
    made = run("echo", messages=None) if scenario == "silent" else run(scenario)
    if scenario == "connect":
        short = msgspec.structs.replace(made.connections, handshake_time=Distribution(n=9))
        made = msgspec.structs.replace(made, connections=short)
    assert check(made, (expression,)) == [SloResult(expression=expression, value=None, met=False, why=why)]


def test_while_a_handshake_failed_for_an_unknown_reason_no_single_reason_can_be_counted() -> None:
    seen = msgspec.structs.replace(run().connections, failures={"http 403": 1, "moon: full": 2}, failed=3)
    made = run(connections=seen)
    results = check(made, ('connections.failures."http 520"==0', "connections.failed<=3"))
    assert [(one.value, one.met) for one in results] == [(None, False), (3, True)]
    assert "none of the documented ones: moon: full" in (results[0].why or "")
    assert check(made, ('connections.failures."moon: full"<=2',))[0].met


def test_a_figure_that_does_not_exist_is_refused_with_those_it_resembles() -> None:
    with pytest.raises(PlanError, match=r"did you mean .*response_time\.p99"):
        parse_objective("respons_time.p99<1s")


@pytest.mark.parametrize(
    "path", ["connections.closes.1000", "connections.failures.refused", 'connections.failures."http 404"']
)
def test_a_reason_that_never_occurred_occurred_zero_times(path: str) -> None:
    (result,) = check(run(), (f"{path}==0",))
    assert (result.value, result.met) == (0, True)


def lost(**reasons: int) -> Run:
    """Return a run whose connections ended for these reasons, the first after 2 s."""
    made = run()
    seen = msgspec.structs.replace(
        made.connections,
        dropped=sum(reasons.values()),
        close_reasons={reason.replace("_", " "): count for reason, count in reasons.items()},
        open_time=Distribution(n=sum(reasons.values()), min=2.0),
    )
    return msgspec.structs.replace(made, connections=seen)


@pytest.mark.parametrize(
    ("expression", "value", "met"),
    [
        ("connections.dropped<=20", 20, True),
        ('connections.close_reasons."4401 expired"<=19', 19, True),
        ('connections.close_reasons."4401 expired"<19', 19, False),
        ('connections.close_reasons."1006"==0', 0, True),
        ("connections.open_time.min>=2s", 2.0, True),
    ],
)
def test_an_objective_on_lost_connections_is_judged(expression: str, value: float, met: bool) -> None:
    (result,) = check(lost(**{"4401_expired": 19, "1001": 1}), (expression,))
    assert (result.value, result.met) == (value, met)


@pytest.mark.parametrize(
    ("expression", "value", "met"),
    [
        ('publish.statuses."503"<=1', 2, False),
        ('publish.statuses."500"==0', 0, True),
        ("publish.requests==10", 10, True),
        ("publish.response_time.max<1s", 0.2, True),
    ],
)
def test_an_objective_on_requests_that_publish_is_judged(expression: str, value: float, met: bool) -> None:
    times = Distribution(n=10, min=0.1, mean=0.1, max=0.2)
    made = msgspec.structs.replace(
        run(), publish=Publish(requests=10, statuses={"202": 8, "503": 2}, response_time=times)
    )
    (result,) = check(made, (expression,))
    assert (result.value, result.met) == (value, met)


def test_a_close_reason_that_may_be_among_the_others_is_not_called_absent() -> None:
    made = lost(**{"4401_expired": 19, "other": 3})
    absent, there = check(
        made, ('connections.close_reasons."1006"==0', 'connections.close_reasons."4401 expired"==19')
    )
    assert (absent.value, absent.met, there.met) == (None, False, True)


@pytest.mark.parametrize(
    "path",
    [
        "p42",
        "latency",
        "response_time",
        "response_time.p98",
        "messages.lots",
        "series",
        "series.p99",
        "schema",
        "scenario",
        "connections.failures",
        "fanout.per_broadcast",
        "p99.p99",
        "rates.achieved.x",
        'connections.failed."http 403"',
        'connections.failures."http 403".x',
        'connections."http 403"',
        'messages."received now"',
    ],
)
def test_a_path_that_no_run_file_has_is_refused_before_anything_is_measured(path: str) -> None:
    with pytest.raises(PlanError) as refusal:
        parse_objective(f"{path}<1")
    assert repr(path) in str(refusal.value)


def test_a_setting_that_is_no_number_is_refused() -> None:
    with pytest.raises(PlanError, match=r"'plan\.url' is not a number"):
        check(run(), ("plan.url==1",))


@pytest.mark.parametrize(
    "expression",
    [
        *[
            "",
            "p99",
            "p99<",
            "<50ms",
            "p99 50ms",
            "p99=50ms",
            "p99<50 ms",
            "p99<<1",
            "9<1",
            "p-99<1",
            "p99.<1",
        ],
        "connections.failures.http 403<1",
        'connections.failures."http 403<1',
        'connections.failures.""<1',
        'connections.failures."http 403"x<1',
        '"p99"<1',
    ],
)
def test_what_is_no_objective_is_refused_with_examples(expression: str) -> None:
    with pytest.raises(PlanError) as refusal:
        parse_objective(expression)
    assert f"--slo {expression!r}" in str(refusal.value)


def test_a_name_with_a_blank_is_refused_with_how_to_quote_it() -> None:
    with pytest.raises(PlanError, match=r'double quotes: connections\.failures\."http 403"<=3'):
        parse_objective("connections.failures.http 403<=3")


@pytest.mark.parametrize("value", ["fast", "50mss", "5%", "nan", "--1", "-1", "1e-3", "1,5"])
def test_a_limit_that_is_no_time_is_refused_by_name(value: str) -> None:
    with pytest.raises(PlanError) as refusal:
        parse_objective(f"p99<{value}")
    assert f"{value!r} is not a duration such as 50ms" in str(refusal.value)


@pytest.mark.parametrize(
    "figure",
    [
        *("p99", "p99.9", "response_time.mean", "fanout.completion_time.max", "send_lag.p50", "phases.end"),
        *("connections.handshake_time.min", "generator.loop_lag.p99", "generator.cpu_s", "clock_error"),
        *("target.cpu_s_per_message", "connections.tls_time.p95"),
    ],
)
def test_a_time_without_its_unit_is_refused_with_both_that_it_may_have_meant(figure: str) -> None:
    with pytest.raises(PlanError) as refusal:
        parse_objective(f"{figure} < 50")
    assert str(refusal.value) == (
        f"--slo '{figure} < 50': a time needs a unit: write {figure}<50ms or {figure}<50s"
    )
    assert parse_objective(f"{figure}<50ms").limit == 0.05


@pytest.mark.parametrize(
    "figure",
    [
        *("lost", "rates.achieved", "target.peak_rss", "messages.owed", "fanout.completion_time.n"),
        *(
            "generator.rss_per_connection",
            'connections.failures."http 403"',
            "plan.rate",
            "environment.cores",
        ),
    ],
)
def test_counts_rates_per_second_and_bytes_need_no_unit(figure: str) -> None:
    assert parse_objective(f"{figure}<50").limit == 50


def test_each_objective_has_its_result_in_order() -> None:
    results = check(run(), ("p99<1s", "lost==0"))
    assert [(result.expression, result.met) for result in results] == [("p99<1s", True), ("lost==0", False)]


@pytest.mark.parametrize(
    ("expression", "scenarios"),
    [
        ("p99<50ms", ["connect", "echo", *BROADCASTS, "script", "replay"]),
        ("lost==0", ["echo", *BROADCASTS, "script", "replay"]),
        ("rates.achieved>=950", ["echo", *BROADCASTS, "script", "replay"]),
        ("response_time.p50<1ms", ["echo"]),
        ("fanout.completion_time.p99<1s", [*BROADCASTS, "script"]),
        ("steps.login.time.p99<1s", ["script", "replay"]),
        ('publish.statuses."503"==0', [*BROADCASTS]),
        ('connections.failures."http 403"<=3', ["connect", "echo", *BROADCASTS, "script", "replay"]),
        ("target.peak_rss<1e9", ["connect", "echo", *BROADCASTS, "script", "replay"]),
    ],
)
def test_an_objective_is_about_the_scenarios_that_have_its_figure(
    expression: str, scenarios: list[str]
) -> None:
    found = [name for name in get_args(Scenario) if is_about(expression, name)]
    assert found == scenarios


def test_without_objectives_there_are_no_results() -> None:
    assert check(run(), ()) == []
