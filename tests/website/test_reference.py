"""The reference that is made from the code: it leaves nothing out."""

import argparse

import pytest

import wswarm
from website.api import api_page
from website.commands import FOLDER, command_pages
from website.run_file import meanings, run_file_page
from wswarm.cli.arguments import make_parser
from wswarm.results.run import json_schema

PAGES = command_pages()
OBJECTS = {name: form for name, form in json_schema()["$defs"].items() if "properties" in form}
COMMANDS = next(
    action.choices for action in make_parser()._actions if isinstance(action, argparse._SubParsersAction)
)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_s_page_has_every_option_and_argument(command: str) -> None:
    page = PAGES[f"{FOLDER}/{command}.md"]
    for action in COMMANDS[command]._actions:
        for name in action.option_strings or [str(action.metavar or action.dest).upper()]:
            assert name in ("-h", "--help") or f"`{name}`" in page


def test_the_page_of_all_commands_leads_to_each() -> None:
    assert all(f"({command}.md)" in PAGES[f"{FOLDER}/index.md"] for command in COMMANDS)


@pytest.mark.parametrize("name", OBJECTS)
def test_every_field_of_the_run_file_has_a_meaning(name: str) -> None:
    assert [field for field, meaning in meanings(OBJECTS[name]).items() if not meaning] == []


@pytest.mark.parametrize("name", OBJECTS)
def test_the_page_of_the_run_file_has_every_field(name: str) -> None:
    page = run_file_page()
    assert all(f"| `{field}` |" in page for field in OBJECTS[name]["properties"])


def test_a_field_s_meaning_is_its_own_line_or_within_that_of_another() -> None:
    form = {
        "properties": dict.fromkeys(("healthy", "slow", "ratio")),
        "description": "It cost.\n\nAttributes:\n    healthy: Those that\n        read. `slow`: those that don't.\n",
    }
    assert meanings(form) == {"healthy": "Those that read.", "slow": "those that don't.", "ratio": ""}


def test_the_page_of_the_python_interface_has_every_public_name() -> None:
    assert set(api_page().split()) >= {f"wswarm.{name}" for name in wswarm.__all__}
