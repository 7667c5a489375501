"""Characters, groups and personas by request: each effect is seen in the page, in the mirror and on disk."""

from __future__ import annotations

import base64
import io
import shutil
from typing import Any

import pytest
from PIL import Image

from chatbridge_gui.protocol.messages import ChatRef

from ..browser import context, create_group, new_chat, reload, texts, wait_streamed
from ..fake_model import FakeModel, Gate, Reply
from ..tavern import Tavern, wait_until
from .asker import Asker, granting

pytestmark = pytest.mark.e2e


@pytest.fixture
def tavern_settings(listening: Any) -> dict[str, Any]:
    personas = {"user-default.png": "Tester", "second.png": "Twin", "third.png": "Twin", "fourth.png": "小雨"}
    return {**granting(listening.port), "power_user": {"personas": personas}}


@pytest.fixture
def tavern(tavern: Tavern) -> Any:
    """With a picture for each persona, without which SillyTavern takes it for none."""
    folder = tavern.user / "User Avatars"
    added = [folder / name for name in ("second.png", "third.png", "fourth.png")]
    folder.mkdir(exist_ok=True)
    for path in added:
        shutil.copy(tavern.user / "characters" / "Alice.png", path)
    yield tavern
    for path in added:
        path.unlink()


def mirrored(ask: Asker) -> ChatRef:
    ask.everybody.agree("a request", 5)
    (mirror,) = ask.app.mirrors.values()
    assert mirror.chat is not None
    return mirror.chat


def settings_say(ask: Asker, key: str, value: str) -> None:
    wait_until(lambda: ask.tavern.settings()[key] == value, f"{key} in the settings on disk")


