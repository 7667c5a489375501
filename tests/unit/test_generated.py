"""The generated files are what the code says, and what they say holds for real frames."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from hub_rig import GREETING, Client, Rig, page

from chatbridge_gui.protocol import generate, reference_words
from chatbridge_gui.protocol.directions import FrameKind, frames
from chatbridge_gui.protocol.messages import MESSAGES
from chatbridge_gui.protocol.requests import REQUESTS
from chatbridge_gui.protocol.schema import schema


@pytest.mark.parametrize("path", generate.FILES, ids=lambda path: path.name)
def test_each_file_is_what_the_code_says(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == generate.FILES[path](), (
        f"{path.name} is stale: run python -m chatbridge_gui.protocol.generate"
    )


@pytest.mark.parametrize("folder", ["requests", "blocking_requests"])
def test_nothing_lies_beside_the_generated_methods(folder: str) -> None:
    package = Path(generate.__file__).parents[1] / "client" / folder
    assert set(package.glob("*.py")) == {path for path in generate.FILES if path.parent == package}


def test_every_message_and_request_goes_some_way() -> None:
    ways: dict[str, list[FrameKind]] = {
        "FromApp": frames("FromApp"),
        "ToApp": frames("ToApp"),
        "FromTavern": frames("FromTavern"),
        "ToTavern": frames("ToTavern"),
    }
    named = {way: {kind.name for kind in kinds} for way, kinds in ways.items()}
    for message in MESSAGES.values():
        assert ("tavern" in message.senders) == (message.name in named["FromTavern"])
        assert ("app" in message.senders) == (message.name in named["FromApp"])
        assert ("hub" in message.senders) == (message.name in named["ToApp"] | named["ToTavern"])
    for request in REQUESTS.values():
        assert request.name in named["FromApp"]
        assert (request.target == "tavern") == (request.name in named["ToTavern"])


# --- the schema -----------------------------------------------------------------------------------------------------


@cache
def validator(way: str) -> Any:
    whole = json.loads(schema())
    del whole["anyOf"]
    return jsonschema.Draft202012Validator({**whole, "$ref": f"#/$defs/{way}"})


def fits(way: str, frame: dict[str, Any]) -> bool:
    return bool(validator(way).is_valid(frame))


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(schema()))


def test_the_examples_fit_it() -> None:
    for who, text in reference_words.APP_SESSION:
        assert fits("FromApp" if who == "app" else "ToApp", json.loads(text)), text
    for text in reference_words.SIMPLE_TAVERN:
        assert fits("FromTavern", json.loads(text)), text
    for text in reference_words.SIMPLE_APP:
        assert fits("FromApp", json.loads(text)), text
    assert fits("ToApp", json.loads(reference_words.REFUSAL))


@pytest.mark.parametrize(
    ("way", "frame"),
    [
        ("FromApp", {}),
        ("FromApp", {"type": "make_coffee", "content": {}}),
        ("FromApp", {"type": "send_message"}),
        ("FromApp", {"type": "send_message", "content": {"text": 5}}),
        ("FromApp", {"type": "send_message", "content": {"text": ""}}),
        ("FromApp", {"type": "send_message", "content": {"text": "x", "if_busy": "perhaps"}}),
        ("FromApp", {"type": "stop", "id": 1.5}),
        ("FromApp", {"type": "hello", "content": {"role": "guest", "name": "x"}}),
        ("FromApp", {"type": "chat_history", "content": page([GREETING])}),
        ("FromTavern", {"type": "send_message", "content": {"text": "x"}}),
        ("FromTavern", {"type": "chat_history", "content": page([{"name": "Ann"}])}),
        ("FromTavern", {"type": "chat_history", "content": {**page([]), "total": -1}}),
        ("ToApp", {"type": "check"}),
    ],
)
def test_a_wrong_frame_does_not_fit(way: str, frame: dict[str, Any]) -> None:
    assert not fits(way, frame)


def test_what_really_goes_over_the_wire_fits_it(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[tuple[str, dict[str, Any]]] = []

    def watched(client: Client, way: str) -> Client:
        send = client.connection.send

        def note(data: Any) -> None:
            said.append((way, json.loads(data)))
            send(data)

        monkeypatch.setattr(client.connection, "send", note)
        return client

    tavern, app = watched(rig.tavern(), "FromTavern"), watched(rig.app(), "FromApp")
    tavern.say("tavern_state", {"online": True, "model": "m"})
    tavern.say("stream_start", {"stream": 1, "kind": "normal"})
    tavern.say("stream_update", {"stream": 1, "append": "Fine"})
    message = {"at": 1, "insert": True, "message": GREETING, "epoch": 1, "base": 0, "revision": 1}
    tavern.say("stream_end", {"stream": 1, "outcome": "finished", **message})
    splice = [{"op": "splice", "at": 0, "remove": 1}, {"op": "set", "at": 0, "message": GREETING}]
    tavern.say("chat_changes", {"chat_id": "chat", "epoch": 1, "base": 1, "revision": 2, "changes": splice})
    app.say("send_message", {"text": "hi"}, id="a")
    app.say("stop", id=1)
    app.say("batch", {"requests": [{"type": "list_taverns"}, {"type": "regenerate"}]}, id="b")
    app.say("broadcast", {"data": [1]}, id="c")
    tavern.say("result", {"at": 1, "message": GREETING}, id=tavern.hear("send_message")["id"])
    tavern.say("error", {"code": "busy", "message": "no"}, id=tavern.hear("stop")["id"])
    assert {app.hear("result", "error")["id"] for _ in range(4)} == {"a", 1, "b", "c"}
    rig.tavern("second").hear("check")
    tavern.hear("check")
    app.all_until_answer()
    heard = [("ToApp", frame) for frame in app.heard] + [("ToTavern", frame) for frame in tavern.heard]
    types = {frame["type"] for _, frame in said + heard}
    assert {"welcome", "taverns", "chat_history", "chat_changes", "stream_end", "check", "result", "error"} <= types
    for way, frame in said + heard:
        assert fits(way, frame), (way, frame, [error.message for error in validator(way).iter_errors(frame)])


def test_each_requests_result_can_be_found() -> None:
    whole = json.loads(schema())
    for name, row in whole["x-requests"].items():
        for part, cls in (("content", REQUESTS[name].content), ("result", REQUESTS[name].result)):
            assert row[part] == f"#/$defs/{cls.__name__}"
            assert cls.__name__ in whole["$defs"]
