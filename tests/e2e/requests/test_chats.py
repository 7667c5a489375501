"""Chats by request, of a character and of a group: each effect is seen in the page, in the mirror and on disk, and what
is refused leaves no trace."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from ..browser import context, create_group, open_character, texts
from ..tavern import read_chat, wait_until
from .asker import Asker, Refused

pytestmark = pytest.mark.e2e


def files(ask: Asker) -> dict[str, list[str]]:
    """What is in each chat file of the character or group that is selected, by name."""
    group = context(ask.page, "c.groupId")
    avatar = context(ask.page, "c.characterId === undefined ? null : c.characters[c.characterId].avatar")
    user = ask.tavern.user
    folder = user / "group chats" if group else user / "chats" / Path(avatar or "-").stem
    return {path.stem: [one["mes"] for one in read_chat(path)] for path in folder.glob("*.jsonl")}


def group_file(ask: Asker, id: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ask.tavern.user / "groups" / f"{id}.json").read_text(encoding="utf-8"))
    return found


def card_chat(ask: Asker, avatar: str) -> str:
    """The chat that the character's card names, as the server reads it."""
    script = """async (avatar) => {
        const headers = SillyTavern.getContext().getRequestHeaders();
        const body = JSON.stringify({ avatar_url: avatar });
        return (await (await fetch('/api/characters/get', { method: 'POST', headers, body })).json()).chat;
    }"""
    return str(ask.page.evaluate(script, avatar))


def shows(ask: Asker, result: dict[str, Any], id: str | None, kind: str, expected: list[str]) -> None:
    """Answer, page and mirror say that this chat is open; the app had its history before it had the answer."""
    assert (result["chat"]["id"], result["chat"]["kind"]) == (id, kind)
    assert context(ask.page, "c.getCurrentChatId() ?? null") == id
    if id is not None:
        assert texts(ask.page) == expected
    ask.everybody.agree("a switch", 5)
    kinds = [(one["type"], one["content"].get("chat", {}).get("id")) for one in ask.app.frames]
    results = [i for i, (type, _) in enumerate(kinds) if type == "result"]
    assert ("chat_history", id) in kinds[: results[-1]]
    assert [mirror.chat.id for mirror in ask.app.mirrors.values() if mirror.chat] == [id]


def failing(page: Page, path: str, after: int) -> None:
    """The server fails at this address after so many good answers, until `mend()`."""
    script = """({ path, after }) => {
        const real = window.fetch;
        const fail = () => Promise.resolve(new Response('{}', { status: 500 }));
        window.fetch = (url, ...rest) => url === path && after-- <= 0 ? fail() : real(url, ...rest);
        window.mend = () => { window.fetch = real; };
    }"""
    page.evaluate(script, {"path": path, "after": after})


def names(ask: Asker, **content: Any) -> list[str]:
    return [one["name"] for one in ask.ask("list_chats", **content)["chats"]]


