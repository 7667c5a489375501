"""Messages read and changed by request."""

from __future__ import annotations

from typing import Any

import pytest

from ..browser import chat, context, create_group, texts
from ..fake_model import FakeModel, Reply
from ..tavern import read_chat, wait_until
from .asker import Asker

pytestmark = pytest.mark.e2e

FILL = """async (messages) => {
    const c = SillyTavern.getContext();
    for (const [name, mes, more] of messages) {
        const is_user = name === c.name1;
        c.chat.push({ name, mes, is_user, is_system: false, send_date: new Date().toISOString(), extra: {}, ...more });
    }
    await c.saveChat();
    await c.reloadCurrentChat();
}"""

BREAK_SAVING = """() => {
    window.unbroken = window.fetch;
    window.fetch = (url, ...more) => String(url).includes('chats/save')
        ? Promise.reject(new TypeError('cut off')) : window.unbroken(url, ...more);
}"""


def fill(ask: Asker, *messages: tuple[str, str] | tuple[str, str, dict[str, Any]]) -> None:
    """Put messages into the open chat, as if they had been there before."""
    ask.page.evaluate(FILL, [(one[0], one[1], one[2] if len(one) > 2 else {}) for one in messages])
    ask.everybody.agree("filling the chat", 15)


def last_key(ask: Asker) -> str | None:
    changes = ask.app.frame("chat_changes")
    assert changes is not None
    key: str | None = changes["content"].get("key")
    return key


def saved_as(ask: Asker, at: int, **fields: Any) -> None:
    """Page, mirror and file have these fields in the message."""
    for messages in (chat(ask.page), ask.everybody.mirrors()["app 0"].messages):
        assert {name: messages[at].get(name) for name in fields} == fields
    wait_until(lambda: {name: ask.on_disk()[at].get(name) for name in fields} == fields, f"{fields} on disk", 5)


def hidden_on_disk(ask: Asker) -> list[bool]:
    return [bool(one.get("is_system")) for one in ask.on_disk()]


