"""wswarm: connection counts, message times and broadcast fan-out of WebSocket services.

::

    import wswarm

    run = wswarm.fanout("ws://127.0.0.1:8000", profile="chat", connections=1000, rate=20, duration=10)
    print(run.fanout.completion_time.p99, run.messages.lost)

`connect`, `echo`, `fanout`, `churn`, `slow`, `script` and `replay` block, or can be awaited inside a running event
loop; each returns a `Run`. `capacity` returns a `Search`, `size` a `Model`, `forecast` an `Outlook`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wswarm.api import (
        Options,
        capacity,
        churn,
        connect,
        echo,
        fanout,
        forecast,
        replay,
        script,
        slow,
        storm,
    )
    from wswarm.drive.script.socket import ScriptSocket
    from wswarm.errors import GeneratorError, PlanError, ResultError, SwarmError, TargetError
    from wswarm.results.capacity import Search
    from wswarm.results.forecast import Outlook
    from wswarm.results.run import Run
    from wswarm.results.sizing import Model
    from wswarm.sizing import size
    from wswarm.testing.figure_clock import FigureClock

_HOMES = {
    "FigureClock": "wswarm.testing.figure_clock",
    "Model": "wswarm.results.sizing",
    "Options": "wswarm.api",
    "Outlook": "wswarm.results.forecast",
    "Search": "wswarm.results.capacity",
    "capacity": "wswarm.api",
    "churn": "wswarm.api",
    "connect": "wswarm.api",
    "echo": "wswarm.api",
    "fanout": "wswarm.api",
    "forecast": "wswarm.api",
    "replay": "wswarm.api",
    "script": "wswarm.api",
    "size": "wswarm.sizing",
    "slow": "wswarm.api",
    "storm": "wswarm.api",
    "ScriptSocket": "wswarm.drive.script.socket",
    "GeneratorError": "wswarm.errors",
    "PlanError": "wswarm.errors",
    "ResultError": "wswarm.errors",
    "SwarmError": "wswarm.errors",
    "TargetError": "wswarm.errors",
    "Run": "wswarm.results.run",
}

__all__ = [
    "FigureClock",
    "GeneratorError",
    "Model",
    "Options",
    "Outlook",
    "PlanError",
    "ResultError",
    "Run",
    "ScriptSocket",
    "Search",
    "SwarmError",
    "TargetError",
    "capacity",
    "churn",
    "connect",
    "echo",
    "fanout",
    "forecast",
    "replay",
    "script",
    "size",
    "slow",
    "storm",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for: an agent process starts without what it never uses."""
    if name not in _HOMES:
        raise AttributeError(f"module 'wswarm' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
