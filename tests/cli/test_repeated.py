"""The command of a run's page, read again by the command line."""

import shlex
from pathlib import Path
from typing import Any

import msgspec
import pytest

from wswarm.cli import grammar
from wswarm.cli.arguments import make_parser
from wswarm.cli.scenario import planned
from wswarm.load.changing import is_of
from wswarm.load.plan import Plan
from wswarm.load.settings import Settings
from wswarm.results import command

URL = "ws://127.0.0.1:8000/ws"
LINES = (
    f"connect {URL} -c 20 -d 3s --seed 5",
    f"connect {URL} --stages 3s:20,2s:20",
    f"echo {URL} -c 3 -r 7/m -d 90s --warmup 0s --drain 250ms --seed 7 --arrivals poisson --pacing exact",
    f"echo {URL} --closed --text 'a b {{marker}}' --size 512 --binary",
    f"echo {URL} --stages 3s:1k/s,1500ms:0/s --probe on --ping 3s --slo 'p99<50ms' --slo lost==0",
    f"echo {URL} --on-open hello --on-open-binary 'two words' -H 'X-Env: te st' --subprotocol a --follow",
    f"echo {URL} --say hi --expect '/o.k/' --take 'x=$.id' --refuse no --driver websockets --deflate",
    f"echo {URL}?a=b&c=d --connect-rate 33.5/s --connect-timeout 1.25s --processes 2",
    f"fanout {URL}/{{room}} --rooms 4 -c 40 -r 3/s --publishers 2 --publisher-say x --publisher-expect y",
    f"fanout {URL} --publish 'POST http://127.0.0.1:9/p' --publish-body '{{marker}}' --publish-header 'X: y'",
    f"storm {URL} --drop 12.5% --how close --reconnect fixed:1s --before 3s --after 4s --patience 9s",
    f"slow {URL} --slow 7% --size 2k --pairs 2 --swallows 5k",
    f"churn {URL} --sessions 3/s --stay 2s --stay-law fixed",
    f"churn {URL} --sessions 3/s -r 2/s -c 60 --trends -d 2m",
)


def settings_of(plan: Plan) -> dict[str, Any]:
    """Return them as a run file has them."""
    told = msgspec.json.decode(msgspec.json.encode(plan))
    return {name: value for name, value in told.items() if is_of(name, plan.scenario)}


def plan_of(line: str) -> Plan:
    parsed = make_parser().parse_args(shlex.split(line))
    return planned(parsed).plan


@pytest.mark.parametrize("line", LINES)
def test_the_command_to_repeat_a_run_gives_an_equal_plan(line: str) -> None:
    plan = msgspec.structs.replace(plan_of(line), seed=11)
    shown = command.command(settings_of(plan))
    assert shown.startswith("wswarm ")
    assert "--seed 11" in shown
    assert plan_of(shown.removeprefix("wswarm ")) == plan


def test_the_command_names_a_file_before_the_address() -> None:
    script = Path(__file__).parents[2] / "tests/recordings/playwright-chat.har"
    plan = msgspec.structs.replace(plan_of(f"replay {shlex.quote(str(script))} {URL} --speed 2"), seed=3)
    shown = command.command(settings_of(plan))
    assert plan_of(shown.removeprefix("wswarm ")) == plan


def test_the_command_s_defaults_are_those_of_plans() -> None:
    fields = {field.name: field.default for field in msgspec.structs.fields(Settings)}
    assert {name: fields[name] for name in command.DEFAULTS} == dict(command.DEFAULTS)


def test_secrets_of_the_command_are_variables() -> None:
    shown = command.command(
        {
            "scenario": "echo",
            "url": "ws://me:hunter2@host:1/?token=hunter3&room=1",
            "headers": ["Authorization: Bearer hunter4", "X-Env: test"],
            "cookies": ["sid=hunter5"],
        }
    )
    assert "hunter" not in shown
    assert "'ws://me:${PASSWORD}@host:1/?token=${TOKEN}&room=1'" in shown
    assert "-H 'Authorization: ${AUTHORIZATION}' -H 'X-Env: test' --cookie 'sid=${SID}'" in shown


def test_values_are_spelt_as_the_grammar_reads_them() -> None:
    assert grammar.duration("0.00005s") == 0.00005
    assert "--ping 0.00005s" in command.command({"scenario": "echo", "ping": 0.00005})
