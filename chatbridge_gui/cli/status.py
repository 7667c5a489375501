"""`chatbridge status`: who is connected, and what each SillyTavern is doing."""

import argparse
from collections.abc import Iterator

import msgspec

from chatbridge_gui.cli.connected import run
from chatbridge_gui.cli.exits import Exit
from chatbridge_gui.cli.terminal import as_json, one_line, out
from chatbridge_gui.client import Bridge
from chatbridge_gui.protocol.messages import TavernInfo


def status(options: argparse.Namespace) -> int:
    """Show the hub and the taverns."""
    return run(options, lambda bridge: _status(bridge, options))


async def _status(bridge: Bridge, options: argparse.Namespace) -> int:
    taverns = (await bridge.list_taverns()).taverns
    if options.tavern is not None:
        taverns = [tavern for tavern in taverns if tavern.tavern == options.tavern]
    if options.json:
        told = {"version": bridge.server_version, "taverns": msgspec.to_builtins(taverns)}
        out(as_json(told) + "\n")
    else:
        out(f"ChatBridge {one_line(bridge.server_version)}\n")
        for tavern in taverns:
            out("".join(f"{one_line(line)}\n" for line in _lines(tavern)))
        if not taverns:
            out("No SillyTavern is connected; open one and press Connect in its ChatBridge panel.\n")
    return Exit.DONE if taverns else Exit.NO_TAVERN


def _lines(tavern: TavernInfo) -> Iterator[str]:
    yield f"tavern {tavern.tavern}: {tavern.name}"
    chat, state = tavern.chat, tavern.state
    if chat is None or chat.id is None:
        yield "  no chat is open"
    else:
        yield f"  chat: {chat.title or chat.id}"
    if state is not None:
        model = state.model or "a model"
        yield f"  {f'connected to {model}' if state.online else 'not connected to a model'}"
        if state.needs_attention is not None:
            yield f"  a popup waits for you: {state.needs_attention}"
        if state.stalled:
            yield "  it generates, but nothing has come for long"
        elif state.generating:
            yield f"  it generates ({state.kind or 'unknown kind'})"
    if tavern.queue:
        yield f"  waiting: {', '.join(waiting.request for waiting in tavern.queue)}"
    if tavern.also_open_in:
        yield f"  the same chat is open in tavern {', '.join(map(str, tavern.also_open_in))}: close one of them"