def test_the_chats_of_a_character(ask: Asker) -> None:
    page = ask.page
    first = context(page, "c.getCurrentChatId()")
    greeting = texts(page)
    ask.ask("send_message", text="In the first, a unicorn", reply=False)
    ask.saved([*greeting, "In the first, a unicorn"])

    result = ask.ask("new_chat")
    second = result["chat"]["id"]
    assert second != first
    shows(ask, result, second, "solo", greeting)
    ask.saved(greeting)
    assert card_chat(ask, "Alice.png") == second
    assert files(ask) == {first: [*greeting, "In the first, a unicorn"], second: greeting}

    listed = ask.ask("list_chats")
    assert (listed["total"], listed["next"]) == (2, None)
    newest, oldest = listed["chats"]
    assert (newest["name"], newest["messages"], newest["open"]) == (second, 1, True)
    assert (oldest["name"], oldest["messages"], oldest["open"]) == (first, 2, False)
    assert oldest["last_message"] == "In the first, a unicorn"
    assert "T" in oldest["last_used"] <= newest["last_used"]
    assert oldest["size"]
    assert names(ask, search="UNICORN") == [first]
    assert names(ask, limit=1) == [second]
    assert ask.ask("list_chats", limit=1)["next"] == 1
    assert names(ask, start=1, limit=1) == [first]
    assert names(ask, avatar="Alice.png") == [second, first]
    assert names(ask, avatar="Bob.png") == []
    assert ask.refused("list_chats", avatar="Nobody.png").code == "not_found"
    assert ask.refused("list_chats", group="1").code == "not_found"
    assert ask.refused("list_chats", avatar="Bob.png", group="1").code == "bad_field"

    result = ask.ask("open_chat", name=first)
    shows(ask, result, first, "solo", [*greeting, "In the first, a unicorn"])
    assert card_chat(ask, "Alice.png") == first
    assert ask.ask("open_chat", name=first) == result
    before = files(ask)
    for wrong in ("no such chat", f"../Alice/{second}", f"{second}.jsonl"):
        assert ask.refused("open_chat", name=wrong).code == "not_found"
    assert ask.refused("open_chat", name=second, chat_id=second).code == "stale_chat"
    assert ask.refused("new_chat", chat_id=second).code == "stale_chat"
    (ask.tavern.user / "chats" / "Alice" / "broken.jsonl").write_text("not JSON", encoding="utf-8")
    assert ask.refused("open_chat", name="broken").params["reason"] == "unreadable"
    (ask.tavern.user / "chats" / "Alice" / "broken.jsonl").unlink()
    assert files(ask) == before

    # Rename: the open one, another one, and what cannot be.
    assert ask.ask("rename_chat", to="A/ new: name ") == {"name": "A new name"}
    ask.saved([*greeting, "In the first, a unicorn"])
    assert context(page, "c.getCurrentChatId()") == "A new name"
    assert [mirror.chat.id for mirror in ask.app.mirrors.values() if mirror.chat] == ["A new name"]
    assert card_chat(ask, "Alice.png") == "A new name"
    assert ask.ask("rename_chat", name=second, to="小雨 😀") == {"name": "小雨 😀"}
    ask.saved([*greeting, "In the first, a unicorn"])
    assert context(page, "c.getCurrentChatId()") == "A new name"
    renamed = {"A new name": [*greeting, "In the first, a unicorn"], "小雨 😀": greeting}
    assert files(ask) == renamed
    renames: tuple[tuple[dict[str, Any], str], ...] = (
        ({"to": "a NEW name"}, "bad_field"),
        ({"to": "小雨 😀"}, "bad_field"),
        ({"to": " ?/ "}, "bad_field"),
        ({"to": "con"}, "bad_field"),
        ({"to": "雨" * 100}, "bad_field"),
        ({"name": "no such chat", "to": "x"}, "not_found"),
    )
    for content, code in renames:
        assert ask.refused("rename_chat", **content).code == code
    assert files(ask) == renamed
    assert context(page, "c.Popup.util.isPopupOpen()") is False

    # Delete: another one, the open one, the last one.
    result = ask.ask("delete_chat", name="小雨 😀")
    shows(ask, result, "A new name", "solo", [*greeting, "In the first, a unicorn"])
    assert list(files(ask)) == ["A new name"]
    assert ask.refused("delete_chat", name="小雨 😀").code == "not_found"
    third = ask.ask("new_chat")["chat"]["id"]
    assert set(files(ask)) == {"A new name", third}
    result = ask.ask("delete_chat", name=third)
    shows(ask, result, "A new name", "solo", [*greeting, "In the first, a unicorn"])
    assert list(files(ask)) == ["A new name"]
    assert card_chat(ask, "Alice.png") == "A new name"
    result = ask.ask("delete_chat", name="A new name")
    last = result["chat"]["id"]
    shows(ask, result, last, "solo", greeting)
    assert files(ask) == {last: greeting}

    # Close, and what then needs a chat.
    result = ask.ask("close_chat")
    shows(ask, result, None, "none", [])
    assert context(page, "[c.characterId ?? null, c.groupId ?? null]") == [None, None]
    needing: tuple[tuple[str, dict[str, Any]], ...] = (
        ("close_chat", {}),
        ("new_chat", {}),
        ("open_chat", {"name": last}),
        ("rename_chat", {"to": "x"}),
        ("delete_chat", {"name": last}),
        ("list_chats", {}),
    )
    for type, content in needing:
        assert ask.refused(type, **content).code == "no_chat"
    assert names(ask, avatar="Alice.png") == [last]
    result = ask.ask("select_character", name="Alice")
    shows(ask, result, last, "solo", greeting)
    assert files(ask) == {last: greeting}


