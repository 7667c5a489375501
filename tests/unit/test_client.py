"""The Python client against a real hub: what a program sees, asks and is told."""

import asyncio
import logging
import random
from collections.abc import Callable
from typing import Any

import pytest
from client_rig import FakeTavern, KillableHub, cut, run, until
from hub_rig import PATIENCE, Rig, other_program

from chatbridge_gui.bridge import access
from chatbridge_gui.client import (
    Bridge,
    ConnectionLost,
    FellBehind,
    NoHub,
    Piece,
    Reply,
    RequestFailed,
    connect,
)
from chatbridge_gui.protocol.close_codes import CloseCode
from chatbridge_gui.protocol.messages import ChatChanges
from chatbridge_gui.settings import Settings, save

pytestmark = pytest.mark.usefixtures("config_folder")


def texts(bridge: Bridge) -> list[str]:
    return [message["mes"] for message in bridge.chat.messages]


async def chat_says(bridge: Bridge, *wanted: str) -> None:
    await until(lambda: bridge.taverns and texts(bridge) == list(wanted), f"the chat to say {wanted}")


async def whole(reply: Reply) -> list[str]:
    return [piece async for piece in reply]


# --- seeing -----------------------------------------------------------------------------------------------------------


def test_the_chat_is_there_from_the_start_and_follows(rig: Rig, tavern: FakeTavern) -> None:
    async def test() -> None:
        async with connect(port=rig.port) as bridge:
            assert texts(bridge) == ["Hello!"]
            tavern.add("Hi")
            tavern.edit(0, "Hello, Bob!")
            await chat_says(bridge, "Hello, Bob!", "Hi")
            assert bridge.tavern.info.name == "Tab"
            assert bridge.chat.chat.character == "Ann"

    run(test())


def test_messages_are_those_that_are_new_and_no_others(rig: Rig, tavern: FakeTavern) -> None:
    async def test() -> list[tuple[int, str, bool]]:
        async with connect(port=rig.port) as bridge:
            messages = bridge.messages()
            tavern.add("one")
            tavern.edit(1, "one, edited")
            tavern.move(0, 1)
            tavern.begin(1)
            tavern.grow(1, "tw")
            tavern.end(1, "two")
            tavern.add("three")
            found = [await anext(messages) for _ in range(3)]
            await chat_says(bridge, "one, edited", "Hello!", "two", "three")
            return [(message.at, message.text, message.is_user) for message in found]

    assert run(test()) == [(1, "one", True), (2, "two", False), (3, "three", True)]


def test_a_reply_is_read_as_it_grows_and_says_how_it_ended(rig: Rig, tavern: FakeTavern) -> None:
    async def test() -> None:
        async with connect(port=rig.port) as bridge:
            replies = bridge.streams()
            tavern.begin(1)
            reply = await anext(replies)
            assert (reply.speaker, reply.kind, reply.at, reply.finished) == ("Ann", "normal", 1, False)
            pieces = aiter(reply)
            for text in ("In ", "my ", "glade."):
                tavern.grow(1, text)
                assert await anext(pieces) == text
            tavern.end(1)
            assert [piece async for piece in pieces] == []
            end = await reply.wait()
            assert end.outcome == "finished"
            assert reply.message is not None
            assert (reply.message["mes"], reply.text) == ("In my glade.", "In my glade.")
            assert await whole(reply) == ["In my glade."]  # whoever comes late is given all of it

    run(test())


@pytest.mark.parametrize(
    ("stored", "pieces"),
    [
        ("In my glade.", ["In my", " glade."]),
        ("In my", ["In my"]),
        (" In my ", ["In my"]),
        ("In", ["In my"]),
        ("Out there.", ["In my", "Out there."]),
    ],
)
def test_what_was_stored_and_not_streamed_is_the_last_piece(
    rig: Rig, tavern: FakeTavern, stored: str, pieces: list[str]
) -> None:
    async def test() -> None:
        async with connect(port=rig.port) as bridge:
            replies = bridge.streams()
            tavern.begin(1)
            reply = await anext(replies)
            tavern.grow(1, "In my")
            reading = asyncio.create_task(whole(reply))
            await until(lambda: reply.text == "In my", "the text")
            await asyncio.sleep(0)
            tavern.end(1, stored)
            found = await reading
            assert found == pieces
            assert [isinstance(piece, Piece) and piece.replaces for piece in found] == [
                piece == "Out there." for piece in pieces
            ]
            assert reply.text == stored

    run(test())


