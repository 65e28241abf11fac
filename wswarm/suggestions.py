"""What somebody may have meant who mistyped a name."""

from collections.abc import Iterable

_LIKE = 0.72  # `conect-rate` for `connect-rate`, `ehco` for `echo`; `users` for nothing


def nearest(name: str, known: Iterable[object]) -> str | None:
    """Return the known name that is most like it, `None` if none is."""
    from difflib import get_close_matches  # only when something is wrong

    spelt = {_plain(str(one)): str(one) for one in known}
    found = get_close_matches(_plain(name), spelt, n=1, cutoff=_LIKE)
    return spelt[found[0]] if found else None


def did_you_mean(name: str, known: Iterable[object]) -> str:
    """Return `: did you mean echo?` for the known name that is most like it, the empty text if none is."""
    found = nearest(name, known)
    return f": did you mean {found}?" if found is not None else ""


def _plain(name: str) -> str:
    return name.lower().replace("_", "-")
