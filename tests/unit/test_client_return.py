"""The Python client whose connection breaks, whose hub is killed: it goes on where it was, or says what was lost."""

import asyncio
import random

import pytest
from client_rig import FakeTavern, KillableHub, chat_says, cut, run, texts, until, whole
from hub_rig import Rig

from chatbridge_gui.client import (
    Bridge,
    ConnectionLost,
    RequestFailed,
    connect,
)

pytestmark = pytest.mark.usefixtures("config_folder")


def test_a_reply_goes_on_over_a_broken_connection_without_loss_or_doubling(rig: Rig, tavern: FakeTavern) -> None:
    async def test() -> None:
        async with connect(port=rig.port) as bridge:
            replies, messages = bridge.streams(), bridge.messages()
            tavern.add("before")
            tavern.begin(1)
            reply = await anext(replies)
            reading = asyncio.create_task(whole(reply))
            for number in range(60):
                tavern.grow(1, f"{number} ")
                if number % 20 == 10:
                    await until(lambda: bridge.connected, "the connection")
                    cut(bridge)
                await asyncio.sleep(0.002)
            tavern.end(1)
            tavern.add("after")
            assert "".join(await reading) == "".join(f"{number} " for number in range(60))
            assert [(await anext(messages)).text for _ in range(3)] == ["before", reply.text, "after"]
            await chat_says(bridge, "Hello!", "before", reply.text, "after")
            assert bridge.tavern.replies == {}
            for feed in (replies, messages):
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(anext(feed), 0.05)

    run(test())


def test_an_end_that_came_while_the_connection_was_broken_is_told(rig: Rig, tavern: FakeTavern) -> None:
    async def test() -> None:
        async with connect(port=rig.port) as bridge:
            replies = bridge.streams()
            tavern.begin(1)
            tavern.grow(1, "One ")
            reply = await anext(replies)
            cut(bridge)
            tavern.grow(1, "two")
            tavern.end(1)
            end = await reply.wait()
            assert end.outcome in ("finished", "abandoned")
            await chat_says(bridge, "Hello!", "One two")
            assert end.outcome == "finished"
            assert reply.text == "One two"

    run(test())


def test_a_hub_that_is_started_anew_is_found_again_with_all_that_happened(rig: Rig, tavern: FakeTavern) -> None:
    async def test() -> None:
        async with connect(port=rig.port) as bridge:
            messages, replies = bridge.messages(), bridge.streams()
            seen = bridge.tavern
            tavern.begin(7)
            tavern.grow(7, "One ")
            reply = await anext(replies)
            reading = asyncio.create_task(whole(reply))
            port = rig.port
            await asyncio.to_thread(rig.stop)
            tavern.grow(7, "two ")
            await asyncio.to_thread(rig.start, port=port)
            await until(lambda: reply.text == "One two ", "the reply, told again")
            tavern.grow(7, "three")
            tavern.end(7)
            tavern.add("after")
            assert "".join(await reading) == "One two three"
            assert [(await anext(messages)).text for _ in range(2)] == ["One two three", "after"]
            assert bridge.tavern is seen
            await chat_says(bridge, "Hello!", "One two three", "after")
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(anext(replies), 0.05)

    run(test())


def test_a_reply_that_ended_while_no_hub_ran_is_over_though_nobody_knows_how(rig: Rig, tavern: FakeTavern) -> None:
    async def test() -> None:
        async with connect(port=rig.port) as bridge:
            replies = bridge.streams()
            tavern.begin(7)
            tavern.grow(7, "One ")
            reply = await anext(replies)
            port = rig.port
            await asyncio.to_thread(rig.stop)
            tavern.end(7, "One two three")
            await asyncio.to_thread(rig.start, port=port)
            assert (await reply.wait()).outcome == "abandoned"
            assert texts(bridge) == ["Hello!", "One two three"]

    run(test())


def test_a_tavern_that_is_back_and_has_told_nothing_yet_ends_no_reply(rig: Rig, tavern: FakeTavern) -> None:
    async def test() -> None:
        async with connect(port=rig.port) as bridge:
            replies = bridge.streams()
            tavern.begin(7)
            reply = await anext(replies)
            port = rig.port
            tavern.mute.clear()
            await asyncio.to_thread(rig.stop)
            await asyncio.to_thread(rig.start, port=port)
            await until(lambda: bridge.connected and bridge.taverns, "the tavern's hello")
            await bridge.list_taverns()
            await asyncio.sleep(0.1)
            assert not reply.finished
            assert bridge.chat.messages == []
            tavern.mute.set()
            await until(lambda: bridge.chat.streams, "the reply, told again")
            tavern.end(7, "All of it.")
            assert (await reply.wait()).outcome == "finished"
            assert reply.text == "All of it."

    run(test())


