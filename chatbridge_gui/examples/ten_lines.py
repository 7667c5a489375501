import asyncio
import json

from websockets.asyncio.client import connect


async def main() -> None:
    async with connect("ws://localhost:8001") as bridge:
        await bridge.send(json.dumps({"type": "send_message", "content": "Hello from my own program!"}))
        async for frame in bridge:
            message = json.loads(frame)
            print(message["type"], message["content"])


asyncio.run(main())