def test_editing_hiding_and_deleting(ask: Asker, model: FakeModel) -> None:
    greeting = ask.on_disk()[0]["mes"]
    model.say(Reply("I think.", reasoning=["Hmm, ", "what?"]), "Another.")
    ask.ask("send_message", text="Hi", wait="reply")
    first = ask.ask("get_messages")
    uids = [one["uid"] for one in first["messages"]]
    assert (first["total"], first["start"], first["next"]) == (3, 0, None)
    assert [one["mes"] for one in first["messages"]] == [greeting, "Hi", "I think."]
    assert first["revision"] == ask.everybody.mirrors()["app 0"].revision
    ask.ask("swipe", direction="right", wait="reply")

    # Texts are stored as they are, and the version that is shown is changed with them.
    result = ask.ask("edit_message", uid=uids[2], at=2, text="Edited | {{char}} *so*", key="edits")
    assert (result["at"], result["message"]["mes"], result["message"]["uid"]) == (2, "Edited | {{char}} *so*", uids[2])
    assert last_key(ask) == "edits"
    saved_as(ask, 2, mes="Edited | {{char}} *so*")
    assert ask.on_disk()[2]["swipes"] == ["I think.", "Edited | {{char}} *so*"]
    assert ask.page.inner_html("#chat .last_mes .mes_text em") == "so"
    ask.ask("swipe", direction="left")
    result = ask.ask("edit_message", at=2, reasoning="Think again.")
    assert (result["message"]["mes"], result["message"]["extra"]["reasoning"]) == ("I think.", "Think again.")
    wait_until(lambda: ask.on_disk()[2]["extra"]["reasoning"] == "Think again.", "the reasoning on disk", 5)
    assert ask.page.inner_text("#chat .last_mes .mes_reasoning").strip() in ("", "Think again.")
    assert "Think again." in ask.page.inner_html("#chat .last_mes .mes_reasoning")
    ask.ask("swipe", direction="right")
    ask.ask("swipe", direction="left")
    assert chat(ask.page)[2]["extra"]["reasoning"] == "Think again."

    whole = ask.ask("get_message", uid=uids[2])
    assert (whole["at"], whole["message"]["mes"], whole["next"]) == (2, "I think.", None)
    assert [one["mes"] for one in whole["swipes"]] == ["I think.", "Edited | {{char}} *so*"]
    assert whole["swipes"][0]["extra"]["reasoning"] == "Think again."
    assert ask.ask("get_message", at=2, swipe=1)["swipes"] == whole["swipes"][1:]
    assert ask.ask("get_field", uid=uids[2], field="swipes.1")["text"] == "Edited | {{char}} *so*"
    assert ask.ask("get_field", uid=uids[2], field="swipe_info.0.extra.reasoning")["text"] == "Think again."
    assert ask.refused("get_field", uid=uids[2], field="swipes.2").code == "not_found"
    assert ask.refused("get_message", uid="none").code == "not_found"
    assert ask.refused("get_message", at=3).code == "not_found"
    assert ask.refused("get_message").code == "bad_field"
    assert ask.ask("edit_message", uid=uids[2], reasoning="")["message"]["extra"]["reasoning"] == ""

    # Whoever names a message that is gone, or stands elsewhere, changes nothing.
    assert ask.refused("edit_message", uid=uids[1], at=2, text="x").code == "stale_chat"
    assert ask.refused("edit_message", uid="none", text="x").code == "not_found"
    assert ask.refused("edit_message", at=3, text="x").code == "not_found"
    assert ask.refused("edit_message", at=2).code == "bad_field"
    assert ask.refused("edit_message", at=2, text="x", chat_id="another").code == "stale_chat"
    ask.page.click("#chat .mes[mesid='1'] .mes_edit")
    assert ask.refused("edit_message", at=1, text="x").params == {"reason": "editing"}
    assert ask.refused("delete_messages", at=2).params == {"reason": "editing"}
    ask.page.click("#chat .mes[mesid='1'] .mes_edit_cancel")

    # A chat that cannot be saved is not said to be.
    ask.page.evaluate(BREAK_SAVING)
    answer = ask.app.answer(ask.begin("edit_message", at=1, text="Not saved"))
    assert (answer["type"], answer["content"]["code"]) == ("error", "failed")
    assert "could not save" in answer["content"]["message"]
    ask.page.evaluate("() => { window.fetch = window.unbroken; }")
    ask.ask("edit_message", at=1, text="Hi")
    ask.saved([greeting, "Hi", "I think."])

    fill(ask, ("Alice", "a"), ("Tester", "b"), ("Alice", "c"), ("Tester", "d"), ("Alice", "e"))
    uids = [one["uid"] for one in ask.everybody.mirrors()["app 0"].messages]
    assert ask.ask("hide_messages", at=3, count=2, key="hides") == {"changed": 2, "total": 8}
    assert last_key(ask) == "hides"
    ask.everybody.agree("hiding", 5)
    assert ask.page.get_attribute("#chat .mes[mesid='3']", "is_system") == "true"
    wait_until(lambda: hidden_on_disk(ask) == [False] * 3 + [True] * 2 + [False] * 3, "them hidden on disk", 5)
    assert ask.ask("hide_messages", uids=[uids[7], uids[4], uids[0]]) == {"changed": 2, "total": 8}
    assert [bool(one.get("is_system")) for one in chat(ask.page)] == [True] + [False] * 2 + [True] * 2 + [False] * 2 + [
        True
    ]
    assert ask.ask("unhide_messages", at=0, count=8) == {"changed": 4, "total": 8}
    wait_until(lambda: hidden_on_disk(ask) == [False] * 8, "them shown on disk", 5)
    ask.everybody.agree("showing", 5)
    assert ask.refused("hide_messages", at=7, count=2).code == "not_found"
    assert ask.refused("hide_messages", uids=["none", uids[0]]).code == "not_found"
    assert ask.refused("unhide_messages").code == "bad_field"

    assert ask.refused("delete_messages", uids=[uids[3], uids[5]], at=3).code == "stale_chat"
    assert ask.refused("delete_messages", at=8).code == "not_found"
    assert ask.ask("delete_messages", uids=[uids[5], uids[3]], key="deletes") == {"changed": 2, "total": 6}
    assert last_key(ask) == "deletes"
    ask.saved([greeting, "Hi", "I think.", "b", "d", "e"])
    assert ask.refused("delete_messages", uids=[uids[5]]).code == "not_found"
    assert ask.ask("delete_messages", uids=[uids[6], uids[7]], at=4) == {"changed": 2, "total": 4}
    ask.saved([greeting, "Hi", "I think.", "b"])
    assert [ask.page.inner_text(f"#chat .mes[mesid='{i}'] .mes_text") for i in range(4)] == texts(ask.page)
    ask.page.evaluate("() => { SillyTavern.getContext().extensionSettings.chatbridge.allow_delete = false; }")
    assert ask.refused("delete_messages", at=0).params == {"permission": "delete"}
    ask.page.evaluate("() => { SillyTavern.getContext().extensionSettings.chatbridge.allow_delete = true; }")
    assert ask.ask("delete_messages", at=0, count=4) == {"changed": 4, "total": 0}
    ask.saved([])
    assert ask.refused("regenerate").code == "not_found"


