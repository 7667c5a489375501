"""What a message lacks of the stored one is known by name, and put back where it was."""

from __future__ import annotations

import json

import pytest

from chatbridge_gui.chat.whole import missing, put
from chatbridge_gui.protocol.messages import ChatMessage


def test_a_whole_message_lacks_nothing() -> None:
    assert missing({"name": "A", "mes": "x", "swipe_count": 1}, for_reading=False) == []


def test_versions_are_needed_by_sillytavern_and_not_for_reading() -> None:
    message: ChatMessage = {"name": "A", "mes": "x", "swipe_id": 0, "swipe_count": 1}
    assert missing(message, for_reading=False) == ["swipes", "swipe_info"]
    assert missing(message, for_reading=True) == []


def test_texts_that_were_cut_are_asked_for() -> None:
    cut = {"mes": 5, "extra.reasoning": 9, "extra.media.0.url": 9}
    message: ChatMessage = {"name": "A", "mes": "x", "truncated": cut}
    assert missing(message, for_reading=True) == ["mes", "extra.reasoning"]
    assert missing(message, for_reading=False) == ["mes", "extra.reasoning", "extra.media.0.url"]


@pytest.mark.parametrize("field", ["mes", "extra.a.b.c", "extra.media.1.url", "extra.list.0"])
def test_a_text_is_put_where_it_was_cut(field: str) -> None:
    def stored(text: str) -> ChatMessage:
        def at(name: str) -> str:
            return text if name == field else "other"

        media = [{}, {"url": at("extra.media.1.url")}]
        extra = {"a.b": {"c": at("extra.a.b.c")}, "media": media, "list": [at("extra.list.0")]}
        return {"name": "A", "mes": at("mes"), "extra": extra}

    message = stored("cut")
    put(message, field, "whole")
    assert message == stored("whole")


def test_what_did_not_come_at_all_is_json() -> None:
    message: ChatMessage = {"name": "A", "mes": "x"}
    put(message, "swipes", json.dumps(["x", "y"]))
    put(message, "extra", json.dumps({"reasoning": "z"}))
    assert message == {"name": "A", "mes": "x", "swipes": ["x", "y"], "extra": {"reasoning": "z"}}
    with pytest.raises(ValueError):
        put(message, "swipe_info", "no json")
