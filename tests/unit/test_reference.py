"""The reference says all there is, and its examples are true."""

import re
from typing import get_args

import pytest

from chatbridge_gui.chat.mirror import ChatMirror
from chatbridge_gui.protocol import reference, reference_words
from chatbridge_gui.protocol.close_codes import CLOSE_REASONS, CloseCode
from chatbridge_gui.protocol.codec import decode
from chatbridge_gui.protocol.errors import ERRORS, ErrorCode, ProtocolError
from chatbridge_gui.protocol.messages import (
    MESSAGES,
    ChatChanges,
    ChatHistory,
    Failure,
    Permission,
    StreamEnd,
    StreamStart,
    StreamUpdate,
)
from chatbridge_gui.protocol.requests import REQUESTS
from chatbridge_gui.protocol.requests.spec import ChangingRequest


def test_every_example_is_a_good_frame() -> None:
    session = [frame for _, frame in reference_words.APP_SESSION]
    for frame in (*session, *reference_words.SIMPLE_APP, *reference_words.SIMPLE_TAVERN, reference_words.REFUSAL):
        decode(frame)


def test_the_example_session_adds_up_to_the_chat_it_tells_of() -> None:
    mirror = ChatMirror()
    for who, frame in reference_words.APP_SESSION:
        content = decode(frame).content
        if who == "hub" and isinstance(content, ChatHistory | ChatChanges | StreamStart | StreamUpdate | StreamEnd):
            mirror.apply(content)
    assert [message["mes"] for message in mirror.messages] == ["You are awake!", "Where am I?", "In my glade."]
    assert not mirror.streams


def test_the_example_error_is_the_one_the_hub_gives() -> None:
    with pytest.raises(ProtocolError) as caught:
        decode('{"type": "send_message", "id": "a1", "content": {"text": 5}}')
    shown = decode(reference_words.REFUSAL)
    assert isinstance(shown.content, Failure)
    assert (shown.content.message, shown.content.params) == (caught.value.message, caught.value.params)
    assert shown.id == caught.value.id


def test_every_link_leads_to_a_heading() -> None:
    text = reference.reference()
    headings = {re.sub(r"[^\w -]", "", line.lstrip("# ")).lower().replace(" ", "-") for line in text.splitlines()}
    assert set(re.findall(r"\]\(#([^)]*)\)", text)) <= headings


def test_nothing_of_the_tables_is_missing() -> None:
    text = reference.reference()
    for name in (*MESSAGES, *REQUESTS):
        assert f"### `{name}`\n" in text
    for code in ErrorCode:
        assert code in ERRORS
        assert f"| `{code}` |" in text
    for close in CloseCode:
        assert close in CLOSE_REASONS
        assert f"| {int(close)} `" in text


def test_every_request_to_a_tavern_needs_exactly_one_permission_and_others_none() -> None:
    for spec in REQUESTS.values():
        assert (spec.permission in get_args(Permission)) == (spec.target == "tavern")
        assert spec.mutates == issubclass(spec.content, ChangingRequest)
