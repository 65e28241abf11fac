"""How a target with limits is served for a search."""

import json
import sys
from pathlib import Path
from shlex import quote

_ROOT = Path(__file__).parents[2]


def serving(**limits: float) -> tuple[str, str]:
    """The option that serves `servers/limited.py` with those limits, from whatever folder."""
    module = f"env PYTHONPATH={quote(str(_ROOT))} {quote(sys.executable)} -m tests.end_to_end.servers.limited"
    return "--serve", f"{module} {{port}} {quote(json.dumps(limits))}"
