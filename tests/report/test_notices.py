"""What the target did is told first, in every output."""

import msgspec
import pytest

from tests.report import parts, runs
from wswarm.report import annotations, checks, html, junit, markdown
from wswarm.report.text import suite_summary, summary
from wswarm.results.run import Run, Samples
from wswarm.testing.swarm import Judgement, Result

NOTICE = "the target closed 20 of 20 connections: 4403 plan <expired>, after 0.9 s"
FAILURE = "it closed 20 of 20 connections before the hold's end"


def failed(**changes: object) -> Run:
    """Return the run of a target that hung up on all."""
    run = runs.connect(connections=20)
    seen = msgspec.structs.replace(
        run.connections,
        dropped=20,
        closes={"4403": 20},
        close_reasons={"4403 plan <expired>": 20},
        open_time=parts.distribution(parts.times(20, 0.9, 0.01)),
    )
    return msgspec.structs.replace(run, connections=seen, notices=[NOTICE], failure=FAILURE, **changes)


def test_the_summary_begins_with_it() -> None:
    lines = summary(failed()).splitlines()
    told = [index for index, line in enumerate(lines) if FAILURE in line or "closed 20 of 20" in line]
    assert lines[told[0]] == f"✗ TARGET FAILED: {FAILURE}"
    assert lines[told[1]] == f"  - {NOTICE}"
    assert lines.index("✓ VALID") > told[1]
    assert "dropped               20   4403 plan <expired>: 20; they had been open for 0.88" in "\n".join(
        lines
    ) or any("4403 plan <expired>: 20; they had been open for" in line for line in lines)


def test_a_suite_tells_it_of_its_scenario() -> None:
    shown = " ".join(suite_summary([failed(), runs.echo()]).split())
    assert f"- connect: ✗ TARGET FAILED: {FAILURE} - connect: {NOTICE}" in shown


def test_the_page_shows_it_above_the_verdict() -> None:
    page = html.render([failed(), runs.echo()])
    assert (
        page.index(FAILURE.replace("'", "&#39;"))
        < page.index("plan &lt;expired&gt;")
        < page.index('class="badge ')
    )


def test_markdown_headline_and_first_line_tell_it() -> None:
    shown = markdown.runs([failed(), runs.echo()])
    assert shown.startswith("### ❌ wswarm: the target failed\n")
    assert "- connect: the target closed 20 of 20 connections: 4403 plan \\<expired\\>, after 0.9 s" in shown


@pytest.mark.parametrize(("is_failure", "tag"), [(True, "error"), (False, "skipped")])
def test_junit_and_annotations_have_it_as_a_check_of_the_target(is_failure: bool, tag: str) -> None:
    found = checks.of_runs([failed() if is_failure else msgspec.structs.replace(failed(), failure=None)])
    assert found[0].name == "target"
    assert NOTICE in found[0].message
    assert f"<{tag}" in junit.render(found)
    assert ("::error title=" if is_failure else "::notice title=") in annotations.render(found)


def test_pytest_says_it_instead_of_a_missed_objective() -> None:
    run = failed()
    judgement = Result(run).meets("connections.failed==0")
    assert isinstance(judgement, Judgement)
    assert not judgement
    assert repr(judgement) == f"<the target failed: {FAILURE}; {NOTICE}>"


def test_what_the_target_said_stands_beside_the_count() -> None:
    refused = runs.connect(connections=20, failed=4)
    said = Samples(refusals={"http 503": "over capacity"})
    shown = " ".join(summary(msgspec.structs.replace(refused, samples=said)).split())
    assert 'http 503 ("over capacity"): 3, timeout: 1' in shown


def test_a_sample_stands_beside_the_unmarked() -> None:
    run = runs.echo(rate=10, duration=1)
    assert run.messages is not None
    odd = msgspec.structs.replace(run.messages, unmarked=2)
    shown = summary(
        msgspec.structs.replace(run, messages=odd, samples=Samples(unmarked=["no such\\tcommand"]))
    )
    assert 'frames that were not ours, such as "no such\\tcommand"' in " ".join(shown.split())
