"""Writing and sending without a window: the history, the line of texts, the draft's file, slash commands."""

from __future__ import annotations

import stat
import sys
import threading
from pathlib import Path

import pytest

from chatbridge_gui import settings
from chatbridge_gui.gui.tavern.taverns import SentText, Tavern
from chatbridge_gui.gui.writing.drafts import DraftFile, Kept, Unsent
from chatbridge_gui.gui.writing.outgoing import Outbox, Outgoing
from chatbridge_gui.gui.writing.send_history import MOST, SendHistory
from chatbridge_gui.gui.writing.slash_commands import CommandList, Place, command_of, first_name, is_command, place_in
from chatbridge_gui.protocol.messages import ChatRef, TavernInfo
from chatbridge_gui.settings import SettingsError

# --- the history ----------------------------------------------------------------------------------------------------


def test_what_was_sent_is_had_again_and_the_draft_after_it() -> None:
    history = SendHistory()
    for text in ("one", "two", "two"):
        history.add(text)
    assert history.newer("draft") is None
    assert history.older("draft") == "two"
    assert history.older("two") == "one"
    assert history.older("one") is None
    assert history.newer("one") == "two"
    assert history.newer("two") == "draft"
    assert history.newer("draft") is None


def test_a_text_that_was_changed_is_a_draft() -> None:
    history = SendHistory()
    history.add("one")
    history.add("two")
    assert history.older("") == "two"
    assert history.older("two, changed") == "two"
    assert history.newer("two") == "two, changed"


def test_the_history_is_bounded() -> None:
    history = SendHistory()
    for number in range(MOST + 50):
        history.add(str(number))
    current, seen = "", 0
    while (older := history.older(current)) is not None:
        current, seen = older, seen + 1
    assert (seen, current) == (MOST, "50")


# --- the line of texts ----------------------------------------------------------------------------------------------


def to(tavern: Tavern, text: str = "") -> SentText:
    return SentText(tavern, tavern.mirror.chat, 0, text)


def test_each_sillytavern_has_one_text_at_a_time() -> None:
    one, other = Tavern(TavernInfo(tavern=1, name="a")), Tavern(TavernInfo(tavern=2, name="b"))
    box = Outbox()
    first, second, third = Outgoing("1", to=to(one)), Outgoing("2", to=to(one)), Outgoing("3", to=to(other))
    for row in (first, second, third):
        box.add(row)
    assert box.due() == [first, third]
    first.state = "pending"
    assert box.due() == [third]
    box.ended(first, "accepted", "", "held")
    assert box.rows == [second, third] and box.due() == [second, third]


def test_what_waits_behind_one_that_failed_is_held_and_what_goes_elsewhere_is_not() -> None:
    one, other = Tavern(TavernInfo(tavern=1, name="a")), Tavern(TavernInfo(tavern=2, name="b"))
    box = Outbox()
    first, second, third = Outgoing("1", to=to(one)), Outgoing("2", to=to(one)), Outgoing("3", to=to(other))
    for row in (first, second, third):
        box.add(row)
    first.state = "pending"
    box.ended(first, "failed", "busy", "the one before")
    assert [(row.state, row.reason) for row in box.rows] == [
        ("failed", "busy"),
        ("failed", "the one before"),
        ("waiting", ""),
    ]
    box.again(first, to(other))
    assert box.due() == [first]


def test_what_is_on_its_way_cannot_be_taken_back() -> None:
    box = Outbox()
    row = Outgoing("text")
    box.add(row)
    row.state = "pending"
    assert box.take(row) is None and box.rows == [row]
    row.state = "unknown"
    assert box.take(row) == "text" and box.rows == []
    assert box.take(row) is None


def test_a_chat_that_is_not_open_any_more_is_known() -> None:
    tavern = Tavern(TavernInfo(tavern=1, name="a"))
    closed = to(tavern)
    assert closed.is_open()
    tavern.mirror.chat = ChatRef(id="chat", kind="solo")
    assert not closed.is_open() and to(tavern).is_open()
    opened = to(tavern)
    tavern.mirror.chat = ChatRef(id="another", kind="solo")
    assert not opened.is_open()


# --- the draft's file -----------------------------------------------------------------------------------------------


