"""The JSON Schema of the wire, from the types that the program itself decodes with."""

import inspect as python
import json
from typing import Any, Final, get_args

import msgspec

from chatbridge_gui.protocol import limits
from chatbridge_gui.protocol.codec import RequestId
from chatbridge_gui.protocol.directions import SAID, Direction, FrameKind, frames
from chatbridge_gui.protocol.messages import MESSAGES
from chatbridge_gui.protocol.requests import REQUESTS

_REF: Final = "#/$defs/{name}"
_CHAT_MESSAGE: Final = {
    "title": "ChatMessage",
    "description": "A message with SillyTavern's own field names, and `uid` and `swipe_count`.",
    "type": "object",
    "properties": {"name": {"type": "string"}, "mes": {"type": "string"}},
    "required": ["name", "mes"],
}


def schema() -> str:
    """The whole schema as text. Each direction is a definition of its own; a result's shape is that of the definition
    which `x-requests` names for the request it answers."""
    types: list[Any] = [spec.content for spec in MESSAGES.values()]
    types += [shape for spec in REQUESTS.values() for shape in (spec.content, spec.result)]
    _, found = msgspec.json.schema_components(types, ref_template=_REF)
    shapes = {name: _tidied(shape) for name, shape in sorted(found.items())}
    directions = get_args(Direction)
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"ChatBridge protocol {limits.PROTOCOL}",
        "description": "Written by `python -m chatbridge_gui.protocol.generate`. Every frame is one of `FromApp`, "
        "`ToApp`, `FromTavern` and `ToTavern`; validate against the one that fits.",
        "anyOf": [{"$ref": _REF.format(name=direction)} for direction in directions],
        "x-requests": {
            spec.name: {
                "content": _ref(spec.content),
                "result": _ref(spec.result),
                "permission": spec.permission,
                "changes": spec.mutates,
                "errors": list(spec.errors),
            }
            for spec in REQUESTS.values()
        },
        "$defs": {
            **{name: _direction(name) for name in directions},
            "ChatMessage": _CHAT_MESSAGE,
            **shapes,
        },
    }
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _direction(name: Direction) -> dict[str, Any]:
    return {
        "description": SAID[name],
        "type": "object",
        "required": ["type"],
        "oneOf": [_frame(kind) for kind in frames(name)],
    }


def _frame(kind: FrameKind) -> dict[str, Any]:
    content: dict[str, Any] = {"type": "object"} if kind.content is None else {"$ref": _ref(kind.content)}
    if kind.bare is not None:
        content = {"anyOf": [content, msgspec.json.schema(kind.bare)]}
    needs_content = kind.content is None or any(field.required for field in msgspec.structs.fields(kind.content))
    properties = {"type": {"const": kind.name}, "content": content}
    if kind.asks or kind.answers:
        properties["id"] = _tidied(msgspec.json.schema(RequestId))
    return {"properties": properties, "required": ["type", "content"] if needs_content else ["type"]}


def _ref(shape: type) -> str:
    return _REF.format(name=shape.__name__)


def _tidied(shape: Any) -> Any:
    """Without the indentation of the code, and with the messages of a chat as what every reader relies on."""
    if isinstance(shape, list):
        return [_tidied(one) for one in shape]
    if not isinstance(shape, dict):
        return shape
    if shape.get("title") == "ChatMessage":
        about = {"description": shape["description"]} if "description" in shape else {}
        return {**about, "$ref": _REF.format(name="ChatMessage")}
    tidied = {key: _tidied(value) for key, value in shape.items() if key != "title"}
    if isinstance(tidied.get("description"), str):
        tidied["description"] = " ".join(python.cleandoc(tidied["description"]).split())
    return tidied
