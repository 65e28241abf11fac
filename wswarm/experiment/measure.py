"""One plan, one target, one fleet of agents: one `Run`."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import msgspec

from wswarm.drive.clock import now_ns
from wswarm.drive.drivers import address
from wswarm.drive.fleet import wire
from wswarm.drive.fleet.started import Started
from wswarm.drive.host import limits
from wswarm.drive.host.probes import MachineMeter, MachineUse, TargetMeter
from wswarm.errors import TargetFailed
from wswarm.experiment.assemble import assemble
from wswarm.experiment.begun import start_for, without_probe
from wswarm.experiment.besides import Besides
from wswarm.experiment.canaries import wait_for_canaries
from wswarm.experiment.checkpoints import Checkpoints, are_kept
from wswarm.experiment.course import Course, course_of
from wswarm.experiment.filling import filling_of
from wswarm.experiment.interrupted import interruption, shortened
from wswarm.experiment.observe import Observer, check_arrived, check_opened, is_hopeless
from wswarm.experiment.observed import Observed
from wswarm.experiment.preflight import check, target_meter
from wswarm.experiment.ramp import longest_s, notices
from wswarm.experiment.sampled import Sampling, sampled_of
from wswarm.experiment.session import Session
from wswarm.experiment.watch import TargetWatch
from wswarm.load.plan import Plan
from wswarm.load.stages import ends_ns
from wswarm.results.progress import Phase, Progress, Traced
from wswarm.results.run import Run
from wswarm.stats.findings import Findings, Window
from wswarm.units import NS_PER_S

_START_AFTER_NS = 200_000_000
_RAMP_AFTER_NS, _RAMP_EACH_NS = 50_000_000, 15_000  # an agent makes ready what it opens
_CUT_AFTER_NS = 200_000_000  # that agents hear of it before, also on a busy machine
_RAMP_GRACE_S = 30.0
_PHASE_GRACE_S = 10.0

OnProgress = Callable[[Progress], None]


def measure(
    plan: Plan,
    on_progress: OnProgress | None = None,
    interrupted: Callable[[], bool] | None = None,
    started: Sequence[Started] | None = None,
    besides: Besides | None = None,
) -> Run:
    """Return what the plan's scenario found out about its target.

    Args:
        on_progress: Called some ten times a second.
        interrupted: Asked as often; once it says true the ramp or the hold ends early.
        started: The plan's agents, if they have been started already.
        besides: What else is wanted.

    Raises:
        PlanError: the plan doesn't fit this machine, or names files or processes that aren't there.
        TargetError: no such host, or not one connection opened.
        GeneratorError: all agents died.
        KeyboardInterrupt: interrupted before the first handshake was done.
    """
    besides = besides or Besides()
    check(plan, has_agents=started is not None, may_restart=besides.restarts is not None)
    if plan.seed is None:
        plan = msgspec.structs.replace(plan, seed=random.SystemRandom().getrandbits(32))
    filling = filling_of(plan)
    addresses = filling.addresses(plan.url)
    plan = msgspec.structs.replace(plan, bind=limits.sources(plan))
    target = target_meter(plan.target_pid)
    agents, probe = without_probe(start_for(plan) if started is None else started)
    plan = msgspec.structs.replace(plan, processes=len(agents) - plan.is_published)
    course = course_of(plan, besides.restarts)
    with Session(plan, agents, filling, course.cohorts, probe) as session:
        experiment = _Experiment(course, session, addresses, target)
        experiment.on_progress = on_progress or _ignore
        experiment.interrupted = interrupted or _never
        experiment.take(besides)
        return experiment.run()


class _Experiment:
    """The phases of one run, in order."""

    def __init__(
        self, course: Course, session: Session, addresses: list[tuple[str, int]], target: TargetMeter | None
    ) -> None:
        self.on_progress: OnProgress = _ignore
        self.interrupted: Callable[[], bool] = _never
        self.on_traced: Callable[[Traced], None] = _ignore
        self._plan, self._course = course.plan, course
        self._session, self._addresses = session, addresses
        self._fleet = session.fleet
        self._watch = TargetWatch(target)
        self._machine = MachineMeter()
        self._use = MachineUse(None, None)
        self._started_at = datetime.now(UTC)
        self._window = Window(now_ns(), 0, 0, 0)
        self._has_begun = self._was_cut = self._was_connecting = self._is_deserted = False
        self._checkpoints: Checkpoints | None = None
        self._sampling: Sampling | None = None
        self._observer = Observer(course.plan, session.fleet)
        for agent in session.fleet.agents:
            agent.on_traced = self._note_traced

    def take(self, besides: Besides) -> None:
        """Have done what is wanted besides the run."""
        self.on_traced = besides.on_traced or _ignore
        self._sampling = besides.sampling
        self._fleet.sampled = 0 if besides.sampling is None else besides.sampling.most
        if besides.keep is not None and are_kept(self._plan):
            self._checkpoints = Checkpoints(self._session, besides.keep, self._so_far, besides.keep_every_s)

    def run(self) -> Run:
        """Return the run."""
        self._listen_until(
            lambda: self._fleet.have(lambda agent: agent.is_ready), "ramp", now_ns(), _RAMP_GRACE_S
        )
        self._watch.note("before", self._window)
        self._ramp()
        self._watch.note("open", self._window)
        if self._was_connecting or self._is_deserted:
            self._skip_load()
        else:
            self._load()
        end_ns = now_ns()
        self._watch.note("end", self._window)
        findings = self._session.findings()
        if self._sampling is not None:
            found = sampled_of(self._fleet.agents, findings, self._window, self._sampling.most)
            self._sampling.take(found)
        said, kernel = self._session.probe.report(findings, self._window), self._watch.kernel.seen()
        self._session.close()
        observed = replace(self._observed(findings, self._window, end_ns), probe=said, kernel=kernel)
        return assemble(self._plan, observed, self._course.add_to)

    def _ramp(self) -> None:
        plan = self._plan
        each = plan.connections // len(self._fleet.holders)
        self._window = Window(now_ns() + _RAMP_AFTER_NS + each * _RAMP_EACH_NS, 0, 0, 0)
        start_ns = self._window.origin_ns
        self._session.open(self._addresses, start_ns)
        self._has_begun = True
        ramp_s = longest_s(plan) + _RAMP_GRACE_S
        self._listen_until(
            lambda: self._session.are_open() or is_hopeless(self._fleet),
            "ramp",
            start_ns,
            ramp_s,
        )
        if not any(cohort.ids.size for cohort in self._course.cohorts):  # they come in the load
            return
        try:
            check_opened(plan, self._fleet, was_cut=self._was_connecting)
            if not self._was_connecting:
                wait_for_canaries(plan, self._session, self._listen_while_connecting)
                check_opened(plan, self._fleet, was_cut=self._was_connecting)
        except TargetFailed:
            self._is_deserted = True  # what opened, and how it ended, is worth a report

    def _listen_while_connecting(self, is_over: Callable[[], bool], due_ns: int) -> None:
        self._listen_until(lambda: is_over() or self._was_connecting, "ramp", due_ns, _RAMP_GRACE_S)

    def _load(self) -> None:
        plan = self._plan
        start_ns = now_ns() + _START_AFTER_NS
        hold_ns = start_ns + round(plan.warmup * NS_PER_S)
        drain_ns = hold_ns + round(self._course.hold_s * NS_PER_S)
        end_ns = drain_ns + round(plan.drain * NS_PER_S)
        stages = ends_ns(plan.stages, hold_ns)
        self._window = Window(self._window.origin_ns, start_ns, hold_ns, drain_ns, end_ns, stages)
        self._session.load(plan, self._window)
        self._course.begin(self._session, self._window)
        self._listen_until(lambda: now_ns() >= self._window.hold_ns, "warm-up", hold_ns, _PHASE_GRACE_S)
        self._machine.start()
        self._watch.note("hold", self._window)
        self._listen_until(
            lambda: now_ns() >= self._window.drain_ns or is_hopeless(self._fleet) or self._is_over(),
            "hold",
            drain_ns,
            _PHASE_GRACE_S,
        )
        self._end_hold()
        self._use = self._machine.stop()
        if is_hopeless(self._fleet):
            check_opened(plan, self._fleet, was_cut=self._was_cut)
        limit_s = plan.drain + _PHASE_GRACE_S
        self._listen_until(self._session.has_sent, "drain", self._window.drain_ns, limit_s)
        self._settle(limit_s)
        if not self._course.cohorts[0].ids.size:
            check_arrived(plan, self._session.findings())

    def _is_over(self) -> bool:
        """Do what the scenario does meanwhile; return whether its hold may end."""
        self._course.meanwhile(self._session, now_ns())
        return self._course.is_over(self._session)

    def _end_hold(self) -> None:
        """End the hold of what is over before its time as soon as all agents can know."""
        was, drain_ns = self._window, now_ns() + _CUT_AFTER_NS
        if self._course.is_over(self._session) and drain_ns < was.drain_ns:
            end_ns = drain_ns + was.end_ns - was.drain_ns
            self._window = msgspec.structs.replace(was, drain_ns=drain_ns, end_ns=end_ns)
            self._session.cut(self._window)
            self._listen_until(lambda: now_ns() >= drain_ns, "hold", drain_ns, _PHASE_GRACE_S)

    def _skip_load(self) -> None:
        """Report what was opened so far: there is no hold."""
        now = now_ns()
        self._window = Window(self._window.origin_ns, now, now, now, now)
        self._settle(_PHASE_GRACE_S)

    def _settle(self, limit_s: float) -> None:
        self._session.settle(self._window.end_ns)
        self._listen_until(self._session.is_settled, "drain", self._window.drain_ns, limit_s)

    def _listen_until(self, is_over: Callable[[], bool], phase: Phase, due_ns: int, grace_s: float) -> None:
        """Listen to the agents until the phase is over."""

        def meanwhile() -> None:
            self.on_progress(self._observer.progress(phase, self._window.origin_ns, now_ns()))
            self._watch.look(self._window, is_another=self._course.has_restarted)
            if phase == "hold":
                self._watch.sample(self._window.origin_ns)
                if self._checkpoints is not None and not self._was_cut:
                    self._checkpoints.step(self._window, self._course.hold_s)
            if self.interrupted() and not self._was_cut:
                self._cut(phase)

        self._session.listen_until(is_over, due_ns, grace_s, meanwhile)

    def _note_traced(self, told: wire.Traced) -> None:
        after_s = (told.moment_ns - self._window.origin_ns) / NS_PER_S
        self.on_traced(Traced(told.connection, after_s, told.kind, told.words))

    def _cut(self, phase: Phase) -> None:
        """End the run early: the ramp, or what is left of its window."""
        if not self._has_begun:
            raise KeyboardInterrupt
        self._was_cut = True
        self._was_connecting = self._was_connecting or phase == "ramp"
        self._window = shortened(self._window, phase, now_ns() + _CUT_AFTER_NS)
        self._session.cut(self._window)

    def _interruption(self) -> str | None:
        if not self._was_cut:
            return None
        return interruption(self._course, self._window, was_connecting=self._was_connecting)

    def _observed(self, findings: Sequence[Findings], window: Window, end_ns: int) -> Observed:
        return Observed(
            started_at=self._started_at,
            window=window,
            end_ns=end_ns,
            findings=findings,
            deaths=self._fleet.deaths,
            machine=self._use,
            was_cut=window.hold_ns >= window.drain_ns and not self._is_deserted,
            was_connecting=self._was_connecting,
            is_shared=address.is_local(self._addresses),
            target=self._watch.meter,
            target_uses=self._watch.uses,
            target_peak=self._watch.peak,
            sampled=self._watch.samples(),
            interruption=self._interruption(),
            died=self._watch.died,
            notices=notices(self._plan, findings, window),
        )

    def _so_far(self, findings: Sequence[Findings], window: Window, told: str) -> Run:
        """Return what was found up to the window's end, told what it is not; without what the scenario is about."""
        uses = self._watch.uses | {"end": self._watch.look(self._window)}
        observed = replace(
            self._observed(findings, window, window.end_ns),
            machine=self._machine.stop(),
            target_uses=uses,
            interruption=told,
        )
        return assemble(self._plan, observed, self._course.add_so_far)


def _ignore(_: object) -> None:
    """Show nothing."""


def _never() -> bool:
    """Return that nobody interrupts."""
    return False
