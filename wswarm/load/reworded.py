"""What is wrong with a setting, in the words of the command line."""

from collections.abc import Mapping
from typing import Any, get_type_hints

import msgspec

from wswarm.load.typed import unfit


def reworded(error: msgspec.ValidationError, given: Mapping[str, Any], kind: type) -> str:
    """Return which setting of this kind of settings will not do, and which would."""
    text, _, path = str(error).partition(" - at `$.")
    name = path.rstrip("`").split("[")[0]
    if not name:
        return text
    return unfit(name, given.get(name), get_type_hints(kind)[name])
