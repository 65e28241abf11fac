"""What the pages of one workbench share: the folder, its index, the run under way, the token of forms."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from wswarm.ui import form, pages, places
from wswarm.ui.index import Index
from wswarm.ui.job import Jobs
from wswarm.ui.shelf import title


class Desk:
    """Everything about one folder of reports.

    Args:
        root: Resolved.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.index = Index(root)
        self.jobs = Jobs(root)
        self.token = form.new_token()

    def page(self, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """Return a page made from a template."""
        return HTMLResponse(self.text(template, **values), status)

    def text(self, template: str, **values: Any) -> str:
        """Return what a template makes of the values, and of what all pages know."""
        known = {"csrf_field": form.FIELD, "csrf": self.token, "folder": title(self.root.name)}
        return pages.render(template, **known, job=self.jobs.standing(), **values)

    def place(self, name: str) -> Path:
        """Return the folder of a report.

        Raises:
            HTTPException: there is none of that name.
        """
        place = places.place_of(self.root, name)
        if place is None or not (places.is_report(place) or self._is_listed(place)):
            raise HTTPException(404, f"There is no report {name[:200]!r} in this folder: see the list.")
        return place

    def name_of(self, place: Path) -> str:
        """Return what the report in a folder is called."""
        return places.name_of(self.root, place)

    def close(self) -> None:
        """End what is under way, and let go of files."""
        self.jobs.end()
        self.index.close()

    def _is_listed(self, place: Path) -> bool:
        self.index.refresh()
        return self.index.find(self.name_of(place)) is not None


def of(request: Request) -> Desk:
    """Return the desk of the application that was asked."""
    desk: Desk = request.app.state.desk
    return desk


async def sent(request: Request) -> Mapping[str, str]:
    """Return the fields of a form that was sent from one of our pages.

    Raises:
        HTTPException: it was not.
    """
    return await form.read(request, of(request).token)


TheDesk = Annotated[Desk, Depends(of)]
Sent = Annotated[Mapping[str, str], Depends(sent)]
