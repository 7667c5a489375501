"""What the client says and does on the wire, against a hub that the test plays: subscriptions, gaps, odd closes."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from client_rig import run, until
from hub_rig import GREETING, page
from websockets.asyncio.server import ServerConnection, serve

from chatbridge_gui.client import ConnectionLost, FellBehind, NoHub, RequestFailed, connect
from chatbridge_gui.client.connection import FIRST_PAUSE, LONGEST_PAUSE, STEADY, Pauses
from chatbridge_gui.protocol.close_codes import CLOSE_REASONS, CloseCode
from chatbridge_gui.protocol.events import names_of

pytestmark = pytest.mark.usefixtures("config_folder")

TAB = {"tavern": 1, "name": "Tab", "instance": "page-1"}


class PlayedHub:
    """A hub that welcomes, answers what it is told to answer, and remembers what it heard."""

    def __init__(self) -> None:
        self.port = 0
        self.hellos: list[dict[str, Any]] = []
        self.heard: list[dict[str, Any]] = []
        self.welcome: dict[str, Any] = {"event": 0}
        self.errors: dict[str, dict[str, Any]] = {}
        self.at_hello: Callable[[ServerConnection], Coroutine[Any, Any, None]] | None = None
        self.connection: ServerConnection | None = None

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["PlayedHub"]:
        async with serve(self._connected, "127.0.0.1", 0, compression=None) as server:
            self.port = next(iter(server.sockets)).getsockname()[1]
            yield self

    async def say(self, type: str, content: Any, **more: Any) -> None:
        assert self.connection is not None
        await self.connection.send(json.dumps({"type": type, "content": content, **more}))

    def asked(self, type: str) -> list[Any]:
        return [frame["content"] for frame in self.heard if frame["type"] == type]

    async def _connected(self, connection: ServerConnection) -> None:
        self.connection = connection
        async for text in connection:
            frame = json.loads(text)
            if frame["type"] == "hello":
                self.hellos.append(frame["content"])
                if self.at_hello is not None:
                    await self.at_hello(connection)
                    continue
                limits = {"frame_bytes": 1, "page_bytes": 1, "requests_in_flight": 1}
                server = {"server": "ChatBridge", "version": "9", "protocol": 1, "limits": limits}
                await self.say("welcome", {"session": "s1", **server, "taverns": [], **self.welcome})
                continue
            self.heard.append(frame)
            if frame["type"] in self.errors:
                await self.say("error", self.errors[frame["type"]], id=frame["id"])
            elif frame["type"] in ("subscribe", "unsubscribe"):
                await self.say("result", {"topics": frame["content"]["topics"], "event": 0}, id=frame["id"])
            elif frame["type"] == "list_taverns":
                await self.say("result", {"taverns": []}, id=frame["id"])


async def event(hub: PlayedHub, name: str, seq: int) -> None:
    await hub.say("event", {"name": name, "args": [seq], "seq": seq, "tavern": 1})


def test_events_are_subscribed_to_while_somebody_reads_them() -> None:
    async def test() -> None:
        async with PlayedHub().listening() as hub, connect(port=hub.port) as bridge:
            sent = bridge.events("MESSAGE_SENT")
            both = bridge.events("MESSAGE_SENT", "CHAT_CHANGED")
            everything = bridge.events("*")
            await until(lambda: len(hub.asked("subscribe")) == 3, "the subscriptions")
            assert [one["topics"] for one in hub.asked("subscribe")] == [
                ["events:MESSAGE_SENT"],
                ["events:CHAT_CHANGED"],
                ["events:*"],
            ]
            for seq, name in enumerate(("MESSAGE_SENT", "CHAT_CHANGED", "OTHER"), 1):
                await event(hub, name, seq)
            assert [(await anext(everything)).name for _ in range(3)] == ["MESSAGE_SENT", "CHAT_CHANGED", "OTHER"]
            assert [(await anext(both)).seq for _ in range(2)] == [1, 2]
            assert (await anext(sent)).args == [1]
            sent.close()
            everything.close()
            await until(lambda: hub.asked("unsubscribe"), "the end of a subscription")
            assert hub.asked("unsubscribe") == [{"topics": ["events:*"]}]
            del both
            await until(lambda: len(hub.asked("unsubscribe")) == 2, "the end of the others")
            assert sorted(hub.asked("unsubscribe")[1]["topics"]) == ["events:CHAT_CHANGED", "events:MESSAGE_SENT"]

    run(test())


def test_what_a_subscription_stands_for_is_looked_up_once_however_much_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up: list[list[str]] = []

    def look_up(topics: Iterable[str]) -> frozenset[str]:
        looked_up.append(sorted(topics))
        return names_of(topics)

    monkeypatch.setattr("chatbridge_gui.client.subscriptions.names_of", look_up)

    async def test() -> None:
        async with PlayedHub().listening() as hub, connect(port=hub.port) as bridge:
            category, everything = bridge.events("messages"), bridge.events("*")
            for seq, name in enumerate(("MESSAGE_SENT", "CHAT_CHANGED", "unknown here", "MESSAGE_EDITED"), 1):
                await event(hub, name, seq)
            assert [(await anext(everything)).seq for _ in range(4)] == [1, 2, 3, 4]
            assert [(await anext(category)).seq for _ in range(2)] == [1, 4]
            assert looked_up == [["events:messages"]]

    run(test())


def test_subscriptions_outlive_a_connection_and_say_what_was_missed() -> None:
    async def test() -> None:
        async with PlayedHub().listening() as hub, connect(port=hub.port) as bridge:
            events, generations = bridge.events("MESSAGE_SENT"), bridge.generations()
            await event(hub, "MESSAGE_SENT", 41)
            assert (await anext(events)).seq == 41
            hub.welcome = {"event": 50, "missed": 6}
            assert hub.connection is not None
            hub.connection.transport.abort()
            await until(lambda: len(hub.hellos) == 2, "the second hello")
            assert hub.hellos[0]["resume"] is None
            assert hub.hellos[1]["resume"]["event"] == 41
            assert hub.hellos[1]["subscribe"] == ["state", "chat", "stream", "events:MESSAGE_SENT", "generation"]
            await until(lambda: bridge.connected, "the connection")
            await event(hub, "MESSAGE_SENT", 48)
            with pytest.raises(FellBehind) as caught:
                await anext(events)
            assert caught.value.missed >= 6
            await event(hub, "MESSAGE_SENT", 51)
            while (await anext(events)).seq != 51:
                pass
            step = {"generation": 1, "phase": "finished", "kind": "normal", "tokens": 20, "rate": 12.5}
            await hub.say("generation", {**step, "tavern": 1})
            assert (await anext(generations)).rate == 12.5

    run(test())


def test_what_the_program_subscribed_to_by_itself_is_kept_too() -> None:
    async def test() -> None:
        async with PlayedHub().listening() as hub, connect(port=hub.port, subscribe=()) as bridge:
            await bridge.subscribe(["app_message", "stream"])
            await bridge.unsubscribe(["stream"])
            assert hub.connection is not None
            hub.connection.transport.abort()
            await until(lambda: len(hub.hellos) == 2, "the second hello")
            assert [hello["subscribe"] for hello in hub.hellos] == [["state"], ["state", "app_message"]]

    run(test())


def test_who_waits_for_a_chat_and_no_longer_follows_it_waits_no_more() -> None:
    async def test() -> None:
        async with PlayedHub().listening() as hub:
            hub.welcome["taverns"] = [TAB]
            async with connect(port=hub.port) as bridge:
                tavern = asyncio.create_task(bridge.wait_for_tavern())
                chat = asyncio.create_task(bridge.whole_chat())
                await asyncio.sleep(0.05)
                assert not tavern.done() and not chat.done()
                await bridge.unsubscribe(["chat"])
                assert (await tavern).number == 1
                with pytest.raises(RequestFailed, match="subscribe to the chat first"):
                    await chat

    run(test())


@pytest.mark.parametrize("late", [False, True])
def test_who_follows_the_chat_since_later_waits_for_it_before_a_reply_is_given_up(late: bool) -> None:
    async def test() -> None:
        async with PlayedHub().listening() as hub:
            hub.welcome["taverns"] = [TAB]
            async with connect(port=hub.port, subscribe=("stream",) if late else ("stream", "chat")) as bridge:
                await bridge.subscribe(["chat"])
                replies = bridge.streams()
                await hub.say("stream_start", {"stream": 1, "kind": "normal", "tavern": 1})
                reply = await anext(replies)
                hub.welcome["session"] = "s2"
                assert hub.connection is not None
                hub.connection.transport.abort()
                await until(lambda: len(hub.hellos) == 2 and bridge.connected, "the connection")
                await hub.say("tavern_state", {"tavern": 1, "generating": False})
                await bridge.list_taverns()
                assert not reply.finished
                await hub.say("chat_history", {**page([GREETING]), "tavern": 1})
                assert (await reply.wait()).outcome == "abandoned"

    run(test())


def test_who_waits_for_a_chat_is_told_that_the_connection_was_closed() -> None:
    async def test() -> None:
        async with PlayedHub().listening() as hub:
            hub.welcome["taverns"] = [TAB]
            async with connect(port=hub.port) as bridge:
                waiting = [asyncio.create_task(bridge.wait_for_tavern()), asyncio.create_task(bridge.whole_chat())]
                await asyncio.sleep(0.05)
            for one in (*waiting, bridge.wait_for_tavern()):
                with pytest.raises(ConnectionLost, match="closed"):
                    await one

    run(test())


def test_a_chat_is_waited_for_as_long_as_its_tavern_may_be_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatbridge_gui.client.taverns.RETURN", 1.0)

    async def test() -> None:
        async with PlayedHub().listening() as hub:
            hub.welcome["taverns"] = [TAB]
            async with connect(port=hub.port) as bridge:
                tavern = bridge.tavern
                waiting = asyncio.create_task(bridge.whole_chat(tavern))
                await hub.say("taverns", {"taverns": []})
                await until(lambda: not tavern.connected, "its leaving")
                await hub.say("taverns", {"taverns": [TAB]})
                await until(lambda: tavern.connected, "its return")
                await asyncio.sleep(0.6)
                left = time.monotonic()
                await hub.say("taverns", {"taverns": []})
                with pytest.raises(RequestFailed, match="left before") as caught:
                    await waiting
                assert (caught.value.code, caught.value.retryable) == ("tavern_gone", True)
                assert time.monotonic() - left > 0.9  # not since it left for the first time
                await hub.say("taverns", {"taverns": [TAB]})
                await until(lambda: tavern.connected, "its late return")
                waiting = asyncio.create_task(bridge.whole_chat(tavern))
                await hub.say("chat_history", {**page([GREETING]), "tavern": 1})
                assert (await waiting).messages == [GREETING]

    run(test())


def test_a_refused_subscription_is_raised_to_its_reader() -> None:
    async def test() -> None:
        async with PlayedHub().listening() as hub, connect(port=hub.port) as bridge:
            hub.errors["subscribe"] = {"code": "bad_field", "message": "there is no such event"}
            with pytest.raises(RequestFailed, match="no such event"):
                await anext(bridge.events("NONSENSE"))
            with pytest.raises(ValueError, match="name the events"):
                bridge.events()

    run(test())


def test_a_frame_that_cannot_be_read_is_passed_over_and_a_gap_begins_anew() -> None:
    async def test() -> None:
        async with PlayedHub().listening() as hub, connect(port=hub.port) as bridge:
            tavern = {"tavern": 1, "name": "Tab", "instance": "page-1"}
            await hub.say("taverns", {"taverns": [tavern]})
            await hub.say("chat_history", {**page([GREETING]), "tavern": 1})
            await hub.say("of_a_later_version", {})
            await hub.say("chat_changes", {"changes": "nonsense"})
            await until(lambda: bridge.taverns and bridge.chat.messages, "the chat")
            hub.welcome = {"event": 0, "taverns": [tavern]}
            gap = {"chat_id": "chat", "epoch": 1, "base": 7, "revision": 8, "changes": [], "tavern": 1}
            await hub.say("chat_changes", gap)
            await until(lambda: len(hub.hellos) == 2, "a new beginning")
            assert hub.hellos[1]["resume"]["taverns"] == {}
            await until(lambda: bridge.connected, "the connection")
            assert bridge.chat.messages == []

    run(test())


def test_what_cannot_be_done_twice_is_not_asked_again() -> None:
    async def test() -> None:
        async with PlayedHub().listening() as hub, connect(port=hub.port) as bridge:
            asking = asyncio.create_task(bridge.broadcast(topic="greeting", data="hello"))
            reading = asyncio.create_task(bridge.get_context())
            await until(lambda: hub.asked("get_context"), "both requests")
            assert hub.connection is not None
            hub.connection.transport.abort()
            with pytest.raises(RequestFailed) as caught:
                await asking
            assert caught.value.code == "outcome_unknown"
            await until(lambda: len(hub.asked("get_context")) == 2, "the harmless one, asked again")
            assert len(hub.asked("broadcast")) == 1
            reading.cancel()

    run(test())


@pytest.mark.parametrize("code", CloseCode)
def test_a_close_code_says_whether_the_client_comes_back(code: CloseCode) -> None:
    async def test() -> None:
        async with PlayedHub().listening() as hub, connect(port=hub.port) as bridge:
            messages = bridge.messages()
            assert hub.connection is not None
            await hub.connection.close(code, "for this reason")
            if CLOSE_REASONS[code].retry:
                await until(lambda: len(hub.hellos) == 2, "the client to come back")
                return
            with pytest.raises(ConnectionLost, match="for this reason") as caught:
                await anext(messages)
            assert caught.value.close_code == code
            assert not isinstance(caught.value, NoHub)
            with pytest.raises(ConnectionLost):
                await bridge.stop()
            await asyncio.sleep(2 * FIRST_PAUSE)
            assert len(hub.hellos) == 1

    run(test())


def test_a_hub_that_never_welcomes_is_another_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatbridge_gui.client.link.HELLO_ANSWER", 0.2)

    async def silent(connection: ServerConnection) -> None:
        pass

    async def odd(connection: ServerConnection) -> None:
        await connection.send("I am something else")

    async def test() -> None:
        for answer in (silent, odd):
            async with PlayedHub().listening() as hub:
                hub.at_hello = answer
                with pytest.raises(NoHub, match="another program"):
                    async with connect(port=hub.port):
                        pass

    run(test())


def test_pauses_grow_and_never_fall_in_step() -> None:
    pauses = [Pauses(), Pauses()]
    one, other = ([each.next() for _ in range(12)] for each in pauses)
    assert one != other
    assert one[0] <= FIRST_PAUSE < one[3]
    assert LONGEST_PAUSE / 2 <= one[-1] <= LONGEST_PAUSE
    pauses[0].held(STEADY / 2)
    assert pauses[0].next() > FIRST_PAUSE
    pauses[0].held(STEADY * 2)
    assert pauses[0].next() <= FIRST_PAUSE