def test_a_text_that_is_rewritten_is_given_anew(rig: Rig, tavern: FakeTavern) -> None:
    async def test() -> None:
        async with connect(port=rig.port) as bridge:
            replies = bridge.streams()
            tavern.begin(1)
            reply = await anext(replies)
            pieces = aiter(reply)
            tavern.grow(1, "In teh")
            assert (await anext(pieces)).replaces is False
            tavern.rewrite(1, "In the")
            piece = await anext(pieces)
            assert (piece, piece.replaces) == ("In the", True)
            tavern.rewrite(1, "In the glade")
            piece = await anext(pieces)
            assert (piece, piece.replaces) == (" glade", False)
            tavern.end(1, outcome="failed", error="no more power")
            assert [piece async for piece in pieces] == []
            assert (await reply.wait()).error == "no more power"

    run(test())


def test_a_quotation_that_is_closed_too_early_is_read_as_it_will_be(rig: Rig, tavern: FakeTavern) -> None:
    async def test() -> None:
        async with connect(port=rig.port) as bridge:
            replies = bridge.streams()
            tavern.begin(1)
            reply = await anext(replies)
            pieces = aiter(reply)
            tavern.grow(1, '*She says* "Hel"')
            found = [await anext(pieces)]
            tavern.grow(1, 'lo"', drop='"')
            found.append(await anext(pieces))
            tavern.grow(1, " and goes.")
            found.append(await anext(pieces))
            tavern.grow(1, "nt.", drop="es.")  # what has been read already changes
            found.append(await anext(pieces))
            tavern.end(1)
            found += [piece async for piece in pieces]
            assert found == ['*She says* "Hel', "lo", '" and goes.', '*She says* "Hello" and gont.']
            assert [piece.replaces for piece in found] == [False, False, False, True]

    run(test())


def test_streams_can_be_followed_without_the_chat(rig: Rig, tavern: FakeTavern) -> None:
    async def test() -> None:
        async with connect(port=rig.port, subscribe=("stream",)) as bridge:
            replies = bridge.streams()
            for stream in (1, 2):
                tavern.begin(stream)
                reply = await anext(replies)
                if stream == 2:
                    cut(bridge)
                    tavern.grow(stream, "In my ")
                tavern.grow(stream, "glade.")
                tavern.end(stream)
                end = await reply.wait()
                assert end.outcome in ("finished", "abandoned")
            assert bridge.chat.messages == []

    run(test())


def test_several_taverns_are_told_apart(rig: Rig, taverns: Callable[..., FakeTavern]) -> None:
    one, two = taverns(instance="a", chat="A"), taverns(instance="b", chat="B", name="Second")

    async def test() -> None:
        async with connect(port=rig.port) as bridge:
            numbers = {tavern.info.instance: number for number, tavern in bridge.taverns.items()}
            with pytest.raises(RequestFailed, match="Second") as caught:
                _ = bridge.chat
            assert caught.value.code == "ambiguous_tavern"
            with pytest.raises(RequestFailed) as caught:
                await bridge.send_message("to whom?")
            assert caught.value.code == "ambiguous_tavern"
            messages = bridge.messages()
            await bridge.taverns[numbers["b"]].send_message("to the second")
            await bridge.send_message("to the first", tavern=numbers["a"])
            assert {(await anext(messages)).tavern for _ in range(2)} == set(numbers.values())
            assert two.messages[-1]["mes"] == "to the second"
            assert one.messages[-1]["mes"] == "to the first"

    run(test())


# --- asking -----------------------------------------------------------------------------------------------------------


def test_a_request_is_answered_with_a_typed_result(rig: Rig, tavern: FakeTavern) -> None:
    async def test() -> None:
        async with connect(port=rig.port) as bridge:
            messages = bridge.messages()
            tavern.add("somebody else's")
            result = await bridge.send_message("Where am I?", reply=False)
            assert result.message is not None
            assert (result.at, result.message["mes"]) == (2, "Where am I?")
            theirs, mine = await anext(messages), await anext(messages)
            assert (bridge.is_mine(theirs), bridge.is_mine(mine)) == (False, True)
            assert [one.name for one in (await bridge.list_taverns()).taverns] == ["Tab"]
            again = await bridge.call("send_message", text="by its name")
            assert isinstance(again, type(result)) and again.at == 3

    run(test())