def test_a_draft_is_kept_for_its_owner_alone_and_removed_when_nothing_is_left(tmp_path: Path) -> None:
    file = DraftFile(tmp_path / "folder" / "draft.json")
    assert file.load() == Kept()
    kept = Kept("你好 😀\n/echo", (Unsent("one"), Unsent("two", "script", unknown=True)))
    file.write(file.number(), kept)
    assert DraftFile(file.path).load() == kept
    if sys.platform != "win32":
        assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    file.write(file.number(), Kept())
    assert not file.path.exists() and list(file.path.parent.iterdir()) == []
    file.write(file.number(), Kept())


def test_an_older_writing_that_comes_late_is_left_out(tmp_path: Path) -> None:
    file = DraftFile(tmp_path / "draft.json")
    early, late = file.number(), file.number()
    file.write(late, Kept("late"))
    thread = threading.Thread(target=file.write, args=(early, Kept("early")))
    thread.start()
    thread.join()
    assert file.load() == Kept("late")


@pytest.mark.parametrize("data", [b"{", b"\xff\xfe", b'{"text": 5}', b"[]"])
def test_a_damaged_draft_is_moved_aside(tmp_path: Path, data: bytes) -> None:
    file = DraftFile(tmp_path / "draft.json")
    file.path.write_bytes(data)
    with pytest.raises(SettingsError, match=r"draft\.damaged"):
        file.load()
    assert (tmp_path / "draft.damaged").read_bytes() == data
    assert file.load() == Kept()


def test_a_draft_that_cannot_be_written_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="cannot write"):
        DraftFile(tmp_path / "file" / "draft.json").write(1, Kept("text"))
    with pytest.raises(SettingsError, match="cannot read"):
        DraftFile(tmp_path).load()


def test_enter_sends_unless_the_user_wants_it_otherwise() -> None:
    assert settings.Settings().enter_sends is True


# --- slash commands -------------------------------------------------------------------------------------------------

LIST = CommandList(
    command_of({"name": name, "aliases": aliases, "arguments": arguments, "help": ""})
    for name, aliases, arguments in (
        ("echo", [], [{"name": "severity", "values": ["info", "error"]}, {"description": "text", "required": True}]),
        ("del", ["delete"], []),
        ("delchat", [], []),
        ("model", [], []),
        ("//", [], []),
    )
)


def names(typed: str) -> list[str]:
    return [one.name for one in LIST.fitting(typed)]


def test_what_begins_so_comes_first_and_what_is_written_in_full_before_that() -> None:
    assert names("") == ["//", "del", "delchat", "echo", "model"]
    assert names("DEL") == ["del", "delchat", "model"]
    assert names("delc") == ["delchat"]
    assert names("dele") == ["del"]
    assert names("xyz") == []


def test_a_command_is_found_by_its_name_and_its_aliases() -> None:
    found = LIST.find("delete")
    assert found is not None and found.name == "del"
    assert LIST.find("DEL") is None
    echo = LIST.find("echo")
    assert echo is not None and echo.usage == "[severity=info|error] text"


@pytest.mark.parametrize(
    ("text", "name"),
    [("/echo hi", "echo"), ("/echo|/x", "echo"), ("// note", "/"), ("/", ""), ("/a{{b}}", "a"), ("hi /echo", "")],
)
def test_the_first_command_of_a_script(text: str, name: str) -> None:
    assert first_name(text) == name


def test_what_is_no_script() -> None:
    assert [is_command(text) for text in ("/echo", "//", "/ echo", "/", "", "echo /x", " /echo")] == [
        True,
        True,
        False,
        False,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("before", "place"),
    [
        ("/", Place("name", "")),
        ("/ec", Place("name", "ec")),
        ("/echo ", Place("arguments", "echo")),
        ("/echo a b", Place("arguments", "echo")),
        ("/ec\n", Place("arguments", "ec")),
        ("/echo a\n", Place("arguments", "echo")),
        ("/echo a | /de\n", Place("arguments", "de")),
        ("/echo a | /de", Place("name", "de")),
        ("/if left=1 {: /de", Place("name", "de")),
        ("/echo a\n| /echo x", Place("arguments", "echo")),
        ("/echo /de", Place("arguments", "echo")),
        ("hello /ec", None),
        ("", None),
        ("/echo " + "x" * 5000, None),
    ],
)
def test_what_is_being_written(before: str, place: Place | None) -> None:
    assert place_in(before) == place
