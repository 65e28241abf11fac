"""The reference of the Python interface: what the package exports, with the text beside it in the code."""

from inspect import isfunction

import wswarm

PATH = "reference/api.md"


def api_page() -> str:
    """Return the page: a mark for each public name, in whose place the site's generator puts what the code says."""
    names = sorted(wswarm.__all__, key=lambda name: (not isfunction(getattr(wswarm, name)), name))
    parts = ["# Python", "[From Python](../docs/api.md) says how these go together."]
    return "\n\n".join([*parts, *(f"::: wswarm.{name}" for name in names)]) + "\n"
