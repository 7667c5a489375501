"""`chatbridge send`: a message, and the reply as it is written."""

import argparse
import asyncio
import sys
from typing import Final

import msgspec

from chatbridge_gui.cli.connected import chosen, failed, run
from chatbridge_gui.cli.exits import Exit
from chatbridge_gui.cli.terminal import as_json, fail, out, printable
from chatbridge_gui.client import Bridge, Feed, Reply, Tavern
from chatbridge_gui.protocol.requests.talk import SendMessageResult

_LOOK: Final = 0.2
_NO_REPLY: Final = 30.0
"""Seconds after which a reply that nobody has begun is not waited for any more."""


def send(options: argparse.Namespace) -> int:
    """Send a message of the user's."""
    try:
        text = sys.stdin.read() if options.text == "-" else options.text
    except UnicodeDecodeError as error:
        return fail(f"what came in is no text in {error.encoding}", Exit.USAGE)
    if not text.strip():
        return fail("there is nothing to send", Exit.USAGE)
    topics = ("stream", "state") if options.wait else ()
    return run(options, lambda bridge: _send(bridge, options, text), topics)


async def _send(bridge: Bridge, options: argparse.Namespace, text: str) -> int:
    tavern = chosen(bridge, options)
    replies = bridge.streams()
    asking = asyncio.ensure_future(
        tavern.send_message(
            text,
            reply=not options.no_reply,
            wait="reply" if options.wait else "accepted",
            if_busy=options.if_busy,
        )
    )
    shown = _Shown(quiet=options.json)
    if options.wait:
        await _follow(bridge, tavern, replies, asking, shown)
    result = await asking
    if options.json:
        out(as_json(msgspec.to_builtins(result)) + "\n")
    elif options.wait and not shown.replies:  # it was not streamed to us
        for message in result.replies:
            out(printable(str(message.get("mes", ""))) + "\n")
    outcome, error = (result.outcome, result.error) if result.outcome is not None else (shown.outcome, shown.error)
    if options.wait and outcome not in ("finished", None):
        return failed(options, "failed", error or f"the reply was {outcome}")
    if options.wait and not shown.replies and not result.replies:
        return failed(options, "failed", error or "no reply came")
    return Exit.DONE


async def _follow(
    bridge: Bridge, tavern: Tavern, replies: Feed[Reply], asking: "asyncio.Future[SendMessageResult]", shown: "_Shown"
) -> None:
    """Print each reply as it grows, until the last that the message brought is over."""
    loop = asyncio.get_running_loop()
    patient_until: float | None = None
    coming = asyncio.ensure_future(anext(replies, None))
    try:
        while True:
            waiting: set[asyncio.Future[Reply | None] | asyncio.Future[SendMessageResult]] = {coming}
            if not asking.done():
                waiting.add(asking)
            await asyncio.wait(waiting, timeout=_LOOK, return_when=asyncio.FIRST_COMPLETED)
            if coming.done():
                reply = coming.result()
                if reply is None:
                    return
                if reply.tavern == tavern.number and (reply.key is None or bridge.is_mine(reply)):
                    await shown.show(reply)
                coming = asyncio.ensure_future(anext(replies, None))
            elif asking.done():
                patient_until = patient_until or loop.time() + _NO_REPLY
                if asking.exception() is not None or asking.result().outcome is not None:
                    return
                if (shown.replies and not tavern.state.generating) or loop.time() > patient_until:
                    return
    finally:
        coming.cancel()


class _Shown:
    """The replies that were printed, and how the last one ended."""

    def __init__(self, *, quiet: bool) -> None:
        self.replies = 0
        self.outcome: str | None = None
        self.error: str | None = None
        self._quiet = quiet

    async def show(self, reply: Reply) -> None:
        """Print a reply as it grows. The name stands before it where several answer."""
        self.replies += 1
        if self.replies > 1 and not self._quiet:
            out(f"\n{printable(reply.speaker or '')}: ")
        async for piece in reply:
            if not self._quiet:
                out(("\n" if piece.replaces else "") + printable(piece))
        if not self._quiet:
            out("\n")
        end = await reply.wait()
        self.outcome, self.error = end.outcome, end.error
