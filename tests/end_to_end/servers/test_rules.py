"""The rules of the faulty servers."""

import itertools
from typing import Any

import pytest

from tests.end_to_end.servers.rules import Faults, Rule


def test_rules_meet_exactly_when_some_message_is_meant_by_both() -> None:
    rules = [Rule(every, offset) for every in range(1, 7) for offset in range(every)]
    for one, other, shift in itertools.product(rules, rules, (0, 1)):
        does_meet = any(one.applies(1, n) and other.applies(1, n + shift) for n in range(60))
        assert one.meets(other, shift) == does_meet, (one, other, shift)


@pytest.mark.parametrize(
    ("lose", "reorder"),
    [({"every": 4}, {"every": 6}), ({"every": 4, "offset": 1}, {"every": 4}), (None, {"every": 1})],
)
def test_rules_that_get_in_each_others_way_are_refused(lose: Any, reorder: Any) -> None:
    with pytest.raises(ValueError, match="each other's way"):
        Faults(lose=lose, reorder=reorder)


def test_rules_for_different_receivers_do_not_get_in_each_others_way() -> None:
    faults = Faults(lose={"every": 2, "receivers": [1]}, reorder={"every": 2, "receivers": [2]})
    for n, receiver in itertools.product(range(4), (1, 2)):
        faults.deliver((receiver,), n, lambda: None)
    facts = faults.facts()
    assert (facts["lost"], facts["reordered"]) == ([[1, 0], [1, 2]], [[2, 0], [2, 2]])


@pytest.mark.parametrize("rule", [{"every": 0}, {"every": 3, "offset": 3}, {"every": 3, "offset": -1}])
def test_a_rule_that_could_never_apply_is_refused(rule: Any) -> None:
    with pytest.raises(ValueError, match="no such rule"):
        Faults(lose=rule)
