"""Messages between processes in bytes."""

import msgspec


def packed(message: msgspec.Struct) -> bytes:
    """Return the message in msgpack, without functions: who gets it has to read them for itself."""
    return msgspec.msgpack.encode(message, enc_hook=_as_nothing)


def _as_nothing(value: object) -> None:
    if not callable(value):
        raise TypeError(f"{type(value).__name__} does not travel")
