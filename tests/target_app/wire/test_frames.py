"""Where frames end, however the bytes came."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from target_app.wire.frames import SHARE, Frames
from tests.target_app.raw_client import BINARY, CONTINUATION, PING, PONG, TEXT, frame

FRAMES = st.lists(
    st.builds(
        lambda opcode, size, fin, mask: frame(opcode, b"x" * size, fin=fin or opcode >= PING, mask=mask),
        st.sampled_from([CONTINUATION, TEXT, BINARY, PING, PONG]),
        st.sampled_from([0, 1, 2, 125, 126, 127, 128, 300, 65_535, 65_536, 70_000]),
        st.booleans(),
        st.sampled_from([b"abcd", None]),
    ),
    max_size=6,
)


def taken(frames: Frames, data: bytes) -> list[bytes]:
    """What can be taken when this has come."""
    frames.add(data)
    pieces = []
    while piece := frames.take():
        pieces.append(piece)
    return pieces


@given(FRAMES)
def test_frames_that_came_in_one_piece_are_taken_one_by_one(sent: list[bytes]) -> None:
    assert taken(Frames(), b"".join(sent)) == sent


@given(FRAMES, st.lists(st.integers(0, 5000), max_size=20))
def test_nothing_is_lost_and_no_piece_reaches_into_the_next_frame(sent: list[bytes], cuts: list[int]) -> None:
    stream, frames = b"".join(sent), Frames()
    bounds = sorted({0, len(stream), *(min(cut, len(stream)) for cut in cuts)})
    pieces = [piece for start, end in pairwise(bounds) for piece in taken(frames, stream[start:end])]
    assert b"".join(pieces) == stream
    ends = {sum(map(len, sent[:count])) for count in range(len(sent) + 1)}
    steps = [sum(map(len, pieces[:count])) for count in range(len(pieces) + 1)]
    assert ends <= set(steps)
    assert not frames.waits


@given(FRAMES)
def test_a_frame_that_came_alone_is_known_by_its_size(sent: list[bytes]) -> None:
    """Those that are not are no error: they are cut."""
    for one in sent:
        if Frames().is_one(one):
            assert taken(Frames(), one) == [one]


def test_two_frames_part_of_one_and_one_amid_a_message_are_not_one() -> None:
    one = frame(TEXT, b"x" * 20)
    assert Frames().is_one(one)
    assert not Frames().is_one(one + one)
    assert not Frames().is_one(one[:-1])
    amid = Frames()
    assert taken(amid, frame(TEXT, b"x", fin=False)) != []
    assert not amid.is_one(one)
    assert not Frames().is_one(frame(TEXT, b"x" * 126)[:132])


def test_a_head_that_is_not_complete_waits() -> None:
    head = frame(TEXT, b"x" * 70_000)[:14]
    for size in range(1, 10):
        assert taken(Frames(), head[:size]) == []


def test_a_message_is_under_way_from_its_first_byte_to_its_last_frame() -> None:
    frames = Frames()
    first, last = frame(TEXT, b"ab", fin=False), frame(CONTINUATION, b"cd")
    seen = []
    for data in (first[:4], first[4:], frame(PING), last[:-1], last[-1:]):
        taken(frames, data)
        seen.append((frames.is_midway or frames.waits, frames.messages))
    assert seen == [(True, 0), (True, 0), (True, 0), (True, 0), (False, 1)]


def test_a_large_frame_costs_more_and_one_that_may_have_to_be_inflated_a_whole_share() -> None:
    costs = []
    for sent in (frame(TEXT, b"x"), frame(TEXT, b"x" * 65_536), frame(TEXT, b"x", rsv=4)):
        frames = Frames()
        taken(frames, sent)
        costs.append(frames.cost)
    assert costs == [1, 9, SHARE]
