"""Cells and models of a made-up target whose costs are known."""

from typing import Any

from wswarm.results.sizing import Cell


def cell(**changes: Any) -> Cell:
    """A cell of one worker with 100 connections that all hear 20 broadcasts per s."""
    known: dict[str, Any] = {
        "start": 0,
        "workers": 1,
        "connections": 100,
        "rate": 20.0,
        "fanout": 100,
        "size": 46,
        "hold_s": 10.0,
        "held_out": False,
        "cpu": (0.02,),
        "deliveries": 2000.0,
        "handshakes": 0.0,
        "memory": 60_000_000,
        "kernel_memory": None,
        "idle_memory": 58_000_000,
        "broker_cpu": None,
        "stalls": (),
        "p50": 0.001,
        "p99": 0.002,
        "last_p50": 0.0015,
        "valid": True,
        "utilisation": 0.02,
    }
    return Cell(**known | changes)
