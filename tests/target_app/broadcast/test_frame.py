import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from target_app.broadcast.frame import Message, text_frame

pytestmark = pytest.mark.xdist_group("drawn text")  # whose tables take hypothesis seconds in each process


@pytest.mark.parametrize("length", [0, 1, 125, 126, 127, 65_535, 65_536, 70_000])
def test_a_frame_is_what_a_library_makes_of_the_same_text(length: int) -> None:
    payload = b"x" * length
    assert text_frame(payload) == Frame(Opcode.TEXT, payload).serialize(mask=False)


@given(st.text())
def test_a_message_is_framed_as_utf_8(text: str) -> None:
    assert Message(text).frame == text_frame(text.encode())


def test_half_a_surrogate_pair_cannot_be_sent() -> None:
    with pytest.raises(UnicodeEncodeError):
        Message("\ud800")
