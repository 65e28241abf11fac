"""What a comparison of two versions measures and how, unless told otherwise."""

GATES = ("cpu",)
DEFAULT_BUDGET_S = 360.0
DEFAULT_BLOCKS = 6
THETAS = {"cpu": 0.05, "p50": 0.05, "p99": 0.10, "capacity": 0.05}
METRICS = tuple(THETAS)
