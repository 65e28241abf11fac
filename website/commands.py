"""The reference of the command line, made from its parser: a page for each command."""

import argparse
from collections.abc import Iterator

from website.cells import cell, code, table
from wswarm.cli.arguments import make_parser

FOLDER = "reference/commands"
_HEAD = ("option", "value", "meaning")


def command_pages() -> dict[str, str]:
    """Return the pages in Markdown by their paths in the documentation, that of all commands first."""
    parser = make_parser()
    (commands,) = (one for one in parser._actions if isinstance(one, argparse._SubParsersAction))
    summaries = {one.dest: one.help or "" for one in commands._choices_actions}
    pages = {f"{FOLDER}/index.md": _index(parser, summaries)}
    for name in summaries:
        pages[f"{FOLDER}/{name}.md"] = _page(name, commands.choices[name])
    return pages


def _index(parser: argparse.ArgumentParser, summaries: dict[str, str]) -> str:
    rows = [(f"[`wswarm {name}`]({name}.md)", cell(summary)) for name, summary in summaries.items()]
    return (
        f"# Commands\n\n{parser.description}\n\n{table(('command', ''), rows)}\n{cell(parser.epilog or '')}\n"
    )


def _page(name: str, parser: argparse.ArgumentParser) -> str:
    parts = [f"# wswarm {name}", cell(parser.description or "")]
    for group in parser._action_groups:
        rows = [
            _row(action) for action in group._group_actions if not isinstance(action, argparse._HelpAction)
        ]
        if rows:
            title = (group.title or "").removeprefix("positional ")
            parts += [f"## {title[:1].upper()}{title[1:]}", cell(group.description or ""), table(_HEAD, rows)]
    return "\n\n".join(filter(None, [*parts, cell(parser.epilog or "")])) + "\n"


def _row(action: argparse.Action) -> tuple[str, ...]:
    names = action.option_strings or [str(action.metavar or action.dest).upper()]
    meaning = (action.help or "") % {**vars(action), "prog": "wswarm"}
    return ", ".join(map(code, names)), " ".join(_values(action)), cell(meaning)


def _values(action: argparse.Action) -> Iterator[str]:
    if action.choices is not None:
        yield from map(code, action.choices)
    elif action.option_strings and action.nargs != 0:
        yield code(str(action.metavar or action.dest.upper()))
