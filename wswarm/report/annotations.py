"""Lines that GitHub Actions turns into annotations of the run."""

from collections.abc import Sequence

from wswarm.report.checks import Check, Result

_COMMANDS: dict[Result, str] = {
    "failed": "error",
    "error": "error",
    "not measurable": "error",
    "undecided": "warning",
    "advisory": "notice",
}
MOST = 10  # per step and kind; GitHub drops those after them


def render(checks: Sequence[Check]) -> str:
    """Return a workflow command per check that did not pass, the weightiest first, a line each; none for open ones.

    Source: "Workflow commands for GitHub Actions"; values are escaped as its toolkit does.
    """
    lines = []
    for command in ("error", "warning", "notice"):
        own = [check for check in checks if _COMMANDS.get(check.result) == command]
        shown = own if len(own) <= MOST else own[: MOST - 1]
        lines += [_command(command, f"{check.group}: {check.name}", check.message) for check in shown]
        if len(own) > len(shown):
            lines.append(_command(command, "wswarm", f"{len(own) - len(shown)} more: see the summary"))
    return "".join(f"{line}\n" for line in lines)


def _command(command: str, title: str, message: str) -> str:
    return f"::{command} title={_property(title)}::{_escaped(message)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
