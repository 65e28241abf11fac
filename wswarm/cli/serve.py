"""`wswarm serve`: this process becomes the server of the reference application."""

import argparse
import os
import socket

from wswarm.drive.host.files import raise_file_limit
from wswarm.drive.host.target import command as serve_command
from wswarm.drive.host.target import environment as serve_environment
from wswarm.errors import TargetError
from wswarm.reference import ServerOptions


def serve(parsed: argparse.Namespace) -> int:
    """Become the server of the reference application."""
    names = ServerOptions._fields
    options = ServerOptions(**{name: value for name, value in vars(parsed).items() if name in names})
    command, variables = serve_command(options), serve_environment(options)
    if os.environ.get("LISTEN_PID") != str(os.getpid()):  # else somebody listens for us: sd_listen_fds(3)
        _check_free(options.host, options.port)
    raise_file_limit()
    os.execve(command[0], command, variables)


def _check_free(host: str, port: int) -> None:
    """Check that a server can listen there: uvicorn would tell so in its own words, and exit with 3."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen()
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise TargetError(
            f"can't listen on --host {host} --port {port}: {why}; choose another, or stop what listens there"
        ) from None
