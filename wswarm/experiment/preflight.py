"""What of a plan can be checked before anything is started."""

from wswarm.drive.drivers import address
from wswarm.drive.host import limits
from wswarm.drive.host.application import check_application
from wswarm.drive.host.lazy import psutil
from wswarm.drive.host.probes import TargetMeter
from wswarm.drive.host.tcp_memory import TcpMemory, tcp_memory
from wswarm.drive.script.file import check_script
from wswarm.errors import PlanError
from wswarm.experiment.filling import filling_of
from wswarm.installation import require
from wswarm.load.by_http import ByHttp
from wswarm.load.plan import Plan
from wswarm.load.slow import KERNEL_MEMORY, Readers, readers_of, swallowed
from wswarm.results.run import Scenario
from wswarm.stats.figures import full_path, is_number
from wswarm.stats.slo import parse_objective


def check(plan: Plan, *, has_agents: bool = False, may_restart: bool = True) -> None:
    """Check whatever of the plan can be checked before anything is started.

    Args:
        has_agents: Whether its agents have been, so that they need no more room.
        may_restart: Whether the target is ours to restart.

    Raises:
        PlanError: it doesn't fit this machine, or names figures, files, addresses or processes that aren't there.
        TargetError: no such host.
    """
    for expression in plan.slo:
        _check_objective(expression, plan.scenario)
    if plan.script is not None:
        check_script(plan.script, plan.session)
    _check_certificates(plan)
    if plan.scenario == "storm" and plan.how == "restart" and not may_restart:
        raise PlanError(
            "--how restart: the target is not ours to restart: leave URL out for the reference application, take"
            " ws_swarm.storm() of pytest for your own, or use --how reset"
        )
    if plan.scenario == "slow":
        check_memory(readers_of(plan), tcp_memory())
    if plan.is_published and plan.rooms > plan.connections:
        raise PlanError(
            f"--rooms {plan.rooms} is more than --connections {plan.connections}, so some would have no subscriber:"
            f" use at most --rooms {plan.connections}, or -c {plan.rooms}"
        )
    urls = [plan.url, plan.publishing.url]
    if plan.by_http is not None:
        require("http", "--publish")
        _check_certificates(plan.by_http)
        urls.append(plan.by_http.url)
    if not has_agents:
        limits.agents_for(plan)
    filling = filling_of(plan)
    for url in dict.fromkeys(urls):
        address.check_sources(plan.bind, filling.addresses(url))
    target_meter(plan.target_pid)


def _check_certificates(manner: Plan | ByHttp) -> None:
    """Check the files that TLS takes.

    Raises:
        PlanError: one can't be read, or is none.
    """
    if manner.may_use_tls:
        from wswarm.drive.drivers.tls import client_context  # OpenSSL takes long to load

        client_context(manner)


def known_before(plan: Plan) -> list[str]:
    """Return what can be said of the plan's run before anything is measured."""
    return [swallowed(readers_of(plan))] if plan.scenario == "slow" else []


def check_memory(readers: Readers, memory: TcpMemory | None) -> None:
    """Check that what the kernels keep for slow readers leaves them room for all other sockets.

    Raises:
        PlanError: it would be more than half of what TCP may take before the kernel squeezes every socket's buffers.
    """
    needed = readers.slow * KERNEL_MEMORY
    if memory is None or 2 * needed <= memory.squeezed_from:
        return
    most = memory.squeezed_from // 2 // KERNEL_MEMORY
    share = int(1e5 * most / readers.connections) / 1e3
    raise PlanError(
        f"--slow {100 * readers.share:.3g}% of -c {readers.connections} may fill {needed / 1e6:,.0f} MB of kernel"
        f" memory, and half of the {memory.squeezed_from / 1e6:,.0f} MB that TCP may take is the limit:"
        f" use --slow {share:g}%, or raise net.ipv4.tcp_mem"
    )


def _check_objective(expression: str, scenario: Scenario) -> None:
    path = parse_objective(expression).path
    if not is_number(full_path(path, scenario)):
        raise PlanError(
            f"--slo {expression!r}: the times of a {scenario} are those of its steps: write"
            f" steps.NAME.time.{path.replace('.', '_')} for that of one"
        )


def check_reference(plan: Plan) -> None:
    """Check that the reference application, started here, can hold the plan's connections.

    Raises:
        PlanError: what it is made with is not installed, or it may not open so many files.
    """
    check_application()
    limits.check_server(plan.sockets)


def target_meter(pid: int | None) -> TargetMeter | None:
    """Return what measures the target's process, `None` if none is named.

    Raises:
        PlanError: there is no such process.
    """
    if pid is None:
        return None
    try:
        return TargetMeter(pid)
    except (psutil.Error, OverflowError):
        raise PlanError(
            f"--target-pid {pid}: there is no such process: give the id of the target's"
        ) from None
