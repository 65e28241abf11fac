"""The page of a model: it stands alone, for a browser, a phone or paper."""

from collections.abc import Mapping

from wswarm.report import format as show
from wswarm.report.html import embedded, page
from wswarm.report.sizing import words
from wswarm.results.sizing import Model

READINGS = {
    "fit": (
        "What each cell used of the cores beside what the model says.",
        "On the line both are the same; the band is 10 % on either side. Diamonds are held out: the model has never"
        " seen them, and they lie outside of what it was made from.",
    ),
    "times": (
        "Times over the utilisation of the busiest worker.",
        "Delivery or response time of each cell. Fan-out apart, times grow with the utilisation, and steeply near 1.",
    ),
}


def render(model: Model, pictures: Mapping[str, bytes]) -> str:
    """Return the page as HTML without any address that a browser would fetch.

    Args:
        pictures: By name, PNG or SVG.
    """
    return page(
        "sizing.html.j2",
        title=f"wswarm {words.title(model)}: {words.standing(model)}",
        name=words.title(model),
        target=show.printable(model.target),
        phrases=[words.how(model), model.started_at],
        look="valid" if model.validated else "suspect",
        headline=words.standing(model),
        notes=[show.printable(reason) for reason in model.reasons],
        facts=words.facts(model),
        columns=words.COLUMNS,
        rows=[words.row(cell) for cell in model.cells],
        pictures=[_picture(name, one) for name, one in pictures.items()],
        settings=_settings(model),
    )


def _picture(name: str, picture: bytes) -> dict[str, str]:
    alt, reading = READINGS[name]
    return {"source": embedded(picture), "alt": alt, "reading": reading}


def _settings(model: Model) -> list[tuple[str, str]]:
    seen, machine = model.mechanism, model.machine
    rows = [
        ("arrivals", seen.arrivals),
        ("TLS", "yes" if seen.tls else "no"),
        ("permessage-deflate", "offered" if seen.deflate else "no"),
        ("backplane", seen.backplane or "none known"),
        ("generator", "on the same machine" if seen.is_shared else "on another machine"),
        ("cores", str(machine.cores)),
        ("processor", machine.cpu),
    ]
    return [(label, show.printable(value)) for label, value in rows if value]