def test_long_chats_and_tool_calls(ask: Asker) -> None:
    tools = {"is_system": True, "extra": {"tool_invocations": [{"name": "roll", "result": "6"}]}}
    swipes = ["short", *(f"{i}: {'好' * 50_000}" for i in range(3))]
    many = {"swipes": swipes, "swipe_id": 0, "swipe_info": [{"extra": {"reasoning": "x" * 100_000}} for _ in swipes]}
    fill(
        ask,
        *[("Tester", f"message {i}") for i in range(300)],
        ("Alice", "tools", tools),
        ("Alice", "six"),
        ("Tester", "end"),
        ("Alice", swipes[0], many),
    )
    mirror = ask.everybody.mirrors()["app 0"]
    assert context(ask.page, "document.querySelector(\"#chat .mes[mesid='2']\")") is None
    uids = [one["uid"] for one in mirror.messages]

    # All pages together are the chat.
    got: list[dict[str, Any]] = []
    start: int | None = 0
    while start is not None:
        page = ask.ask("get_messages", start=start, limit=200)
        assert page["start"] == len(got)
        got += page["messages"]
        start = page["next"]
    assert got == list(mirror.messages)
    assert [one["mes"] for one in ask.ask("get_messages", limit=2)["messages"]] == ["end", mirror.messages[-1]["mes"]]
    assert ask.ask("get_messages", start=1000)["messages"] == []
    found: list[str] = []
    next: int | None = 0
    while next is not None:
        some = ask.ask("get_message", at=304, swipe=next)
        for one in some["swipes"]:
            text = one["mes"]
            for field, length in one["truncated"].items():
                assert field.split(".")[1] == str(len(found))
                if field == f"swipes.{len(found)}":
                    piece: int | None = 0
                    text = ""
                    while piece is not None:
                        part = ask.ask("get_field", uid=uids[304], field=field, offset=piece)
                        assert part["total"] == length
                        text += part["text"]
                        piece = part["next"]
            found.append(text)
        next = some["next"]
    assert found == swipes

    # What is not shown in the page is changed and deleted all the same.
    ask.ask("edit_message", uid=uids[1], text="far away")
    saved_as(ask, 1, mes="far away")
    assert ask.ask("hide_messages", at=2) == {"changed": 1, "total": 305}
    saved_as(ask, 2, is_system=True)
    assert ask.ask("delete_messages", uids=[uids[3], uids[302]], timeout=50) == {"changed": 2, "total": 303}
    left = [uid for i, uid in enumerate(uids) if i not in (3, 302)]
    ask.everybody.agree("deleting", 5)
    assert [one["uid"] for one in ask.everybody.mirrors()["app 0"].messages] == left
    assert "tools" in texts(ask.page)
    wait_until(lambda: [one["mes"] for one in ask.on_disk()] == texts(ask.page), "the deletion on disk", 5)
    assert ask.ask("unhide_messages", at=300) == {"changed": 0, "total": 303}
    saved_as(ask, 300, mes="tools", is_system=True)


