"""Exporting the chat: by keys and by mouse, whole or not at all, and never without a word."""

from __future__ import annotations

import json
import os
import tkinter
from pathlib import Path
from typing import Any

import pytest

from chatbridge_gui.bridge.events import Answered
from chatbridge_gui.chat.export import file_name
from chatbridge_gui.gui.chat.export_bar import ExportBar
from chatbridge_gui.protocol.messages import ChatRef, Failure, Splice

from .driver import CHAT, Driver, begun, changed, edited, hello, history, many, message, piece


def bar(driver: Driver) -> ExportBar:
    return driver.window.exporter.bar


def click(driver: Driver, button: tkinter.Misc) -> None:
    for kind in ("<Enter>", "<Button-1>", "<ButtonRelease-1>"):
        button.event_generate(kind, x=5, y=5)
    driver.settle()


def export(driver: Driver, path: Path, format: str = "jsonl") -> None:
    """Ctrl+Shift+E, the kind of file, Save as…, and a path in the dialog."""
    driver.window.exporter.choose_file = lambda _name, _format: str(path)
    driver.press("<Control-Shift-E>")
    driver.until(bar(driver).winfo_ismapped)
    click(driver, bar(driver).format_buttons[format])  # type: ignore[index]
    click(driver, bar(driver).save_button)


def told(driver: Driver) -> str:
    driver.until(driver.window.notices.shown_texts)
    return "\n".join(driver.window.notices.shown_texts())


def asked(driver: Driver) -> list[tuple[int, dict[str, Any]]]:
    """The questions for fields, with the numbers of their answers."""
    return [
        (number, content)
        for number, (type, content, _tavern) in enumerate(driver.hub.requests, 1)
        if type == "get_field"
    ]


def answer(driver: Driver, fields: dict[tuple[str, str], list[str]]) -> None:
    """Answer what is asked, as often as needed, with these pieces of fields; others there are none."""
    done = 0
    while done < len(questions := asked(driver)):
        number, content = questions[done]
        done += 1
        pieces = fields.get((content["uid"], content["field"]))
        if pieces is None:
            failure = Failure(code="not_found", message="", params={"field": content["field"]})
            driver.tell(Answered(number, None, failure))
        else:
            at = content["offset"]
            more = at + 1 if at + 1 < len(pieces) else None
            driver.tell(Answered(number, {"text": pieces[at], "total": 9, "next": more}, None))
        driver.settle()


def test_text_is_written_and_the_path_is_told(driver: Driver, tmp_path: Path) -> None:
    driver.chatting()
    path = tmp_path / "chat.txt"
    export(driver, path, "txt")
    assert told(driver) == f"2 messages are in {path}"
    assert path.read_text(encoding="utf-8") == "Seraphina: Welcome, traveller.\n\nUser: Hello!\n\n"
    assert not bar(driver).winfo_ismapped() and os.listdir(tmp_path) == ["chat.txt"]
    assert driver.root.focus_get() is driver.window.chat_view.text


def test_it_can_all_be_done_by_keys(driver: Driver, tmp_path: Path) -> None:
    driver.chatting()
    names: list[str] = []

    def choose(name: str, _format: str) -> str:
        names.append(name)
        return str(tmp_path / name)

    driver.window.exporter.choose_file = choose
    driver.press("<Control-Shift-E>")
    driver.until(lambda: driver.root.focus_get() is bar(driver).format_buttons["jsonl"])
    driver.press("<Right>")
    assert bar(driver).format == "md" and "(.md)" in bar(driver).said()
    driver.press("<Return>")
    told(driver)
    assert names == ["The forest.md"]
    written = (tmp_path / "The forest.md").read_text(encoding="utf-8")
    assert written.startswith("# The forest\n\n**Seraphina**\n\nWelcome")


def test_the_button_in_the_header_opens_the_bar_and_esc_closes_it(driver: Driver) -> None:
    driver.chatting()
    click(driver, driver.window.header.tools.nametowidget("open_export"))
    assert bar(driver).winfo_ismapped()
    driver.press("<Escape>")
    driver.settle()
    assert not bar(driver).winfo_ismapped() and driver.window.notices.shown_texts() == []
    driver.window.exporter.choose_file = lambda _name, _format: ""
    driver.press("<Control-Shift-E>")
    click(driver, bar(driver).save_button)
    assert bar(driver).winfo_ismapped()


