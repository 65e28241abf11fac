"""Forms that change what is stored: labels, notes, the bin, the index."""

from fastapi import APIRouter
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from wswarm.ui import bin as waste
from wswarm.ui import pages, remarks
from wswarm.ui.desk import Desk, Sent, TheDesk
from wswarm.ui.suite import suite_of

SEE_OTHER = 303

changing = APIRouter()


@changing.post("/runs/{name:path}/delete")
def delete(name: str, desk: TheDesk, _: Sent) -> RedirectResponse:
    """Move a report into the bin."""
    place = desk.place(name)
    suite = suite_of(desk.root, place)
    if suite is not None:
        raise HTTPException(409, f"{name} is part of {suite}: delete that as a whole.")
    gone = waste.delete(desk.root, place)
    return RedirectResponse(f"/?{pages.query({'deleted': gone.place})}", SEE_OTHER)


@changing.post("/runs/{name:path}/label")
def label(name: str, desk: TheDesk, sent: Sent) -> RedirectResponse:
    """Give a report a label; with the field `remove` take it away."""
    place = desk.place(name)
    change = remarks.remove_label if sent.get("remove") else remarks.add_label
    change(place, sent.get("label", ""))
    return _back_to(desk, name)


@changing.post("/runs/{name:path}/note")
def note(name: str, desk: TheDesk, sent: Sent) -> RedirectResponse:
    """Say something of a report."""
    remarks.set_note(desk.place(name), sent.get("note", ""))
    return _back_to(desk, name)


@changing.post("/bin/put-back")
def put_back(desk: TheDesk, sent: Sent) -> RedirectResponse:
    """Move a report back to where it was."""
    name = waste.put_back(desk.root, sent.get("place", ""))
    return _back_to(desk, name)


@changing.post("/rebuild")
def rebuild(desk: TheDesk, _: Sent) -> RedirectResponse:
    """Read all reports again."""
    desk.index.rebuild()
    return RedirectResponse("/", SEE_OTHER)


def _back_to(desk: Desk, name: str) -> RedirectResponse:
    return RedirectResponse(f"/runs/{pages.address(desk.name_of(desk.place(name)))}", SEE_OTHER)
