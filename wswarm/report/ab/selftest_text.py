"""What a self-test found, in a terminal: at most 100 columns, plain text."""

from collections.abc import Iterable, Sequence
from statistics import median

from wswarm.report import format as show
from wswarm.stats.compare.selftest import ALL_RULES, Decision, Share, tally

_INDENT = "  "


def selftest_summary(decisions: Sequence[Decision]) -> str:
    """Return what the decisions, at least one, say of the check, ending with a newline."""
    kinds = dict.fromkeys((one.kind, one.slow) for one in decisions)
    lines: list[str] = []
    for kind, slow in kinds:
        own = [one for one in decisions if (one.kind, one.slow) == (kind, slow)]
        lines += [*([""] if lines else []), *_group(kind, slow, own)]
    return "\n".join(lines) + "\n"


def _group(kind: str, slow: str, decisions: Sequence[Decision]) -> Iterable[str]:
    counted = tally(decisions)
    beside = f", {counted.neighbours} with a busy neighbour" if counted.neighbours else ""
    what = "the same twice" if kind == "aa" else f"head slower by {slow}"
    yield f"wswarm selftest {kind} · {what} · {show.plural(counted.decisions, 'decision')}{beside}"
    injected = [one.injected for one in decisions if one.injected is not None]
    if injected:
        yield f"{_INDENT}CPU added, of what base spent meanwhile: {median(injected):.1%} (median)"
    yield ""
    meaning = {"regression": "false alarms" if kind == "aa" else "found"}
    for verdict, share in counted.verdicts.items():
        yield f"{_INDENT}{verdict:<16}{_share(share):<28}{meaning.get(verdict, '')}".rstrip()
    yield (
        f"{_INDENT}{'time':<16}median {show.duration(round(counted.elapsed))},"
        f" longest {show.duration(round(counted.longest))}; median {counted.generations:g} generations"
    )
    yield ""
    yield f"{_INDENT}What the rules of other tools call slower in the same data:"
    yield _INDENT + f"{'':<28}" + "".join(f"{name:<26}" for name in counted.calls).rstrip()
    for rule in ALL_RULES:
        cells = "".join(f"{_share(shares[rule]):<26}" for shares in counted.calls.values())
        yield f"{_INDENT}{rule:<28}{cells}".rstrip()


def _share(share: Share) -> str:
    return f"{share.hits} of {share.trials} [{share.low:.0%}, {share.high:.0%}]"
