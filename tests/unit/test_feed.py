"""An app's copy is the tavern's chat, however its pages and the changes come between each other."""

import copy
import random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbridge_gui.chat.feed import HistoryFeed
from chatbridge_gui.chat.mirror import ChatMirror
from chatbridge_gui.protocol import limits
from chatbridge_gui.protocol.codec import encode
from chatbridge_gui.protocol.messages import Change, ChatChanges, ChatHistory, ChatMessage, ChatRef, Set, Splice


def message(number: int, length: int = 0) -> ChatMessage:
    return {"name": "Ann", "mes": f"message {number} " + "x" * length}


def mirror_of(messages: list[ChatMessage], start: int = 0, epoch: int = 1) -> ChatMirror:
    mirror = ChatMirror()
    mirror.apply(
        ChatHistory(
            chat=ChatRef(id="c"),
            epoch=epoch,
            revision=0,
            total=start + len(messages),
            start=start,
            messages=list(messages),
        )
    )
    return mirror


def read(page: ChatHistory) -> ChatHistory:
    """A page as its reader decodes it."""
    return msgspec.json.decode(msgspec.json.encode(page), type=ChatHistory)


def all_pages(feed: HistoryFeed) -> list[ChatHistory]:
    first = feed.restart()
    assert first is not None
    pages = [read(first)]
    while (page := feed.next_page()) is not None:
        pages.append(read(page))
    return pages


def test_there_is_nothing_to_give_before_the_mirror_has_a_page() -> None:
    feed = HistoryFeed(ChatMirror())
    assert feed.restart() is None
    assert feed.next_page() is None
    feed.follow([Splice(at=0)])


def test_an_empty_chat_is_one_empty_page() -> None:
    assert [(page.start, page.total, page.messages) for page in all_pages(HistoryFeed(mirror_of([])))] == [(0, 0, [])]


def test_pages_come_newest_first_and_none_is_longer_than_allowed() -> None:
    messages = [message(i, 2000 + 37 * (i % 50)) for i in range(1000)]
    pages = all_pages(HistoryFeed(mirror_of(messages)))
    assert len(pages) > 5
    assert [page.start + len(page.messages) for page in pages] == [1000, *(page.start for page in pages[:-1])]
    assert [one for page in reversed(pages) for one in page.messages] == messages
    sizes = [len(encode("chat_history", page)) for page in pages]
    assert max(sizes) <= limits.PAGE_BYTES
    assert min(sizes[:-1]) > limits.PAGE_BYTES * 0.9


def test_a_message_longer_than_a_page_is_a_page_of_its_own() -> None:
    messages = [message(0), message(1, limits.PAGE_BYTES * 2), message(2), message(3)]
    pages = all_pages(HistoryFeed(mirror_of(messages)))
    assert [page.start for page in pages] == [2, 1, 0]


def test_what_the_mirror_has_not_yet_is_not_given() -> None:
    mirror = mirror_of([message(5)], start=5)
    feed = HistoryFeed(mirror)
    assert len(all_pages(feed)) == 1
    assert feed.next_page() is None
    mirror.apply(
        ChatHistory(
            chat=ChatRef(id="c"), epoch=1, revision=0, total=6, start=0, messages=[message(i) for i in range(5)]
        )
    )
    page = feed.next_page()
    assert page is not None
    assert (page.start, len(page.messages)) == (0, 5)
    assert feed.next_page() is None


@given(seed=st.integers(0, 2**32), count=st.integers(0, 40), arrived=st.integers(1, 40))
def test_a_reader_has_the_source_whatever_comes_between_its_pages(seed: int, count: int, arrived: int) -> None:
    """The tavern's older pages, its changes and the reader's pages in any order; each reader decodes what it gets."""
    dice = random.Random(seed)
    numbers = iter(range(10_000))
    chat = [message(next(numbers), dice.choice([0, 30_000, 100_000])) for _ in range(count)]
    start = max(count - arrived, 0)
    source = mirror_of(chat[start:], start)
    feed = HistoryFeed(source)
    reader = ChatMirror()
    first = feed.restart()
    assert first is not None
    reader.apply(read(first))
    revision = 0
    for _ in range(dice.randint(0, 30)):
        match dice.choice(["page", "page", "change", "source page", "restart"]):
            case "page" if (page := feed.next_page()) is not None:
                reader.apply(read(page))
            case "source page" if source.start > 0:
                from_ = max(source.start - dice.randint(1, 10), 0)
                older = chat[from_ : source.start]
                fields: dict[str, Any] = {"epoch": 1, "revision": revision, "total": len(chat), "start": from_}
                source.apply(ChatHistory(chat=ChatRef(id="c"), messages=copy.deepcopy(older), **fields))
            case "change":
                changes: list[Change] = []
                for _ in range(dice.randint(1, 3)):
                    if chat and dice.random() < 0.4:
                        at = dice.randrange(len(chat))
                        chat[at] = message(next(numbers))
                        changes.append(Set(at=at, message=chat[at]))
                    else:
                        at = dice.randint(0, len(chat))
                        remove = dice.randint(0, min(3, len(chat) - at))
                        insert = [message(next(numbers)) for _ in range(dice.randint(0, 3))]
                        chat[at : at + remove] = insert
                        changes.append(Splice(at=at, remove=remove, insert=insert))
                revision += 1
                news = ChatChanges(chat_id="c", epoch=1, base=revision - 1, revision=revision, changes=changes)
                source.apply(news)
                feed.follow(news.changes)
                reader.apply(copy.deepcopy(news))
            case "restart" if dice.random() < 0.2:
                again = feed.restart()
                assert again is not None
                reader.apply(read(again))
        assert reader.messages == chat[reader.start :]
        assert source.start <= reader.start
    if source.start > 0:
        fields = {"epoch": 1, "revision": revision, "total": len(chat), "start": 0}
        source.apply(ChatHistory(chat=ChatRef(id="c"), messages=chat[: source.start], **fields))
    while (page := feed.next_page()) is not None:
        reader.apply(read(page))
    assert reader.complete
    assert reader.messages == chat == source.messages


@pytest.mark.parametrize("epoch", [1, 2])
def test_a_new_first_page_begins_anew(epoch: int) -> None:
    mirror = mirror_of([message(i, 100_000) for i in range(5)])
    feed = HistoryFeed(mirror)
    feed.restart()
    mirror.apply(ChatHistory(chat=ChatRef(id="c"), epoch=epoch, revision=9, total=1, start=0, messages=[message(7)]))
    page = feed.restart()
    assert page is not None
    assert (page.epoch, page.revision, page.total, page.start) == (epoch, 9, 1, 0)
    assert feed.next_page() is None
