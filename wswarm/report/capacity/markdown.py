"""The summary of a search in GitHub's markdown."""

from wswarm.report.capacity import words
from wswarm.report.markdown import ICONS, bullets, code, escaped, table_of
from wswarm.results.capacity import Search


def summary(search: Search) -> str:
    """Return what a reviewer wants to know of a search, ending with a newline."""
    remedy = words.remedy(search)
    lines = [f"### {_icon(search)} wswarm {words.title(search)}: {escaped(words.headline(search))}", ""]
    lines += [f"`{code(search.target)}`, {escaped(words.criterion(search))}", ""]
    told = [*([remedy] if remedy else []), *search.notices]
    lines += [*bullets(told), ""] if told else []
    lines += table_of(("what", "is known"), [(name, escaped(value)) for name, value in words.facts(search)])
    rows = [tuple(map(escaped, words.row(one))) for one in search.trials]
    lines += ["", f"<details><summary>{escaped(words.how(search))}</summary>", ""]
    lines += [*table_of(words.COLUMNS, rows), "", "</details>"]
    return "\n".join(lines) + "\n"


def _icon(search: Search) -> str:
    """Return the sign of the worst that is true of it."""
    if not search.is_found or not all(one.met for one in search.objectives):
        return ICONS["failed"]
    return ICONS["open" if search.interrupted else "fine"]
