"""What ties us to Locust: its events on one side, session and station on the other."""

import sys
from typing import Any

import gevent
from locust.env import Environment
from locust.event import Events
from locust.runners import LocalRunner, MasterRunner, Runner, WorkerRunner

from wswarm.errors import SwarmError
from wswarm.locust.ctrl_c import leave_to_main
from wswarm.locust.master.session import Session
from wswarm.locust.options import add_options
from wswarm.locust.users import WebSocketUser, adopters
from wswarm.locust.worker.station import Station


def install(events: Events) -> None:
    """Listen to Locust's events; once in a process."""
    events.init_command_line_parser.add_listener(lambda parser, **_: add_options(parser))
    events.init.add_listener(_on_init)
    adopters.append(adopt)


def _on_init(environment: Environment, runner: Runner | None, **_: Any) -> None:
    gevent.get_hub().loop.update_now()  # Locust counts -t from the loop's clock, which stands still until it runs
    if runner is None or not any(issubclass(user, WebSocketUser) for user in environment.user_classes):
        return
    leave_to_main()
    if isinstance(runner, WorkerRunner | LocalRunner):
        environment.wswarm_station = Station(environment, runner)  # type: ignore[attr-defined]
    if isinstance(runner, MasterRunner | LocalRunner):
        try:
            environment.wswarm_session = Session(environment, runner)  # type: ignore[attr-defined]
        except SwarmError as error:
            sys.stderr.write(f"locust: {error}\n")
            sys.exit(error.exit_code)


def adopt(environment: Environment) -> None:
    """Do what is done at `init` and `test_start`, for an environment for which nobody has fired these to us.

    So it is where Locust is used as a library without them, and for a user of its own (`run_single_user`).
    """
    is_single = environment.runner is None
    _on_init(environment, environment.runner or environment.create_local_runner())
    session: Session | None = getattr(environment, "wswarm_session", None)
    if session is not None:
        environment.wswarm_station.is_for_one = is_single  # type: ignore[attr-defined]
        session.begin_late(is_single=is_single)
