"""Several texts on their way, each with what has become of it; what was sent had again; the draft kept."""

from __future__ import annotations

import tkinter
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatbridge_gui.gui.language import i18n
from chatbridge_gui.gui.writing.drafts import DraftFile, Kept, Unsent
from chatbridge_gui.gui.writing.outgoing import MOST
from chatbridge_gui.gui.writing.send_text import without_halves
from chatbridge_gui.protocol.messages import ChatRef, Failure, Splice, StreamEnd

from .driver import Driver, begun, changed, history, message, state, tavern

BUSY = Failure(code="busy", message="busy", retryable=True)
UNKNOWN = Failure(code="outcome_unknown", message="gone")
OTHER = ChatRef(id="Kael - 7", title="The mountain", kind="solo", character="Kael")


def chatting(driver: Driver) -> None:
    driver.chatting()
    driver.settle()


def send(driver: Driver, *texts: str) -> None:
    for text in texts:
        driver.type(text)
        driver.press("<Return>")


def states(driver: Driver) -> list[tuple[str, str]]:
    return [(row.text, row.state) for row in driver.window.send_box.rows]


def asked(driver: Driver) -> list[str]:
    return [content["text"] for type, content, _ in driver.hub.requests if type == "send_message"]


def shown_rows(driver: Driver) -> list[str]:
    return [row.outgoing.text for row in driver.window.send_box.outgoing.rows if row.winfo_ismapped()]


# --- one after another ----------------------------------------------------------------------------------------------


def test_texts_sent_in_quick_succession_go_one_after_another(driver: Driver) -> None:
    chatting(driver)
    send(driver, "one", "two", "three")
    assert states(driver) == [("one", "pending"), ("two", "waiting"), ("three", "waiting")]
    driver.until(lambda: shown_rows(driver) == ["one", "two", "three"])
    assert asked(driver) == ["one"]
    driver.answer({"confirmed": True})
    driver.until(lambda: asked(driver) == ["one", "two"])
    driver.answer({"confirmed": True})
    driver.until(lambda: asked(driver) == ["one", "two", "three"])
    driver.answer({"confirmed": True})
    assert states(driver) == []
    driver.until(lambda: not driver.window.send_box.outgoing.winfo_ismapped())
    assert [one[1].get("if_busy") for one in driver.hub.requests] == [None, "wait", "wait"]


def test_the_next_one_waits_for_the_reply_and_can_be_taken_back(driver: Driver) -> None:
    chatting(driver)
    box = driver.window.send_box
    send(driver, "one", "two")
    driver.news(begun(), state(generating=True))
    driver.answer({"confirmed": True})
    driver.until(lambda: shown_rows(driver) == ["two"])
    driver.root.after(500, driver.settle)
    driver.until(lambda: "A reply is being written" in box.outgoing.rows[0].words())
    assert asked(driver) == ["one"]
    driver.type("and")
    driver.press_button(box.outgoing.rows[0].edit_button)
    assert (states(driver), driver.draft()) == ([], "two\nand")
    assert driver.root.focus_get() is box.text
    driver.news(StreamEnd(stream=1, outcome="finished"), state())
    driver.settle()
    assert asked(driver) == ["one"]


def test_when_the_reply_is_over_the_next_one_goes_by_itself(driver: Driver) -> None:
    chatting(driver)
    send(driver, "one", "two")
    driver.news(begun(), state(generating=True))
    driver.answer({"confirmed": True})
    driver.breathed()
    assert asked(driver) == ["one"]
    driver.news(StreamEnd(stream=1, outcome="finished"), state())
    driver.until(lambda: asked(driver) == ["one", "two"])


def test_what_was_written_to_follow_a_message_that_failed_is_held(driver: Driver) -> None:
    chatting(driver)
    box = driver.window.send_box
    send(driver, "one", "two")
    driver.answer(failure=BUSY)
    assert states(driver) == [("one", "failed"), ("two", "failed")]
    assert "the message before it" in box.outgoing.rows[1].words()
    for at, text in enumerate(("one", "two")):
        driver.until(lambda: shown_rows(driver)[0] == text)  # noqa: B023
        driver.press_button(box.outgoing.rows[0].again_button)
        driver.until(lambda: len(asked(driver)) == at + 2)  # noqa: B023
        driver.answer({"confirmed": True})
    assert asked(driver) == ["one", "one", "two"] and states(driver) == []


def test_a_new_message_does_not_wait_for_one_that_failed(driver: Driver) -> None:
    chatting(driver)
    send(driver, "one")
    driver.answer(failure=BUSY)
    send(driver, "two")
    assert asked(driver) == ["one", "two"]
    assert states(driver) == [("one", "failed"), ("two", "pending")]


