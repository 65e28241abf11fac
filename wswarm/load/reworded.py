"""What is wrong with a setting, in the words of the command line."""

from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec


def reworded(error: msgspec.ValidationError, given: Mapping[str, Any], kind: type) -> str:
    """Return which setting of this kind of settings will not do, and which would."""
    text, _, path = str(error).partition(" - at `$.")
    name = path.rstrip("`").split("[")[0]
    if not name:
        return text
    option, value = name.replace("_", "-"), given.get(name)
    wanted = get_type_hints(kind)[name]
    if get_origin(wanted) is Literal:
        *most, last = get_args(wanted)
        return f"--{option} {value!r} is none of these: write {', '.join(most)} or {last}"
    return f"{option}: {value!r} will not do: {text}"
