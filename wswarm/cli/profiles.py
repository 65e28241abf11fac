"""`wswarm profiles`: the protocols that connections can speak, and what each needs."""

import argparse
from collections.abc import Iterator

from wswarm.cli.terminal import say
from wswarm.experiment.own_profile import is_file, read_protocol
from wswarm.load.profiles import NAMES, protocol_named
from wswarm.load.profiles.protocol import Protocol
from wswarm.load.profiles.settings import needs, written

_SCENARIOS = ("connect", "echo", "fanout")


def show(parsed: argparse.Namespace) -> int:
    """Print the profile of that name, or all."""
    for name in [parsed.name] if parsed.name else NAMES:
        say("\n".join(lines(read_protocol(name) if is_file(name) else protocol_named(name))))
    return 0


def lines(protocol: Protocol) -> Iterator[str]:
    """Yield the lines about a protocol."""
    yield f"{protocol.name:16}{protocol.about}"
    for scenario in _SCENARIOS:
        wanted = needs(protocol, scenario)
        if wanted is None:
            yield f"  no {scenario}"
        elif wanted:
            yield f"  {scenario} needs {', '.join(map(written, wanted))}"
    for name, setting in protocol.settings.items():
        default = f" (default: {setting.default})" if setting.default else ""
        yield f"  {written(name):26}{setting.about}{default}"
