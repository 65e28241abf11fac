"""What the kernel counts of connections that it threw away."""

from pathlib import Path

import pytest

from wswarm.drive.host.kernel_counters import KernelCounters, read_kernel_counters

_TOLD = """\
TcpExt: SyncookiesSent ListenOverflows ListenDrops TCPReqQFullDoCookies TCPReqQFullDrop
TcpExt: 9 5 7 2 3
IpExt: InNoRoutes
IpExt: 0
"""


def test_counters_are_found_by_their_names(tmp_path: Path) -> None:
    told = tmp_path / "netstat"
    told.write_text(_TOLD)
    assert read_kernel_counters(told) == KernelCounters(
        listen_overflows=5, listen_drops=7, syn_drops=3, syn_cookies=2
    )


@pytest.mark.parametrize("text", ["", "TcpExt: ListenDrops\nTcpExt: 7\n", "TcpExt: ListenDrops\nTcpExt: x\n"])
def test_counters_that_are_not_told_are_not_known(tmp_path: Path, text: str) -> None:
    told = tmp_path / "netstat"
    told.write_text(text)
    assert read_kernel_counters(told) is None
    assert read_kernel_counters(tmp_path / "nowhere") is None


def test_what_was_counted_meanwhile_is_the_difference() -> None:
    before, after = KernelCounters(1, 2, 3, 4), KernelCounters(5, 5, 5, 5)
    assert after.since(before) == KernelCounters(4, 3, 2, 1)
