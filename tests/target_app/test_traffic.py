from target_app.traffic import Traffic


def test_a_connection_that_ended_stays_in_the_total() -> None:
    traffic = Traffic()
    traffic.opened()
    traffic.opened()
    traffic.closed()
    assert traffic == Traffic(connections_open=1, connections_total=2)