def test_a_refusal_is_raised_with_its_code(rig: Rig, tavern: FakeTavern) -> None:
    tavern.refusal = {"code": "busy", "message": "it is talking", "params": {"kind": "normal"}, "retryable": True}

    async def test() -> None:
        async with connect(port=rig.port) as bridge:
            with pytest.raises(RequestFailed, match="busy: it is talking") as caught:
                await bridge.regenerate()
            error = caught.value
            assert (error.code, error.params, error.retryable) == ("busy", {"kind": "normal"}, True)
            with pytest.raises(RequestFailed) as caught:
                await bridge.new_chat()  # not among what this tavern can do
            assert caught.value.code == "unsupported"
            with pytest.raises(ValueError, match="text"):
                await bridge.call("send_message")
            with pytest.raises(ValueError):
                await bridge.send_message("half a pair: \ud800")
            assert bridge.connected

    run(test())


def test_without_a_tavern_there_is_none_to_ask(rig: Rig) -> None:
    async def test() -> None:
        async with connect(port=rig.port) as bridge:
            assert bridge.taverns == {}
            with pytest.raises(RequestFailed) as caught:
                _ = bridge.chat
            assert caught.value.code == "no_tavern"
            with pytest.raises(RequestFailed) as caught:
                await bridge.send_message("anybody?")
            assert caught.value.code == "no_tavern"

    run(test())


def test_a_tavern_can_be_waited_for(rig: Rig, taverns: Callable[..., FakeTavern]) -> None:
    async def test() -> None:
        async with connect(port=rig.port) as bridge:
            waiting = asyncio.create_task(bridge.wait_for_tavern())
            await asyncio.sleep(0.05)
            assert not waiting.done()
            await asyncio.to_thread(taverns)
            tavern = await waiting
            assert (await bridge.whole_chat(tavern)).messages[0]["mes"] == "Hello!"

    run(test())


# --- slow readers -----------------------------------------------------------------------------------------------------


def test_a_reader_that_falls_behind_is_told_what_it_missed_and_goes_on(rig: Rig, tavern: FakeTavern) -> None:
    async def test() -> None:
        async with connect(port=rig.port) as bridge:
            slow, quick = bridge.messages(buffer=2), bridge.messages()
            for number in range(5):
                tavern.add(str(number))
            found = [(await anext(quick)).text for _ in range(5)]
            assert found == ["0", "1", "2", "3", "4"]
            assert [(await anext(slow)).text for _ in range(2)] == ["0", "1"]
            with pytest.raises(FellBehind) as caught:
                await anext(slow)
            assert caught.value.missed == 3
            tavern.add("5")
            assert (await anext(slow)).text == "5"
            assert len(bridge.chat.messages) == 7

    run(test())


def test_a_reader_of_events_misses_nothing_and_is_not_alarmed_when_connections_break(
    rig: Rig, tavern: FakeTavern
) -> None:
    async def test() -> None:
        async with connect(port=rig.port) as bridge:
            events = bridge.events("messages")
            await bridge.list_taverns()
            for number in range(4):
                cut(bridge)
                await until(lambda: not bridge.connected, "the cut")
                if number % 2:
                    tavern.happen("MESSAGE_SENT", number)
                    tavern.happen("CHAT_CHANGED", number)
                await until(lambda: bridge.connected, "the connection")
                tavern.happen("MESSAGE_EDITED", number)
                if number % 2:
                    sent = await anext(events)
                    assert (sent.name, sent.args) == ("MESSAGE_SENT", [number])
                edited = await anext(events)
                assert (edited.name, edited.args) == ("MESSAGE_EDITED", [number])

    run(test())


def test_a_slow_reader_of_a_reply_gets_larger_pieces_and_misses_nothing(rig: Rig, tavern: FakeTavern) -> None:
    async def test() -> None:
        async with connect(port=rig.port) as bridge:
            replies = bridge.streams()
            tavern.begin(1)
            reply = await anext(replies)
            pieces = aiter(reply)
            tavern.grow(1, "0 ")
            found = [await anext(pieces)]
            for number in range(1, 3000):
                tavern.grow(1, f"{number} ")
            tavern.end(1)
            await reply.wait()
            found += [piece async for piece in pieces]
            assert len(found) == 2
            assert "".join(found) == "".join(f"{number} " for number in range(3000))

    run(test())