def test_what_waits_is_not_sent_to_another_chat(driver: Driver) -> None:
    chatting(driver)
    box = driver.window.send_box
    send(driver, "one", "two")
    driver.news(history([message("Kael", "Who goes there?")], chat=OTHER, epoch=2))
    driver.settle()
    assert states(driver) == [("one", "pending"), ("two", "failed")]
    driver.answer({"confirmed": True})
    driver.breathed()
    driver.until(lambda: shown_rows(driver) == ["two"])
    assert "another chat" in box.outgoing.rows[0].words() and asked(driver) == ["one"]
    driver.press_button(box.outgoing.rows[0].again_button)
    assert driver.hub.requests[-1] == ("send_message", {"text": "two", "reply": True, "chat_id": OTHER.id}, 1)


def test_a_text_goes_to_the_sillytavern_it_was_written_for(driver: Driver) -> None:
    chatting(driver)
    driver.connected(tavern(1), tavern(2))
    driver.news(history([message("Kael", "Who goes there?")], chat=OTHER), state(), tavern=2)
    driver.settle()
    send(driver, "one", "two")
    driver.window.choose_tavern(2)
    send(driver, "other")
    assert [(one[1]["text"], one[2]) for one in driver.hub.requests] == [("one", 1), ("other", 2)]
    driver.tell_answer(1, {"confirmed": True})
    driver.until(lambda: len(driver.hub.requests) == 3)
    assert (driver.hub.requests[2][1]["text"], driver.hub.requests[2][2]) == ("two", 1)


def test_what_nobody_knows_of_is_sent_again_or_put_aside_by_the_user(driver: Driver) -> None:
    chatting(driver)
    box = driver.window.send_box
    send(driver, "one", "two")
    driver.answer(failure=UNKNOWN)
    driver.until(lambda: shown_rows(driver) == ["one", "two"])
    assert box.outgoing.rows[0].again_button.cget("text") == "Send again"
    driver.press_button(box.outgoing.rows[0].discard_button)
    assert states(driver) == [("two", "failed")] and driver.draft() == ""
    driver.press("<Control-Up>")
    assert driver.draft() == "two" or driver.draft() == "one"
    texts = {driver.draft()}
    driver.press("<Control-Up>")
    assert texts | {driver.draft()} == {"one", "two"}, "nothing is lost"


def test_a_text_that_arrived_after_all_leaves_by_itself_and_others_stay(driver: Driver) -> None:
    chatting(driver)
    send(driver, "one")
    driver.answer(failure=UNKNOWN)
    send(driver, "two")
    driver.answer(failure=BUSY)
    driver.news(changed(0, Splice(at=2, insert=[message("User", "one")])))
    driver.settle()
    assert states(driver) == [("two", "failed")]


def test_many_texts_are_shown_in_a_few_rows_and_there_is_an_end(driver: Driver) -> None:
    chatting(driver)
    box = driver.window.send_box
    send(driver, "0")
    for number in range(1, MOST):
        driver.window.sending.submit(str(number))
    driver.until(lambda: box.outgoing.rows)
    driver.settle()
    assert 2 <= len(box.outgoing.rows) <= 4
    assert driver.root.winfo_height() > box.text.winfo_rooty() - driver.root.winfo_rooty() + box.text.winfo_height()
    send(driver, "more")
    assert driver.draft() == "more" and "Too many messages" in box.hint_text()
    assert len(states(driver)) == MOST


def test_a_row_says_it_all_in_the_language_of_the_time(driver: Driver) -> None:
    chatting(driver)
    send(driver, "one")
    driver.answer(failure=BUSY)
    row = driver.window.send_box.outgoing.rows[0]
    try:
        driver.window.set_language("zh")
        assert row.again_button.cget("text") == "重试"
    finally:
        driver.window.set_language("en")


# --- keys -----------------------------------------------------------------------------------------------------------


def test_enter_and_shift_enter_can_be_swapped(driver: Driver) -> None:
    driver.window.settings.enter_sends = False
    chatting(driver)
    driver.type("one")
    driver.press("<Return>")
    driver.type("two")
    assert (driver.draft(), asked(driver)) == ("one\ntwo", [])
    assert driver.window.send_box.hint_text() == "Shift+Enter sends, Enter starts a new line"
    assert "Shift+Enter" in driver.window.send_box.button_row.tip("send")
    driver.press("<Shift-Return>")
    assert asked(driver) == ["one\ntwo"]
    driver.answer({"confirmed": True})
    driver.type("three")
    driver.press("<Control-Return>")
    driver.until(lambda: asked(driver) == ["one\ntwo", "three"])


def test_what_was_sent_is_had_again_by_keys_and_the_draft_after_it(driver: Driver) -> None:
    chatting(driver)
    for text in ("one", "two"):
        send(driver, text)
        driver.answer({"confirmed": True})
    driver.type("draft")
    seen = []
    for key in ("<Control-Up>", "<Control-Up>", "<Control-Up>", "<Control-Down>", "<Control-Down>", "<Control-Down>"):
        driver.press(key)
        seen.append(driver.draft())
    assert seen == ["two", "one", "one", "two", "draft", "draft"]
    driver.press("<Control-z>")
    assert driver.draft() == "two"


