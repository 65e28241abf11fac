"""`wswarm`, and `python -m wswarm`: Ctrl-C ends it without a traceback, also while it is being loaded."""

import sys

_INTERRUPTED = 130


def main() -> int:
    """Run the command line and return its exit code."""
    try:
        from wswarm.cli import main as run

        return run()
    except KeyboardInterrupt:
        return _INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
