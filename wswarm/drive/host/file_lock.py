"""Locks on files, between processes of one machine: advisory, and let go of when the file is closed."""

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]


def share(descriptor: int) -> None:
    """Wait until nobody has the file alone, and keep it so."""
    if fcntl is not None:
        fcntl.flock(descriptor, fcntl.LOCK_SH)


def take(descriptor: int) -> None:
    """Wait until nobody else has the file, then have it alone.

    Where the system has no such locks everybody has it at once: measurements that should take turns may overlap.
    """
    if fcntl is not None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)


def has_taken(descriptor: int) -> bool:
    """Return whether the file is ours alone now; somebody else may have it."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
