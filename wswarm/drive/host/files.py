"""How many files a process may open, a connection being one."""

from pathlib import Path

try:
    import resource
except ImportError:  # Windows, which has no such limit
    resource = None  # type: ignore[assignment]

NO_LIMIT = 1 << 30
_SYS_RESOURCE = 24  # the capability to raise a hard limit, of capabilities(7)

# Where the hard limit is infinite the kernel has one of its own, which nobody tells: OPEN_MAX is macOS's least.
_LADDER = (1 << 20, 245_760, 122_880, 61_440, 24_576, 10_240, 4_096, 2_048, 1_024)


def file_limit() -> int:
    """Return how many files one process may open at most: the hard limit, or what the kernel grants instead."""
    if resource is None:
        return NO_LIMIT
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY:
        return int(hard)
    raise_file_limit()
    granted, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    _set(soft, hard)
    return int(granted) if granted != resource.RLIM_INFINITY else NO_LIMIT


def can_be_raised() -> bool:
    """Return whether root may raise the hard limit: many a container leaves that to whoever starts it."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return True
    bounds = [int(line.split()[1], 16) for line in lines if line.startswith("CapBnd")]
    return all(bound >> _SYS_RESOURCE & 1 for bound in bounds)


def raise_file_limit() -> None:
    """Raise this process's soft limit of open files to the hard one, or as far as the kernel lets it."""
    if resource is None:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == hard or _set(hard, hard):
        return
    for files in _LADDER:
        if soft < files and _set(files, hard):
            return


def _set(soft: int, hard: int) -> bool:
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    except (ValueError, OSError):
        return False
    return True
