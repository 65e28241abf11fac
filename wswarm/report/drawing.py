"""Where the drawing library keeps its settings and its list of fonts, on machines where it may not."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_VARIABLE = "MPLCONFIGDIR"


@contextmanager
def settings_folder(beside: Path) -> Iterator[None]:
    """Have matplotlib, imported meanwhile, keep its files in a passing folder if it can't in the user's.

    Without a home, or with one that can't be written, it says so on standard error at length.

    Args:
        beside: A folder that can be written.
    """
    if _VARIABLE in os.environ or all(map(_is_usable, _usual())):
        yield
        return
    with tempfile.TemporaryDirectory(prefix=".drawing-", dir=beside, ignore_cleanup_errors=True) as folder:
        os.environ[_VARIABLE] = folder
        try:
            yield
        finally:
            del os.environ[_VARIABLE]


def _usual() -> list[Path]:
    """Return where matplotlib keeps its files, as its documentation says."""
    try:
        home = Path.home()
    except RuntimeError:  # nobody knows where it is
        home = Path("/nonexistent")
    homes = {"XDG_CONFIG_HOME": home / ".config", "XDG_CACHE_HOME": home / ".cache"}
    return [Path(os.environ.get(name) or folder) / "matplotlib" for name, folder in homes.items()]


def _is_usable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)
