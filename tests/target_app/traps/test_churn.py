from collections.abc import Callable

import pytest

from tests.target_app.churn import churn
from tests.target_app.server import FRAMING, Server


@pytest.mark.parametrize("ws", [FRAMING, "websockets-sansio"], ids=["framing", "sansio"])
def test_connections_that_come_and_go_in_every_way_leave_nothing_behind(
    start: Callable[..., Server], ws: str
) -> None:
    server = start("target_app.main:app", "--ws", ws)
    left = churn(server.port, server.pid, 600)
    assert left.are_none, left
