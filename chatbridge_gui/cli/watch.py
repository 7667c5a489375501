"""`chatbridge watch`: what happens, as JSON Lines."""

import argparse
import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec

from chatbridge_gui.cli.connected import run
from chatbridge_gui.cli.exits import Exit
from chatbridge_gui.cli.terminal import fail, out, safe_json, say
from chatbridge_gui.client import Bridge, FellBehind
from chatbridge_gui.protocol.messages import MESSAGES, TOPICS

_BUFFER = 10_000


def watch(options: argparse.Namespace) -> int:
    """Print what happens until Ctrl+C."""
    unknown = [name for name in options.type or () if name not in MESSAGES]
    if unknown:
        told = ", ".join(name for name, spec in MESSAGES.items() if "hub" in spec.senders)
        return fail(f"nothing of the type {unknown[0]!r} is ever told; there are: {told}", Exit.USAGE)
    topics = [*TOPICS, *(f"events:{name}" for name in options.events), *(["generation"] if options.generation else [])]
    try:
        return run(options, lambda bridge: _watch(bridge, options), topics)
    except KeyboardInterrupt:
        return Exit.DONE


async def _watch(bridge: Bridge, options: argparse.Namespace) -> int:
    lines = _messages(bridge, options) if options.messages else _frames(bridge, options)
    async for line in lines:
        out(safe_json(msgspec.json.encode(line).decode()) + "\n")
    return Exit.DONE


async def _messages(bridge: Bridge, options: argparse.Namespace) -> AsyncIterator[Any]:
    messages = bridge.messages(_BUFFER)
    say("watching; Ctrl+C ends it")
    while True:
        try:
            async for message in messages:
                if options.tavern in (None, message.tavern):
                    place = {"tavern": message.tavern, "chat_id": message.chat_id, "at": message.at}
                    yield {**place, "message": message.raw}
            return
        except FellBehind as gap:
            yield {"missed": gap.missed}


async def _frames(bridge: Bridge, options: argparse.Namespace) -> AsyncIterator[Any]:
    frames = bridge.news(_BUFFER)
    say("watching; Ctrl+C ends it")
    while True:
        try:
            async for frame in frames:
                if options.type and frame.type not in options.type:
                    continue
                if options.tavern not in (None, getattr(frame.content, "tavern", options.tavern)):
                    continue
                yield {"type": frame.type, "content": frame.content}
                await asyncio.sleep(0)  # a hub that never stops talking does not keep Ctrl+C out
            return
        except FellBehind as gap:
            yield {"missed": gap.missed}
