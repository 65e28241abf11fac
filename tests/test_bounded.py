"""Files that a user names are read as far as they may be long."""

import os
import resource
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import psutil
import pytest

from tests.cli.command import in_process
from wswarm import bounded
from wswarm.errors import PlanError

ENDLESS = Path("/dev/zero")
URL = "ws://127.0.0.1:1/"
MEND = "leave some out"


@pytest.fixture(params=[b"", b"x" * 10, b"x" * 200_000])
def pipe(request: pytest.FixtureRequest) -> Iterator[tuple[str, bytes]]:
    """The path of a pipe, and what comes out of it in pieces."""
    if not Path("/dev/fd").is_dir():
        pytest.skip("there is no /dev/fd")
    source, sink = os.pipe()

    def fill() -> None:
        with os.fdopen(sink, "wb", buffering=0) as file:
            for start in range(0, len(request.param), 50_000):
                file.write(request.param[start : start + 50_000])

    writer = Thread(target=fill)
    writer.start()
    yield f"/dev/fd/{source}", request.param
    os.close(source)
    writer.join()


def test_a_pipe_is_read_to_its_end_and_once(pipe: tuple[str, bytes]) -> None:
    path, content = pipe
    assert [bounded.read(path, 200_000, path, MEND) for _ in range(2)] == [content] * 2


def test_a_file_may_be_as_long_as_the_limit_and_no_longer(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * (1 << 20))
    assert len(bounded.read(path, 1 << 20, "it", MEND)) == 1 << 20
    path.write_bytes(b"x" * ((1 << 20) + 1))
    with pytest.raises(PlanError, match="it holds more than 1 MiB: leave some out"):
        bounded.read(path, 1 << 20, "it", MEND)


def test_text_has_lines_that_end_alike(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes("ü\r\nb\rc\n".encode())
    assert bounded.text(path, 100, "it", MEND) == "ü\nb\nc\n"


@pytest.fixture
def little_memory() -> Iterator[None]:
    """What would read on and on ends soon, and not the machine."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (psutil.Process().memory_info().vms + (1 << 30), before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


@pytest.mark.usefixtures("little_memory")
@pytest.mark.skipif(not ENDLESS.exists(), reason="there is no /dev/zero")
@pytest.mark.parametrize(
    ("arguments", "most"),
    [
        (["echo", URL, "-H", f"X: ${{file:{ENDLESS}}}"], "1 MiB"),
        (["echo", URL, "-H", f"@{ENDLESS}"], "1 MiB"),
        (["echo", URL, "--message-file", str(ENDLESS)], "16 MiB"),
        (["echo", URL, "--data", str(ENDLESS)], "2 MiB"),
        (["echo", URL, "--profile", "{endless}.toml"], "1 MiB"),
        (["script", "{endless}.py", URL], "16 MiB"),
        (["run", "{endless}.toml"], "1 MiB"),
        (["import", str(ENDLESS)], "3 MiB"),
        (["replay", str(ENDLESS), URL], "3 MiB"),
        (["report", str(ENDLESS)], "2 MiB"),
        (["compare", str(ENDLESS), str(ENDLESS)], "2 MiB"),
        (["trend", str(ENDLESS)], "2 MiB"),
        (["forecast", str(ENDLESS), "-c", "1", "-r", "1"], "2 MiB"),
    ],
    ids=lambda one: " ".join(one[:1] + one[-2:]) if isinstance(one, list) else one,
)
def test_what_has_no_end_is_refused_with_the_limit_and_the_mend(
    arguments: list[str], most: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded, "STORED", 2 << 20)
    monkeypatch.setattr(bounded, "RECORDING", 3 << 20)
    for kind in (".toml", ".py"):
        (tmp_path / f"endless{kind}").symlink_to(ENDLESS)
    given = [one.replace("{endless}", str(tmp_path / "endless")) for one in arguments]
    end = in_process(*given, cwd=tmp_path)
    assert (end.code, end.err.count("\n")) == (2, 1), end
    assert f" holds more than {most}: " in end.err
    assert str(ENDLESS) in end.err or "endless" in end.err
