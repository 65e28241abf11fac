"""A backplane by its address."""

from target_app.backplane.broadcaster import BroadcasterBackplane
from target_app.backplane.memory import MemoryBackplane
from target_app.backplane.numbered import NumberedBackplane
from target_app.backplane.postgres import PostgresWire
from target_app.backplane.protocol import AddressError, Backplane
from target_app.backplane.redis import RedisWire

ADDRESSES = (
    "memory://, redis://, rediss://, unix://, postgresql://, broadcaster+redis://, broadcaster+postgres://"
)


def choose(url: str) -> Backplane:
    """The backplane that an address names; it is not connected yet.

    Args:
        url: one of ``ADDRESSES``; ``broadcaster+`` goes before any address that broadcaster reads.

    Raises:
        AddressError: there is none of that kind, or the rest of the address cannot be one.
        BackplaneError: the extra that it needs is not installed.
    """
    kind, mark, _ = url.partition("://")
    if not mark:
        raise AddressError(f"the backplane's address has no '://': use one of {ADDRESSES}")
    if kind == "memory":
        return MemoryBackplane()
    if kind in {"redis", "rediss", "unix"}:
        return NumberedBackplane(RedisWire(url))
    if kind in {"postgresql", "postgres"}:
        return NumberedBackplane(PostgresWire(url))
    if kind.startswith("broadcaster+"):
        return BroadcasterBackplane(url.removeprefix("broadcaster+"))
    # The address may hold a password: name its kind only.
    raise AddressError(f"no backplane {kind!r}: use one of {ADDRESSES}")
