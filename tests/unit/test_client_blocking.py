"""The client's blocking face: the same, for programs without an event loop."""

import threading

import pytest
from client_rig import FakeTavern, cut
from hub_rig import PATIENCE, Rig

from chatbridge_gui.client import ConnectionLost, FellBehind, NoHub, RequestFailed, connect_blocking

pytestmark = pytest.mark.usefixtures("config_folder")


def test_a_script_reads_asks_and_follows_a_reply(rig: Rig, tavern: FakeTavern) -> None:
    with connect_blocking(port=rig.port) as bridge:
        before = bridge.chat
        messages, replies = bridge.messages(), bridge.streams()
        sent = bridge.send_message("Where am I?")
        assert sent.at == 1
        mine = next(messages)
        assert (mine.text, bridge.is_mine(mine)) == ("Where am I?", True)
        tavern.begin(1)
        reply = next(replies)
        pieces = iter(reply)
        for text in ("In ", "my ", "glade."):
            tavern.grow(1, text)
            assert next(pieces) == text
        tavern.end(1)
        assert list(pieces) == []
        assert reply.wait(PATIENCE).outcome == "finished"
        assert reply.text == "In my glade."
        assert [message["mes"] for message in before.messages] == ["Hello!"]
        assert [message["mes"] for message in bridge.whole_chat().messages] == ["Hello!", "Where am I?", "In my glade."]
        assert bridge.tavern.number == 1
        assert not bridge.tavern.stop().stopped


def test_a_copy_of_the_chat_stays_as_it_is_while_its_reply_grows(rig: Rig, tavern: FakeTavern) -> None:
    with connect_blocking(port=rig.port) as bridge:
        replies = bridge.streams()
        tavern.begin(1)
        pieces = iter(replies.next(PATIENCE))
        for text in ("In ", "my "):
            tavern.grow(1, text)
            assert next(pieces) == text
        copy = bridge.chat
        tavern.grow(1, "glade.")
        assert next(pieces) == "glade."
        assert (copy.streams[1].shown, bridge.chat.streams[1].shown) == ("In my ", "In my glade.")
        assert copy.has_reported


def test_who_does_not_follow_the_chat_does_not_wait_for_it(rig: Rig, tavern: FakeTavern) -> None:
    with connect_blocking(port=rig.port, subscribe=()) as bridge:
        assert bridge.wait_for_tavern(PATIENCE).number == 1
        with pytest.raises(RequestFailed, match="subscribe to the chat first"):
            bridge.whole_chat(timeout=PATIENCE)
        bridge.subscribe(["chat"])
        assert [message["mes"] for message in bridge.whole_chat(timeout=PATIENCE).messages] == ["Hello!"]


def test_errors_are_the_same(rig: Rig, tavern: FakeTavern) -> None:
    tavern.refusal = {"code": "busy", "message": "it is talking", "retryable": True}
    with connect_blocking(port=rig.port) as bridge:
        with pytest.raises(RequestFailed) as caught:
            bridge.regenerate()
        assert (caught.value.code, caught.value.retryable) == ("busy", True)
        with pytest.raises(KeyError):
            bridge.call("dance")
        slow = bridge.messages(buffer=1)
        for text in ("one", "two", "three"):
            tavern.add(text)
        changes = bridge.changes()
        while len(bridge.chat.messages) < 4:
            changes.next(PATIENCE)
        assert next(slow).text == "one"
        with pytest.raises(FellBehind) as behind:
            next(slow)
        assert behind.value.missed == 2
        with pytest.raises(TimeoutError):
            slow.next(0.05)
    with pytest.raises(ConnectionLost):
        bridge.stop()
    rig.stop()
    with pytest.raises(NoHub), connect_blocking(port=rig.port):
        pass


def test_it_comes_back_and_leaves_no_thread(rig: Rig, tavern: FakeTavern) -> None:
    with connect_blocking(port=rig.port) as bridge:
        messages = bridge.messages()
        worker = bridge._worker
        assert worker is not None
        worker.call(lambda: cut(bridge._bridge))
        tavern.add("after the cut")
        assert messages.next(PATIENCE).text == "after the cut"
    assert list(messages) == []
    assert not [thread for thread in threading.enumerate() if thread.name == "chatbridge-client"]