def test_undo_takes_a_word_away_and_redo_brings_it_back(driver: Driver) -> None:
    chatting(driver)
    driver.type("one")
    driver.press("<space>")
    driver.type("two")
    assert driver.draft() == "one two"
    driver.press("<Control-z>")
    assert driver.draft() == "one"
    driver.press("<Control-y>")
    assert driver.draft() == "one two"


# --- the draft over a restart ---------------------------------------------------------------------------------------


@pytest.fixture
def draft(tmp_path: Path) -> DraftFile:
    return DraftFile(tmp_path / "draft.json")


@pytest.fixture
def keeping(root: tkinter.Tk, draft: DraftFile) -> Iterator[Driver]:
    i18n.use("en")
    found = Driver(root, draft=draft)
    yield found
    found.finish()
    assert found.errors == []


def test_the_draft_and_what_was_not_accepted_are_kept_over_a_restart(
    keeping: Driver, root: tkinter.Tk, draft: DraftFile
) -> None:
    chatting(keeping)
    send(keeping, "one")
    keeping.answer(failure=BUSY)
    send(keeping, "two")
    keeping.type("draft")
    keeping.until(lambda: draft.path.exists() and draft.load().text == "draft", 4)
    kept = draft.load()
    assert kept == Kept("draft", (Unsent("one"), Unsent("two", unknown=True)))
    keeping.finish()
    again = Driver(root, draft=draft)
    try:
        box = again.window.send_box
        assert again.draft() == "draft" and states(again) == [("one", "failed"), ("two", "unknown")]
        again.until(lambda: shown_rows(again) == ["one", "two"])
        assert "the program was closed" in box.outgoing.rows[0].words()
        again.press_button(box.outgoing.rows[0].again_button)
        assert states(again)[0] == ("one", "failed"), "nothing is shown that it could go to"
        chatting(again)
        again.press_button(box.outgoing.rows[0].again_button)
        assert asked(again) == ["one"]
        again.answer({"confirmed": True})
        again.press_button(box.outgoing.rows[0].discard_button)
        box.text.delete("1.0", "end")
    finally:
        again.finish()
    assert again.errors == [] and not draft.path.exists()


def test_the_draft_of_the_last_moment_is_kept_too(keeping: Driver, draft: DraftFile) -> None:
    keeping.type("draft")
    keeping.window.close()
    assert draft.load() == Kept("draft")


def test_half_a_surrogate_pair_costs_itself_and_nothing_else(keeping: Driver, draft: DraftFile) -> None:
    box = keeping.window.send_box.text
    keeping.root.tk.eval(f'{box} insert end "one \\ud83d two 😀"')
    keeping.until(draft.path.exists, 4)
    kept = draft.load().text
    assert kept.startswith("one \ufffd") and kept.endswith("\ufffd two 😀")
    chatting(keeping)
    box.focus_force()
    keeping.until(lambda: keeping.root.focus_get() is box)
    keeping.press("<Return>")
    assert asked(keeping) == [kept]
    keeping.answer(failure=BUSY)
    keeping.press_button(keeping.window.send_box.outgoing.rows[0].discard_button)
    keeping.press("<Control-Up>")
    assert keeping.draft() == kept, "it can be had again"
    keeping.root.tk.eval(f'{box} insert end "\\ude00"')
    keeping.finish()
    assert keeping.ended and draft.load().text.startswith(kept + "\ufffd")


@pytest.mark.parametrize(
    ("text", "kept"),
    [("\ud83d\ude00", "😀"), ("a\ud83d", "a\ufffd"), ("\ude00 你好", "\ufffd 你好"), ("\ud83dx😀", "\ufffdx😀")],
)
def test_only_halves_are_replaced(text: str, kept: str) -> None:
    assert without_halves(text) == kept


def test_a_draft_that_fails_unexpectedly_keeps_nobody_from_leaving(
    root: tkinter.Tk, draft: DraftFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Driver(root, draft=draft)
    found.type("draft")

    def fails(_number: int, _kept: Kept) -> None:
        raise ValueError("this was not foreseen")

    monkeypatch.setattr(draft, "write", fails)
    with pytest.raises(ValueError, match="foreseen"):
        found.window.close()
    assert found.hub.closed and not found.window.root.winfo_viewable()
    found.finish()
    assert found.ended


def test_a_draft_that_cannot_be_read_is_said_and_stays(root: tkinter.Tk, draft: DraftFile) -> None:
    draft.path.write_bytes(b"{damaged")
    found = Driver(root, draft=draft)
    try:
        found.until(lambda: "damaged" in "".join(found.window.notices.shown_texts()))
        assert draft.path.with_suffix(".damaged").read_bytes() == b"{damaged"
    finally:
        found.finish()
    assert found.errors == []


def test_no_text_is_written_anywhere_else(keeping: Driver, draft: DraftFile) -> None:
    chatting(keeping)
    send(keeping, "secretwords")
    keeping.answer({"confirmed": True})
    keeping.until(lambda: not keeping.window.send_box.rows)
    keeping.window.close()
    assert list(draft.path.parent.iterdir()) == []
