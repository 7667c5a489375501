"""Prints every message of the chat, one in a line, as soon as SillyTavern has stored it.

Run it: python -m chatbridge_gui.examples.echo_logger
"""

import asyncio
import contextlib
from datetime import datetime

from chatbridge_gui.client import connect


async def main() -> None:
    async with connect(name="echo logger") as bridge:
        messages = bridge.messages()
        print("listening; Ctrl+C ends it", flush=True)
        async for message in messages:
            at = datetime.now().astimezone().strftime("%H:%M:%S")
            print(f"{at} {message.name!r}: {message.text!r}", flush=True)  # as repr: no text can steer the terminal


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
