"""What a server has logged, read while it goes on logging."""

import shlex
import sys
import time

from tests.target_app.server import PATIENCE
from wswarm.drive.host.ports import free_ports
from wswarm.drive.host.server import Command, Server

LINES = 20_000


def logging_server(code: str) -> Server:
    """Return a program that is given a port and only logs."""
    words = [sys.executable, "-u", "-c", code, "{port}"]
    (port,) = free_ports(1)
    return Server(Command("a server", shlex.join(words)), port)


def wait_for_the_end(server: Server) -> None:
    """Read its log all the while."""
    deadline = time.monotonic() + PATIENCE
    while server.is_running and time.monotonic() < deadline:
        server.log()


def test_reading_the_log_disturbs_no_line_of_it() -> None:
    with logging_server(f"for number in range({LINES}): print(number)") as server:
        wait_for_the_end(server)
        assert server.exit_code == 0
        assert server.log().split() == [str(number) for number in range(LINES)]


def test_the_log_can_be_read_from_where_it_had_got_to() -> None:
    with logging_server(
        "import sys; print('before'); sys.stdin.read(); print('after'); sys.exit(3)"
    ) as server:
        wait_for_the_end(server)
        assert server.exit_code == 3
        assert server.log(since=len("before\n")) == "after\n"
        assert server.log_size() == len("before\nafter\n")


def test_of_a_long_log_the_end_is_read() -> None:
    with logging_server("print('x' * 300_000); print('last')") as server:
        wait_for_the_end(server)
        assert len(server.log()) == 256 * 1024
        assert server.last_words()[-1] == "last"
