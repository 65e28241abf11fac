"""A comparison of two versions in a terminal: at most 100 columns, plain text."""

import textwrap
from collections.abc import Iterable, Sequence

from wswarm.report import format as show
from wswarm.report.ab.effects import served
from wswarm.report.ab.file import PAIRED, SAME, are_the_same
from wswarm.results import redact
from wswarm.stats.compare.ab import Effect
from wswarm.stats.compare.comparison import Ab, Side
from wswarm.stats.compare.faults import Faults, Outcome

WIDTH = 100
_INDENT = "  "
_LOUD: dict[Outcome, str] = {
    "regression": "REGRESSION",
    "invalid": "INVALID",
    "inconclusive": "INCONCLUSIVE",
    "improved": "improved",
    "no regression": "no regression",
}
_TIME = {"echo": "response", "fanout": "delivery"}
_MESSAGE = {"echo": "message", "fanout": "delivery"}


def ab_summary(ab: Ab) -> str:
    """Return everything a reader wants to know of a comparison, ending with a newline."""
    lines = [
        show.shortened(f"wswarm ab {ab.scenario} · {redact.address(str(ab.plan['url']))}", WIDTH),
        *(line for side in (ab.base, ab.head) for line in _named(side)),
        *textwrap.wrap(" · ".join(_how(ab)), WIDTH),
        "",
        *_verdict(ab),
        "",
        *table(ab),
    ]
    notes = [line for note in _notes(ab) for line in _bullet(note)]
    return "\n".join([*lines, *([""] if notes else []), *notes]) + "\n"


def table(ab: Ab) -> list[str]:
    """Return a line per metric, and one per kind of fault that occurred: change, interval and verdict."""
    rows = [effect_cells(one, ab.scenario) for one in ab.comparison.effects]
    rows += [_fault_cells(one) for one in ab.comparison.faults if one.kind == "lost" or one.base or one.head]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return [
        f"{_INDENT}{row[0]:<{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:<{widths[2]}}"
        f"  {row[3]:<{widths[3]}}  {row[4]}".rstrip()
        for row in rows
    ]


def effect_cells(effect: Effect, scenario: str) -> tuple[str, str, str, str, str]:
    """Return name, values, change with its interval, verdict, and by what it was judged."""
    metric = effect.metric
    judged = f"θ {metric.theta:.0%}, {show.plural(effect.generations, 'gen')}"
    judged += "" if metric.is_gating else ", advisory"
    return (
        metric_name(metric.name, scenario),
        _from_to(effect.base, effect.head, metric.unit),
        change(effect),
        _LOUD[effect.verdict] if metric.is_gating else effect.verdict,
        f"({judged})",
    )


def metric_name(name: str, scenario: str) -> str:
    """Return the metric in words: `CPU per message`, `p99 delivery`."""
    if name == "cpu":
        return f"CPU per {_MESSAGE[scenario]}"
    return f"{name} {_TIME[scenario]}" if name[0] == "p" else name


def change(effect: Effect) -> str:
    """Return the change of the metric in percent with its interval, as far as it is known."""
    if effect.ratio is None:
        return show.UNKNOWN
    if effect.low is None or effect.high is None:
        return f"{effect.ratio - 1:+.1%}"
    return f"{effect.ratio - 1:+.1%} [{100 * (effect.low - 1):+.1f}, {100 * (effect.high - 1):+.1f}]"


def _from_to(base: float | None, head: float | None, unit: str) -> str:
    if base is None or head is None:
        return show.UNKNOWN
    first, second = (
        show.seconds(value) if unit == "s" else f"{show.three_digits(value)} {unit}" for value in (base, head)
    )
    amount, _, name = first.partition(" ")
    return f"{amount if second.endswith(f' {name}') else first}→{second}"


def _fault_cells(faults: Faults) -> tuple[str, str, str, str, str]:
    return (
        faults.kind,
        f"{show.count(faults.base)}→{show.count(faults.head)}",
        "",
        _LOUD[faults.verdict],
        f"({faults.reason})",
    )


def _verdict(ab: Ab) -> Iterable[str]:
    comparison = ab.comparison
    ended = " (ended early)" if ab.is_interrupted else ""
    yield f"{_LOUD[comparison.verdict]}{ended}: head against base"
    for reason in comparison.reasons:
        yield from _bullet(show.printable(reason))


def _how(ab: Ab) -> Iterable[str]:
    settings, plan = ab.settings, ab.plan
    yield show.plural(int(plan["connections"]), "connection")
    rate = show.rate(settings.rate)
    yield rate if settings.is_rate_given else f"{rate} (measured: what leaves base some room)"
    slices = f"{show.plural(len(ab.slices), 'slice')} of {show.duration(float(f'{settings.slice:.2g}'))}"
    yield f"{show.plural(len(ab.generations), 'generation')}, {slices}, in {show.duration(round(ab.elapsed))}"
    yield f"seed {settings.seed}"
    if settings.server_cores:
        yield f"servers on core {_numbers(settings.server_cores)}, generator on {_numbers(settings.generator_cores)}"


def _named(side: Side) -> Iterable[str]:
    """Return what a version is called, and what was served of it."""
    yield f"{side.arm}  {show.shortened(_side(side), WIDTH - 6)}"
    what = served(side.served, redact.address(side.command), redact.address(side.version))
    if what:
        yield f"      {show.shortened(what, WIDTH - 6)}"


def _side(side: Side) -> str:
    version = show.printable(redact.address(side.version))
    commit = f" ({side.commit[:12]}{', with changes' if side.has_changes else ''})" if side.commit else ""
    return f"{version}{commit}"


def _notes(ab: Ab) -> Iterable[str]:
    spoilt = [one.slice for one in ab.slices if not one.slice.is_valid]
    if spoilt:
        reason = show.printable(spoilt[0].reasons[0])
        yield f"{len(spoilt)} of {show.plural(len(ab.slices), 'slice')} were spoilt and left out: {reason}"
    if ab.comparison.verdict == "inconclusive":
        yield "Nothing is said for or against head: give more time (--budget), or a quieter machine."
    if ab.comparison.verdict == "invalid":
        yield "This was no measurement: see the reasons, and the log of the servers."
    if are_the_same(ab.base, ab.head):
        yield SAME[0].upper() + SAME[1:] + "."
    advisory = [one for one in ab.comparison.effects if _is_worth_a_look(one)]
    for one in advisory:
        yield (
            f"{metric_name(one.metric.name, ab.scenario)} is {change(one)}; it does not decide:"
            f" --gate {one.metric.name} lets it"
        )
    yield PAIRED[0].upper() + PAIRED[1:] + "."


def _is_worth_a_look(effect: Effect) -> bool:
    return not effect.metric.is_gating and effect.verdict == "regression"


def _numbers(cores: Sequence[int]) -> str:
    return ", ".join(map(str, cores))


def _bullet(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=f"{_INDENT}- ", subsequent_indent=_INDENT * 2)
