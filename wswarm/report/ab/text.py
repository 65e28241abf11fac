"""A comparison of two versions in a terminal: prose of at most 100 columns, plain text."""

import textwrap
from collections.abc import Iterable, Sequence

from wswarm.report import format as show
from wswarm.report.ab import effects
from wswarm.report.ab.file import PAIRED, SAME, are_the_same, comparison_of, context_of, metric_name
from wswarm.report.columns import INDENT, WIDE, WIDTH
from wswarm.report.compare.text import table
from wswarm.results import redact
from wswarm.stats.compare.ab import Effect
from wswarm.stats.compare.comparison import Ab, Side


def ab_summary(ab: Ab, width: int = WIDE) -> str:
    """Return everything a reader wants to know of a comparison, ending with a newline."""
    most, width = width, min(width, WIDTH)
    lines = [
        show.shortened(f"wswarm ab {ab.scenario} · {redact.address(str(ab.plan['url']))}", width),
        *(line for side in (ab.base, ab.head) for line in _named(side, width)),
        *textwrap.wrap(" · ".join(_how(ab)), width),
        "",
        *_verdict(ab, width),
        "",
        *table(comparison_of(ab), context_of(ab), most),
    ]
    notes = [line for note in _notes(ab) for line in _bullet(note, width)]
    return "\n".join([*lines, *([""] if notes else []), *notes]) + "\n"


def _verdict(ab: Ab, width: int) -> Iterable[str]:
    comparison = comparison_of(ab)
    ended = " (ended early)" if ab.is_interrupted else ""
    yield f"{effects.verdict(comparison, context_of(ab))}{ended}: head against base"
    for reason in comparison.reasons:
        yield from _bullet(show.printable(reason), width)


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


def _named(side: Side, width: int) -> Iterable[str]:
    """Return what a version is called, and what was served of it."""
    yield f"{side.arm}  {show.shortened(_side(side), width - 6)}"
    what = effects.served(side.served, redact.address(side.command), redact.address(side.version))
    if what:
        yield f"      {show.shortened(what, width - 6)}"


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
        changed = f"{effects.change(one.ratio)} {effects.interval(one.low, one.high)}"
        yield (
            f"{metric_name(one.metric.name, ab.scenario)} is {changed}; it does not decide:"
            f" --gate {one.metric.name} lets it"
        )
    yield PAIRED[0].upper() + PAIRED[1:] + "."


def _is_worth_a_look(effect: Effect) -> bool:
    return not effect.metric.is_gating and effect.verdict == "regression"


def _numbers(cores: Sequence[int]) -> str:
    return ", ".join(map(str, cores))


def _bullet(text: str, width: int) -> list[str]:
    return textwrap.wrap(
        text, width, initial_indent=f"{INDENT}- ", subsequent_indent=INDENT * 2, break_on_hyphens=False
    )
