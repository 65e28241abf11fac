"""The page of what a command measures, served while it goes on."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Protocol, TypeVar


class Served(Protocol):
    """A page that is served."""

    url: str

    def close(self) -> None:
        """Serve it no longer."""


Page = TypeVar("Page", bound=Served)
Progress = TypeVar("Progress", contravariant=True)
Found = TypeVar("Found", contravariant=True)


class Watched(Served, Protocol[Progress, Found]):
    """A page of something that is told how it stands, and then what was found."""

    def show(self, progress: Progress) -> None:
        """Take note of how it stands."""

    def end(self, found: Found) -> None:
        """Show what was found."""

    def wait(self) -> None:
        """Wait some seconds until whoever watches has the whole page."""


@contextmanager
def served(make: Callable[[], Page], *, is_wanted: bool) -> Iterator[Page | None]:
    """Yield the page, whose address goes to standard error; `None` where none is wanted."""
    if not is_wanted:
        yield None
        return
    page = make()
    try:
        with suppress(OSError):
            print(f"live: {page.url}", file=sys.stderr, flush=True)
        yield page
    finally:
        page.close()


def watching(
    page: Watched[Progress, Found] | None, show: Callable[[Progress], None]
) -> Callable[[Progress], None]:
    """Return what shows progress on the page, too."""
    if page is None:
        return show

    def both(progress: Progress) -> None:
        show(progress)
        page.show(progress)

    return both


def leave(page: Watched[Progress, Found] | None) -> None:
    """Wait some seconds until whoever watches has the whole page, unless Ctrl-C comes."""
    if page is not None:
        with suppress(KeyboardInterrupt):
            page.wait()