def test_characters_and_groups(ask: Asker, model: FakeModel) -> None:
    page, tavern = ask.page, ask.tavern
    greeting = texts(page)
    listed = ask.ask("list_characters")
    by_name = {one["name"]: one for one in listed["characters"]}
    assert [one["name"] for one in listed["characters"]] == sorted(by_name, key=str.casefold)
    assert {"Alice", "Bob", "Seraphina", "小雨"} <= set(by_name)
    assert listed["total"] == len(by_name)
    assert by_name["Alice"]["avatar"] == "Alice.png"
    assert by_name["Alice"]["chat"] == context(page, "c.getCurrentChatId()")
    assert "T" in by_name["Alice"]["last_used"]
    assert [one["name"] for one in listed["characters"] if one["selected"]] == ["Alice"]
    assert [one["name"] for one in ask.ask("list_characters", search="bO")["characters"]] == ["Bob"]
    part = ask.ask("list_characters", start=1, limit=2)
    assert (part["characters"], part["next"]) == (listed["characters"][1:3], 3)

    result = ask.ask("select_character", avatar="Bob.png")
    assert (result["chat"]["character"], result["chat"]["avatar"], result["chat"]["kind"]) == ("Bob", "Bob.png", "solo")
    assert context(page, "c.characters[c.characterId].avatar") == "Bob.png"
    assert texts(page) == ["Good day. Bob is my name."]
    assert mirrored(ask).avatar == "Bob.png"
    ask.saved(["Good day. Bob is my name."])
    assert [path.stem for path in tavern.chat_files("Bob")] == [result["chat"]["id"]]
    assert ask.ask("select_character", name="bob") == result
    result = ask.ask("select_character", name="小雨")
    assert mirrored(ask).character == "小雨"
    assert result["chat"]["character"] == "小雨"

    # Nothing is done to what is open: whoever is not there, or named in a way that fits two, or while it generates.
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        ({"avatar": "Nobody.png"}, "not_found"),
        ({"name": "Nobody"}, "not_found"),
        ({}, "bad_field"),
        ({"name": "Bob", "avatar": "Bob.png"}, "bad_field"),
    )
    for content, code in wrong:
        assert ask.refused("select_character", **content).code == code
        assert context(page, "c.characters[c.characterId].name") == "小雨"
    assert len(tavern.chat_files("Bob")) == 1

    # Groups: one has the name of a character, two have the same.
    pair = create_group(page, "Pair", ["Alice", "Bob"], "of the pair")
    script = """async ({ name, member, chat }) => {
        const c = SillyTavern.getContext();
        const body = JSON.stringify({ name, members: [member], chat_id: chat, chats: [chat] });
        const answer = await fetch('/api/groups/create', { method: 'POST', headers: c.getRequestHeaders(), body });
        const { id } = await answer.json();
        await c.getCharacters();
        return id;
    }"""
    alice = page.evaluate(script, {"name": "Alice", "member": "小雨.png", "chat": "of the group Alice"})
    twin = page.evaluate(script, {"name": "Pair", "member": "Bob.png", "chat": "of the twin"})
    ask.everybody.agree("making groups", 5)
    groups = ask.ask("list_groups")["groups"]
    assert {(one["id"], one["name"]) for one in groups} == {(pair, "Pair"), (alice, "Alice"), (twin, "Pair")}
    (found,) = [one for one in groups if one["id"] == pair]
    assert found["members"] == ["Alice.png", "Bob.png"]
    assert (found["chat"], found["chats"], found["selected"]) == ("of the pair", 1, True)
    assert ask.ask("list_groups", search="lic")["total"] == 1

    result = ask.ask("select_group", name="Alice")
    assert (result["chat"]["group"], result["chat"]["kind"]) == ("Alice", "group")
    assert context(page, "c.groupId") == alice
    assert texts(page) == ["你好，我是小雨。😀"]
    assert mirrored(ask).id == "of the group Alice"
    ask.saved(["你好，我是小雨。😀"])
    assert "of the group Alice" in [path.stem for path in tavern.group_chat_files()]
    refused = ask.refused("select_group", name="Pair")
    assert refused.code == "bad_field"
    assert set(refused.params["candidates"]) == {pair, twin}
    assert ask.refused("select_group", id="0").code == "not_found"
    assert context(page, "c.groupId") == alice
    result = ask.ask("select_group", id=twin)
    assert mirrored(ask).id == result["chat"]["id"] == "of the twin"
    assert ask.ask("select_group", id=twin) == result
    assert ask.ask("select_group", id=pair)["chat"]["id"] == "of the pair"
    assert len(texts(page)) == 2
    assert ask.ask("select_character", name="Alice")["chat"]["kind"] == "solo"
    assert texts(page) == greeting
    assert [one["id"] for one in ask.ask("list_groups")["groups"] if one["selected"]] == []

    # While it generates SillyTavern refuses without a word.
    gate = Gate(1)
    model.say(Reply(["One ", "two."], gate=gate))
    ask.ask("send_message", text="Go")
    wait_streamed(page, "One ")
    assert ask.refused("select_character", name="Bob").code == "busy"
    assert ask.refused("select_group", id=pair).code == "busy"
    waiting = ask.begin("select_character", name="Bob", if_busy="wait")
    gate.open()
    assert ask.end(waiting)["chat"]["character"] == "Bob"
    assert [one["mes"] for one in tavern.saved("Alice")] == [*greeting, "Go", "One two."]
    assert mirrored(ask).character == "Bob"


