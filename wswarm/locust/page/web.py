"""Our part of Locust's web UI: the Fan-out tab, a page with live charts, our CSV, the report, a look at the form."""

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request, send_from_directory
from locust.runners import Runner
from locust.web import WebUI
from werkzeug.datastructures import MultiDict

from wswarm.locust.page.board import Board
from wswarm.locust.page.figures import COLUMNS, csv_text

Form = MultiDict[str, str]
View = Callable[..., Any]  # what Flask takes

_TAB = "fan-out"
_PAGE = Path(__file__).with_name("charts.html")
_LINK = (
    '<a href="./wswarm" style="position:fixed;right:1rem;bottom:.5rem;z-index:9;font:.9rem sans-serif;'
    'color:#15803d">WebSocket live charts</a>'
)
_log = logging.getLogger(__name__)


class Pages:
    """All of it is behind Locust's login if there is one.

    Args:
        object_to: Says what is wrong with a form that would begin a test, `None` if nothing is.
    """

    def __init__(
        self, web_ui: WebUI, runner: Runner, board: Board, object_to: Callable[[Form], str | None]
    ) -> None:
        self._runner, self._board, self._object_to = runner, board, object_to
        self._web_ui = web_ui
        options = web_ui.environment.parsed_options
        blueprint = Blueprint("wswarm", __name__, url_prefix=options.web_base_path if options else None)
        views: dict[str, View] = {
            "/wswarm": self._page,
            "/wswarm/data": self._data,
            "/wswarm/csv": self._csv,
            "/wswarm/report/<path:name>": self._report,
        }
        for path, view in views.items():
            blueprint.add_url_rule(path, view.__name__.strip("_"), self._guarded(view))
        assert web_ui.app is not None
        web_ui.app.register_blueprint(blueprint)
        web_ui.app.before_request(self._check_form)
        web_ui.app.after_request(self._add_rows)
        web_ui.app.after_request(_add_link)
        self._extend(web_ui)
        _log.info("Live charts are at /wswarm of the web interface")

    def _guarded(self, view: View) -> View:
        guarded: View = self._web_ui.auth_required_if_enabled(view)
        return guarded

    def _extend(self, web_ui: WebUI) -> None:
        structure = [{"key": key, "title": title} for key, title in COLUMNS.items()]
        web_ui.template_args.update(
            extended_tabs=[{"title": "Fan-out", "key": _TAB}],
            extended_tables=[{"key": _TAB, "structure": structure}],
            extended_csv_files=[
                {"href": "./wswarm/csv", "title": "Download WebSocket times CSV (microseconds kept)"},
                {"href": "./wswarm", "title": "WebSocket live charts and report"},
            ],
        )

    def _page(self) -> Response:
        return Response(_PAGE.read_text(encoding="utf-8"), mimetype="text/html")

    def _data(self) -> Response:
        board = self._board
        shown = board.charts(
            request.args.get("test", -1, type=int), request.args.get("after", -1.0, type=float)
        )
        report = "wswarm/report/report.html" if board.report is not None else None
        return jsonify(shown | {"state": self._runner.state, "report": report})

    def _csv(self) -> Response:
        headers = {"Content-Disposition": "attachment; filename=wswarm.csv"}
        return Response(csv_text(self._board.csv()), mimetype="text/csv", headers=headers)

    def _report(self, name: str) -> Response:
        if self._board.report is None:
            abort(404)
        return send_from_directory(self._board.report.absolute(), name)

    def _check_form(self) -> Response | None:
        if request.endpoint != "locust.swarm":
            return None
        refusal: Response | None = self._guarded(self._refusal)()
        return refusal

    def _refusal(self) -> Response | None:
        message = self._object_to(request.form)
        if message is None:
            return None
        return jsonify(success=False, message=message, host=request.form.get("host", ""))

    def _add_rows(self, response: Response) -> Response:
        if request.endpoint == "locust.request_stats" and response.is_json:
            report = json.loads(response.get_data())
            report["extended_stats"] = [{"key": _TAB, "data": self._board.rows()}]
            response.set_data(json.dumps(report))
        return response


def _add_link(response: Response) -> Response:
    """Add a link to our page to Locust's own, whose tabs can hold no links."""
    if request.endpoint == "locust.index" and response.mimetype == "text/html":
        response.set_data(response.get_data(as_text=True).replace("</body>", f"{_LINK}</body>", 1))
    return response
