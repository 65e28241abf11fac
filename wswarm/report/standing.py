"""How a run stands, in words."""

from wswarm.report import format as show
from wswarm.results.progress import Progress


def line(progress: Progress, total_s: float | None) -> str:
    """Return the progress as one plain line."""
    clock = f"{progress.elapsed_s:.0f} s" if total_s is None else f"{progress.elapsed_s:.0f}/{total_s:.0f} s"
    known = ", ".join(f"{name} {value}" for name, value in figures(progress))
    return f"[{clock}] {progress.phase}: {known}"


def figures(progress: Progress) -> list[tuple[str, str]]:
    """Return what is known with its names, most important first."""
    opened, requested = show.count(progress.connections_open), show.count(progress.connections_requested)
    found = [("connections", f"{opened}/{requested}")]
    if progress.failed:
        found.append(("failed", show.count(progress.failed)))
    if progress.dropped:
        found.append(("dropped", show.count(progress.dropped)))
    if progress.swept:
        found.append(("back", f"{show.count(progress.back)}/{show.count(progress.swept)}"))
    if progress.sent or progress.received:
        found += [("sent", show.count(progress.sent)), ("received", show.count(progress.received))]
    known = (
        ("rate", progress.rate, show.rate),
        ("p50", progress.p50_s, show.seconds),
        ("p99", progress.p99_s, show.seconds),
    )
    found += [(name, formatted(value)) for name, value, formatted in known if value is not None]
    if progress.failed_sessions:
        found.append(("failed sessions", show.count(progress.failed_sessions)))
    if progress.lost is not None and progress.sent:
        found.append(("lost so far", show.count(progress.lost)))
    return found
