"""A file for what a process of ours says, that leaves nothing behind."""

import os
import tempfile
from typing import IO


def scratch_file() -> IO[bytes]:
    """Return an unnamed file: in a temporary folder, or in memory where no folder can be written.

    Raises:
        OSError: there is neither.
    """
    try:
        return tempfile.TemporaryFile(buffering=0)
    except OSError:
        if not hasattr(os, "memfd_create"):
            raise
        return os.fdopen(os.memfd_create("wswarm"), "w+b", buffering=0)
