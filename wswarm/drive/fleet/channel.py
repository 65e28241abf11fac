"""The socket between a front end and an agent: inherited, or where a process can't be given one, a connection.

Windows hands no sockets down. There the front end listens on the loopback for a moment, and the agent shows the token
that only its environment holds: any user of the machine could connect to the port.
"""

import os
import socket
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from wswarm.units import NS_PER_S

TOKEN = "WSWARM_CHANNEL_TOKEN"

_HOST = "127.0.0.1"
_TOKEN_BYTES = 32
_START_S = 60.0
_POLL_S = 0.1

Start = Callable[[str, Sequence[int], Mapping[str, str]], "subprocess.Popen[bytes]"]


def start_with_channel(start: Start) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Start a process and return it with our end of the socket to it.

    Args:
        start: Starts it with a word for its command line, which `open_channel` understands, with file descriptors to
            hand down, and with further variables of its environment.
    """
    if os.name == "posix":
        with suppress(ValueError, AssertionError):  # what Popen raises where it knows no `pass_fds`
            return _inherited(start)
    return _dialled(start)


def open_channel(word: str, environment: Mapping[str, str] = os.environ) -> socket.socket:
    """Return the agent's end of the socket that its command line names."""
    if word.isdigit():
        os.set_inheritable(int(word), False)
        return socket.socket(fileno=int(word))
    host, _, port = word.rpartition(":")
    channel = socket.create_connection((host, int(port)), timeout=_START_S)
    channel.sendall(bytes.fromhex(environment[TOKEN]))
    return channel


def _inherited(start: Start) -> tuple[subprocess.Popen[bytes], socket.socket]:
    ours, theirs = socket.socketpair()
    with theirs:
        try:
            return start(str(theirs.fileno()), (theirs.fileno(),), {}), ours
        except BaseException:
            ours.close()
            raise


def _dialled(start: Start) -> tuple[subprocess.Popen[bytes], socket.socket]:
    import secrets  # with hmac and random: not where a socket is handed down

    token = secrets.token_bytes(_TOKEN_BYTES)
    with socket.create_server((_HOST, 0)) as listener:
        listener.settimeout(_POLL_S)
        port = listener.getsockname()[1]
        process = start(f"{_HOST}:{port}", (), {TOKEN: token.hex()})
        return process, _accepted(listener, token, process)


def _accepted(listener: socket.socket, token: bytes, process: "subprocess.Popen[bytes]") -> socket.socket:
    """Return the connection that showed the token; of a process that ended before, one that has ended too."""
    import hmac

    from wswarm.drive.clock import now_ns

    deadline_ns = now_ns() + round(_START_S * NS_PER_S)
    while process.poll() is None and now_ns() < deadline_ns:
        try:
            channel, _ = listener.accept()
        except TimeoutError:
            continue
        if hmac.compare_digest(_first_bytes(channel), token):
            channel.settimeout(None)
            return channel
        channel.close()
    ours, theirs = socket.socketpair()
    theirs.close()
    return ours


def _first_bytes(channel: socket.socket) -> bytes:
    channel.settimeout(1.0)
    shown = b""
    try:
        while len(shown) < _TOKEN_BYTES and (more := channel.recv(_TOKEN_BYTES - len(shown))):
            shown += more
    except OSError:
        pass
    return shown
