"""A token on its way: to many apps at once, and how long one takes."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Coroutine
from typing import Any

from .compared import show
from .relays import Opening, bare, the_hub

APPS = (1, 10, 50)
TOKENS = 500
ROUNDS = 3
PINGS = 300


def fan_out() -> None:
    """A reply to many apps, against websockets' own broadcast."""
    for apps in APPS:
        found = [(_run(_all(the_hub, apps)), _run(_all(bare, apps))) for _ in range(ROUNDS)]
        ours, least = (statistics.median(times) / TOKENS for times in zip(*found, strict=True))
        show(f"a token to {apps} apps", ours, least)


def latency() -> None:
    """A token to one app, each waited for, against a server that only passes it on."""
    found = [(_run(_each(the_hub)), _run(_each(bare))) for _ in range(ROUNDS)]
    ours, least = (statistics.median(times) for times in zip(*found, strict=True))
    show("from the tavern's socket to the app's, median", ours, least)


async def _all(opening: Opening, apps: int) -> float:
    async with opening(apps) as relay:
        began = time.perf_counter()
        await asyncio.gather(relay.say(TOKENS), *(relay.heard(one, TOKENS) for one in relay.listeners))
        return time.perf_counter() - began


async def _each(opening: Opening) -> float:
    took = []
    async with opening(1) as relay:
        for _ in range(PINGS):
            began = time.perf_counter()
            await relay.say(1)
            await relay.heard(relay.listeners[0], 1)
            took.append(time.perf_counter() - began)
    return statistics.median(took)


def _run(work: Coroutine[Any, Any, float]) -> float:
    return asyncio.run(asyncio.wait_for(work, 120))
