"""psutil, loaded when something is first asked of it: to import wswarm takes less time, and works without it."""

from importlib import import_module
from typing import TYPE_CHECKING, Any


class _Later:
    """Stands for a module until an attribute of it is wanted."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(import_module(self._name), attribute)


if TYPE_CHECKING:
    import psutil as psutil
else:
    psutil = _Later("psutil")
