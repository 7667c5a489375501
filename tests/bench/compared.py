"""Two ways to do the same, timed in turn so that a busy computer is as busy for both."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

ROUNDS = 7


def seconds(work: Callable[[], object], times: int) -> float:
    """How long `work` takes, on the average of so many times."""
    began = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - began) / times


def compare(ours: Callable[[], object], bare: Callable[[], object], times: int) -> tuple[float, float]:
    """The median of several rounds of each, in seconds."""
    found = [(seconds(ours, times), seconds(bare, times)) for _ in range(ROUNDS)]
    return statistics.median(one for one, _ in found), statistics.median(one for _, one in found)


def show(what: str, ours: float, bare: float, unit: str = "µs") -> None:
    scale = {"µs": 1e6, "ms": 1e3}[unit]
    print(f"  {what:46} {ours * scale:10.1f} {unit}  bare {bare * scale:10.1f} {unit}  {ours / bare:6.2f} times")
