"""The hardened application as somebody's own, which does not start while a file is there."""

import os
import sys
from pathlib import Path

_OBSTACLE = os.environ.get("OBSTACLE")

if _OBSTACLE and Path(_OBSTACLE).exists():
    sys.exit(1)

from target_app.main import create_app  # noqa: E402 - what does not start costs nothing

app = create_app()
