"""How runs judge themselves whose generator has a fault, and undisturbed ones: `python -m benchmarks.fault_matrix`.

Each fault of the generator has to be found every time; of undisturbed runs one in ten may be doubted.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable

from benchmarks.faults import FAULTS, with_fault
from tests.end_to_end.servers import serve
from wswarm.load.plan import Plan, make_plan

PLANS: dict[str, Callable[[str], Plan]] = {
    "echo": lambda url: make_plan("echo", url, connections=100, rate=1000.0, duration=4.0, drain=3.0),
    "fanout": lambda url: make_plan("fanout", url, connections=100, rate=20.0, duration=4.0, drain=3.0),
}
SERVERS = {"echo": "echo", "fanout": "relay"}


def main() -> None:
    """Print a line per scenario and fault: how often which verdict, what the probe said, and the reasons."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--faults", default=",".join(FAULTS))
    parser.add_argument("--scenarios", default=",".join(PLANS))
    given = parser.parse_args()
    for scenario in given.scenarios.split(","):
        for fault in given.faults.split(","):
            _tell(scenario, fault, given.runs)


def _tell(scenario: str, fault: str, runs: int) -> None:
    verdicts: Counter[str] = Counter()
    probes: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for _ in range(runs):
        with serve(SERVERS[scenario]) as server:
            run = with_fault(PLANS[scenario](server.url), fault)
        verdicts[run.validity.verdict] += 1
        probes[run.probe.verdict if run.probe is not None else "none"] += 1
        reasons.update(" ".join(reason.split()[:6]) for reason in run.validity.reasons)
    lines = [f"{scenario:7} {fault:8} {dict(verdicts)} probe: {dict(probes)}"]
    lines += [f"{'':17}{count:3} {reason} …" for reason, count in reasons.most_common()]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
