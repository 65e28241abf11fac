"""What the kernel keeps for an open connection."""

from pathlib import Path

import pytest

from wswarm.drive.host.socket_memory import socket_memory

_HEAD = """\
slabinfo - version: 2.1
# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab>
"""
_SOCKETS = "TCP 91 143 2368 13 8 : tunables\nsock_inode_cache 203 285 832 19 4 : tunables\n"


@pytest.mark.parametrize(
    ("told", "found"),
    [
        (_HEAD + _SOCKETS, 3200),
        (
            _HEAD + _SOCKETS + "filp 511 1701 192 21 1\ndentry 1 1 192 21 1\neventpoll_epi 4 1056 128 32 1\n",
            3712,
        ),
        (_HEAD + _SOCKETS + "TCPv6 26 26 2496 13 8\n", 3200),
        (_HEAD + "TCP 91 143 2368 13 8\n", None),
        ("TCP 91 143 x\nsock_inode_cache 203 285 832\n", None),
        ("", None),
    ],
)
def test_one_end_takes_what_its_objects_take(told: str, found: int | None, tmp_path: Path) -> None:
    path = tmp_path / "slabinfo"
    path.write_text(told)
    assert socket_memory(path) == found


def test_a_kernel_that_tells_nothing_leaves_it_unknown(tmp_path: Path) -> None:
    assert socket_memory(tmp_path / "nowhere") is None
