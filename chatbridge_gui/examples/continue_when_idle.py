"""A bot that has the character go on when nobody has said anything for a while; a few times at most, until you speak.

Run it: python -m chatbridge_gui.examples.continue_when_idle [SECONDS [TIMES]]
"""

import asyncio
import contextlib
import sys

from chatbridge_gui.client import RequestFailed, connect


async def main(idle: float, times: int) -> None:
    async with connect(name="continue when idle") as bridge:
        await bridge.wait_for_tavern()
        messages = bridge.messages()
        print(f"waiting for {idle:g} seconds of silence; Ctrl+C ends it", flush=True)
        left = times
        while True:
            try:
                message = await asyncio.wait_for(anext(messages), idle)
            except TimeoutError:
                if left == 0:
                    continue
                try:
                    tavern = bridge.tavern  # asked for each time: a page that is loaded anew is another one
                    if not tavern.state.generating:
                        left -= 1
                        await tavern.continue_(wait="reply")
                        print("went on", flush=True)
                except RequestFailed as error:  # busy, no model, not permitted, no page open: it says which
                    print(error, flush=True)
            else:
                if message.is_user:
                    left = times


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        given = dict(enumerate(sys.argv))
        asyncio.run(main(idle=float(given.get(1, 60)), times=int(given.get(2, 3))))
