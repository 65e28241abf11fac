"""The page about protocols: each of its commands is one that can be given, and each protocol has one."""

import re
import shlex
import tomllib
from pathlib import Path

import msgspec
import pytest

from tests.cli.command import parser
from wswarm.cli.scenario import settings_of
from wswarm.load.plan import make_plan
from wswarm.load.profiles import NAMES
from wswarm.load.profiles.protocol import Protocol

PAGE = (Path(__file__).parents[2] / "docs" / "protocols.md").read_text()
SHELL = "\n".join(re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)).replace("\\\n", " ")
COMMANDS = [line for line in SHELL.splitlines() if line.startswith("wswarm ")]
MEASURING = [line for line in COMMANDS if line.split()[1] in ("connect", "echo", "fanout")]
OF_REFERENCE = {"echo", "items", "chat"}


@pytest.mark.parametrize("command", MEASURING)
def test_a_command_of_the_page_is_a_plan(command: str) -> None:
    parsed = parser().parse_args(shlex.split(command, comments=True)[1:])
    plan = make_plan(parsed.command, parsed.url, **settings_of(parsed))
    assert plan.scenario == parsed.command


def test_every_protocol_has_a_command() -> None:
    shown = set(re.findall(r"--profile ([\w-]+)", PAGE))
    assert set(NAMES) - OF_REFERENCE - shown == set()


def test_the_profile_of_one_s_own_is_one() -> None:
    (written,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    found = msgspec.convert({"name": "chat", **tomllib.loads(written)}, Protocol)
    assert found.steps[0].name == "hello"
