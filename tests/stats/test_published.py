"""The log of what was published."""

import numpy as np

from tests.stats.made import ints
from wswarm.stats.published import Published, PublishLog, join_logs, read_log


def some(first: int, count: int) -> Published:
    """Return so many broadcasts."""
    numbers = first + np.arange(count)
    return Published(numbers, numbers * 1_000, numbers * 1_000 + 7)


def test_the_news_are_together_the_whole_log() -> None:
    log, news = PublishLog(), []
    for first in range(0, 5_000, 100):
        log.add(some(first, 60))
        log.add(some(first + 60, 40))
        news.append(log.news())
    assert log.news() == b""
    assert join_logs(news) == log.pack()
    for column, expected in zip(read_log(log.pack()), some(0, 5_000), strict=True):
        assert column.tolist() == expected.tolist()


def test_the_log_may_be_read_from_any_place_on() -> None:
    log = PublishLog()
    log.add(Published(ints([3, 4]), ints([30, 40]), ints([31, 41])))
    assert [column.tolist() for column in read_log(log.pack(1))] == [[4], [40], [41]]
