"""The window of rows goes with its messages, whatever happens around it."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from chatbridge_gui.chat import splices
from chatbridge_gui.chat.mirror import ChatMirror
from chatbridge_gui.chat.splices import Splice, Splices
from chatbridge_gui.gui.chat.shown_range import HEAVY, MOST, PAGE, ShownRange, page
from chatbridge_gui.protocol.messages import ChatChanges, ChatHistory, ChatMessage, ChatRef, Set
from chatbridge_gui.protocol.messages import Splice as Change


@given(
    st.integers(0, 40),
    st.integers(0, 40),
    st.booleans(),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20), st.integers(0, 20)), max_size=8),
)
@example(first=1, length=0, to_end=False, changes=[(1, 0, 1)])
def test_what_was_shown_is_shown_still_and_what_was_not_is_not(
    first: int, length: int, to_end: bool, changes: list[tuple[int, int, int]]
) -> None:
    chat: list[tuple[str, int]] = [("old", at) for at in range(80)]
    shown = ShownRange()
    shown.first, shown.last = first, None if to_end else first + length
    before = set(chat[first:] if to_end else chat[first : first + length])
    others = set(chat) - before
    for at, removed, inserted in changes:
        at = min(at, len(chat))
        removed = min(removed, len(chat) - at)
        chat[at : at + removed] = [("new", 0)] * inserted
        shown.follow([Splice(at, removed, inserted)])
        assert 0 <= shown.first <= len(chat) and (shown.last is None or shown.first <= shown.last <= len(chat))
    after = set(chat[shown.first : shown.end(len(chat))])
    assert before & set(chat) <= after
    assert not after & others


def test_what_comes_at_the_end_is_shown_only_by_a_range_that_reaches_there() -> None:
    shown = ShownRange()
    shown.put(970, 1_000, 1_000)
    shown.follow([Splice(1_000, 0, 5)])
    assert (shown.first, shown.last, shown.end(1_005)) == (970, None, 1_005)
    shown.put(490, 520, 1_005)
    shown.follow([Splice(1_005, 0, 5)])
    assert (shown.first, shown.last) == (490, 520) and shown.holds(500, 1_010) and not shown.holds(520, 1_010)


def test_a_message_before_the_first_one_is_shown_where_the_chat_begins() -> None:
    shown = ShownRange()
    shown.put(0, 30, 1_000)
    shown.follow([Splice(0, 0, 3)])
    assert (shown.first, shown.last) == (0, 33)


def test_of_very_much_that_comes_at_once_not_all_is_shown() -> None:
    shown = ShownRange()
    total = 100_000
    shown.put(5, 10, total)
    shown.follow([Splice(7, 0, 50_000)])
    shown.limit(total + 50_000)
    assert (shown.first, shown.last) == (5, 5 + MOST)


def test_a_page_is_some_messages_or_a_few_long_ones() -> None:
    def texts(*lengths: int) -> list[ChatMessage]:
        return [{"name": "A", "mes": "x" * length} for length in lengths]

    assert page(texts(*[10] * 100)) == PAGE
    assert page(texts(10, 10)) == 2
    assert page(texts()) == 0
    assert page(texts(HEAVY * 10, 10)) == 1
    assert page(texts(HEAVY // 2, HEAVY // 4, HEAVY // 2, 1)) == 2


def test_a_mirror_tells_what_changed_as_long_as_it_remembers() -> None:
    mirror = ChatMirror()
    messages = [{"name": "A", "mes": str(at)} for at in range(4)]
    ref = ChatRef(id="a")
    mirror.apply(ChatHistory(chat=ref, epoch=1, revision=0, total=4, start=2, messages=messages[2:]))
    count = mirror.splices.count
    mirror.apply(ChatHistory(chat=ref, epoch=1, revision=0, total=4, start=0, messages=messages[:2]))
    assert mirror.splices.since(count) == []
    mirror.apply(
        ChatChanges(
            chat_id="a",
            epoch=1,
            base=0,
            revision=1,
            changes=[Set(at=1, message=messages[0]), Change(at=0, remove=2, insert=messages[:1])],
        )
    )
    assert mirror.splices.since(count) == [(1, 1, 1), (0, 2, 1)]
    mirror.apply(ChatHistory(chat=ref, epoch=2, revision=0, total=4, start=0, messages=messages))
    assert mirror.splices.since(count) is None


def test_only_the_last_changes_are_remembered() -> None:
    found = Splices()
    for at in range(splices.MOST + 1):
        found.add(Splice(at, 0, 1))
    assert found.since(0) is None
    assert found.since(1) is not None and found.since(found.count - 1) == [(splices.MOST, 0, 1)]
