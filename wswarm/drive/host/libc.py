"""The C library, for what Python does not offer: where there is one that can be asked."""

import ctypes
from functools import cache


@cache
def libc() -> ctypes.CDLL | None:
    """Return the C library of this process, `None` where the system has no such thing (Windows)."""
    try:
        return ctypes.CDLL(None, use_errno=True)
    except (TypeError, OSError):
        return None
