"""Messages over Locust's own bus, as bytes: between master and workers, or within one process."""

from collections.abc import Callable
from typing import Any

import msgspec
from locust.env import Environment
from locust.rpc import Message
from locust.runners import Runner

from wswarm.drive.fleet.packing import packed
from wswarm.locust.messages import ToConductor, ToStation

_TO_STATION, _TO_CONDUCTOR = "wswarm-to-station", "wswarm-to-conductor"
_LOCAL = "local"

_for_station: msgspec.msgpack.Decoder[ToStation] = msgspec.msgpack.Decoder(ToStation)
_for_conductor: msgspec.msgpack.Decoder[ToConductor] = msgspec.msgpack.Decoder(ToConductor)


def of(environment: Environment, listener: Callable[..., None]) -> Callable[..., None]:
    """Return a listener that hears only what is fired for that environment; several in a process may share events."""

    def heard(**told: Any) -> None:
        if told.get("environment", environment) is environment:
            listener(**told)

    return heard


class ConductorEnd:
    """The conductor's end of the bus; workers are named by Locust's ids."""

    def __init__(self, runner: Runner, hear: Callable[[str, ToConductor], None]) -> None:
        self._runner, self._hear = runner, hear
        runner.register_message(_TO_CONDUCTOR, self._received)

    def workers(self) -> list[str]:
        """Return the workers that Locust takes to be alive, in the order of their coming."""
        clients = getattr(self._runner, "clients", None)
        if clients is None:
            return [_LOCAL]
        return [name for name, client in clients.items() if client.state != "missing"]

    def tell(self, worker: str, message: ToStation) -> None:
        """Send to one worker."""
        self._runner.send_message(_TO_STATION, {"body": packed(message)}, worker)

    def _received(self, msg: Message, **_: Any) -> None:
        self._hear(msg.node_id, _for_conductor.decode(msg.data["body"]))


class StationEnd:
    """A station's end of the bus."""

    def __init__(self, runner: Runner, hear: Callable[[ToStation], None]) -> None:
        self._runner, self._hear = runner, hear
        runner.register_message(_TO_STATION, self._received)

    def tell(self, message: ToConductor) -> None:
        """Send to the conductor."""
        self._runner.send_message(_TO_CONDUCTOR, {"body": packed(message)})

    def _received(self, msg: Message, **_: Any) -> None:
        self._hear(_for_station.decode(msg.data["body"]))
