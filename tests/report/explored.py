"""Pages with charts, as a person explores them in a browser."""

from pathlib import Path

from tests.browser import Window

DESK, PHONE = (1280, 900, False), (390, 844, True)
READY = "document.documentElement?.dataset.ready === 'yes'"


class Shown:
    """A page with charts that a browser shows.

    Attributes:
        window: In which; `page`: it, when its charts are there. `size`: width, height, and whether it is dark.
    """

    def __init__(self, window: Window, folder: Path, text: str, size: tuple[int, int, bool]) -> None:
        file = folder / "report ü.html"
        file.write_text(text, encoding="utf-8")
        self.window, self.page, self.size = window, window.page(), size
        self.page.shape(*size[:2], is_dark=size[2])
        self.page.open(file.as_uri())
        self.page.wait(READY)

    def paint(self, *, is_dark: bool) -> None:
        """Show it light or dark from now on, pointed at by nothing."""
        self.size = (*self.size[:2], is_dark)
        self.page.shape(*self.size[:2], is_dark=is_dark)
        self.page.point(0, 0)

    def figure(self, name: str) -> str:
        return f"document.querySelector('figure.chart.{name}')"

    def box(self, name: str) -> tuple[float, float, float, float]:
        """Return the drawing area of a chart that has been scrolled to: left, top, right, bottom."""
        self.page.ask(f"{self.figure(name)}.scrollIntoView({{block: 'center', behavior: 'instant'}})")
        area = self.page.ask(
            f"(() => {{ const canvas = {self.figure(name)}.querySelector('canvas');"
            " const { left, top } = canvas.getBoundingClientRect(), area = Chart.getChart(canvas).chartArea;"
            " return [left + area.left, top + area.top, left + area.right, top + area.bottom]; })()"
        )
        left, top, right, bottom = area
        return left, top, right, bottom

    def said(self, name: str) -> str:
        return str(self.page.ask(f"{self.figure(name)}.querySelector('.readout').innerText"))

    def range(self, name: str, way: str) -> list[float]:
        chart = f"Chart.getChart({self.figure(name)}.querySelector('canvas'))"
        found: list[float] = self.page.ask(f"[{chart}.scales.{way}.min, {chart}.scales.{way}.max]")
        return found

    def point_at(self, name: str, way: str, value: float) -> None:
        """Move the mouse to the middle of a chart, but there on one of its axes."""
        left, top, right, bottom = self.box(name)
        chart = f"Chart.getChart({self.figure(name)}.querySelector('canvas'))"
        begin = "left" if way == "x" else "top"
        away = self.page.ask(f"{chart}.scales.{way}.getPixelForValue({value!r}) - {chart}.chartArea.{begin}")
        across, along = (left + right) / 2, (top + bottom) / 2
        self.page.point(*((left + away, along) if way == "x" else (across, top + away)))

    def values(self, name: str) -> list[float]:
        """Return the values that are shown of a chart."""
        found = f"[...{self.figure(name)}.querySelectorAll('.readout data')].map(one => Number(one.value))"
        values: list[float] = self.page.ask(found)
        return values
