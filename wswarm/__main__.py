"""`wswarm`, and `python -m wswarm`: Ctrl-C ends it without a traceback, also while it is being loaded."""

import os
import signal
import sys
from types import FrameType

_INTERRUPTED = 130


def main() -> int:
    """Run the command line and return its exit code."""
    is_ours = (
        signal.getsignal(signal.SIGINT) is signal.default_int_handler
    )  # else somebody else's, or ignored
    try:
        if is_ours:
            signal.signal(signal.SIGINT, _leave)
        try:
            from wswarm.cli import main as run
        finally:
            if is_ours:
                signal.signal(signal.SIGINT, signal.default_int_handler)
        return run()
    except KeyboardInterrupt:
        return _INTERRUPTED


def _leave(_number: int, _frame: FrameType | None) -> None:
    """End at once: raised in the midst of loading, an exception would be told, swallowed or taken for another."""
    os._exit(_INTERRUPTED)


if __name__ == "__main__":
    sys.exit(main())
