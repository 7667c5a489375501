"""The mirror is what the tavern's chat is, whatever happens there; what does not fit leaves it as it was."""

import copy
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chatbridge_gui.chat.mirror import ChatMirror, OutOfSync
from chatbridge_gui.protocol.messages import (
    Change,
    ChatChanges,
    ChatHistory,
    ChatMessage,
    ChatRef,
    Set,
    Splice,
    StreamEnd,
    StreamStart,
    StreamUpdate,
    TavernNews,
    TavernState,
)


def message(number: int) -> ChatMessage:
    return {"name": "Ann", "mes": f"message {number}"}


def page(messages: list[ChatMessage], start: int = 0, total: int | None = None, **more: Any) -> ChatHistory:
    total = start + len(messages) if total is None else total
    fields: dict[str, Any] = {"chat": ChatRef(id="c"), "epoch": 1, "revision": 0, **more}
    return ChatHistory(start=start, total=total, messages=messages, **fields)


def changes(base: int, *list_: Change, epoch: int = 1) -> ChatChanges:
    return ChatChanges(chat_id="c", epoch=epoch, base=base, revision=base + 1, changes=list(list_))


def state_of(mirror: ChatMirror) -> Any:
    streams = {number: (live.shown, live.reasoning) for number, live in mirror.streams.items()}
    return copy.deepcopy(
        (mirror.chat, mirror.epoch, mirror.revision, mirror.start, mirror.messages, streams, mirror.state)
    )


