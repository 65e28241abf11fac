"""What may have been lost and may not have been due."""

import msgspec
import pytest

from tests.report import runs
from wswarm.stats import unclear

MESSAGES = runs.fanout().messages
assert MESSAGES is not None


@pytest.mark.parametrize(("share", "told"), [(0.0, 0), (0.01, 0), (0.02, 1), (1.0, 1)])
def test_it_is_told_where_it_is_more_than_a_hundredth_of_what_is_owed(share: float, told: int) -> None:
    assert MESSAGES is not None
    found = msgspec.structs.replace(MESSAGES, unclear=round(share * MESSAGES.owed))
    assert len(unclear.notices(found, "churn")) == told


def test_it_is_told_where_nothing_is_owed_at_all() -> None:
    assert MESSAGES is not None
    (told,) = unclear.notices(msgspec.structs.replace(MESSAGES, owed=0, received=0, unclear=7), "churn")
    assert told.startswith("7 deliveries did not come")
    assert "neither owed nor lost" in told


def test_what_a_drop_cuts_off_on_its_way_is_no_news() -> None:
    assert MESSAGES is not None
    assert unclear.notices(msgspec.structs.replace(MESSAGES, unclear=MESSAGES.owed), "storm") == []
