"""The switcher in the chat's header: opened, searched and pressed by mouse and by keys."""

from __future__ import annotations

import time
import tkinter

import pytest
import ttkbootstrap as ttk

from chatbridge_gui.bridge.events import Answered
from chatbridge_gui.gui.language import i18n
from chatbridge_gui.gui.switching.chat_header import ChatHeader
from chatbridge_gui.gui.switching.choices import Choice
from chatbridge_gui.gui.switching.switcher import Switcher
from chatbridge_gui.protocol.messages import ChatRef, Failure, TavernState

from .driver import CHAT, Driver, hello, history, state, tavern
from .people import NAMES, People, character
from .people import chat as stored

ALICE = ChatRef(id="Alice - 1", title="Alice - 1", kind="solo", character="Alice", avatar="Alice.png", persona="User")


@pytest.fixture
def people(driver: Driver) -> People:
    driver.chatting()
    return People(driver)


def header(people: People) -> ChatHeader:
    return people.driver.window.header


def switcher(people: People) -> Switcher:
    return header(people).switcher


def is_open(people: People) -> bool:
    return switcher(people).is_open


def opened(people: People, keys: str = "<Control-k>") -> Switcher:
    """Press the keys that open it, and have its lists answered."""
    people.driver.press(keys)
    people.driver.until(lambda: people.driver.root.focus_get() is switcher(people).entry)
    people.answer()
    return switcher(people)


def press_button(driver: Driver, widget: tkinter.Misc) -> None:
    widget.event_generate("<Enter>", x=5, y=5)
    widget.event_generate("<Button-1>", x=5, y=5)
    widget.event_generate("<ButtonRelease-1>", x=5, y=5)
    driver.settle()


def write(people: People, text: str) -> None:
    for letter in text:
        people.driver.press(f"<Key-{letter}>")
    people.driver.settle()


def click_row(people: People, name: str) -> None:
    rows = switcher(people).list
    at = next(at for at, row in enumerate(rows.rows) if isinstance(row, Choice) and row.name == name)
    canvas = rows.canvas
    y = next(y for y in range(2, canvas.winfo_height(), 4) if rows._at(y) == at)
    canvas.event_generate("<Motion>", x=60, y=y)
    canvas.event_generate("<Button-1>", x=60, y=y)
    canvas.event_generate("<ButtonRelease-1>", x=60, y=y)
    people.driver.settle()


def test_a_character_is_found_by_typing_and_opened_by_enter(people: People) -> None:
    found = opened(people)
    assert found.text().startswith("Groups (1)\nThe round table\nCharacters (5)\nSeraphina\nAlice\nBob\n小雨\n")
    assert found.list.choice is not None and found.list.choice.name == "Seraphina", "the one that is open"
    write(people, "ali")
    assert found.text() == "Characters (1)\nAlice"
    people.driver.press("<Return>")
    assert people.asked == [("select_character", {"avatar": "Alice.png"})]
    assert header(people).subtitle.cget("text") == found.status.cget("text") == "Opening Alice…"
    assert header(people).progress.winfo_ismapped()
    people.switched(ALICE)
    assert not is_open(people)
    assert not header(people).progress.winfo_ismapped()
    assert header(people).title.text() == "Alice"
    people.driver.until(lambda: people.driver.root.focus_get() is people.driver.window.send_box.text)


def test_arrows_walk_over_the_headings_and_stay_at_the_ends(people: People) -> None:
    rows = opened(people).list
    seen = []
    for key in ("<Control-Home>", "<Up>", "<Down>", "<Down>", "<Next>", "<Control-End>", "<Down>", "<Up>"):
        people.driver.press(key)
        assert rows.choice is not None
        seen.append(rows.choice.name)
    last = NAMES[-1]
    assert seen == ["The round table"] * 2 + ["Seraphina", "Alice", last, last, last, "小雨"]


def test_the_mouse_opens_the_list_and_takes_a_row(people: People) -> None:
    press_button(people.driver, header(people).title)
    people.answer()
    click_row(people, "The round table")
    assert people.asked == [("select_group", {"id": "7"})]
    people.driver.answer({"chat": {"id": "x"}})
    assert not switcher(people).is_open


def test_chats_of_the_one_that_is_open_with_dates_and_counts(people: People) -> None:
    press_button(people.driver, header(people).chat)
    people.answer()
    assert switcher(people).text() == "New chat\nSeraphina - 1\nSeraphina - an older one"
    assert switcher(people).list.canvas.canvasy(0) == 0, "what is above the open one is in sight"
    older = switcher(people).list.rows[2]
    assert isinstance(older, Choice)
    assert (older.note, older.detail) == ("2019-02-01 · 3 messages", "Farewell!")
    click_row(people, "Seraphina - an older one")
    assert people.asked == [("open_chat", {"name": "Seraphina - an older one", "chat_id": CHAT.id})]