class Tavern(RuleBasedStateMachine):
    """A tavern's chat and what it would send; a second mirror follows with pages of other sizes."""

    def __init__(self) -> None:
        super().__init__()
        self.mirror = ChatMirror()
        self.chat: list[ChatMessage] = []
        self.sent_from = 0
        self.epoch = 0
        self.revision = 0
        self.numbers = 0
        self.texts: dict[int, str] = {}
        self.streams = 0

    def new_messages(self, count: int) -> list[ChatMessage]:
        self.numbers += count
        return [message(self.numbers - i) for i in range(count)]

    def send(self, news: TavernNews) -> None:
        self.mirror.apply(copy.deepcopy(news))

    @initialize()
    def begin(self) -> None:
        self.open_chat(8, 3)

    @rule(count=st.integers(0, 12), size=st.integers(0, 5))
    def open_chat(self, count: int, size: int) -> None:
        self.chat = self.new_messages(count)
        self.epoch += 1
        self.revision = 0
        self.texts.clear()
        self.first_page(size)

    @rule(size=st.integers(0, 5))
    def first_page(self, size: int) -> None:
        self.sent_from = max(len(self.chat) - size, 0)
        self.send_page(self.sent_from, len(self.chat))

    @precondition(lambda self: self.sent_from > 0)
    @rule(size=st.integers(1, 5))
    def next_page(self, size: int) -> None:
        end, self.sent_from = self.sent_from, max(self.sent_from - size, 0)
        self.send_page(self.sent_from, end)

    def send_page(self, start: int, end: int) -> None:
        self.send(page(self.chat[start:end], start, len(self.chat), epoch=self.epoch, revision=self.revision))

    @rule(data=st.data(), count=st.integers(1, 3))
    def change(self, data: st.DataObject, count: int) -> None:
        made: list[Change] = []
        for _ in range(count):
            total = len(self.chat)
            if total and data.draw(st.booleans()):
                at = data.draw(st.integers(0, total - 1))
                new = self.new_messages(1)[0]
                self.chat[at] = new
                made.append(Set(at=at, message=new))
            else:
                at = data.draw(st.integers(0, total))
                remove = data.draw(st.integers(0, total - at))
                inserted = self.new_messages(data.draw(st.integers(0, 3)))
                self.chat[at : at + remove] = inserted
                if at < self.sent_from:
                    self.sent_from += len(inserted) - (min(at + remove, self.sent_from) - at)
                made.append(Splice(at=at, remove=remove, insert=inserted))
        base, self.revision = self.revision, self.revision + 1
        news = ChatChanges(chat_id="c", epoch=self.epoch, base=base, revision=self.revision, changes=made)
        self.send(news)

    @rule(text=st.text(max_size=3))
    def begin_stream(self, text: str) -> None:
        self.streams += 1
        self.texts[self.streams] = text
        self.send(StreamStart(stream=self.streams, kind="normal", text=text))

    @precondition(lambda self: self.texts)
    @rule(data=st.data(), text=st.text(max_size=3), rewrite=st.booleans())
    def stream_on(self, data: st.DataObject, text: str, rewrite: bool) -> None:
        number = data.draw(st.sampled_from(sorted(self.texts)))
        before = self.texts[number]
        kept = 0 if rewrite else data.draw(st.integers(max(len(before) - 2, 0), len(before)))
        self.texts[number] = before[:kept] + text
        mended = StreamUpdate(stream=number, drop=before[kept:], append=text)
        self.send(StreamUpdate(stream=number, text=text) if rewrite else mended)

    @precondition(lambda self: self.texts)
    @rule(data=st.data(), insert=st.booleans(), stored=st.booleans())
    def end_stream(self, data: st.DataObject, insert: bool, stored: bool) -> None:
        number = data.draw(st.sampled_from(sorted(self.texts)))
        del self.texts[number]
        end = StreamEnd(stream=number, outcome="finished" if stored else "abandoned")
        if stored and (insert or self.chat):
            at = data.draw(st.integers(0, len(self.chat) - (0 if insert else 1)))
            new = self.new_messages(1)[0]
            self.chat[at : at if insert else at + 1] = [new]
            if insert and at < self.sent_from:
                self.sent_from += 1
            end.at, end.insert, end.message = at, insert, new
            end.epoch, end.base, self.revision = self.epoch, self.revision, self.revision + 1
            end.revision = self.revision
        self.send(end)

    @rule(epoch=st.integers(-1, 1), base=st.integers(-1, 1), beyond=st.integers(1, 9), keep=st.booleans())
    def send_what_does_not_fit(self, epoch: int, base: int, beyond: int, keep: bool) -> None:
        good = Splice(at=0, insert=[message(0)])
        list_: list[Change] = [good] if (epoch, base) != (0, 0) else []
        if keep or not list_:
            list_ += [Splice(at=len(self.chat) + len(list_) + beyond)]
        before = state_of(self.mirror)
        with pytest.raises(OutOfSync):
            self.mirror.apply(ChatChanges("c", self.epoch + epoch, self.revision + base, 99, list_))
        assert state_of(self.mirror) == before

    @invariant()
    def the_mirror_is_what_was_sent(self) -> None:
        if self.epoch:
            assert self.mirror.messages == self.chat[self.sent_from :]
            assert (self.mirror.start, self.mirror.total) == (self.sent_from, len(self.chat))
            assert (self.mirror.epoch, self.mirror.revision) == (self.epoch, self.revision)
            assert {number: live.text for number, live in self.mirror.streams.items()} == self.texts
            assert self.mirror.complete == (self.sent_from == 0)


Tavern.TestCase.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
TestMirrorFollowsAnyTavern = Tavern.TestCase


def test_nothing_is_known_before_the_first_page() -> None:
    mirror = ChatMirror()
    assert (mirror.total, mirror.complete, mirror.chat.id) == (0, False, None)
    with pytest.raises(OutOfSync):
        mirror.apply(changes(0, Splice(at=0, insert=[message(1)])))
    with pytest.raises(OutOfSync):
        mirror.apply(page([message(1)], start=0, total=5))


