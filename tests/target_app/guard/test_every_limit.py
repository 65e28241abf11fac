"""No limit is without a test that crosses it on the wire and keeps just within it, over one worker and over four."""

import re
import sys
from collections.abc import Callable
from inspect import signature
from typing import Any

import target_app.guard.login
import target_app.wire.in_turn
import target_app.wire.requests
from target_app.settings import Settings
from tests.target_app import test_drain
from tests.target_app.guard import test_caps, test_deadlines

CROSSED: dict[str, Callable[..., Any]] = {
    "max_connections": test_caps.test_a_worker_has_so_many_and_one_that_is_full_still_says_that_it_is_healthy,
    "max_per_address": test_caps.test_an_address_has_so_many_and_another_address_is_not_concerned,
    "max_per_user": test_caps.test_a_user_has_so_many_from_wherever_and_another_user_is_not_concerned,
    "max_guesses": test_caps.test_an_address_may_guess_so_many_tokens_and_another_address_is_not_concerned,
    "message_rate": test_caps.test_a_client_may_be_as_fast_as_the_rate_and_no_faster,
    "max_message": test_caps.test_a_message_may_be_so_large_and_no_larger,
    "MOST_HEAD": test_caps.test_the_head_of_a_request_may_be_so_large_and_no_larger,
    "MOST_AHEAD": test_caps.test_requests_may_be_so_far_ahead_of_their_answers_and_no_further,
    "LONGEST_FORM": test_caps.test_a_form_may_be_so_large_and_no_larger,
    "handshake_deadline": test_deadlines.test_who_begins_no_handshake_or_half_of_one_is_let_go_of,
    "message_deadline": test_deadlines.test_who_does_not_end_a_message_is_told,
    "pong_deadline": test_deadlines.test_who_answers_no_ping_is_told,
    "idle_deadline": test_deadlines.test_who_answers_pings_and_says_nothing_is_told_and_who_says_something_is_not,
    "drain_deadline": test_drain.test_a_signal_asks_all_to_come_back_and_ends_with_0_though_some_never_answer,
}

# What limits no client, or not by itself: what waits for one that does not read is bounded on six servers in
# tests/target_app/test_servers.py.
NO_LIMITS = {
    *("lag_interval", "lag_window", "backplane", "gap_notice", "fanout_slice", "trusted_proxies"),
    *("guard", "tokens", "refuse", "origins", "origin_required", "ping_interval", "drain_batch"),
    *("outbox_messages", "outbox_bytes", "outbox_policy"),
}
MODULES = (target_app.guard.login, target_app.wire.in_turn, target_app.wire.requests)


def test_every_limit_that_there_is_has_its_test() -> None:
    set_ones = set(Settings.model_fields) - NO_LIMITS
    fixed = {name for module in MODULES for name in vars(module) if re.fullmatch(r"(MOST|LONGEST)_\w+", name)}
    assert set(CROSSED) == set_ones | fixed


def test_each_of_these_tests_is_over_one_worker_and_over_four() -> None:
    numbers = [numbers_of_workers(test) for test in CROSSED.values()]
    assert numbers == [{1, 4}] * len(CROSSED)


def numbers_of_workers(test: Callable[..., Any]) -> set[int]:
    """How many workers a test is done over."""
    marks = [mark for mark in getattr(test, "pytestmark", []) if mark.name == "parametrize"]
    if "workers" in signature(test).parameters:
        (rows,) = (mark.args[1] for mark in marks if "workers" in mark.args[0])
        return {row[0] for row in rows}
    assert {"fleet", "crowd"} & set(signature(test).parameters)
    return {param.values[0] for param in sys.modules[test.__module__].WORKERS}
