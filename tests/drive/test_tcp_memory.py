"""What TCP takes of the kernel's memory."""

import pytest

from wswarm.drive.host.tcp_memory import TcpMemory, read_tcp_memory, tcp_memory

SOCKSTAT = """sockets: used 290
TCP: inuse 12 orphan 0 tw 3 alloc 15 mem 700
UDP: inuse 2 mem 1
"""


def test_it_is_read_in_pages() -> None:
    assert read_tcp_memory(SOCKSTAT, "287898\t383867\t575796\n", 4096) == TcpMemory(
        700 * 4096, 287_898 * 4096
    )


def test_what_is_not_said_is_no_zero() -> None:
    with pytest.raises(ValueError, match="TCP"):
        read_tcp_memory("sockets: used 290\n", "1 2 3", 4096)


def test_this_machine_tells_or_does_not() -> None:
    found = tcp_memory()
    assert found is None or found.used >= 0
