"""What decides in Locust's master, or in its only process: what is tested, when it ends, what comes of it."""

import argparse
import atexit
import logging
import sys
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import gevent
from locust.env import Environment
from locust.runners import (
    STATE_RUNNING,
    STATE_SPAWNING,
    LocalRunner,
    MasterRunner,
    Runner,
)
from locust.stats import CSV_STATS_INTERVAL_SEC

from wswarm.drive.clock import now_ns
from wswarm.drive.fleet.wire import LEAD_NS
from wswarm.drive.host.target import ReferenceApp
from wswarm.errors import ResultError, SwarmError
from wswarm.experiment.filling import addresses_of
from wswarm.locust.bus import of
from wswarm.locust.master.conductor import Conductor
from wswarm.locust.master.outcome import INVALID, exit_code, lost_of, refusals_of, runs_of, worse, write
from wswarm.locust.messages import Objection
from wswarm.locust.options import Options, completed, read_options
from wswarm.locust.order import Order, order_for
from wswarm.locust.page.board import Board
from wswarm.locust.page.figures import csv_text
from wswarm.locust.page.table import SESSION, STEP, Table, forget_replies
from wswarm.locust.page.web import Form, Pages
from wswarm.locust.users import WebSocketUser
from wswarm.locust.words import in_locusts_words
from wswarm.locust.worker.strangers import strangers
from wswarm.report.text import suite_summary, summary
from wswarm.results.run import Run
from wswarm.units import NS_PER_S

_log = logging.getLogger(__name__)


