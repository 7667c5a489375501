"""The simple profile: bare lists and texts in, news out, and the other way round."""

import json
from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chatbridge_gui.bridge.simple import SimpleTavern, SimpleView, newest
from chatbridge_gui.chat.mirror import ChatMirror
from chatbridge_gui.protocol import limits
from chatbridge_gui.protocol.messages import (
    ChatChanges,
    ChatHistory,
    ChatRef,
    Splice,
    StreamEnd,
    StreamStart,
    StreamUpdate,
    TavernNews,
    TavernState,
)

Message = dict[str, Any]


def message(text: str) -> Message:
    return {"name": "Ann", "mes": text}


def texts(mirror: ChatMirror) -> list[str]:
    return [one["mes"] for one in mirror.messages]


# --- a simple tavern ------------------------------------------------------------------------------------------------


@given(st.lists(st.one_of(st.text("ab", max_size=3), st.lists(st.text("ab", min_size=1, max_size=1), max_size=5))))
def test_the_mirror_has_what_a_simple_tavern_said_last(said: list[str | list[str]]) -> None:
    tavern, mirror = SimpleTavern(), ChatMirror()
    chat: list[str] = []
    live: str | None = None
    for one in said:
        if isinstance(one, str):
            news, live = tavern.update(one), one
        else:
            news, live, chat = tavern.history([message(text) for text in one]), None, one
        for item in news:
            mirror.apply(item)
        assert texts(mirror) == chat
        assert [stream.shown for stream in mirror.streams.values()] == ([] if live is None else [live])
        uids = [one["uid"] for one in mirror.messages]
        assert len(set(uids)) == len(uids)


def test_a_longer_history_is_a_change_and_a_growing_text_an_append() -> None:
    tavern = SimpleTavern()
    assert isinstance(tavern.history([message("a")])[0], ChatHistory)
    assert isinstance(tavern.update("He")[0], StreamStart)
    (more,) = tavern.update("Hello")
    assert more == StreamUpdate(stream=1, append="llo")
    assert tavern.update("Hello") == []
    assert tavern.update("Bye") == [StreamUpdate(stream=1, text="Bye")]
    end, change = tavern.history([message("a"), message("Bye")])
    assert isinstance(end, StreamEnd)
    assert isinstance(change, ChatChanges)
    assert change.changes == [Splice(at=1, insert=[{**message("Bye"), "uid": "s2"}])]
    assert tavern.history([message("a"), message("Bye")]) == []


def test_a_history_that_begins_otherwise_is_another_chat() -> None:
    tavern = SimpleTavern()
    (first,) = tavern.history([message("a"), message("b")])
    (second,) = tavern.history([message("x"), message("b")])
    assert isinstance(first, ChatHistory)
    assert isinstance(second, ChatHistory)
    assert second.epoch == first.epoch + 1


# --- a simple app ---------------------------------------------------------------------------------------------------


class Clock:
    """The loop's `call_later`, moved on by hand."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []
        self.delays: list[float] = []

    def call_later(self, delay: float, call: Callable[[], None]) -> None:
        self.delays.append(delay)
        self.waiting.append(call)

    def tick(self) -> None:
        due, self.waiting = self.waiting, []
        for call in due:
            call()


class View:
    """A simple app's view with all it was sent."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.frames: list[bytes] = []
        self.view = SimpleView(self.frames.append, self.clock.call_later)
        self.mirrors: dict[int, ChatMirror] = {}

    def tell(self, news: TavernNews, tavern: int = 1) -> None:
        mirror = self.mirrors.setdefault(tavern, ChatMirror())
        mirror.apply(news)
        self.view.follow(tavern, mirror, news)

    def take(self) -> list[dict[str, Any]]:
        taken = [json.loads(frame) for frame in self.frames]
        self.frames.clear()
        return taken


def page(*messages: str, epoch: int = 1) -> ChatHistory:
    list_ = [message(text) for text in messages]
    return ChatHistory(chat=ChatRef(id="c"), epoch=epoch, revision=0, total=len(list_), start=0, messages=list_)


def test_the_first_news_comes_at_once_and_the_rest_gathered() -> None:
    view = View()
    view.tell(page("a"))
    assert view.take() == [{"type": "chat_history", "content": [message("a")], "tavern": 1}]
    view.tell(StreamStart(stream=1, kind="normal"))
    for letter in "Hello":
        view.tell(StreamUpdate(stream=1, append=letter))
    assert view.take() == []
    view.clock.tick()
    assert view.take() == [{"type": "stream_update", "content": "Hello", "tavern": 1}]
    assert view.clock.delays[0] == 1 / limits.SIMPLE_UPDATES_PER_SECOND
    view.clock.tick()
    assert view.take() == []
    assert view.clock.waiting == [], "no timer runs while nothing happens"


def test_the_end_of_a_reply_sends_the_chat_and_no_text_after_it() -> None:
    view = View()
    view.tell(page("a"))
    view.tell(StreamStart(stream=1, kind="normal", text="Hel"))
    end = StreamEnd(stream=1, outcome="finished", at=1, insert=True, message=message("Hello"), epoch=1, revision=1)
    view.tell(end)
    view.take()
    view.clock.tick()
    assert view.take() == [{"type": "chat_history", "content": [message("a"), message("Hello")], "tavern": 1}]


def test_a_tavern_that_connects_again_within_a_moment_is_shown_as_it_is_now() -> None:
    view = View()
    view.tell(page("old"))
    view.tell(ChatChanges("c", 1, 0, 1, [Splice(at=1, insert=[message("older")])]))
    view.mirrors[1] = ChatMirror()
    view.tell(page("new"))
    view.take()
    view.clock.tick()
    assert view.take() == [{"type": "chat_history", "content": [message("new")], "tavern": 1}]


def test_taverns_are_kept_apart_and_states_are_not_sent() -> None:
    view = View()
    view.tell(page("one"))
    view.tell(page("two"), tavern=2)
    view.tell(TavernState(online=True))
    view.clock.tick()
    assert [(frame["tavern"], frame["content"][0]["mes"]) for frame in view.take()] == [(1, "one"), (2, "two")]


def test_a_newcomer_is_shown_what_there_is_and_nothing_of_a_tavern_without_a_chat() -> None:
    view = View()
    view.view.show(1, ChatMirror())
    assert view.take() == []
    mirror = ChatMirror()
    mirror.apply(page("a"))
    view.view.show(1, mirror)
    assert len(view.take()) == 1


def test_one_that_left_is_sent_nothing_more() -> None:
    view = View()
    view.tell(page("a"))
    view.tell(page("b", epoch=2))
    view.take()
    view.view.forget()
    view.clock.tick()
    assert view.take() == []
    assert view.clock.waiting == []


def test_the_newest_messages_fill_one_page_and_the_last_one_is_always_there() -> None:
    many = [message(f"{i:04}" + "x" * 1000) for i in range(1000)]
    fitting = [json.loads(bytes(raw)) for raw in newest(many)]
    assert fitting == many[-len(fitting) :]
    assert limits.PAGE_BYTES * 0.9 < len(json.dumps(fitting, separators=(",", ":"))) <= limits.PAGE_BYTES + 2
    assert len(newest([message("x" * limits.PAGE_BYTES * 2)])) == 1
    assert newest([]) == []