@pytest.mark.parametrize(
    "wrong",
    [
        page([message(1)], start=2, total=9),  # a gap between it and what is there
        page([message(1)], start=3, total=8),  # of a chat of another length
        page([message(1)], start=3, total=9, revision=1),
        page([message(1)], start=3, total=9, epoch=2),
        page([message(1), message(2)], start=8, total=9),  # longer than its own chat
        changes(1),
        changes(0, epoch=2),
        changes(0, Splice(at=10)),
        changes(0, Splice(at=9, remove=1)),
        changes(0, Set(at=9, message=message(1))),
        changes(0, Splice(at=0, remove=9), Splice(at=1)),
        StreamUpdate(stream=8, append="x"),
        StreamEnd(stream=1, outcome="finished", at=0, message=message(1), epoch=1, base=5, revision=6),
        StreamEnd(stream=1, outcome="finished", at=9, message=message(1), epoch=1, base=0, revision=1),
        StreamEnd(stream=1, outcome="finished", at=10, insert=True, message=message(1), epoch=1, base=0, revision=1),
    ],
)
def test_what_does_not_fit_leaves_all_as_it_was(wrong: TavernNews) -> None:
    mirror = ChatMirror()
    mirror.apply(page([message(i) for i in range(4, 9)], start=4))
    mirror.apply(StreamStart(stream=1, kind="normal", text="so far"))
    before = state_of(mirror)
    with pytest.raises(OutOfSync):
        mirror.apply(wrong)
    assert state_of(mirror) == before


def test_a_page_of_another_epoch_ends_the_replies_of_the_chat_before() -> None:
    mirror = ChatMirror()
    mirror.apply(page([]))
    mirror.apply(StreamStart(stream=1, kind="normal"))
    mirror.apply(page([message(1)]))
    assert mirror.streams, "the same chat sent again keeps them"
    mirror.apply(page([message(1)], epoch=2))
    assert not mirror.streams


def test_a_continued_reply_shows_what_is_kept_and_what_is_new() -> None:
    mirror = ChatMirror()
    mirror.apply(StreamStart(stream=1, kind="continue", base="Once ", text="upon", at=3, uid="u"))
    mirror.apply(StreamUpdate(stream=1, append=" a time"))
    mirror.apply(StreamUpdate(stream=1, append="hm", channel="reasoning"))
    live = mirror.streams[1]
    assert (live.shown, live.text, live.reasoning) == ("Once upon a time", "upon a time", "hm")
    start, reasoning, text = live.as_news("c", 1, None)[0], *live.as_news("c", 1, (4, 0))
    assert isinstance(start, StreamStart)
    assert (start.base, start.text, start.reasoning, start.at, start.uid) == ("Once ", "upon a time", "hm", 3, "u")
    assert reasoning == StreamUpdate(stream=1, append="hm", channel="reasoning")
    assert text == StreamUpdate(stream=1, append=" a time")


def test_a_reply_says_how_many_tokens_have_come_whoever_mended_it() -> None:
    mirror = ChatMirror()
    mirror.apply(StreamStart(stream=1, kind="normal"))
    live = mirror.streams[1]
    for update, tokens in (
        (StreamUpdate(stream=1, append="hm", channel="reasoning", tokens=2), 2),
        (StreamUpdate(stream=1, append="Once", tokens=5), 5),
        (StreamUpdate(stream=1, text="Twice"), 5),
    ):
        mirror.apply(update)
        assert live.tokens == tokens


def test_an_end_is_taken_off_and_a_reader_that_has_it_is_told_all_anew() -> None:
    mirror = ChatMirror()
    mirror.apply(page([]))
    mirror.apply(StreamStart(stream=1, kind="normal", text='She: "Wo"'))
    live = mirror.streams[1]
    assert live.as_news("c", 1, (9, 0)) == []
    mirror.apply(StreamUpdate(stream=1, drop='"', append='of"'))
    assert live.text == 'She: "Woof"'
    with pytest.raises(OutOfSync):
        mirror.apply(StreamUpdate(stream=1, drop="?", append="!"))
    assert live.text == 'She: "Woof"'
    (start,) = live.as_news("c", 1, (9, 0))
    assert isinstance(start, StreamStart) and start.text == live.text


def test_a_stream_that_ends_without_a_message_changes_nothing() -> None:
    mirror = ChatMirror()
    mirror.apply(page([message(1)]))
    mirror.apply(StreamStart(stream=1, kind="impersonate", text="hi"))
    mirror.apply(StreamEnd(stream=1, outcome="text_only", text="hi"))
    mirror.apply(StreamEnd(stream=7, outcome="abandoned"))
    assert (mirror.streams, mirror.revision, mirror.total) == ({}, 0, 1)


def test_the_state_is_taken_over() -> None:
    mirror = ChatMirror()
    mirror.apply(TavernState(online=True, model="m"))
    assert mirror.state.model == "m"