def test_sillytaverns_file_has_what_the_window_lacks(driver: Driver, tmp_path: Path) -> None:
    first = message("Seraphina", "Two.", 1, swipe_id=1, swipe_count=2, extra={"api": "x"})
    cut = message("User", "Very lo", 2, truncated={"mes": 9}, swipe_count=1)
    plain = message("Seraphina", "No versions.", 3, swipe_id=0, swipe_count=1)
    driver.chatting([first, cut, plain])
    path = tmp_path / "chat.jsonl"
    export(driver, path)
    assert "0 of 5" in bar(driver).said()
    swipes, info = ["One.", "Two."], [{"send_date": "1", "extra": {}}, {"gen_started": "2", "extra": {"api": "x"}}]
    encoded = json.dumps(info)
    answer(
        driver,
        {
            ("1", "swipes"): [json.dumps(swipes)],
            ("1", "swipe_info"): [encoded[:7], encoded[7:20], encoded[20:]],
            ("2", "mes"): ["Very ", "long"],
        },
    )
    assert told(driver) == f"3 messages are in {path}"
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert lines[0] == {"user_name": "User", "character_name": "Seraphina", "chat_metadata": {}}
    common = {"is_system": False}
    assert lines[1:] == [
        {"name": "Seraphina", "mes": "Two.", "is_user": False, **common, "swipe_id": 1, "extra": {"api": "x"}}
        | {"swipes": swipes, "swipe_info": info},
        {"name": "User", "mes": "Very long", "is_user": True, **common},
        {"name": "Seraphina", "mes": "No versions.", "is_user": False, **common, "swipe_id": 0},
    ]
    assert all(content["chat_id"] == CHAT.id for _, content in asked(driver))


def test_for_reading_no_versions_are_asked_for(driver: Driver, tmp_path: Path) -> None:
    driver.chatting([message("Seraphina", "Two.", 1, swipe_id=1, swipe_count=2)])
    export(driver, tmp_path / "a.md", "md")
    told(driver)
    assert asked(driver) == []


def test_it_waits_for_pages_that_are_on_their_way(driver: Driver, tmp_path: Path) -> None:
    messages = many(300)
    driver.chatting([])
    driver.news(history(messages[200:], epoch=2, start=200))
    driver.settle()
    path = tmp_path / "chat.txt"
    export(driver, path, "txt")
    assert "Waiting for 200 earlier messages" in bar(driver).said() and not path.exists()
    driver.news(history(messages[:200], epoch=2, start=0, total=300))
    assert told(driver) == f"300 messages are in {path}"
    assert path.read_text(encoding="utf-8").count("This is message") == 300


def test_what_can_never_come_any_more_is_no_file(driver: Driver, tmp_path: Path) -> None:
    driver.chatting([])
    driver.news(history(many(100, 200), epoch=2, start=200))
    driver.settle()
    export(driver, tmp_path / "chat.txt", "txt")
    driver.gone()
    assert "200 earlier messages have not come" in told(driver) and os.listdir(tmp_path) == []
    assert not bar(driver).winfo_ismapped()


def test_a_question_that_fails_is_told_and_nothing_is_written(driver: Driver, tmp_path: Path) -> None:
    driver.chatting([message("Seraphina", "Two.", 1, swipe_id=1, swipe_count=2)])
    export(driver, tmp_path / "chat.jsonl")
    number, _ = asked(driver)[0]
    driver.tell(Answered(number, None, Failure(code="tavern_gone", message="")))
    assert told(driver).startswith("Nothing was exported. ") and os.listdir(tmp_path) == []


def test_it_can_be_cancelled(driver: Driver, tmp_path: Path) -> None:
    driver.chatting([message("Seraphina", "Two.", 1, swipe_id=1, swipe_count=2)])
    export(driver, tmp_path / "chat.jsonl")
    assert driver.root.focus_get() is bar(driver).cancel_button
    driver.press("<Escape>")
    answer(driver, {("1", "swipes"): ['["One.", "Two."]']})
    assert os.listdir(tmp_path) == [] and driver.window.notices.shown_texts() == []


def test_a_chat_that_changes_while_it_is_read_is_read_again(driver: Driver, tmp_path: Path) -> None:
    driver.chatting([message("Seraphina", "Two.", 1, swipe_id=1, swipe_count=2), *many(2, 5)])
    path = tmp_path / "chat.jsonl"
    export(driver, path)
    driver.news(edited(0, 0, message("Seraphina", "New.", 1, swipe_id=1, swipe_count=2)))
    driver.settle()
    answer(driver, {("1", "swipes"): ['["One.", "New."]']})
    assert told(driver) == f"3 messages are in {path}"
    assert json.loads(path.read_text(encoding="utf-8").splitlines()[1])["mes"] == "New."
    assert len(asked(driver)) == 4


@pytest.mark.parametrize("gone", [1, 2])
def test_answers_for_the_list_of_before_are_not_put_into_the_new_one(driver: Driver, tmp_path: Path, gone: int) -> None:
    driver.chatting([message("Seraphina", f"{uid}b", uid, swipe_id=1, swipe_count=2) for uid in range(1, 5)])
    path = tmp_path / "chat.jsonl"
    export(driver, path)
    before = asked(driver)
    assert len(before) == 8
    driver.news(changed(0, Splice(at=0, remove=gone)))
    for number, content in before:
        failure = Failure(code="not_found", message="", params={"uid": content["uid"]})
        result = {"text": json.dumps(["of", "before"]), "total": 9, "next": None}
        is_gone = int(content["uid"]) <= gone
        driver.tell(Answered(number, None if is_gone else result, failure if is_gone else None))
    driver.settle()
    assert not path.exists() and f"0 of {8 - 2 * gone}" in bar(driver).said()
    versions = {str(uid): [f"{uid}a", f"{uid}b"] for uid in range(gone + 1, 5)}
    answer(driver, {(uid, "swipes"): [json.dumps(both)] for uid, both in versions.items()})
    assert told(driver) == f"{4 - gone} messages are in {path}"
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [line["swipes"] for line in lines[1:]] == list(versions.values())


