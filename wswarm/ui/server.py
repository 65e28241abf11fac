"""The workbench served: where it listens, what it prints, how it ends."""

import contextlib
import signal
import socket
import webbrowser
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import uvicorn

from wswarm.errors import TargetError
from wswarm.ui.app import make_app
from wswarm.ui.entrance import Entrance, is_loopback, new_token

_SHUTDOWN_S = 3
_BACKLOG = 128


def serve(root: Path, host: str, port: int, *, tell: Callable[[str], None], is_opened: bool) -> None:
    """Serve the reports below a folder until a signal.

    Args:
        root: Resolved.
        port: 0 means a free one.
        tell: Prints a line: the address, with a token where others than this machine can come in.
        is_opened: Whether to open it in a browser.

    Raises:
        TargetError: nothing can listen there.
    """
    with _listening(host, port) as listener:
        real = listener.getsockname()[1]
        token = None if is_loopback(host) else new_token()
        address = f"http://{_called(host)}:{real}/" + (f"?token={token}" if token else "")
        app = make_app(root)
        Thread(target=app.state.desk.index.refresh, daemon=True).start()
        guarded = Entrance(app, host, token, f"wswarm-ui-{real}")
        config = uvicorn.Config(
            guarded,
            log_level="error",
            access_log=False,
            server_header=False,
            ws="none",
            timeout_graceful_shutdown=_SHUTDOWN_S,
        )
        tell(f"wswarm ui: {address} (Ctrl-C ends it)")
        if is_opened:
            Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        with _ending_quietly():
            uvicorn.Server(config).run(sockets=[listener])


@contextlib.contextmanager
def _ending_quietly() -> Iterator[None]:
    """Have signals do nothing when the server, which they have ended, raises them once more."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, lambda *_: None) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


@contextlib.contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError) as error:
        raise _unavailable(host, port, error) from None
    with listener:
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(place)
            listener.listen(_BACKLOG)
        except OSError as error:
            raise _unavailable(host, port, error) from None
        yield listener


def _unavailable(host: str, port: int, error: Exception) -> TargetError:
    why = getattr(error, "strerror", None) or error
    return TargetError(
        f"can't listen on --host {host} --port {port}: {why}; choose another, or stop what listens there"
    )


def _called(host: str) -> str:
    """Return a name under which a browser finds the host."""
    if host in ("0.0.0.0", "::", ""):
        return socket.gethostname()
    return f"[{host}]" if ":" in host else host