def test_messages_that_came_while_no_hub_ran_are_told_once(rig: Rig, tavern: FakeTavern) -> None:
    async def test() -> None:
        async with connect(port=rig.port) as bridge:
            messages = bridge.messages()
            tavern.add("one")
            port = rig.port
            await asyncio.to_thread(rig.stop)
            tavern.add("two")
            tavern.add("three")
            await asyncio.to_thread(rig.start, port=port)
            await until(lambda: bridge.taverns and len(bridge.chat.messages) == 4, "the chat")
            tavern.add("four")
            assert [(await anext(messages)).text for _ in range(4)] == ["one", "two", "three", "four"]

    run(test())


def test_a_request_that_was_cut_off_is_asked_again_and_done_once(rig: Rig, tavern: FakeTavern) -> None:
    async def test() -> None:
        async with connect(port=rig.port) as bridge:
            tavern.hold.clear()
            asking = asyncio.create_task(bridge.send_message("once, please"))
            await until(lambda: tavern.asked, "the request")
            cut(bridge)
            await until(lambda: not bridge.connected, "the cut")
            await until(lambda: bridge.connected, "the connection")
            tavern.hold.set()
            assert (await asking).at == 1
            await until(lambda: len(tavern.asked) == 2, "the second question")
            assert tavern.done == ["send_message"]
            assert len({frame["content"]["key"] for frame in tavern.asked}) == 1
            await chat_says(bridge, "Hello!", "once, please")

    run(test())


def test_requests_and_chats_survive_a_hub_that_is_killed() -> None:
    hub = KillableHub()
    tavern = FakeTavern(hub).ready()

    async def test() -> None:
        async with connect(port=hub.port) as bridge:
            messages = bridge.messages()
            tavern.hold.clear()
            asking = asyncio.create_task(bridge.send_message("once, please"))
            reading = asyncio.create_task(bridge.get_context())
            await until(lambda: tavern.asked, "the request")
            await asyncio.to_thread(hub.kill)
            tavern.hold.set()
            await until(lambda: tavern.done, "the tavern, which does what it was asked")
            await asyncio.to_thread(hub.start)
            assert (await asking).at == 1
            with pytest.raises(RequestFailed):  # an answer that is not of the right shape: it was asked again, too
                await reading
            assert tavern.done.count("send_message") == 1
            assert (await anext(messages)).text == "once, please"
            await chat_says(bridge, "Hello!", "once, please")

    try:
        run(test())
    finally:
        tavern.close()
        hub.kill()


def test_a_hub_that_stops_in_order_says_that_the_outcome_is_unknown(rig: Rig, tavern: FakeTavern) -> None:
    async def test() -> None:
        async with connect(port=rig.port) as bridge:
            tavern.hold.clear()
            asking = asyncio.create_task(bridge.send_message("hello?"))
            await until(lambda: tavern.asked, "the request")
            await asyncio.to_thread(rig.stop)
            with pytest.raises(RequestFailed) as caught:
                await asking
            assert caught.value.code == "outcome_unknown"

    run(test())


def test_a_request_whose_tavern_stays_away_is_answered_all_the_same() -> None:
    hub = KillableHub()
    tavern = FakeTavern(hub).ready()

    async def test() -> None:
        async with connect(port=hub.port, patience=2) as bridge:
            tavern.hold.clear()
            asking = asyncio.create_task(bridge.send_message("hello?"))
            await until(lambda: tavern.asked, "the request")
            tavern.deaf.clear()
            await asyncio.to_thread(hub.kill)
            tavern.hold.set()
            await asyncio.to_thread(hub.start)
            with pytest.raises(RequestFailed, match="did not come back") as caught:
                await asking
            assert caught.value.code == "outcome_unknown"
            await until(lambda: bridge.connected, "the connection")

    try:
        run(test())
    finally:
        tavern.close()
        hub.kill()


def test_what_is_asked_while_there_is_no_hub_waits_and_then_fails(rig: Rig, tavern: FakeTavern) -> None:
    async def test() -> None:
        async with connect(port=rig.port, patience=0.3) as bridge:
            port = rig.port
            await asyncio.to_thread(rig.stop)
            await until(lambda: not bridge.connected, "the cut")
            with pytest.raises(RequestFailed) as caught:
                await bridge.send_message("too early")
            assert (caught.value.code, caught.value.retryable) == ("no_hub", True)
            await asyncio.to_thread(rig.start, port=port)

    run(test())