def test_chats_are_found_by_what_was_said_in_them(people: People) -> None:
    people.lists["found"] = [people.lists["chats"][1], stored("Another one")]
    found = opened(people, "<Control-o>")
    write(people, "older")
    assert found.text() == "Seraphina - an older one\nSearch the messages for “older”"
    people.driver.press("<Down>")
    people.driver.press("<Return>")
    assert found.status.cget("text") == "Asking SillyTavern…"
    people.answer()
    assert people.driver.hub.requests[-1][1]["search"] == "older"
    assert found.text() == "Seraphina - an older one\nIn their messages (1)\nAnother one"
    people.driver.press("<Down>")
    people.driver.press("<Return>")
    assert people.asked == [("open_chat", {"name": "Another one", "chat_id": CHAT.id})]
    people.driver.answer({"chat": {"id": "x"}})
    before = len(people.driver.hub.requests)
    people._answered = before
    opened(people, "<Control-o>")
    assert len(people.driver.hub.requests) == before + 1, "an old search is not made again"


def test_the_members_of_a_group_are_named_once_they_are_known(people: People) -> None:
    group = next(row for row in opened(people).list.rows if isinstance(row, Choice) and row.kind == "group")
    assert group.detail == "Alice, Bob, …"


def test_where_no_chat_is_open_one_can_be_chosen(driver: Driver) -> None:
    driver.started()
    driver.connected(tavern())
    driver.news(history([], chat=ChatRef(id=None)), state())
    driver.settle()
    people = People(driver)
    press_button(driver, driver.window.empty_state.choose_button)
    people.answer()
    write(people, "ali")
    driver.press("<Return>")
    people.switched(ALICE)
    assert not is_open(people)
    assert driver.window.chat_view.text.winfo_viewable()


def test_what_is_open_already_is_left_as_it_is(people: People) -> None:
    opened(people)
    people.driver.press("<Return>")
    assert people.asked == []
    assert not switcher(people).is_open


def test_a_new_chat_by_key_and_by_button(people: People) -> None:
    people.driver.press("<Control-n>")
    assert people.asked == [("new_chat", {"chat_id": CHAT.id})]
    assert header(people).new_button.instate(["disabled"]), "one at a time"
    people.driver.answer({"chat": {"id": "new"}})
    header(people).new_button.invoke()
    assert len(people.asked) == 2


def test_another_persona(people: People) -> None:
    assert header(people).persona.text() == "User"
    press_button(people.driver, header(people).persona)
    people.answer()
    people.driver.press("<Down>")
    people.driver.press("<Return>")
    assert people.asked == [("select_persona", {"avatar": "knight.png"})]
    people.driver.news(TavernState(online=True, model="a model", persona="Sir Bors"))
    people.driver.answer({"persona": {}})
    assert header(people).persona.text() == "Sir Bors"


def test_a_failure_is_told_in_words_and_the_list_stays(people: People) -> None:
    found = opened(people)
    write(people, "bob")
    people.driver.press("<Return>")
    people.driver.answer(failure=Failure(code="needs_attention", message="x", params={"popup": "Sure?"}))
    assert is_open(people)
    said = "Bob was not opened. A popup in SillyTavern waits for an answer: Sure?"
    assert found.status.cget("text") == said
    people.driver.press("<Return>")
    assert len(people.asked) == 2, "it can be tried again"
    people.driver.press("<Escape>")
    people.driver.press("<Escape>")
    assert not is_open(people)
    people.driver.answer(failure=Failure(code="needs_attention", message="x", params={"popup": "Sure?"}))
    assert people.driver.window.notices.shown_texts() == [said]


def test_while_a_reply_is_written_the_list_shows_why_nothing_can_be_opened(people: People) -> None:
    found = opened(people)
    people.driver.news(state(generating=True))
    people.driver.settle()
    assert found.status.cget("text") == "A reply is being written. Wait for its end, or stop it first."
    assert header(people).new_button.instate(["disabled"])
    people.driver.press("<Down>")
    people.driver.press("<Return>")
    assert people.asked == []
    people.driver.news(state())
    people.driver.settle()
    people.driver.press("<Return>")
    assert len(people.asked) == 1


def test_escape_in_the_list_does_not_stop_the_reply(people: People) -> None:
    opened(people)
    people.driver.news(state(generating=True))
    people.driver.settle()
    write(people, "a")
    people.driver.press("<Escape>")
    assert is_open(people) and switcher(people).entry.get() == ""
    people.driver.press("<Escape>")
    assert not is_open(people)
    assert people.asked == []


