"""Summaries in GitHub's markdown: for a job summary, a comment, an issue."""

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from wswarm.report import format as show
from wswarm.report import headline, rooms, stages
from wswarm.report.ab import effects
from wswarm.report.ab.effects import EffectRow
from wswarm.report.context import Context, Side
from wswarm.report.scripted import script_sections
from wswarm.report.sections import objective_result, objective_value, suite_table
from wswarm.results.run import Environment, Run
from wswarm.stats.compare.ab import Comparison

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~!&])")
_MENTION = re.compile(r"@(?=\w)")
ICONS = {"failed": "❌", "warned": "⚠️", "open": "❔", "fine": "✅"}
_LOOKS = {
    "regression": "failed",
    "invalid": "failed",
    "inconclusive": "open",
    "improved": "fine",
    "no regression": "fine",
}
_LOOKS_OF_OBJECTIVES = {"met": "fine", "missed": "failed", "not measurable": "open"}


def comparison(found: Comparison, context: Context) -> str:
    """Return what a reviewer wants to know of a comparison, ending with a newline."""
    icon = "ℹ️" if context.advisory is not None else ICONS[_LOOKS[found.verdict]]
    word = f"{found.verdict} (advisory)" if context.advisory is not None else found.verdict
    lines = [f"### {icon} wswarm {context.title}: {word}", ""]
    lines += [f"base {_side(context.base)} → head {_side(context.head)}", ""]
    served = [f"- {line}" for line in effects.serving(context, lambda text: f"`{code(text)}`")]
    lines += [*served, ""] if served else []
    lines += [f"> **Advisory**: {escaped(context.advisory)}.", ""] if context.advisory is not None else []
    lines += [*bullets(found.reasons), ""] if found.reasons else []
    lines += _effects(effects.columns(context), effects.rows(found, context))
    lines += ["", *bullets(context.notes)] if context.notes else []
    return "\n".join([*lines, "", *_how(found, context)]) + "\n"


