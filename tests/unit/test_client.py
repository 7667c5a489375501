"""The Python client against a real hub: what a program sees, asks and is told."""

import asyncio
from collections.abc import Callable

import pytest
from client_rig import FakeTavern, chat_says, cut, run, texts, until, whole
from hub_rig import Rig

from chatbridge_gui.client import (
    FellBehind,
    Piece,
    RequestFailed,
    connect,
)
from chatbridge_gui.protocol.messages import ChatChanges, ChatMessage

pytestmark = pytest.mark.usefixtures("config_folder")


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


def test_an_edit_does_not_look_at_the_whole_chat(rig: Rig, tavern: FakeTavern, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[set[str]] = []

    def look(messages: list[ChatMessage]) -> set[str]:
        looked_at.append({message["uid"] for message in messages})
        return looked_at[-1]

    monkeypatch.setattr("chatbridge_gui.client.tavern._uids", look)

    async def test() -> None:
        async with connect(port=rig.port) as bridge:
            tavern.add("one")
            tavern.edit(0, "Hello, Bob!")
            await chat_says(bridge, "Hello, Bob!", "one")
            assert looked_at == []
            tavern.move(0, 1)
            await chat_says(bridge, "one", "Hello, Bob!")
            assert looked_at == [{"m0", "m1"}]

    run(test())


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


def test_the_streams_can_be_followed_on_when_the_chat_no_longer_is(rig: Rig, tavern: FakeTavern) -> None:
    async def test() -> None:
        async with connect(port=rig.port) as bridge:
            await bridge.unsubscribe(["chat"])
            replies = bridge.streams()
            tavern.add("one")
            tavern.begin(1)
            reply = await anext(replies)
            tavern.grow(1, "In my glade.")
            tavern.end(1)
            assert (await reply.wait()).outcome == "finished"
            assert bridge.chat.streams == {}
            await bridge.subscribe(["chat"])
            assert texts(bridge) == ["Hello!", "one", "In my glade."]

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


@pytest.mark.parametrize("subscribe", [("stream",), ()])
def test_who_does_not_follow_the_chat_waits_for_the_tavern_alone(
    rig: Rig, taverns: Callable[..., FakeTavern], subscribe: tuple[str, ...]
) -> None:
    async def test() -> None:
        async with connect(port=rig.port, subscribe=subscribe) as bridge:
            waiting = asyncio.create_task(bridge.wait_for_tavern())
            await asyncio.sleep(0.05)
            assert not waiting.done()
            await asyncio.to_thread(taverns)
            tavern = await waiting
            assert tavern is bridge.tavern
            with pytest.raises(RequestFailed, match="subscribe to the chat first") as caught:
                await bridge.whole_chat(tavern)
            assert caught.value.code == "unexpected"
            await bridge.subscribe(["chat"])
            assert [message["mes"] for message in (await bridge.whole_chat()).messages] == ["Hello!"]

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
