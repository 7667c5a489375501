"""`chatbridge watch`: what happens, as JSON Lines."""

import argparse
import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any, TypeAlias, TypeVar

import msgspec

from chatbridge_gui.cli.connected import run
from chatbridge_gui.cli.exits import Exit
from chatbridge_gui.cli.terminal import fail, out, safe_json, say
from chatbridge_gui.client import Bridge, Feed, FellBehind, Message
from chatbridge_gui.protocol.codec import Frame
from chatbridge_gui.protocol.messages import MESSAGES, TOPICS

_BUFFER = 10_000

T = TypeVar("T")
Line: TypeAlias = dict[str, Any]


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
    told = (
        _told(bridge.messages(_BUFFER), partial(_message, options))
        if options.messages
        else _told(bridge.news(_BUFFER), partial(_frame, options))
    )
    say("watching; Ctrl+C ends it")
    async for line in told:
        out(safe_json(msgspec.json.encode(line).decode()) + "\n")
    return Exit.DONE


async def _told(feed: Feed[T], shown: Callable[[T], Line | None]) -> AsyncIterator[Line]:
    while True:
        try:
            async for one in feed:
                line = shown(one)
                if line is not None:
                    yield line
                await asyncio.sleep(0)  # a hub that never stops talking does not keep Ctrl+C out
            return
        except FellBehind as gap:
            yield {"missed": gap.missed}


def _message(options: argparse.Namespace, message: Message) -> Line | None:
    if options.tavern not in (None, message.tavern):
        return None
    return {"tavern": message.tavern, "chat_id": message.chat_id, "at": message.at, "message": message.raw}


def _frame(options: argparse.Namespace, frame: Frame) -> Line | None:
    if options.type and frame.type not in options.type:
        return None
    if options.tavern not in (None, getattr(frame.content, "tavern", options.tavern)):
        return None
    return {"type": frame.type, "content": frame.content}