class Session:
    """All that is ours in the process that decides: Locust's master, or its only process.

    Raises:
        PlanError: an option or a class's attribute can't be.
        TargetError: the reference application does not start.
    """

    def __init__(self, environment: Environment, runner: Runner) -> None:
        self._environment, self._runner = environment, runner
        self._options = read_options(environment.parsed_options)
        self.runs: list[Run] = []
        self._target_url: str | None = None
        self._refusal: int | None = None
        self._is_beginning = False
        self._writing: gevent.Greenlet[[list[Run], int], None] | None = None
        target_pid = self._options.target_pid
        if self._options.starts_target:
            app = ReferenceApp().__enter__()
            atexit.register(app.__exit__, None, None, None)
            environment.host = self._target_url = app.url
            target_pid = target_pid or app.pid
        if environment.host is not None or self._is_headless():
            self._orders(
                self._options, environment.host
            )  # what is wrong with them is told before anything starts
        self.conductor = Conductor(environment, runner, target_pid)
        self.conductor.on_tick = self._show
        self.conductor.on_objection = self._on_objection
        self._table, self.board = Table(environment.stats), Board(self.conductor)
        if environment.web_ui is not None:
            Pages(environment.web_ui, runner, self.board, self.object_to)
        for user in self._ours():
            for line in strangers(user):
                _log.warning("%s", line)
        self._listen()

    def _listen(self) -> None:
        events = self._environment.events
        for event, listener in (
            (events.test_start, self._on_test_start),
            (events.test_stopping, lambda **_: self._finish()),
            (events.test_stop, self._on_test_stop),
            (events.quitting, self._on_quitting),
        ):
            event.add_listener(of(self._environment, listener))
        events.worker_connect.add_listener(lambda client_id, **_: self.conductor.greet(client_id))
        events.spawning_complete.add_listener(self._on_spawning_complete)
        events.reset_stats.add_listener(self._on_reset_stats)

    def object_to(self, form: Form) -> str | None:
        """Return what is wrong with a form that would begin a test, `None` if nothing is."""
        parsed = vars(completed(self._environment.parsed_options))
        ours = {key: value for key, value in form.items() if key.startswith("ws_") and key in parsed}
        try:
            options = read_options(argparse.Namespace(**(parsed | ours)))
            host = form.get("host", self._environment.host)
            for order in self._orders(options, host, form.getlist("user_classes")):
                addresses_of(order.plan)
        except SwarmError as error:
            return str(error)
        return None

    def _orders(self, options: Options, host: str | None, names: Collection[str] = ()) -> list[Order]:
        """Return what each class does; only those of these names, if there are any."""
        return [
            order_for(user, user.role(), host or self._target_url, options)
            for user in self._ours()
            if not names or user.__name__ in names
        ]

    def _ours(self) -> list[type[WebSocketUser]]:
        """Return the user classes of ours by their names."""
        classes = self._environment.user_classes
        return sorted(
            (user for user in classes if issubclass(user, WebSocketUser)), key=lambda user: user.__name__
        )

    def begin_late(self, *, is_single: bool) -> None:
        """Begin a test that runs already; a single user has no end, and so no report."""
        self._on_test_start()
        if is_single:
            self._options = replace(self._options, report=None)
            self._environment.events.spawning_complete.fire(user_count=1)

    def _on_test_start(self, **_: Any) -> None:
        self._refusal, self._is_beginning = None, False
        self._options = read_options(self._environment.parsed_options)
        self._table.clear()
        self.runs = []
        try:
            orders = self._orders(self._options, self._environment.host)
            self.board.begin(orders)
            has_shape = self._environment.shape_class is not None
            if has_shape and self._options.hold is not None:
                _log.warning(
                    "--ws-hold has no effect: the shape says when the test ends, and all of it is the hold"
                )
            self.conductor.begin(orders, is_held_at_once=has_shape)
        except SwarmError as error:
            self._refuse(str(error), error.exit_code)

    def _on_objection(self, objection: Objection) -> None:
        if self._refusal is None:
            self._refuse(objection.text, objection.exit_code)

    def _refuse(self, text: str, exit_code: int) -> None:
        """End the test, for something that was asked for can't be."""
        _log.error("%s", text)
        self._refusal = self._environment.process_exit_code = exit_code
        gevent.spawn(self._stop)

    def _on_spawning_complete(self, **_: Any) -> None:
        if not self.conductor.is_holding and not self._is_beginning:
            self._is_beginning = True
            gevent.spawn(self._begin_hold)

    def _on_reset_stats(self, **_: Any) -> None:
        if self.conductor.is_running and self.conductor.is_holding:
            gevent.spawn(self._begin_hold)

    def _begin_hold(self) -> None:
        try:
            self.conductor.begin_hold(self._options.hold, self._wanted())
        finally:
            self._is_beginning = False
        if self.conductor.is_holding:
            if isinstance(self._runner, MasterRunner):
                forget_replies(self._environment.stats)  # a station forgets its own
            self._table.forget(self.conductor.orders)
            if self._options.hold is not None:
                self._end_in_time()

    def _wanted(self) -> int:
        """Return how many of Locust's users connect when they start."""
        counts = self._runner.target_user_classes_count
        connecting = [user for user in self._ours() if user.url is not None or user.role() != "script"]
        return sum(counts.get(user.__name__, 0) for user in connecting)

    def _end_in_time(self) -> None:
        """End the test when this hold has lasted as long as it is to."""
        conductor = self.conductor
        held = conductor.test, conductor.holds
        gevent.sleep(max(0, conductor.window.drain_ns - LEAD_NS - now_ns()) / NS_PER_S)
        if (conductor.test, conductor.holds) == held and conductor.is_running:
            self._stop()

    def _stop(self) -> None:
        if self._is_headless():
            self._runner.quit()
        else:
            self._runner.stop()

    def _finish(self) -> None:
        """End the test and write its report; nothing if none is running."""
        if not self.conductor.finish() or self._refusal is not None:
            return
        self.runs = self.board.runs = runs_of(self.conductor)
        if not self.conductor.is_holding:
            forget_replies(self._environment.stats)
            self._table.forget(self.conductor.orders)
        self._show()
        if not self.runs:
            _log.error("nothing was measured: no user of ours had asked for a connection")
        else:
            text = summary(self.runs[0]) if len(self.runs) == 1 else suite_summary(self.runs)
            sys.stdout.write(f"\n{text}\n")
            self._write_csv()
            self._writing = gevent.spawn(self._write, self.runs, self.conductor.test)
        for line in refusals_of(self.runs):
            _log.error("%s", line)
        for member in self.conductor.members.values():
            if member.loss is not None:
                _log.error("%s: the test is not valid", member.loss)
        self._decide()

    def _write_csv(self) -> None:
        prefix = getattr(self._environment.parsed_options, "csv_prefix", None)
        if prefix is None:
            return
        path = Path(f"{prefix}_wswarm.csv")
        try:
            path.write_text(csv_text(self.board.csv()), encoding="utf-8")
        except OSError as error:
            _log.error("%s: cannot be written: %s", path, error.strerror)
            self._environment.process_exit_code = ResultError.exit_code

    def _write(self, runs: list[Run], test: int) -> None:
        """Write the report; while the web UI goes on, another test may begin in the meantime."""
        root = self._options.report
        if root is None:
            return
        try:
            folder = write(runs, root, plots=self._options.plots)
        except ResultError as error:
            _log.error("%s", in_locusts_words(str(error)))
            self._environment.process_exit_code = error.exit_code
        else:
            sys.stdout.write(f"\nReport: {folder}/report.html\n")
            if self.conductor.test == test:
                self.board.report = folder

    def _decide(self) -> None:
        code = exit_code(self.runs, self._options.fail, has_other_errors=self._has_other_errors())
        self._environment.process_exit_code = worse(self._environment.process_exit_code, code)

    def _has_other_errors(self) -> bool:
        kinds = {"connect", "echo", "deliver", SESSION}
        names = {order.name for order in self.conductor.orders}
        errors = [one for one in self._environment.stats.errors.values() if one.method != STEP]
        others = [one for one in errors if one.method not in kinds or one.name not in names]
        return bool(others or self._runner.exceptions)

    def _show(self) -> None:
        for number, order in enumerate(self.conductor.orders):
            run = next((run for run in self.runs if run.name == order.name), None)
            self._table.show(order, self.conductor.states(number), lost_of(self.runs, order.name), run)
        if self.conductor.is_running:
            self.board.note()

    def _on_test_stop(self, **_: Any) -> None:
        if self._writing is not None and self._is_headless() and isinstance(self._runner, LocalRunner):
            self._writing.join()  # a library hears no `quitting`

    def _on_quitting(self, **_: Any) -> None:
        self._finish()
        if self._runner.state in (STATE_RUNNING, STATE_SPAWNING):
            self._runner.quit()  # Locust would do so when the report is written, and users go on meanwhile
        if self._writing is not None:
            self._writing.join()
        if self.runs and getattr(self._environment.parsed_options, "csv_prefix", None) is not None:
            gevent.sleep(
                CSV_STATS_INTERVAL_SEC + 0.2
            )  # Locust's writer has its turn then, and no other after it
        if not self.runs and self._environment.process_exit_code is None and self._is_headless():
            _log.error("nothing was measured: no test was run")
            self._environment.process_exit_code = INVALID

    def _is_headless(self) -> bool:
        parsed, web_ui = self._environment.parsed_options, self._environment.web_ui
        return web_ui is None or bool(parsed and parsed.headless)