def test_whoever_looks_at_what_is_so_never_falls_behind(rig: Rig, tavern: FakeTavern) -> None:
    async def test() -> None:
        async with connect(port=rig.port) as bridge:
            changes = bridge.changes()
            for number in range(2000):
                tavern.add(str(number))
            await until(lambda: len(bridge.chat.messages) == 2001, "all messages")
            assert await anext(changes) is bridge.tavern
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(anext(changes), 0.05)

    run(test())


def test_an_iterator_that_nobody_reads_any_more_is_gone(rig: Rig, tavern: FakeTavern) -> None:
    async def test() -> None:
        async with connect(port=rig.port) as bridge:
            tavern.add("one")
            async for message in bridge.messages():
                assert message.text == "one"
                break
            async with bridge.messages() as messages:
                pass
            tavern.add("two")
            await chat_says(bridge, "Hello!", "one", "two")
            assert [message async for message in messages] == []
            del messages
            assert len(bridge._session.readers.messages) == 0

    run(test())


def test_news_are_the_frames_themselves(rig: Rig, tavern: FakeTavern) -> None:
    async def test() -> None:
        async with connect(port=rig.port) as bridge:
            news = bridge.news()
            tavern.add("one")
            async for frame in news:
                if isinstance(frame.content, ChatChanges):
                    assert (frame.type, frame.content.tavern) == ("chat_changes", 1)
                    assert bridge.chat.revision == frame.content.revision
                    break

    run(test())


# --- connections that break -------------------------------------------------------------------------------------------


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


# --- who may enter, and who is there ----------------------------------------------------------------------------------


def refused(**options: Any) -> ConnectionLost:
    async def test() -> None:
        async with connect(**options):
            pass

    with pytest.raises(ConnectionLost) as caught:
        run(test())
    return caught.value


def test_the_hub_and_its_token_are_found_without_being_named(
    rigs: Callable[[], Rig], monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = rigs()
    token = access.make_token()
    rig.start(token=token)
    save(Settings(port=rig.port))

    async def version(**options: Any) -> str:
        async with connect(**options) as bridge:
            return bridge.server_version

    assert run(version())
    monkeypatch.setenv("CHATBRIDGE_URL", f"ws://127.0.0.1:{rig.port}")
    save(Settings(port=1))
    assert run(version())
    monkeypatch.setenv("CHATBRIDGE_TOKEN", "a wrong one")
    error = refused()
    assert error.close_code == CloseCode.UNAUTHORIZED
    assert "chatbridge token" in error.message
    assert run(version(token=token))
    monkeypatch.delenv("CHATBRIDGE_TOKEN")
    access.token_file().unlink()
    assert refused().close_code == CloseCode.UNAUTHORIZED


def test_the_token_is_shown_nowhere(rigs: Callable[[], Rig], caplog: pytest.LogCaptureFixture) -> None:
    rig = rigs()
    rig.start(token="hush-hush")
    caplog.set_level(logging.DEBUG)

    async def test() -> str:
        async with connect(port=rig.port, token="hush-hush") as bridge:
            cut(bridge)
            await until(lambda: not bridge.connected, "the cut")
            await until(lambda: bridge.connected, "the connection")
            return repr(vars(bridge._session._connection))

    assert "hush-hush" not in run(test())
    assert [record for record in caplog.records if record.name.startswith("chatbridge")]
    assert not any("hush-hush" in record.getMessage() for record in caplog.records)


@pytest.mark.parametrize(
    "url", ["http://localhost:8001", "localhost", "ws://", "ws://localhost:8001?token=x", "ws://a:b@c"]
)
def test_what_is_no_address_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="ws://host:port"):
        connect(url)


def test_nothing_that_listens_is_told_in_words(rig: Rig) -> None:
    rig.stop()
    error = refused(port=rig.port)
    assert isinstance(error, NoHub)
    assert "chatbridge serve" in error.message


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", b"SSH-2.0-OpenSSH\r\n", b""]
)
def test_another_program_is_told_from_a_hub(answer: bytes) -> None:
    with other_program(answer) as program:
        error = refused(port=program.port)
    assert isinstance(error, NoHub)
    assert "another program" in error.message


def test_a_hub_that_is_started_later_can_be_waited_for(rig: Rig, tavern: FakeTavern) -> None:
    async def test() -> None:
        port = rig.port
        await asyncio.to_thread(rig.stop)
        starting = asyncio.create_task(asyncio.sleep(0.3))
        starting.add_done_callback(lambda _: rig.start(port=port))
        async with connect(port=port, wait=PATIENCE) as bridge:
            await bridge.wait_for_tavern()
            assert texts(bridge) == ["Hello!"]

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
