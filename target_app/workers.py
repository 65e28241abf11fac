"""The application on uvicorn, in one process or several: ``python -m target_app.workers target_app.main:app``.

A backplane that cannot be used is told in one line before anything is started.
"""

import argparse
import asyncio
import math
import os
import signal
import socket
import ssl
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from pydantic import ValidationError

from target_app.backplane.probe import probe
from target_app.backplane.protocol import AddressError, BackplaneDown, BackplaneError
from target_app.departures import Server, configure, is_guarded
from target_app.greeting import greeting, is_hardened, url
from target_app.guard.unkept import asked_in_vain
from target_app.service_manager import HandedOverError, ServiceManager
from target_app.settings import Settings
from target_app.supervisor import Supervisor, say


class _ListenError(Exception):
    """Another server has the port, or the address is none of this machine."""


class _UsageError(Exception):
    """What was asked for can't be done."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Returns:
        The exit code: 0 after SIGTERM or SIGINT, 1 if the application could not be served, 2 for wrong arguments.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    _stop_at_hang_up()
    settings, count = _parse(arguments)
    try:
        _check_certificate(settings["ssl_certfile"], settings["ssl_keyfile"])
        manager = ServiceManager.take(os.environ)
        if manager.sockets:
            settings["host"], settings["port"] = manager.sockets[0].getsockname()[:2]
        else:
            _check_free(settings["host"], settings["port"])
        if is_hardened(settings["app"]):
            settings |= _server_side(settings["ws"])
        return _serve(settings, count, manager)
    except (HandedOverError, _UsageError) as error:
        say(str(error))
        return 2
    except _ListenError as error:
        say(f"can't listen on {settings['host']} port {settings['port']}: {error}")
        return 1
    except ValidationError as error:
        for one in error.errors():
            say(f"TARGET_{str(one['loc'][0]).upper()}: {one['msg']}")
        return 2
    except (BackplaneError, BackplaneDown) as error:
        say(f"the backplane: {error}")
        return 2 if isinstance(error, AddressError) else 1


def _parse(arguments: Sequence[str] | None) -> tuple[dict[str, Any], int]:
    """The settings for ``configure``, and how many workers."""
    parser = argparse.ArgumentParser(prog="python -m target_app.workers", description=__doc__)
    add = parser.add_argument
    add("app", help="import string of the application")
    add("--host", default="127.0.0.1")
    add("--port", type=int, default=8000, help="0: a free one")
    add("--workers", type=int, default=2, help="1: serve in this process")
    for name in ("ws", "loop", "http"):
        add(f"--{name}", default="auto", help="uvicorn's option")
    add("--ws-per-message-deflate", choices=("true", "false"), default="true")
    add("--ssl-certfile", help="certificate and its chain, PEM: speak TLS")
    add("--ssl-keyfile", help="its key, PEM (default: in the same file)")
    add("--log-level", default="info")
    add("--no-access-log", action="store_true")
    add("--tracebacks", action="store_true", help="of documented examples too, when a client has left")
    add(
        "--timeout-graceful-shutdown",
        type=int,
        default=5,
        help="seconds; of the hardened app: TARGET_DRAIN_DEADLINE",
    )
    parsed = vars(parser.parse_args(arguments))
    count = parsed.pop("workers")
    if count < 1:
        parser.error(f"--workers {count}: at least 1")
    if parsed["ssl_keyfile"] is not None and parsed["ssl_certfile"] is None:
        parser.error("--ssl-keyfile is the key of a certificate: give --ssl-certfile too")
    parsed["access_log"] = not parsed.pop("no_access_log")
    parsed["ws_per_message_deflate"] = parsed["ws_per_message_deflate"] == "true"
    # Whom to believe is the application's to say; uvicorn would believe everybody on this machine.
    parsed["proxy_headers"] = False
    return parsed, count


def _server_side(ws: str) -> dict[str, Any]:
    """What uvicorn is to know of the settings of the application, whichever of its protocols is taken.

    Raises:
        _UsageError: the protocol can't keep what was set. BackplaneError, BackplaneDown: as ``probe``.
    """
    own = Settings()
    in_vain = [] if is_guarded(ws) else asked_in_vain(own)
    if in_vain:
        names = " and ".join(f"TARGET_{name.upper()}" for name in in_vain)
        raise _UsageError(f"{names} can't be kept with --ws {ws}: leave out one or the other")
    asyncio.run(probe(own.backplane.get_secret_value()))
    return {
        "ws_max_size": own.max_message,
        "ws_ping_interval": own.ping_interval,
        "ws_ping_timeout": own.pong_deadline,
        "timeout_graceful_shutdown": math.ceil(own.drain_deadline),
    }


def _serve(settings: dict[str, Any], count: int, manager: ServiceManager) -> int:
    """Serve in this process if it is the only one, as uvicorn does; under a supervisor otherwise."""

    def greet(port: int) -> None:
        _greet(settings, port, count)
        manager.tell_ready()

    if count > 1:
        with tempfile.TemporaryDirectory(prefix="target-app-") as folder:
            try:
                supervisor = Supervisor(settings, count, Path(folder), greet, manager.sockets)
            except OSError as error:
                raise _ListenError(error.strerror or error) from None
            return supervisor.run()
    try:
        Server(*configure(settings), greet).run(sockets=list(manager.sockets) or None)
    except SystemExit as end:  # uvicorn's own: it has said why
        return int(bool(end.code))
    return 0


def _greet(settings: dict[str, Any], port: int, count: int) -> None:
    """Say that connections are accepted, and by whom."""
    base = url(settings["host"], port, is_secure=settings["ssl_certfile"] is not None)
    if count > 1:
        say(f"{count} workers running on {base}")
    unguarded = None if is_guarded(settings["ws"]) else settings["ws"]
    print(greeting(settings["app"], base, unguarded), flush=True)  # noqa: T201 - what a user has asked for


def _leave(_number: int, _frame: FrameType | None) -> None:
    """End with 0: before there is a server, and when uvicorn raises the signal again that it was stopped by.

    Raises:
        SystemExit: always.
    """
    sys.exit(0)


def _stop_at_hang_up() -> None:
    """Make the end of the terminal a stop like any other, but not under nohup. Windows has no such signal."""
    hang_up = getattr(signal, "SIGHUP", None)
    if hang_up is not None and signal.getsignal(hang_up) is not signal.SIG_IGN:
        signal.signal(hang_up, lambda *_: signal.raise_signal(signal.SIGTERM))


def _check_certificate(certificate: str | None, key: str | None) -> None:
    """Check that TLS can be spoken, if it is to be.

    Raises:
        _UsageError: a file is not there or holds something else, or the key is another's or wants a password.
    """
    if certificate is None:
        return
    try:
        # A password that is no key's: without one OpenSSL would ask the terminal.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password="")
    except (OSError, ValueError) as error:
        files = certificate if key is None else f"{certificate} and {key}"
        raise _UsageError(
            f"can't speak TLS with {files}: {getattr(error, 'strerror', None) or error};"
            " give a certificate with its chain and its key without a password, both PEM"
        ) from None


def _check_free(host: str, port: int) -> None:
    """Check that no other server has the port: with SO_REUSEPORT alone two would share its connections.

    Raises:
        _ListenError: one has, or the address is none of this machine.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, UnicodeError, OverflowError) as error:
        raise _ListenError(getattr(error, "strerror", None) or error) from None


if __name__ == "__main__":
    sys.exit(main())
