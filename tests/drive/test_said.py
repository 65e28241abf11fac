"""What the target said, kept within bounds and without secrets."""

from functools import partial

from wswarm.drive.drivers.connection import Ended
from wswarm.drive.said import KEPT, Said
from wswarm.drive.samples import Samples
from wswarm.load.altered import is_altered
from wswarm.load.number import NUMBER, nonce_for, write_index
from wswarm.results.redact import Redactor

PREFIX = b"wswarm1a2b3c4d"


def said(**settings: object) -> Said:
    """Return what has heard nothing yet, from a target of that plan."""
    return Said(Redactor(settings), PREFIX)


def test_refusals_are_counted_by_reason_with_the_words_of_the_first() -> None:
    heard = said()
    for detail in ("", "plan expired\n", "something else"):
        heard.note_failure("http 403", detail)
    assert (heard.failures, heard.refusals) == ({"http 403": 3}, {"http 403": "plan expired"})


def test_close_code_and_reason_are_counted_together() -> None:
    heard = said()
    ends = [
        Ended("4401", "token expired"),
        Ended("1006"),
        Ended("4401", "token expired"),
        Ended(None),
        Ended(None, "x"),
    ]
    assert [heard.note_ending(ended) for ended in ends] == [0, 1, 0, 2, 3]
    assert heard.endings == {"4401 token expired": 2, "1006": 1, "ended by us": 1, "ended by us: x": 1}
    assert heard.closes == {"4401": 2, "1006": 1}


def test_a_server_that_says_something_else_each_time_fills_no_memory() -> None:
    heard = said()
    places = {heard.note_ending(Ended("4000", f"no. {number}")) for number in range(1000)}
    for number in range(1000):
        heard.note_failure(f"bad upgrade: {number}", f"{number}")
    assert len(places) == len(heard.endings) == len(heard.failures) == KEPT + 1
    assert heard.endings["other"] == heard.failures["other"] == 1000 - KEPT
    assert len(heard.refusals) <= KEPT + 1


def test_marks_that_the_server_repeats_make_no_reasons_of_their_own() -> None:
    heard = said()
    for sequence in range(100):
        mark = f"{PREFIX.decode()}00000000{sequence:08x}{sequence:016x}"
        heard.note_ending(Ended("1003", f"not msgpack: {mark}"))
        heard.note_ending(Ended("1008", f"{'x' * 80}{mark}"[:123]))
        heard.note_failure(f"bad upgrade: {mark}", f"what is {mark}?")
    assert heard.endings == {"1003 not msgpack: {marker}": 100, f"1008 {'x' * 80}{{marker}}": 100}
    assert heard.refusals == {"bad upgrade: {marker}": "what is {marker}?"}


def test_numbers_of_the_run_that_the_server_repeats_make_no_reasons_of_their_own() -> None:
    heard = Said(Redactor({}), PREFIX, NUMBER)
    for index in range(100):
        number = (nonce_for(PREFIX) + write_index(index, 3)).decode()
        heard.note_ending(Ended("4000", f"id {number} at 1796000000000000 is unknown"))
    assert heard.endings == {"4000 id {marker:int} at 1796000000000000 is unknown": 100}


def test_what_the_server_repeats_of_a_secret_is_not_kept() -> None:
    heard = said(headers=["Authorization: Bearer s3cret-token"], cookies=["sid=c00kie"])
    heard.note_failure("bad upgrade: s3cret-token", "c00kie is not welcome")
    heard.note_ending(Ended("4401", "S3CRET-TOKEN expired"))
    assert heard.failures == {"bad upgrade: …": 1}
    assert heard.refusals == {"bad upgrade: …": "… is not welcome"}
    assert list(heard.endings) == ["4401 … expired"]
    assert heard.quoted(b"\x00you are c00kie") == "\\x00you are …"


def test_a_secret_at_the_end_of_what_was_cut_is_not_kept_in_part() -> None:
    heard = said(cookies=["sid=0123456789abcdef"])
    heard.note_failure("http 403", ("x" * 190 + "0123456789abcdef")[:200])
    heard.note_ending(Ended("1008", ("x" * 115 + "0123456789abcdef")[:123]))
    assert heard.refusals["http 403"] == "x" * 190 + "…"
    assert list(heard.endings) == ["1008 " + "x" * 115 + "…"]


def test_a_few_different_samples_are_kept_of_many_messages() -> None:
    samples = Samples(partial(is_altered, prefix=PREFIX))
    for number in range(10_000):
        samples.look(b"%d" % (number % 4))
    assert samples.kept == [b"0", b"1", b"2"]
    assert samples.altered == 0


def test_only_the_beginning_of_a_huge_message_is_kept() -> None:
    samples = Samples(partial(is_altered, prefix=PREFIX))
    samples.look(b"x" * (1 << 20))
    assert len(samples.kept[0]) < 1000


def test_what_was_said_before_a_load_gives_way_to_what_is_said_in_it() -> None:
    samples = Samples(partial(is_altered, prefix=PREFIX))
    samples.look(b"welcome")
    samples.begin()
    assert samples.kept == [b"welcome"]
    samples.look(PREFIX.upper())
    assert (samples.kept, samples.altered) == ([PREFIX.upper()], 1)


def test_the_secrets_of_a_connection_with_settings_of_its_own_are_hidden_too() -> None:
    heard = said(cookies=["sid=of-all"])
    own = {"headers": ["Authorization: Bearer of-one"]}
    heard.learn(own)
    heard.note_failure("http 403", "not of-one, not of-all", own)
    heard.note_ending(Ended("4401", "of-one"), own)
    assert heard.refusals == {"http 403": "not …, not …"}
    assert list(heard.endings) == ["4401 …"]
    assert heard.quoted(b"of-one, of-all") == "…, …"