def test_the_chats_of_a_group(ask: Asker) -> None:
    page = ask.page
    group = create_group(page, "Pair", ["Alice", "Bob"], "the first")
    greetings = texts(page)
    assert len(greetings) == 2
    ask.everybody.agree("opening the group", 5)
    ask.ask("send_message", text="Among us", reply=False)
    ask.saved([*greetings, "Among us"])

    result = ask.ask("new_chat")
    second = result["chat"]["id"]
    shows(ask, result, second, "group", greetings)
    ask.saved(greetings)
    assert group_file(ask, group)["chats"] == ["the first", second]
    assert group_file(ask, group)["chat_id"] == second
    assert names(ask) == names(ask, group=group) == [second, "the first"]
    assert names(ask, search="among") == ["the first"]
    assert [one["open"] for one in ask.ask("list_chats")["chats"]] == [True, False]

    result = ask.ask("open_chat", name="the first")
    shows(ask, result, "the first", "group", [*greetings, "Among us"])
    assert group_file(ask, group)["chat_id"] == "the first"
    assert ask.refused("open_chat", name="no such chat").code == "not_found"
    assert set(files(ask)) == {"the first", second}

    assert ask.ask("rename_chat", to="renamed") == {"name": "renamed"}
    ask.saved([*greetings, "Among us"])
    assert context(page, "c.getCurrentChatId()") == "renamed"
    assert ask.refused("rename_chat", to=second).code == "bad_field"
    assert ask.ask("rename_chat", name=second, to="other") == {"name": "other"}
    assert files(ask) == {"renamed": [*greetings, "Among us"], "other": greetings}
    assert group_file(ask, group)["chat_id"] == "renamed"
    assert set(group_file(ask, group)["chats"]) == {"renamed", "other"}

    result = ask.ask("delete_chat", name="renamed")
    shows(ask, result, "other", "group", greetings)
    assert files(ask) == {"other": greetings}
    assert group_file(ask, group)["chats"] == ["other"]
    third = ask.ask("new_chat")["chat"]["id"]
    result = ask.ask("delete_chat", name="other")
    shows(ask, result, third, "group", greetings)
    assert group_file(ask, group)["chats"] == [third]
    result = ask.ask("delete_chat", name=third)
    last = result["chat"]["id"]
    shows(ask, result, last, "group", greetings)
    assert group_file(ask, group)["chats"] == [last]
    assert files(ask) == {last: greetings}
    assert ask.refused("delete_chat", name=third).code == "not_found"

    result = ask.ask("close_chat")
    shows(ask, result, None, "none", [])
    assert names(ask, group=group) == [last]


def test_switching_fast_while_saving_and_when_the_server_fails(ask: Asker) -> None:
    page = ask.page
    greeting = texts(page)
    made = [context(page, "c.getCurrentChatId()")]
    ask.ask("send_message", text="0", reply=False)
    for number in range(1, 3):
        made.append(ask.ask("new_chat")["chat"]["id"])
        ask.ask("send_message", text=str(number), reply=False)
    whole = {name: [*greeting, str(number)] for number, name in enumerate(made)}
    wait_until(lambda: files(ask) == whole, "three chats on disk")

    # Without a pause, a save on its way each time; every message goes where it belongs.
    asked = []
    for turn in range(9):
        name = made[turn % 3]
        asked.append(ask.begin("open_chat", name=name))
        asked.append(ask.begin("send_message", text=f"turn {turn}", reply=False))
        whole[name].append(f"turn {turn}")
    for id in asked:
        ask.end(id)
    ask.saved(whole[made[2]])
    assert files(ask) == whole

    # While SillyTavern saves it refuses to switch, without a word: it is waited for.
    held: list[Route] = []
    page.route("**/api/chats/save", lambda route: held.append(route))
    page.evaluate("() => { SillyTavern.getContext().saveChat(); }")
    waiting = ask.begin("select_character", name="Bob")
    wait_until(lambda: page.evaluate("1") == 1 and held, "the save to be held")
    page.wait_for_timeout(400)
    assert context(page, "c.characters[c.characterId].name") == "Alice"
    held[0].continue_()
    page.unroute("**/api/chats/save")
    assert ask.end(waiting)["chat"]["character"] == "Bob"
    open_character(page, "Alice")
    assert files(ask) == whole

    # What the server cannot give is not opened: SillyTavern would write a new chat over it.
    failing(page, "/api/chats/get", 0)
    assert ask.refused("open_chat", name=made[0]).code == "failed"
    assert context(page, "c.getCurrentChatId()") == made[2]
    page.evaluate("mend()")
    assert files(ask) == whole
    # If it comes to that all the same, it is told.
    failing(page, "/api/chats/get", 1)
    with pytest.raises(Refused, match="began it anew") as failure:
        ask.ask("open_chat", name=made[0])
    assert failure.value.params["reason"] == "not_loaded"
    page.evaluate("mend()")
    assert ask.ask("open_chat", name=made[1])["chat"]["id"] == made[1]
    ask.saved(whole[made[1]])

    # A new character that is being written would be saved.
    characters = sorted(path.name for path in (ask.tavern.user / "characters").iterdir())
    page.evaluate("() => document.querySelector('#rm_button_create').click()")
    wait_until(lambda: context(page, "c.menuType") == "create", "the panel of a new character")
    page.locator("#character_name_pole").evaluate(
        "(box) => { box.value = 'Half'; box.dispatchEvent(new Event('input')); }"
    )
    assert ask.refused("new_chat").params["reason"] == "creating"
    assert ask.refused("rename_chat", to="x").params["reason"] == "creating"
    assert sorted(path.name for path in (ask.tavern.user / "characters").iterdir()) == characters
    assert ask.ask("open_chat", name=made[2])["chat"]["id"] == made[2]
    ask.saved(whole[made[2]])
    assert sorted(path.name for path in (ask.tavern.user / "characters").iterdir()) == characters
