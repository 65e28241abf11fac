"""Which processes listen on a port."""

import os
import socket

from wswarm.drive.host.listeners import listeners


def test_who_listens_on_a_port_is_found() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert listeners(server.getsockname()[1]) == [os.getpid()]


def test_nobody_listens_on_a_port_that_is_merely_bound() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        assert listeners(bound.getsockname()[1]) == []
