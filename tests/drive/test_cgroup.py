"""What a container may use, as the kernel tells it in either version of control groups."""

from pathlib import Path

import pytest

from wswarm.drive.host.cgroup import Bound, Bounds, bounds

V2 = "0::/kubepods/pod1\n"
V1 = "5:memory:/docker/a\n4:cpu,cpuacct:/docker/a\n3:pids:/docker/a\n0::/\n"


def read(tmp_path: Path, own: str, files: dict[str, str]) -> Bounds:
    """The bounds where the kernel shows these files."""
    for name, text in files.items():
        path = tmp_path / "cgroup" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")
    (tmp_path / "own").write_text(own)
    return bounds(tmp_path / "cgroup", tmp_path / "own")


def test_version_2_is_read(tmp_path: Path) -> None:
    files = {
        "memory.max": "2000",
        "memory.current": "500",
        "cpu.max": "150000 100000",
        "pids.max": "40",
        "pids.current": "3",
    }
    found = read(tmp_path, V2, {f"kubepods/pod1/{name}": text for name, text in files.items()})
    assert found == Bounds(Bound(2000, 500, "memory.max"), Bound(1.5, 0, "cpu.max"), Bound(40, 3, "pids.max"))


def test_version_1_is_read(tmp_path: Path) -> None:
    files = {
        "memory/docker/a/memory.limit_in_bytes": "2000",
        "memory/docker/a/memory.usage_in_bytes": "500",
        "cpu,cpuacct/docker/a/cpu.cfs_quota_us": "50000",
        "cpu,cpuacct/docker/a/cpu.cfs_period_us": "100000",
        "pids/docker/a/pids.max": "40",
    }
    assert read(tmp_path, V1, files) == Bounds(
        Bound(2000, 500, "memory.limit_in_bytes"), Bound(0.5, 0, "cpu.cfs_quota_us"), Bound(40, 0, "pids.max")
    )


def test_a_container_that_sees_its_own_group_as_the_root_is_read(tmp_path: Path) -> None:
    assert read(tmp_path, V1, {"memory/memory.limit_in_bytes": "2000"}).memory == Bound(
        2000, 0, "memory.limit_in_bytes"
    )
    assert read(tmp_path, "0::/\n", {"pids.max": "7"}).pids == Bound(7, 0, "pids.max")


def test_the_tightest_of_the_groups_around_counts(tmp_path: Path) -> None:
    files = {"kubepods/pod1/pids.max": "100", "kubepods/pids.max": "40", "kubepods/pids.current": "39"}
    assert read(tmp_path, V2, files).pids == Bound(40, 39, "pids.max")


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"memory.max": "max", "cpu.max": "max 100000", "pids.max": "max"},
        {"memory/memory.limit_in_bytes": "9223372036854771712", "cpu/cpu.cfs_quota_us": "-1"},
    ],
)
def test_no_limit_is_none(files: dict[str, str], tmp_path: Path) -> None:
    assert read(tmp_path, "4:memory:/\n3:cpu:/\n0::/\n", files) == Bounds(None, None, None)


def test_a_system_without_control_groups_has_none(tmp_path: Path) -> None:
    assert bounds(tmp_path / "nowhere", tmp_path / "none") == Bounds(None, None, None)
