"""What a reader sees of a script: its sessions, and its steps side by side."""

from wswarm.report import format as show
from wswarm.report import remarks
from wswarm.report.section import Row, Section, Table
from wswarm.results.run import Run, Step

COLUMNS = ("count", "failed", "mean", "p50", "p90", "p99", "max")
ABOUT = {
    "script": "time: from a session's last send to the answer's frame, without a send from the call; over the whole"
    " run",
    "replay": "what was received in the recording, by kind; failed: it has not come; time: since a message was sent,"
    " of the first that came after it in the recording",
}
SHOWN = 20  # steps; the run file has all


def script_sections(run: Run) -> list[Section]:
    """Return the sections of a script; none of another run."""
    return [one for one in (_sessions(run), _steps(run)) if one is not None]


def _sessions(run: Run) -> Section | None:
    seen = run.sessions
    if seen is None:
        return None
    cut_off = seen.started - seen.finished - seen.failed
    rows = [
        Row("started", show.count(seen.started)),
        Row("finished", show.count(seen.finished), f"{show.share(seen.finished, seen.started)} of started"),
        Row("failed", show.count(seen.failed), remarks.counted(seen.failures)),
    ]
    if cut_off:
        rows.append(Row("cut off", show.count(cut_off), "lasted until the run ended"))
    if seen.refused:
        rows.append(Row("refused", show.count(seen.refused), "as many as there may be at once were there"))
    return Section("Sessions", tuple(rows))


def _steps(run: Run) -> Section | None:
    if not run.steps:
        return None
    rows = [_row(name, step) for name, step in run.steps.items()]
    rest = len(rows) - SHOWN
    notes = (f"and {show.plural(rest, 'step')} more, in the run file",) if rest > 0 else ()
    about = ABOUT.get(run.scenario, ABOUT["script"])
    return Section("Steps", (), Table(COLUMNS, tuple(rows[:SHOWN])), (*notes, about))


def _row(name: str, step: Step) -> tuple[str, ...]:
    seen = step.time
    times: tuple[str, ...] = (show.UNKNOWN,) * 5
    if seen.n:
        percentiles = (show.percentile(one) for one in (seen.p50, seen.p90, seen.p99))
        times = (show.seconds(seen.mean), *percentiles, show.seconds(seen.max))
    return (show.shortened(show.printable(name), 40), show.count(step.count), show.count(step.failed), *times)
