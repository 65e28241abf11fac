"""Whether a backplane can be used now."""

from target_app.backplane.choose import choose


async def probe(url: str) -> None:
    """Connect and disconnect.

    Raises:
        AddressError: it is the address of none.
        BackplaneError: the extra that it needs is not installed.
        BackplaneDown: the backend cannot be reached, or does not let us in.
    """
    backplane = choose(url)
    await backplane.start(_ignore, _ignore)
    await backplane.stop()


def _ignore(*_: object) -> None:
    """Nothing is subscribed."""
