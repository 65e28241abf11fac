"""JUnit XML, annotations and the exports: what machines read of a comparison, and of runs."""

import json
from xml.etree import ElementTree as Xml

import pytest

from tests.report import compared, golden, runs
from wswarm.report import annotations, checks, exports, junit
from wswarm.report.checks import Check

# What both `junit-10.xsd` of Jenkins' xunit plugin and `JUnit.xsd` of Ant's reports allow of these elements:
# attributes, those that must be there, and children.
SCHEMA = {
    "testsuites": ({"name", "time", "tests", "failures", "errors"}, set(), {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors", "time", "skipped", "timestamp", "hostname", "id", "package"},
        {"name", "tests", "failures", "errors"},
        {"properties", "testcase", "system-out", "system-err"},
    ),
    "testcase": (
        {"name", "time", "classname", "group"},
        {"name"},
        {"skipped", "error", "failure", "system-out", "system-err"},
    ),
    "failure": ({"type", "message"}, set(), set()),
    "error": ({"type", "message"}, set(), set()),
    "skipped": ({"message"}, set(), set()),
    "system-out": (set(), set(), set()),
}
MISSED = runs.objectives(
    ("p99<50ms", 0.00106, True), ("lost==0", 3.0, False), ("target.cpu_s<1", None, False)
)
RUNS = [
    runs.connect(validity=runs.verdict("suspect", "agent's CPU at 91 %")),
    runs.echo(slo=MISSED),
    runs.fanout(validity=runs.verdict("invalid", "nothing <&> arrived")),
]


def report(found, seconds=None):
    """The XML, read and held against the schema."""
    top = Xml.fromstring(junit.render(found, seconds).encode())
    for element in top.iter():
        allowed, required, children = SCHEMA[element.tag]
        assert required <= set(element.attrib) <= allowed
        assert {child.tag for child in element} <= children
    return top


def results(top):
    """What became of each case, by name."""
    return {
        case.get("name"): next((child.tag for child in case if child.tag != "system-out"), "passed")
        for case in top.iter("testcase")
    }


def test_the_report_of_a_regression_reads_as_kept():
    text = junit.render(checks.of_comparison(compared.REGRESSION, compared.CONTEXT), 252.0)
    golden.check("comparison-regression.xml", text)


def test_a_gating_regression_fails_and_an_advisory_one_does_not():
    top = report(checks.of_comparison(compared.REGRESSION, compared.CONTEXT), 252.0)
    assert results(top) == {
        "server CPU per delivery": "failure",
        "delivery time p50": "skipped",
        "delivery time p99": "skipped",
        "capacity": "failure",
        "lost messages": "failure",
        "duplicated messages": "passed",
    }
    suite = top.find("testsuite")
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("6", "3", "0")
    assert (suite.get("skipped"), suite.get("time")) == ("2", "252.000")


def test_a_comparison_of_stored_runs_fails_nothing():
    top = report(checks.of_comparison(compared.REGRESSION, compared.advisory()))
    assert set(results(top).values()) == {"passed", "skipped"}


def test_a_comparison_that_measured_nothing_is_an_error():
    for context in (compared.CONTEXT, compared.advisory()):
        top = report(checks.of_comparison(compared.NOTHING, context))
        assert "error" in results(top).values()
        assert int(top.get("errors")) >= 1


def test_inconclusive_is_skipped_with_its_reason():
    top = report(checks.of_comparison(compared.UNCLEAR, compared.CONTEXT))
    messages = [skipped.get("message") for skipped in top.iter("skipped")]
    assert messages
    assert all("inconclusive: the interval is too wide to tell" in message for message in messages)


def test_runs_have_a_case_for_their_validity_and_one_per_objective():
    top = report(checks.of_runs(RUNS), 30.0)
    found = [(case.get("classname"), case.get("name")) for case in top.iter("testcase")]
    assert found == [
        ("wswarm.connect", "validity"),
        ("wswarm.echo", "validity"),
        ("wswarm.echo", "p99<50ms"),
        ("wswarm.echo", "lost==0"),
        ("wswarm.echo", "target.cpu_s<1"),
        ("wswarm.fanout", "validity"),
    ]
    assert [(error.get("type"), error.get("message")) for error in top.iter("error")] == [
        ("not measurable", "target.cpu_s<1 not measurable: n too small: needs 381, had 100"),
        ("error", "nothing <&> arrived"),
    ]
    assert [failure.get("message") for failure in top.iter("failure")] == ["lost==0 missed: 3"]
    assert (top.get("failures"), top.get("errors")) == ("1", "2")


def test_an_objective_that_could_not_be_measured_is_annotated_as_an_error():
    lines = annotations.render(checks.of_runs([runs.echo(slo=runs.objectives(("p99<1s", None, False)))]))
    assert lines == (
        "::error title=wswarm.echo%3A p99<1s::p99<1s not measurable: n too small: needs 381, had 100\n"
    )


def test_what_xml_cannot_hold_is_spelt_out():
    top = report(checks.of_runs([runs.echo(validity=runs.verdict("invalid", "bad \x00\x1b\ud800 sign"))]))
    assert [error.get("message") for error in top.iter("error")] == ["bad \\x00\\x1b\\ud800 sign"]


def test_the_annotations_of_a_regression_read_as_kept():
    golden.check(
        "annotations.txt", annotations.render(checks.of_comparison(compared.REGRESSION, compared.CONTEXT))
    )


def test_annotations_are_errors_warnings_or_notices_and_passing_is_silent():
    def commands(comparison, context):
        lines = annotations.render(checks.of_comparison(comparison, context)).splitlines()
        return {line.split(" ")[0] for line in lines}

    assert commands(compared.FINE, compared.CONTEXT) == set()
    assert commands(compared.UNCLEAR, compared.CONTEXT) == {"::warning"}
    assert commands(compared.UNCLEAR, compared.advisory()) == set()
    assert commands(compared.REGRESSION, compared.advisory()) == {"::notice"}
    assert "::error" in commands(compared.NOTHING, compared.CONTEXT)


def test_an_annotation_is_escaped_so_that_no_message_is_a_command():
    text = annotations.render([Check("a:b,c", "d%", "failed", "50 %\n::error::mine\r, so: there")])
    assert text == "::error title=a%3Ab%2Cc%3A d%25::50 %25%0A::error::mine%0D, so: there\n"


def test_more_annotations_than_are_shown_are_announced():
    lines = annotations.render([Check("g", str(n), "failed", "m") for n in range(14)]).splitlines()
    assert len(lines) == annotations.MOST
    assert lines[-1].endswith("::5 more: see the summary")


def test_a_comparison_exports_slowdowns_of_which_more_is_worse():
    figures = exports.of_comparison(compared.REGRESSION)
    rows = {row["name"]: row for row in json.loads(exports.smaller_is_better(figures))}
    assert set(rows) == {*compared.LEVELS, "lost messages", "duplicated messages"}
    assert all({"name", "unit", "value"} <= set(row) for row in rows.values())
    assert rows["server CPU per delivery"]["value"] == pytest.approx(1.12, abs=0.02)
    assert rows["capacity"]["value"] == pytest.approx(1 / 0.9, abs=0.02)
    assert rows["lost messages"]["value"] == 3
    low, high = map(float, rows["capacity"]["range"].split(" … "))
    assert low < rows["capacity"]["value"] < high


def test_bencher_gets_each_value_between_its_bounds():
    found = json.loads(exports.bencher(exports.of_comparison(compared.REGRESSION)))
    slowdown = found["capacity"]["slowdown"]
    assert slowdown["lower_value"] < slowdown["value"] < slowdown["upper_value"]
    assert found["lost messages"] == {"lost": {"value": 3.0}}


def test_runs_export_what_was_measured_in_the_units_that_the_tools_expect():
    run = runs.echo(plan={"closed": True, "rate": None})
    found = json.loads(exports.bencher(exports.of_runs([run, runs.connect(connections=20)])))
    latency = found["echo response time p50"]["latency"]
    assert latency["value"] == pytest.approx(run.response_time.p50 * 1e9)
    assert latency["lower_value"] < latency["value"] < latency["upper_value"]
    assert found["echo server CPU per reply"] == {"cpu-time": {"value": pytest.approx(39_000)}}
    assert found["echo capacity"] == {"throughput": {"value": 1000.0}}
    assert found["connect server memory per connection"] == {"memory": {"value": 31_900.0}}
    smaller = json.loads(exports.smaller_is_better(exports.of_runs([run])))
    assert "echo capacity" not in [row["name"] for row in smaller]
    assert smaller[0]["unit"] == "ns"