def test_what_is_asked_while_there_is_no_hub_is_asked_when_there_is(rig: Rig, tavern: FakeTavern) -> None:
    async def test() -> None:
        async with connect(port=rig.port) as bridge:
            port = rig.port
            await asyncio.to_thread(rig.stop)
            await until(lambda: not bridge.connected, "the cut")
            late = asyncio.create_task(bridge.send_message("in time"))
            await asyncio.to_thread(rig.start, port=port)
            assert (await late).at == 1
            await chat_says(bridge, "Hello!", "in time")

    run(test())


def test_closing_ends_iterators_and_requests(rig: Rig, tavern: FakeTavern) -> None:
    async def test() -> None:
        async with connect(port=rig.port) as bridge:
            tavern.hold.clear()
            messages = bridge.messages()
            reading = asyncio.create_task(anext(messages, None))
            asking = asyncio.create_task(bridge.send_message("hello?"))
            await until(lambda: tavern.asked, "the request")
        assert await reading is None
        with pytest.raises(ConnectionLost, match="closed"):
            await asking
        with pytest.raises(ConnectionLost):
            await bridge.stop()
        assert [message async for message in bridge.messages()] == []

    run(test())


def test_without_reconnecting_the_end_is_raised_to_all(rig: Rig, tavern: FakeTavern) -> None:
    async def test() -> None:
        async with connect(port=rig.port, reconnect=False) as bridge:
            tavern.hold.clear()
            messages = bridge.messages()
            asking = asyncio.create_task(bridge.send_message("hello?"))
            await until(lambda: tavern.asked, "the request")
            cut(bridge)
            for waiting in (anext(messages), asking, anext(bridge.streams())):
                with pytest.raises(ConnectionLost, match="broke"):
                    await waiting

    run(test())


def test_a_program_that_fails_leaves_no_thread_or_task(rig: Rig, tavern: FakeTavern) -> None:
    async def test() -> None:
        with pytest.raises(ZeroDivisionError):
            async with connect(port=rig.port):
                raise ZeroDivisionError
        assert [task for task in asyncio.all_tasks() if "chatbridge" in task.get_name()] == []

    run(test())


# --- everything at once -----------------------------------------------------------------------------------------------


def test_cut_at_random_nothing_is_lost_or_told_twice(
    rig: Rig, tavern: FakeTavern, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatbridge_gui.client.connection.FIRST_PAUSE", 0.01)
    monkeypatch.setattr("chatbridge_gui.client.connection.LONGEST_PAUSE", 0.1)
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    came: list[str] = []
    streamed: dict[int, str] = {}

    async def act(bridge: Bridge, number: int) -> None:
        live = list(tavern._streams)
        match chance.choice(["add", "add", "edit", "begin", "grow", "grow", "grow", "end", "cut", "ask"]):
            case "add":
                came.append(f"message {number}")
                tavern.add(came[-1])
            case "edit":
                tavern.edit(chance.randrange(len(tavern.messages)), f"edit {number}")
            case "begin" if not live:
                streamed[number] = ""
                tavern.begin(number)
            case "grow" if live:
                streamed[live[0]] += f"{number} "
                tavern.grow(live[0], f"{number} ")
            case "end" if live and streamed[live[0]]:
                came.append(streamed[live[0]])
                tavern.end(live[0])
            case "cut" if bridge.connected:
                cut(bridge)
            case "ask":
                came.append(f"asked {number}")
                assert (await bridge.send_message(came[-1])).at == len(tavern.messages) - 1

    async def test() -> None:
        async with connect(port=rig.port) as bridge:
            messages, replies = bridge.messages(), bridge.streams()
            reading: list[asyncio.Task[list[str]]] = []
            numbers: list[int] = []

            async def read() -> None:
                async for reply in replies:
                    numbers.append(reply.stream)
                    reading.append(asyncio.create_task(whole(reply)))

            reader = asyncio.create_task(read())
            for number in range(1, 250):
                await act(bridge, number)
                await asyncio.sleep(chance.choice([0, 0, 0.005, 0.02]))
            for stream in list(tavern._streams):
                tavern.end(stream, streamed[stream] or "nothing")
                came.append(streamed[stream] or "nothing")
            assert [(await anext(messages)).text for _ in came] == came
            await until(lambda: texts(bridge) == [one["mes"] for one in tavern.messages], "the same chat")
            await until(lambda: all(task.done() for task in reading), "the ends of the replies")
            assert numbers == [number for number in streamed if number in numbers]  # some came and went during a cut
            said = {number: "".join(task.result()) for number, task in zip(numbers, reading, strict=True)}
            assert said == {number: streamed[number] or "nothing" for number in numbers}
            reader.cancel()

    run(test())