def runs(measured: Sequence[Run], failures: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return what a reviewer wants to know of runs: verdict, figures, objectives; ends with a newline.

    Args:
        failures: By scenario that has no run, why it could not be measured.
    """
    lines = [f"### {_headline(measured, len(failures))}", ""]
    lines += [f"`{code(address)}`" for address in dict.fromkeys(headline.url(run) for run in measured)]
    overview = suite_table(measured)
    lines += ["", *table_of(("scenario", *overview.columns), overview.rows, last="---:"), ""]
    lines += bullets(f"{scenario} could not be measured: {why}" for scenario, why in failures.items())
    for run in measured:
        told = ([f"the target failed: {run.failure}"] if run.failure is not None else []) + run.notices
        lines += bullets(f"{run.name or run.scenario}: {notice}" for notice in told)
    for run in measured:
        lines += bullets(f"{_name(run)} is {run.validity.verdict}: {why}" for why in run.validity.reasons)
    for run in measured:
        lines += _rooms(run)
    for run in measured:
        lines += _stages(run)
    for run in measured:
        lines += _steps(run)
    objectives = [row for run in measured for row in _objectives(run)]
    if objectives:
        lines += ["", *table_of(("scenario", "objective", "value", "result"), objectives)]
    return "\n".join(lines).rstrip() + "\n"


def _steps(run: Run) -> list[str]:
    """Return the steps of a script as a table; nothing of other runs."""
    tables = [section.table for section in script_sections(run) if section.table is not None]
    return [
        line
        for table in tables
        for line in (
            "",
            *table_of(
                (f"{_name(run)} step", *table.columns),
                [(escaped(row[0]), *row[1:]) for row in table.rows],
                last="---:",
            ),
        )
    ]


def _headline(measured: Sequence[Run], failed: int) -> str:
    """Return the worst that is true of the runs, with a sign."""
    objectives = headline.objectives(measured)
    is_met = all(result.met for run in measured for result in run.slo)
    verdicts = {run.validity.verdict for run in measured}
    if failed:
        return f"{ICONS['failed']} wswarm: {show.plural(failed, 'scenario')} could not be measured"
    if any(run.failure is not None for run in measured):
        return f"{ICONS['failed']} wswarm: the target failed"
    if "invalid" in verdicts:
        return f"{ICONS['failed']} wswarm: invalid measurement"
    if objectives and not is_met:
        return f"{ICONS['failed']} wswarm: {objectives[2:]}"
    if "suspect" in verdicts:
        return f"{ICONS['open']} wswarm: suspect measurement"
    return f"{ICONS['fine']} wswarm: measured" + (
        ", every objective met" if any(r.slo for r in measured) else ""
    )


def _rooms(run: Run) -> list[str]:
    if run.rooms is None:
        return []
    shown = table_of((_name(run), *rooms.COLUMNS), rooms.rows(run.rooms), last="---:")
    return ["", *shown, "", escaped(rooms.note(run.rooms))]


def _stages(run: Run) -> list[str]:
    section = stages.section(run)
    if section is None or section.table is None:
        return []
    columns = (f"{_name(run)} stage", *section.table.columns)
    return ["", *table_of(columns, section.table.rows, last="---:")]


def _objectives(run: Run) -> list[tuple[str, ...]]:
    return [
        (
            _name(run),
            f"`{code(result.expression)}`",
            objective_value(result.expression, result.value),
            f"{ICONS[_LOOKS_OF_OBJECTIVES[headline.standing(result)]]} {escaped(objective_result(result))}",
        )
        for result in run.slo
    ]


def _name(run: Run) -> str:
    return escaped(run.name or run.scenario)


def _effects(columns: Sequence[str], rows: Sequence[EffectRow]) -> list[str]:
    cells = [
        (
            escaped(row.metric),
            row.base,
            row.head,
            f"**{row.change}**" if row.change and row.outcome == "regression" else row.change,
            row.interval,
            f"{_icon(row)} {row.verdict}" + (f" ({row.remark})" if row.remark else ""),
        )
        for row in rows
    ]
    return table_of(columns, cells)


def _icon(row: EffectRow) -> str:
    """Return the sign of the verdict: what does not decide never looks like a failure."""
    look = _LOOKS[row.outcome]
    if row.is_deciding or look != "failed":
        return ICONS[look]
    return ICONS["open" if row.outcome == "invalid" else "warned"]


def table_of(columns: Sequence[str], rows: Iterable[Sequence[str]], last: str = ":---") -> list[str]:
    """Lay out a table: the first column to the left, figures to the right, the last as said."""
    rule = [":---", *("---:" for _ in columns[2:]), last]
    return [f"| {' | '.join(line)} |" for line in (columns, rule, *rows)]


def _how(found: Comparison, context: Context) -> list[str]:
    """Return how it was measured, folded away."""
    phrases = effects.facts(found, context)
    lines = ["<details><summary>How it was measured</summary>", ""]
    lines += [f"- {' · '.join(phrases)}"] if phrases else []
    lines += [f"- `{code(context.command)}`", f"- made {escaped(context.made_at)}"]
    lines += ["- θ is the slowdown that must be caught; half of it is tolerated"] if found.effects else []
    lines += [f"- {escaped(_machine(context.environment))}"] if context.environment is not None else []
    return [*lines, "", "</details>"]


def _machine(environment: Environment) -> str:
    cores = show.plural(environment.cores, "core")
    return f"{cores}, {environment.cpu}, {environment.kernel}, {environment.python}"


def bullets(texts: Iterable[str]) -> list[str]:
    """Return a list of the texts."""
    return [f"- {escaped(show.printable(text))}" for text in texts]


def _side(side: Side) -> str:
    return f"`{code(effects.side(side))}`"


def escaped(text: str) -> str:
    """Return the text so that markdown shows it as it is; nothing in it becomes a link, a mention or HTML."""
    return _MENTION.sub("@\u200b", _SPECIAL.sub(r"\\\1", show.printable(text)))


def code(text: str) -> str:
    """Return the text as it may stand between backticks in a table."""
    return show.printable(text).replace("`", "'").replace("|", "\\|")
