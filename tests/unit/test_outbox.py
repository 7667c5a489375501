"""What waits for one peer: in order, bounded, and closed with a reason."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from chatbridge_gui.bridge.peers import Outbox
from chatbridge_gui.protocol.close_codes import CloseCode
from chatbridge_gui.protocol.limits import OUTBOX_BYTES


def run(main: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(main, 10))


def test_frames_come_in_order_and_what_refills_only_when_nothing_else_waits() -> None:
    async def main() -> None:
        outbox = Outbox()
        older = [b"page 1", b"page 2"]
        outbox.refill = lambda: older.pop(0) if older else None
        outbox.put(b"a")
        outbox.put(b"b")
        assert [await outbox.next() for _ in range(3)] == [b"a", b"b", b"page 1"]
        outbox.put(b"c")
        assert [await outbox.next() for _ in range(2)] == [b"c", b"page 2"]

    run(main())


def test_one_who_waits_is_woken_by_a_frame_by_more_to_refill_and_by_the_end() -> None:
    async def main() -> None:
        outbox = Outbox()
        pages: list[bytes] = []
        outbox.refill = lambda: pages.pop() if pages else None
        waiting = asyncio.create_task(outbox.next())
        await asyncio.sleep(0)
        outbox.put(b"a")
        assert await waiting == b"a"
        waiting = asyncio.create_task(outbox.next())
        await asyncio.sleep(0)
        pages.append(b"page")
        outbox.wake()
        assert await waiting == b"page"
        waiting = asyncio.create_task(outbox.next())
        await asyncio.sleep(0)
        outbox.close(CloseCode.REPLACED, "why")
        assert await waiting is None

    run(main())


def test_what_waits_is_sent_before_it_closes_and_nothing_is_taken_after() -> None:
    async def main() -> None:
        outbox = Outbox()
        closes: list[str] = []
        outbox.on_close = lambda: closes.append("told")
        outbox.refill = lambda: b"page"
        outbox.put(b"a")
        outbox.close(CloseCode.REPLACED, "first")
        outbox.close(CloseCode.GOING_AWAY, "second")
        outbox.put(b"b")
        assert [await outbox.next() for _ in range(3)] == [b"a", None, None]
        assert outbox.closing == (CloseCode.REPLACED, "first")
        assert closes == ["told"]

    run(main())


def test_one_that_lets_too_much_wait_is_closed_and_its_memory_freed() -> None:
    async def main() -> None:
        outbox = Outbox()
        megabyte = b"x" * 1024 * 1024
        for _ in range(OUTBOX_BYTES // len(megabyte)):
            outbox.put(megabyte)
        before = outbox.closing
        assert before is None
        outbox.put(b"x")
        assert outbox.closing == (CloseCode.TOO_SLOW, "too much was waiting for this peer")
        assert await outbox.next() is None

    run(main())


def test_what_has_been_sent_no_longer_counts() -> None:
    async def main() -> None:
        outbox = Outbox()
        half = b"x" * (OUTBOX_BYTES // 2)
        for _ in range(10):
            outbox.put(half)
            assert await outbox.next() == half
        assert outbox.closing is None

    run(main())