def test_a_list_that_could_not_be_had_can_be_asked_for_again(people: People) -> None:
    people.failures["list_characters"] = Failure(code="timeout", message="x")
    found = opened(people)
    assert found.status.cget("text") == "The list could not be had. SillyTavern did not answer in time."
    assert "The round table" in found.text()
    people.failures.clear()
    people.driver.press("<Shift-Tab>")
    people.driver.until(lambda: people.driver.root.focus_get() is found.retry)
    people.driver.press("<Return>")
    people.answer()
    assert "Alice" in found.text()
    assert not found.retry.winfo_ismapped()


def test_nothing_found_is_said_and_letters_taken_back_bring_all_again(people: People) -> None:
    found = opened(people)
    whole = found.text()
    write(people, "xy")
    assert (found.text(), found.status.cget("text")) == ("", "Nothing has “xy” in it.")
    people.driver.press("<Return>")
    people.driver.press("<BackSpace>")
    people.driver.press("<BackSpace>")
    assert found.text() == whole


def test_tab_goes_round_inside_and_the_arrows_turn_the_page(people: People) -> None:
    found = opened(people)
    root, order = people.driver.root, [*found.tabs.values(), found.entry]
    for widget in order:
        people.driver.press("<Tab>")
        people.driver.until(lambda widget=widget: root.focus_get() is widget)  # type: ignore[misc]
    people.driver.press("<Tab>")
    people.driver.press("<Right>")
    people.answer()
    assert found.page == "chats"
    assert "New chat" in found.text()
    people.driver.until(lambda: root.focus_get() is found.tabs["chats"])
    people.driver.press("<Escape>")
    assert not found.is_open


def test_a_click_elsewhere_or_another_tavern_closes_it(people: People) -> None:
    found = opened(people)
    press_button(people.driver, people.driver.window.send_box.text)
    assert not is_open(people)
    opened(people)
    people.driver.connected(tavern(1), tavern(2))
    people.driver.settle()
    assert is_open(people)
    people.driver.window.choose_tavern(2)
    assert not found.is_open


def test_it_closes_when_something_else_gets_the_keyboard_and_leaves_it_there(people: People) -> None:
    opened(people)
    people.driver.press("<Control-f>")
    people.driver.until(lambda: not is_open(people))
    people.driver.settle()
    focused = people.driver.root.focus_get()
    assert focused is not None and "find" in str(focused)


def test_who_cannot_be_asked_shows_no_arrow_and_says_why(driver: Driver) -> None:
    driver.started()
    driver.connected(tavern(1, capabilities=("send_message",)))
    driver.news(history(hello()), state())
    driver.settle()
    assert driver.window.header.title.why_not == "The connected program cannot do this."
    driver.press("<Control-k>")
    assert not driver.window.header.switcher.is_open
    assert driver.window.notices.shown_texts() == ["The connected program cannot do this."]


def test_two_thousand_characters_are_listed_and_searched_at_once(people: People) -> None:
    people.lists["characters"] = [character(f"Somebody {at:04}") for at in range(2_000)]
    found = opened(people)
    assert len(found.list.rows) == 2_003
    drawn = len(found.list.canvas.find_all())
    assert drawn < 150, "only what is in sight is drawn"
    begun = time.perf_counter()
    for letter in "somebody":
        people.driver.press(f"<Key-{letter}>")
    taken = time.perf_counter() - begun
    assert "Characters (2000)" in found.text()
    people.driver.press("<space>")
    write(people, "1")
    people.driver.press("<Control-End>")
    assert found.list.choice is not None and found.list.choice.name == "Somebody 0991"
    assert found.list.canvas.bbox("mark")[3] <= found.list.canvas.canvasy(found.list.canvas.winfo_height())
    assert taken < 2, f"8 letters took {taken:.2f} s"


def wheel_down(people: People, canvas: tkinter.Canvas) -> None:
    for _ in range(20):
        canvas.event_generate("<Button-5>" if canvas.tk.call("tk", "windowingsystem") == "x11" else "<MouseWheel>")
    people.driver.settle()


@pytest.mark.parametrize("selected", [None, 0, 150])
def test_who_turned_the_wheel_is_not_taken_back_by_news(people: People, selected: int | None) -> None:
    people.lists["characters"] = [character(f"Somebody {at:04}", selected=at == selected) for at in range(200)]
    canvas = opened(people).list.canvas
    before = canvas.canvasy(0)
    wheel_down(people, canvas)
    seen = canvas.canvasy(0)
    assert seen > before + 500
    people.driver.news(state(generating=True))
    people.driver.settle()
    assert canvas.canvasy(0) == seen
    people.driver.root.geometry("1100x600")
    people.driver.settle()
    assert canvas.canvasy(0) == seen
    people.driver.root.geometry("1100x760")
    people.driver.settle()
    people.driver.press("<Down>")
    assert canvas.bbox("mark")[1] >= canvas.canvasy(0) - 1, "the keys bring the choice into sight"


