"""`wswarm`, and `python -m wswarm`: Ctrl-C ends it without a traceback, also while it is being loaded."""

import sys

from wswarm.loading import INTERRUPTED, leaving_on_ctrl_c


def main() -> int:
    """Run the command line and return its exit code."""
    try:
        with leaving_on_ctrl_c():
            from wswarm.cli.main import main as run
        return run()
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
