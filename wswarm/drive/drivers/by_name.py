"""Which library reads an open WebSocket."""

from wswarm.drive.drivers.connection import Driver


def driver(name: str) -> Driver:
    """Return the driver of that name, imported when it is first asked for: an agent has to start soon."""
    if name == "websockets":
        from wswarm.drive.drivers.websockets_driver import connect
    else:
        from wswarm.drive.drivers.picows_driver import connect
    return connect