def chat_file(ask: Asker, name: str) -> list[str]:
    folders = (ask.tavern.user / "group chats", *(ask.tavern.user / "chats").glob("*"))
    return [one["mes"] for folder in folders if (path := folder / f"{name}.jsonl").exists() for one in read_chat(path)]


def branches(ask: Asker, whole: list[str], name: str) -> None:
    """A checkpoint of this name and a branch of the open chat, which has these texts."""
    main = context(ask.page, "c.getCurrentChatId()")
    uids = [one["uid"] for one in ask.everybody.mirrors()["app 0"].messages]
    assert ask.ask("checkpoint", uid=uids[1], name=name) == {"chat_id": name}
    assert chat_file(ask, name) == whole[:2]
    assert context(ask.page, "c.getCurrentChatId()") == main
    wait_until(lambda: ask.on_disk()[1]["extra"].get("bookmark_link") == name, "the link on disk", 5)
    ask.everybody.agree("a checkpoint", 5)
    for wrong in (name, name.upper(), main, "a/b", "what?", "..", "é" * 101):
        assert ask.refused("checkpoint", at=0, name=wrong).params["field"] == "content.name"
    named = ask.ask("checkpoint", at=0)["chat_id"]
    assert chat_file(ask, named) == whole[:1]
    assert ask.refused("checkpoint", at=len(whole)).code == "not_found"
    assert ask.refused("branch", uid="none").code == "not_found"
    assert ask.refused("branch", uid=uids[0], at=1).code == "stale_chat"

    opened = ask.ask("branch", at=1)["chat_id"]
    assert context(ask.page, "c.getCurrentChatId()") == opened
    assert opened not in (main, named, name)
    ask.saved(whole[:2])
    assert chat_file(ask, main) == whole
    assert ask.refused("branch", at=0, chat_id=main).code == "stale_chat"


def test_branches_and_a_group(ask: Asker) -> None:
    greeting = ask.on_disk()[0]["mes"]
    fill(ask, ("Tester", "one"), ("Alice", "two"))
    branches(ask, [greeting, "one", "two"], "So far")

    create_group(ask.page, "Both", ["Alice", "Bob"])
    ask.everybody.agree("opening the group", 10)
    greetings = texts(ask.page)
    fill(ask, ("Tester", "one"), ("Bob", "two"))
    assert ask.ask("edit_message", at=3, text="2")["message"]["name"] == "Bob"
    ask.saved([*greetings, "one", "2"])
    ask.ask("hide_messages", at=0)
    saved_as(ask, 0, is_system=True)
    assert ask.ask("delete_messages", at=0) == {"changed": 1, "total": 3}
    ask.saved([greetings[1], "one", "2"])
    branches(ask, [greetings[1], "one", "2"], "所以 😀")
    context(ask.page, "c.SlashCommandParser.commands.closechat.callback({}, '')")
    wait_until(lambda: context(ask.page, "c.getCurrentChatId() === undefined"), "the chat to close")
    asked: dict[str, dict[str, Any]] = {"get_messages": {}, "edit_message": {"at": 0, "text": "x"}, "swipe": {"to": 0}}
    for type, content in asked.items():
        assert ask.app.answer(ask.begin(type, **content))["content"]["code"] == "no_chat"