def begun_again_before_all_pages_came(driver: Driver, path: Path) -> None:
    """The chat is sent anew while it is read, and the first page of it is still to come."""
    driver.chatting([message("Seraphina", "Two.", 1, swipe_id=1, swipe_count=2), *many(2, 5)])
    export(driver, path)
    number, _ = asked(driver)[0]
    driver.news(history(many(2, 5), epoch=2, start=1))
    driver.settle()
    driver.tell_answer(number, failure=Failure(code="not_found", message="", params={"uid": "1"}))
    assert "Waiting for 1 earlier messages" in bar(driver).said()


def test_an_export_that_begins_again_goes_on_when_all_pages_have_come(driver: Driver, tmp_path: Path) -> None:
    path = tmp_path / "chat.jsonl"
    begun_again_before_all_pages_came(driver, path)
    driver.news(history([message("Seraphina", "New.", 7)], epoch=2, start=0, total=3))
    assert told(driver) == f"3 messages are in {path}"
    assert json.loads(path.read_text(encoding="utf-8").splitlines()[1])["mes"] == "New."


def test_an_export_that_begins_again_ends_with_its_tavern(driver: Driver, tmp_path: Path) -> None:
    begun_again_before_all_pages_came(driver, tmp_path / "chat.jsonl")
    driver.gone()
    assert "1 earlier messages have not come" in told(driver) and os.listdir(tmp_path) == []


def test_another_chat_that_is_opened_meanwhile_ends_it(driver: Driver, tmp_path: Path) -> None:
    driver.chatting([message("Seraphina", "Two.", 1, swipe_id=1, swipe_count=2)])
    export(driver, tmp_path / "chat.jsonl")
    driver.news(history([message("Kael", "Hm.")], chat=ChatRef(id="Kael - 7", kind="solo"), epoch=2))
    driver.settle()
    for number, _ in asked(driver):
        driver.tell(Answered(number, None, Failure(code="stale_chat", message="")))
    assert "Nothing was exported." in told(driver) and os.listdir(tmp_path) == []


def test_another_chat_that_is_opened_behind_the_dialog_is_not_written(driver: Driver, tmp_path: Path) -> None:
    driver.chatting()
    path = tmp_path / "The forest.txt"

    def choose(_name: str, _format: str) -> str:
        driver.news(history([message("Kael", "Hm.")], chat=ChatRef(id="Kael - 7", kind="solo"), epoch=2))
        driver.settle()
        return str(path)

    driver.window.exporter.choose_file = choose
    driver.press("<Control-Shift-E>")
    driver.until(bar(driver).winfo_ismapped)
    click(driver, bar(driver).format_buttons["txt"])
    click(driver, bar(driver).save_button)
    assert told(driver) == "Nothing was exported. Another chat was opened meanwhile." and not path.exists()


def test_a_place_where_nothing_can_be_written_is_named(driver: Driver, tmp_path: Path) -> None:
    driver.chatting()
    export(driver, tmp_path / "nowhere" / "chat.txt", "txt")
    assert f"{tmp_path / 'nowhere' / 'chat.txt'} cannot be written: No such file or directory" in told(driver)


def test_a_reply_that_is_being_written_is_said_to_be_missing(driver: Driver, tmp_path: Path) -> None:
    driver.chatting()
    driver.news(begun(), piece("The wind"))
    driver.settle()
    export(driver, tmp_path / "chat.txt", "txt")
    assert "The reply that is being written is not among them." in told(driver)


def test_messages_that_come_while_nothing_is_asked_are_no_reason_to_begin_again(driver: Driver, tmp_path: Path) -> None:
    driver.chatting([message("Seraphina", "Two.", 1, swipe_id=1, swipe_count=2)])
    export(driver, tmp_path / "chat.jsonl")
    driver.news(changed(0, Splice(at=1, insert=many(1, 50))))
    driver.settle()
    answer(driver, {("1", "swipes"): ['["One.", "Two."]']})
    assert told(driver).startswith("1 messages are in") and len(asked(driver)) == 2


@pytest.mark.parametrize(
    ("title", "name"),
    [("A: b/c?", "A_ b_c.md"), ("...", "chat.md"), ("你好", "你好.md"), ("x" * 300, "x" * 120 + ".md")],
)
def test_the_name_of_a_file_fits_every_system(title: str, name: str) -> None:
    assert file_name(ChatRef(id="1", title=title), "md") == name


def test_the_bar_follows_the_language(driver: Driver) -> None:
    driver.chatting(hello())
    driver.press("<Control-Shift-E>")
    driver.settle()
    driver.window.set_language("zh")
    driver.settle()
    assert "可以再导入" in bar(driver).said() and bar(driver).save_button.cget("text") == "另存为…"
    driver.window.set_language("en")