def test_characters_of_one_name_and_personas(ask: Asker) -> None:
    page, tavern = ask.page, ask.tavern
    twin = tavern.user / "characters" / "Bob1.png"
    shutil.copy(tavern.user / "characters" / "Bob.png", twin)
    new_chat(page)  # her card names it; to one that names none SillyTavern gives another chat whenever it reads them
    try:
        context(page, "c.getCharacters()")
        refused = ask.refused("select_character", name="Bob")
        assert (refused.code, set(refused.params["candidates"])) == ("bad_field", {"Bob.png", "Bob1.png"})
        assert context(page, "c.characters[c.characterId].name") == "Alice"
        assert ask.ask("select_character", avatar="Bob1.png")["chat"]["avatar"] == "Bob1.png"
        assert context(page, "c.characters[c.characterId].avatar") == "Bob1.png"
        assert mirrored(ask).avatar == "Bob1.png"
        assert len(tavern.chat_files("Bob1")) == 1
        assert tavern.chat_files("Bob") == []
        assert ask.ask("select_character", name="Alice")["chat"]["avatar"] == "Alice.png"
    finally:
        twin.unlink()

    listed = ask.ask("list_personas")["personas"]
    assert [(one["name"], one["avatar"]) for one in listed if one["selected"]] == [("Tester", "user-default.png")]
    assert {one["avatar"] for one in listed} >= {"user-default.png", "second.png", "third.png", "fourth.png"}
    assert ask.ask("list_personas", search="TWI")["total"] == 2
    refused = ask.refused("select_persona", name="Twin")
    assert (refused.code, set(refused.params["candidates"])) == ("bad_field", {"second.png", "third.png"})
    assert ask.refused("select_persona", name="Nobody").code == "not_found"
    assert ask.refused("select_persona").code == "bad_field"
    assert context(page, "c.name1") == "Tester"
    assert tavern.settings()["user_avatar"] == "user-default.png"

    greeting = texts(page)
    result = ask.ask("select_persona", avatar="third.png")
    assert result == {"persona": {"avatar": "third.png", "name": "Twin", "selected": True}}
    assert context(page, "c.name1") == "Twin"
    assert [one["avatar"] for one in ask.ask("list_personas")["personas"] if one["selected"]] == ["third.png"]
    ask.saved(greeting)
    settings_say(ask, "user_avatar", "third.png")
    settings_say(ask, "username", "Twin")
    assert ask.ask("select_persona", avatar="third.png") == result
    ask.ask("send_message", text="As the twin", reply=False)
    ask.saved([*greeting, "As the twin"])
    assert ask.on_disk()[-1]["name"] == "Twin"
    assert ask.ask("select_persona", name="小雨")["persona"]["avatar"] == "fourth.png"
    settings_say(ask, "user_avatar", "fourth.png")
    ask.saved([*greeting, "As the twin"])

    create_group(page, "Pair", ["Alice", "Bob"], "of the pair")
    ask.everybody.agree("opening the group", 5)
    in_group = texts(page)
    assert ask.ask("select_persona", name="Tester")["persona"]["avatar"] == "user-default.png"
    settings_say(ask, "user_avatar", "user-default.png")
    ask.saved(in_group)
    assert context(page, "c.getCurrentChatId()") == "of the pair"
    reload(page)
    assert context(page, "c.name1") == "Tester"


def test_pictures_come_small_and_only_of_who_is_listed(ask: Asker) -> None:
    page, tavern = ask.page, ask.tavern
    picture = Image.new("RGB", (200, 300), "red")
    picture.paste((0, 0, 255), (60, 110, 140, 190))
    picture.save(tavern.user / "User Avatars" / "second.png")

    def seen(**content: Any) -> Image.Image:
        head, _, body = ask.ask("get_avatar", **content)["image"].partition(",")
        assert head == "data:image/png;base64"
        return Image.open(io.BytesIO(base64.b64decode(body))).convert("RGB")

    assert seen(kind="character", avatar="Alice.png").size == (96, 96)
    persona = seen(kind="persona", avatar="second.png")
    assert persona.size == (96, 96)
    red, _, blue = persona.getpixel((48, 48))  # type: ignore[misc]
    assert blue > 200 > 60 > red
    red, _, blue = persona.getpixel((3, 48))  # type: ignore[misc]
    assert red > 200 > 60 > blue
    ask.ask("select_persona", avatar="second.png")
    assert seen(kind="persona").tobytes() == persona.tobytes()
    wrongs: tuple[dict[str, Any], ...] = (
        {"avatar": "Nobody.png"},
        {},
        {"kind": "persona", "avatar": "Alice.png"},
        {"avatar": "../settings.json"},
    )
    for wrong in wrongs:
        assert ask.refused("get_avatar", **wrong).code == "not_found"
    assert ask.refused("get_avatar", kind="group", avatar="x").code == "bad_field"
    (tavern.user / "characters" / "Bob.png").rename(tavern.user / "characters" / "Bob.away")
    try:
        assert ask.refused("get_avatar", avatar="Bob.png").code == "not_found"
    finally:
        (tavern.user / "characters" / "Bob.away").rename(tavern.user / "characters" / "Bob.png")
    ask.ask("select_persona", avatar="user-default.png")
    assert page.evaluate("document.querySelectorAll('.toast-error').length") == 0
