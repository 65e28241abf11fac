"""A target that fails: exit code 95, told first, and reported all the same."""

import json
from pathlib import Path

import pytest

from tests.cli.command import BRIEF, BRIEF_MESSAGES, in_process
from tests.end_to_end.servers import serve

ENDS = [[3, 4401, "token expired"]]
LONG = ("-d", "1s")  # by its end all that are to be closed are, also on a busy machine


@pytest.mark.parametrize(
    ("scenario", "options"), [("connect", BRIEF), ("echo", BRIEF_MESSAGES), ("fanout", BRIEF_MESSAGES)]
)
def test_a_target_that_hangs_up_on_all_is_exit_95_and_reported(
    tmp_path: Path, scenario: str, options: tuple[str, ...]
) -> None:
    with serve("parting", ends=[[4, 4401, "token expired"]], after=0.1) as server:
        ended = in_process(scenario, server.url, *options, *LONG, "-o", "here", cwd=tmp_path)
    assert ended.code == 95
    lines = ended.out.splitlines()
    told = next(index for index, line in enumerate(lines) if "TARGET FAILED" in line)
    assert "connections: 4401 token expired, after" in " ".join(lines[told : told + 3])
    assert "lower --rate" not in " ".join(line for line in lines[told:] if "sent" in line)
    assert json.loads((tmp_path / "here" / "run.json").read_text())["failure"].startswith("it closed ")


def test_a_suite_goes_on_after_a_scenario_in_which_the_target_failed(tmp_path: Path) -> None:
    with serve("parting", ends=ENDS, after=0.1) as server:
        options = ("--scenarios", "connect,echo", "--print", "json", "--quiet", *BRIEF_MESSAGES, *LONG)
        ended = in_process("run", server.url, *options, cwd=tmp_path)
    connect, echo = json.loads(ended.out)
    assert ended.code == 95
    assert connect["notices"][0].startswith(
        "the target closed 3 of 3 connections: 4401 token expired, after "
    )
    assert (echo["scenario"], echo["notices"], echo["messages"]["received"]) == ("echo", [], 50)


def test_an_objective_on_lost_connections_does_not_hide_that_the_target_failed(tmp_path: Path) -> None:
    with serve("parting", ends=ENDS, after=0.1) as server:
        objectives = (
            "--slo",
            "connections.dropped<=3",
            "--slo",
            'connections.close_reasons."4401 token expired"==3',
        )
        ended = in_process("connect", server.url, *BRIEF, *LONG, *objectives, cwd=tmp_path)
    assert ended.out.count("✓ connections.") == 2
    assert ended.code == 95
