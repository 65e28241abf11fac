"""Templates of pages, compiled once per user and kept where jinja2 keeps them: in a folder of the user's own."""

import sys
from contextlib import suppress

import jinja2
from jinja2.bccache import Bucket


class _Kept(jinja2.FileSystemBytecodeCache):
    """Keeps what it can: without room for it, pages are made all the same."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().dump_bytecode(bucket)


def kept() -> jinja2.BytecodeCache | None:
    """Return where compiled templates are kept; `None` where Python keeps none of its own either, or can't."""
    if sys.dont_write_bytecode:
        return None
    try:
        return _Kept()
    except (OSError, RuntimeError):  # somebody else has a folder of that name
        return None
