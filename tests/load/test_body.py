"""What a refusal says: its body as text whatever it is packed in, and the headers that tell what is wanted."""

import gzip
import zlib

import pytest

from wswarm.load.body import words_of
from wswarm.load.upgrade import Answer, read_head

SAID = "plan expired"
PACKED = gzip.compress(SAID.encode(), mtime=0)


def answer(*headers: str) -> Answer:
    """Return the head of a refusal."""
    read = read_head("\r\n".join(["HTTP/1.1 403 No", *headers, "", ""]).encode())
    assert read is not None
    return read


@pytest.mark.parametrize(
    ("headers", "body", "words"),
    [
        ((), SAID.encode(), SAID),
        (("Content-Encoding: gzip",), PACKED, SAID),
        (("Content-Encoding: gzip",), PACKED[:-9], SAID),
        (("Content-Encoding: deflate",), zlib.compress(SAID.encode()), SAID),
        (("Content-Encoding: identity",), SAID.encode(), SAID),
        (("Content-Encoding: gzip",), SAID.encode(), "a body in gzip"),
        (("Content-Encoding: br",), b"\x0b\x05\x80", "a body in br"),
        (("Content-Encoding: br",), b"", ""),
        (("Content-Type: text/plain; charset=UTF-16LE",), SAID.encode("utf-16-le"), SAID),
        (('Content-Type: text/html; charset="iso-8859-1"; x=y',), "Gebühr".encode("latin-1"), "Gebühr"),
        (("Content-Type: text/plain; charset=klingon",), SAID.encode(), SAID),
        (("Retry-After: 30",), b"", "Retry-After: 30"),
        (("Retry-After: 30",), b"busy\n", "busy; Retry-After: 30"),
        (("WWW-Authenticate: Basic", "WWW-Authenticate: NTLM"), b"", "WWW-Authenticate: Basic, NTLM"),
        (("Sec-WebSocket-Version: 8, 7",), b"", "Sec-WebSocket-Version: 8, 7"),
    ],
)  # fmt: skip
def test_a_refusal_is_told_in_its_own_words(headers: tuple[str, ...], body: bytes, words: str) -> None:
    assert words_of(answer(*headers), body) == words


def test_of_a_body_that_inflates_to_gigabytes_the_first_kilobytes_are_read() -> None:
    assert words_of(answer("Content-Encoding: gzip"), gzip.compress(b"x" * 10_000_000)) == "x" * 4096