def test_the_scrollbar_counts_as_the_wheel_and_a_list_that_came_anew_takes_nobody_back(people: People) -> None:
    people.lists["characters"] = [character(f"Somebody {at:04}", selected=at == 0) for at in range(200)]
    rows = opened(people).list
    rows.tk.call(rows._bar.cget("command"), "moveto", "0.5")
    people.driver.settle()
    seen = rows.canvas.canvasy(0)
    assert seen > 500
    people.lists["characters"].append(character("Zoe"))
    switcher(people)._load()
    people.answer()
    assert "Zoe" in switcher(people).text() and rows.canvas.canvasy(0) == seen
    people.driver.press("<Control-o>")
    people.answer()
    opened(people)
    assert rows.choice is not None and rows.choice.name == "Somebody 0000", "the one that is open"


def test_a_row_that_was_clicked_in_vain_stays_chosen(people: People) -> None:
    found = opened(people)
    people.driver.news(state(generating=True))
    people.driver.settle()
    click_row(people, "Bob")
    assert people.asked == [] and found.list.choice is not None and found.list.choice.name == "Bob"
    people.driver.news(state())
    people.driver.settle()
    people.driver.press("<Return>")
    assert people.asked == [("select_character", {"avatar": "Bob.png"})]


def test_pictures_are_asked_for_as_their_rows_come_into_sight(people: People) -> None:
    people.lists["characters"] = [character(f"Somebody {at:04}") for at in range(500)]
    people.driver.connected(tavern(1, capabilities=("list_characters", "list_groups", "get_avatar")))
    found = opened(people)

    def wanted() -> set[str]:
        asked = people.driver.hub.requests
        for id, (type, _, _) in enumerate(asked, 1):
            if type == "get_avatar":
                people.driver.tell(Answered(id, None, Failure(code="not_found", message="none")))
        people.driver.settle()
        return {str(content.get("avatar")) for type, content, _ in asked if type == "get_avatar"} - {"None"}

    for _ in range(10):
        first = wanted()
    assert "Somebody 0000.png" in first and len(first) < 20
    people.driver.press("<Control-End>")
    for _ in range(10):
        both = wanted()
    assert "Somebody 0499.png" in both and len(both) < 40
    for _ in range(60):
        found.list.move(-8)
    assert not found.list._avatars.full, "those out of sight make room"


def test_long_names_are_cut_and_told_at_the_mouse(people: People) -> None:
    name = "Professor Archibald Featherstonehaugh 皇家学会会员" * 3
    chat = ChatRef(id="x", title="A title " * 30, kind="solo", character=name, persona="Sir Lancelot du Lac " * 9)
    people.driver.news(history(hello(), chat=chat, epoch=2))
    for width in (900, 1600):
        people.driver.root.geometry(f"{width}x700")
        people.driver.settle()
        shown = header(people)
        assert shown.title.text().endswith("…") and shown.title.whole == name
        right = shown.winfo_rootx() + shown.winfo_width()
        assert shown.new_button.winfo_rootx() + shown.new_button.winfo_width() <= right
        assert shown.title.winfo_rootx() + shown.title.winfo_width() <= shown.persona.winfo_rootx()
    people.driver.root.geometry("1100x760")


def test_larger_texts_get_higher_rows_and_open_nothing(people: People) -> None:
    found = opened(people)
    before = found.list.height
    people.driver.press("<Escape>")
    look = people.driver.window.look
    try:
        look.resize(150)
        people.driver.settle()
        assert not is_open(people)
        opened(people)
        assert found.list.height > before * 1.2
    finally:
        look.resize(100)


def test_it_follows_the_theme_and_the_language(people: People) -> None:
    found = opened(people)
    style = ttk.Style.get_instance()  # type: ignore[no-untyped-call]
    assert style is not None
    try:
        style.theme_use("bootstrap-dark")
        people.driver.settle()
        assert found.list.canvas.cget("background") == people.driver.window.look.background
        people.driver.window.set_language("zh")
        people.answer()
        assert found.text().startswith("群组（1）\nThe round table\n角色（5）")
        assert found.tabs["chats"].cget("text") == "聊天"
    finally:
        style.theme_use("bootstrap-light")
        i18n.use("en")
