"""Where in a script something happens: `FILE.py:LINE`."""

import sys
from pathlib import Path
from types import FrameType


def caller() -> str:
    """Return the place that called the function that asks."""
    return place_of(sys._getframe(2))


def place_of(frame: FrameType) -> str:
    """Return the place at which a frame is."""
    return f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}"
