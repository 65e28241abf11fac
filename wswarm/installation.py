"""What comes with each extra of the package, and what to say where it has not been installed."""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec

from wswarm.errors import PlanError

# The modules that we import of each, as its requirements in pyproject.toml bring them.
MODULES: Mapping[str, Sequence[str]] = {
    "app": ("fastapi", "uvicorn", "httptools", "pydantic_settings"),
    "plots": ("matplotlib",),
    "http": ("aiohttp",),
    "locust": ("locust",),
    "ui": ("chartkick",),
    "otlp": ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http"),
    "parquet": ("pyarrow",),
}


class NotInstalled(PlanError, ModuleNotFoundError):  # noqa: N818 - an error of both kinds, as its bases say
    """Something was asked for that needs an extra: names the line that installs it."""


def absent(extra: str, wanted: Sequence[str] | None = None) -> list[str]:
    """Return which modules of an extra are not installed, of all or of those wanted; none of them is imported."""
    return [module for module in wanted or MODULES[extra] if not _is_there(module)]


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # of a module that would hold it
        return False


def lack_of(extra: str, what: str, modules: Sequence[str]) -> NotInstalled:
    """Return the error that something needs modules of an extra."""
    return NotInstalled(
        f"{what} needs {', '.join(modules)}, not installed here: pip install 'wswarm[{extra}]'"
    )


def require(extra: str, what: str, wanted: Sequence[str] | None = None) -> None:
    """Check that an extra is installed.

    Args:
        what: Needs it, or only those of its modules that are wanted.

    Raises:
        NotInstalled: it is not, or not all of it.
    """
    modules = absent(extra, wanted)
    if modules:
        raise lack_of(extra, what, modules)
