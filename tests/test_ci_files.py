"""The action and the workflow: they are read as GitHub reads them, and their script is run on a fake wswarm."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from wswarm.cli.arguments import make_parser

ROOT = Path(__file__).parents[1]
ACTION = ROOT / "action.yml"
WORKFLOW = ROOT / ".github" / "workflows" / "performance.yml"
DOCS = ROOT / "docs" / "ci.md"
FAKE = """#!/bin/sh
printf '%s\\n' "$@" > "$FAKE_LOG"
exit "$FAKE_CODE"
"""


def read(path: Path) -> Any:
    """Return the file's content; `on` stays a word."""
    text = re.sub(r"^on:", "'on':", path.read_text(), flags=re.MULTILINE)
    return yaml.safe_load(text)


def steps() -> list[dict[str, Any]]:
    return read(ACTION)["runs"]["steps"]


def script() -> dict[str, Any]:
    (found,) = [step for step in steps() if step.get("id") == "ab"]
    return found


def test_the_action_is_composite_and_every_script_names_its_shell() -> None:
    action = read(ACTION)
    assert action["runs"]["using"] == "composite"
    assert {"base", "head", "budget", "scenario", "args"} <= set(action["inputs"])
    assert all(one["description"] for one in (*action["inputs"].values(), *action["outputs"].values()))
    for step in steps():
        assert ("uses" in step) != ("run" in step)
        assert "run" not in step or step["shell"] == "bash"


def test_every_expression_of_the_action_names_something_there_is() -> None:
    inputs = set(read(ACTION)["inputs"])
    used = set(re.findall(r"inputs\.([\w-]+)", ACTION.read_text()))
    assert used == inputs
    outputs = set(re.findall(r"steps\.ab\.outputs\.([\w-]+)", ACTION.read_text()))
    assert outputs == {"exit-code", "report"}
    assert all(f"{name}=" in script()["run"] for name in outputs)


def test_nothing_from_outside_becomes_part_of_a_script() -> None:
    for step in steps():
        assert "${{" not in step.get("run", "")


def test_the_report_is_kept_whatever_the_verdict() -> None:
    (upload,) = [step for step in steps() if "upload-artifact" in step.get("uses", "")]
    assert "always()" in upload["if"]


def run(tmp_path: Path, code: int, **inputs: str) -> tuple[int, list[str], dict[str, str]]:
    """Run the action's script; return its exit code, the arguments of wswarm and the outputs of the step."""
    tools = tmp_path / "tools" / "bin"
    tools.mkdir(parents=True, exist_ok=True)
    (tools / "wswarm").write_text(FAKE)
    (tools / "wswarm").chmod(0o755)
    variables = {
        "BASE": "origin/main",
        "HEAD": "HEAD",
        "BUDGET": "6m",
        "SCENARIO": "echo",
        "ARGS": "",
    } | inputs
    paths = {
        "TOOLS": str(tmp_path / "tools"),
        "REPORT": str(tmp_path / "report"),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "FAKE_LOG": str(tmp_path / "log"),
        "FAKE_CODE": str(code),
    }
    (tmp_path / "output").write_text("")
    assert set(variables) | {"REPORT", "TOOLS"} == set(script()["env"])
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script()["run"]],
        env=os.environ | variables | paths,
        check=False,
    )
    outputs = dict(line.split("=", 1) for line in (tmp_path / "output").read_text().splitlines())
    return done.returncode, (tmp_path / "log").read_text().splitlines(), outputs


@pytest.mark.parametrize("code", [0, 1, 2, 96, 97, 98])
def test_the_step_ends_as_wswarm_did(code: int, tmp_path: Path) -> None:
    ended, arguments, outputs = run(tmp_path, code)
    assert ended == code
    assert outputs == {"exit-code": str(code), "report": str(tmp_path / "report")}
    assert arguments[:9] == [
        "ab",
        "--base",
        "origin/main",
        "--head",
        "HEAD",
        "--budget",
        "6m",
        "--scenario",
        "echo",
    ]
    assert "--github" in arguments


def test_further_arguments_are_split_as_by_a_shell_and_never_run_by_one(tmp_path: Path) -> None:
    (tmp_path / "canary").touch()
    words = "--serve 'uvicorn app:app --port {port}' --strict $(rm canary) ; rm canary"
    _, arguments, _ = run(tmp_path, 0, ARGS=words, BASE="a; rm canary", HEAD="$(rm canary)")
    assert arguments[-8:] == [
        "--serve",
        "uvicorn app:app --port {port}",
        "--strict",
        "$(rm",
        "canary)",
        ";",
        "rm",
        "canary",
    ]
    assert (arguments[2], arguments[4]) == ("a; rm canary", "$(rm canary)")
    assert (tmp_path / "canary").exists()


def test_the_outputs_that_the_action_asks_for_are_options_of_wswarm() -> None:
    asked = set(re.findall(r"--[a-z-]+", script()["run"])) - {"--base", "--head", "--budget", "--scenario"}
    words = [word for option in asked - {"--github"} for word in (option, "x")]
    make_parser().parse_args(["compare", "a", "b", "--github", *words])


def test_the_workflow_may_only_read_and_sees_the_whole_history() -> None:
    workflow = read(WORKFLOW)
    assert workflow["permissions"] == {"contents": "read"}
    assert "pull_request" in workflow["on"]
    assert "pull_request_target" not in workflow["on"]
    (job,) = workflow["jobs"].values()
    checkout = next(step for step in job["steps"] if "checkout" in step.get("uses", ""))
    assert checkout["with"]["fetch-depth"] == 0
    (own,) = [step for step in job["steps"] if step.get("uses") == "./"]
    assert set(own["with"]) <= set(read(ACTION)["inputs"])
    names = re.findall(r"matrix\.(\w+)", json.dumps(job))
    assert set(names) <= set(job["strategy"]["matrix"])


def test_the_snippets_of_the_docs_are_well_formed() -> None:
    snippets = re.findall(r"```yaml\n(.*?)```", DOCS.read_text(), re.DOTALL)
    assert len(snippets) >= 3
    for snippet in snippets:
        assert isinstance(yaml.safe_load(snippet), dict)
