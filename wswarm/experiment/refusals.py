"""Failed handshakes in words, with what the target said."""

from wswarm.load.upgrade import is_redirect
from wswarm.results.quoted import is_whereabouts


def in_words(reason: str, said: str, count: str = "") -> str:
    """Return a failure in words.

    Args:
        said: What came with it. `count`: stands behind the reason.
    """
    if said and is_redirect(reason):
        return f"{reason} to {said}{count}"
    if is_whereabouts(reason, said):
        return f"{reason}{count} {said}"
    return f'{reason}{count}: "{said}"' if said else f"{reason}{count}"
