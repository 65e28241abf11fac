"""The code of the reference application: in a checkout it lies beside us, an installation has it inside of us.

Nothing of ours imports it. Its servers are processes that find it by their search path.
"""

import os
from pathlib import Path

from wswarm import installation

_PACKED = Path(__file__).parents[2] / "apps"  # hatch_build.py puts it there


def check_application() -> None:
    """Check that what the reference application is made with is installed.

    Raises:
        NotInstalled: it is not.
    """
    installation.require("app", "the reference application")


def application_path() -> dict[str, str]:
    """Return the variables by which a Python finds the application, besides ours; none where it does so anyhow."""
    if not _PACKED.is_dir():
        return {}
    places = (str(_PACKED), os.environ.get("PYTHONPATH"))
    return {"PYTHONPATH": os.pathsep.join(filter(None, places))}
