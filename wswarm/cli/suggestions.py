"""What somebody may have meant who mistyped a name."""

from collections.abc import Iterable

_LIKE = 0.72  # `conect-rate` for `connect-rate`, `ehco` for `echo`; `users` for nothing


def did_you_mean(name: str, known: Iterable[object]) -> str:
    """Return `: did you mean echo?` for the known name that is most like it, the empty text if none is."""
    from difflib import get_close_matches  # only when something is wrong

    found = get_close_matches(name.lower().replace("_", "-"), _by_spelling(known), n=1, cutoff=_LIKE)
    return f": did you mean {_by_spelling(known)[found[0]]}?" if found else ""


def _by_spelling(known: Iterable[object]) -> dict[str, str]:
    return {str(one).lower().replace("_", "-"): str(one) for one in known}
