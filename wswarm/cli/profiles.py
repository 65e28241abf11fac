"""`wswarm profiles`: the protocols that connections can speak, and what each needs."""

import argparse
from collections.abc import Iterator

from wswarm.cli.plain import filled
from wswarm.cli.terminal import say, width
from wswarm.experiment.own_profile import is_file, read_protocol
from wswarm.load.profiles import NAMES, protocol_named
from wswarm.load.profiles.protocol import Protocol
from wswarm.load.profiles.settings import needs, written

_HELD = "\N{NO-BREAK SPACE}"  # a default is not parted from its word
_BELOW = 4
_SCENARIOS = ("connect", "echo", "fanout")


def show(parsed: argparse.Namespace) -> int:
    """Print the profile of that name, or all."""
    for name in [parsed.name] if parsed.name else NAMES:
        say("\n".join(lines(read_protocol(name) if is_file(name) else protocol_named(name), width())))
    return 0


def lines(protocol: Protocol, columns: int) -> Iterator[str]:
    """Yield the lines about a protocol."""
    yield filled(protocol.about, columns, f"{protocol.name:16}")
    for scenario in _SCENARIOS:
        wanted = needs(protocol, scenario)
        if wanted is None:
            yield f"  no {scenario}"
        elif wanted:
            yield filled(f"{scenario} needs {', '.join(map(written, wanted))}", columns, "  ", "    ")
    for name, setting in protocol.settings.items():
        default = f" (default:{_HELD}{setting.default})" if setting.default else ""
        yield _beside(f"  {written(name):26}", f"{setting.about}{default}", columns).replace(_HELD, " ")


def _beside(name: str, about: str, columns: int) -> str:
    """Return what a name means beside it, or below where a word of it is too long for that."""
    if max(map(len, about.split(" "))) <= columns - len(name):
        return filled(about, columns, name)
    return f"{name.rstrip()}\n{filled(about, columns, ' ' * _BELOW)}"
