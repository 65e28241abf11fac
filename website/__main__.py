"""`python -m website`: build the documentation as a site in `build/docs/site`."""

import shutil
import subprocess
import sys
from pathlib import Path

from website.pages import CHECKOUT, lay_out


def build(folder: Path) -> int:
    """Build the site in `site` of a new folder; return 0, or what the generator exits with: a warning is an error."""
    lay_out(folder)
    command = [sys.executable, "-m", "zensical", "build", "--strict"]
    return subprocess.run(command, cwd=folder, check=False).returncode


if __name__ == "__main__":
    place = CHECKOUT / "build" / "docs"
    shutil.rmtree(place, ignore_errors=True)
    sys.exit(build(place))
