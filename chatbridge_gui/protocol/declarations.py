"""The TypeScript declarations of the wire, from the types that the program itself decodes with."""

import inspect as python
import json
import re
import textwrap
from collections.abc import Callable, Iterable
from typing import Any, Final

import msgspec
from msgspec import inspect

from chatbridge_gui.protocol import limits
from chatbridge_gui.protocol.close_codes import CLOSE_REASONS
from chatbridge_gui.protocol.directions import SAID, Direction, FrameKind, frames
from chatbridge_gui.protocol.errors import ERRORS
from chatbridge_gui.protocol.messages import MESSAGES, Content
from chatbridge_gui.protocol.requests import REQUESTS
from chatbridge_gui.protocol.requests.spec import RequestSpec
from chatbridge_gui.protocol.shapes import description, structs

_WIDTH: Final = 110
_HEAD: Final = f"""\
/**
 * The ChatBridge protocol, version {limits.PROTOCOL}: the frames that go over the WebSocket, as JSON.
 *
 * Written by `python -m chatbridge_gui.protocol.generate` from the program's own types; protocol.md tells the rest.
 * In what an app or a tavern sends, a field that may be left out is optional; in what the hub sends it is there.
 */

/** Chosen by who asks, and found again on the answer. */
export type RequestId = string | number;

/**
 * A message with SillyTavern's own field names; other extensions add more. `uid` stays the same through edits and
 * moves, `truncated` gives the whole length of each field that was too long to be sent.
 */
export interface ChatMessage {{
    name: string;
    mes: string;
    uid?: string;
    is_user?: boolean;
    is_system?: boolean;
    send_date?: string | number;
    swipe_id?: number;
    swipe_count?: number;
    extra?: Record<string, unknown>;
    truncated?: Record<string, number>;
    [field: string]: unknown;
}}
"""
_TAIL: Final = """\
/** A request's type. */
export type RequestType = keyof Requests;

/** The frame that asks. */
export interface RequestFrame<T extends RequestType = RequestType> {
    type: T;
    id?: RequestId;
    content?: Requests[T]['content'];
}

/** The frame that answers a request which was done. */
export interface ResultFrame<T extends RequestType = RequestType> {
    type: 'result';
    id?: RequestId;
    content: Requests[T]['result'];
}

/** The frame that answers a request which was not done, or a frame that cannot be read. */
export interface ErrorFrame {
    type: 'error';
    id?: RequestId;
    content: Failure;
}

/** A value some of whose fields may be left out. */
type Needing<T, K extends keyof T> = Pick<T, K> & Partial<Omit<T, K>>;
"""

_SIMPLE: Final = """\
/** The bare frames of the simple profile, which needs no handshake. */
export type SimpleFromTavern =
    | { type: 'chat_history'; content: ChatMessage[] }
    | { type: 'stream_update'; content: string };
export type SimpleToApp = SimpleFromTavern & { tavern: number };
export interface SimpleSendMessage {
    type: 'send_message';
    id?: RequestId;
    content: string;
}
"""


def declarations() -> str:
    """The whole file as text."""
    sent = _structs([kind.content for kind in frames("FromApp")])
    told = _structs([*(spec.content for spec in MESSAGES.values()), *(spec.result for spec in REQUESTS.values())])
    every = list(dict.fromkeys([*told, *sent]))
    errors = ((f"'{code}'", row.meaning) for code, row in ERRORS.items())
    closes = ((str(int(code)), reason.meaning) for code, reason in CLOSE_REASONS.items())
    requests = "".join(_request(spec) for spec in REQUESTS.values())
    parts = [
        _HEAD,
        *(_interface(cls, is_sent=cls in sent) for cls in every),
        _union("ErrorCode", "The `code` of an error; later versions may add some.", errors),
        _union("CloseCode", "Why a connection was closed; what is not listed is a WebSocket's own.", closes),
        _doc("Each request: what it is asked with, and what its result is.")
        + f"export interface Requests {{\n{requests}}}\n",
        _TAIL,
        _direction("FromApp", _asked),
        _direction("ToApp", _told),
        _direction("FromTavern", _by_tavern),
        _direction("ToTavern", _to_tavern),
        _SIMPLE,
    ]
    return "\n".join(parts)


def _interface(cls: type[Content], *, is_sent: bool) -> str:
    """What is sent may leave out what has a default; in what the hub tells everything is there."""
    shape = inspect.type_info(cls)
    assert isinstance(shape, inspect.StructType)
    lines = [_doc(python.getdoc(cls) or ""), f"export interface {cls.__name__} {{\n"]
    if shape.tag_field is not None:
        lines.append(f"    {shape.tag_field}: {json.dumps(shape.tag)};\n".replace('"', "'"))
    omits = bool(cls.__struct_config__.omit_defaults)
    for field in shape.fields:
        has_default = field.default is not msgspec.NODEFAULT or field.default_factory is not msgspec.NODEFAULT
        optional = not field.required and (is_sent or omits or not has_default)
        about = description(field.type)
        if has_default and (is_sent or omits):
            about = f"{about} (default: `{_default(field)}`)".strip()
        lines.append(_doc(about, 4) if about else "")
        lines.append(f"    {field.encode_name}{'?' if optional else ''}: {_kind(field.type)};\n")
    return "".join([*lines, "}\n"])


def _request(spec: RequestSpec) -> str:
    changes = " It changes something." if spec.mutates else ""
    grants = f" Permission: `{spec.permission}`." if spec.permission else ""
    first = " ".join((python.getdoc(spec.content) or "").split()).partition(". ")[0].rstrip(".") + "."
    content, result = spec.content.__name__, spec.result.__name__
    return _doc(first + grants + changes, 4) + f"    {spec.name}: {{ content: {content}; result: {result} }};\n"


def _asked(kind: FrameKind) -> str:
    if not kind.asks:
        return _told(kind)
    assert kind.content is not None
    mark = "" if _required(kind.content) else "?"
    return f"{{ type: '{kind.name}'; id?: RequestId; content{mark}: {kind.content.__name__} }}"


def _told(kind: FrameKind) -> str:
    if kind.content is None:
        return "ResultFrame"
    return "ErrorFrame" if kind.name == "error" else f"{{ type: '{kind.name}'; content: {kind.content.__name__} }}"


def _by_tavern(kind: FrameKind) -> str:
    if kind.content is None or kind.answers:
        return _told(kind)
    name = kind.content.__name__
    if name == "Hello":
        return f"{{ type: '{kind.name}'; content: Hello }}"
    needed = " | ".join(f"'{field}'" for field in _required(kind.content)) or "never"
    return f"{{ type: '{kind.name}'; content: Needing<{name}, {needed}> }}"


def _to_tavern(kind: FrameKind) -> str:
    if not kind.asks:
        return _told(kind)
    assert kind.content is not None
    return f"{{ type: '{kind.name}'; id: number; content: Required<{kind.content.__name__}> }}"


def _required(cls: type[Content]) -> list[str]:
    return [field.encode_name for field in msgspec.structs.fields(cls) if field.required]


def _structs(outer: Iterable[type[Content] | None]) -> list[type[Content]]:
    """These structs and all within them, each once."""
    found = (cls for one in outer if one is not None for cls in structs(inspect.type_info(one)))
    return list(dict.fromkeys(found))


def _kind(kind: inspect.Type) -> str:
    match kind:
        case inspect.Metadata(type=inner, extra_json_schema=schema):
            return "ChatMessage" if (schema or {}).get("title") == "ChatMessage" else _kind(inner)
        case inspect.UnionType(types=types):
            return " | ".join(dict.fromkeys(_kind(one) for one in types))
        case inspect.LiteralType(values=values):
            return " | ".join(f"'{value}'" for value in values)
        case inspect.ListType(item_type=item) | inspect.VarTupleType(item_type=item):
            one_of = _kind(item)
            return f"({one_of})[]" if " | " in one_of else f"{one_of}[]"
        case inspect.TupleType(item_types=types):
            return f"[{', '.join(_kind(one) for one in types)}]"
        case inspect.StructType(cls=cls):
            return cls.__name__
        case inspect.StrType():
            return "string"
        case inspect.IntType() | inspect.FloatType():
            return "number"
        case inspect.BoolType():
            return "boolean"
        case inspect.NoneType():
            return "null"
        case inspect.AnyType():
            return "unknown"
        case inspect.DictType(value_type=value):
            return f"Record<string, {_kind(value)}>"
    raise TypeError(f"TypeScript has no words for {kind!r}")


def _default(field: inspect.Field) -> str:
    value: Any = field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
    return msgspec.json.encode(value).decode()


def _union(name: str, about: str, rows: Iterable[tuple[str, str]]) -> str:
    lines = (f"    /** {meaning} */\n    | {value}" for value, meaning in rows)
    return _doc(about) + f"export type {name} =\n" + "\n".join(lines) + ";\n"


def _direction(name: Direction, words: Callable[[FrameKind], str]) -> str:
    kinds = "\n".join(f"    | {words(kind)}" for kind in frames(name))
    return _doc(SAID[name]) + f"export type {name} =\n{kinds};\n"


def _doc(text: str, indent: int = 0) -> str:
    """A JSDoc comment, on one line if it fits."""
    space = " " * indent
    paragraphs = [" ".join(one.split()) for one in re.split(r"\n\s*\n", text.replace("*/", "* /"))]
    if len(paragraphs) == 1 and len(paragraphs[0]) <= _WIDTH - indent:
        return f"{space}/** {paragraphs[0]} */\n"
    lines = [line for one in paragraphs for line in ("", *textwrap.wrap(one, _WIDTH - indent))][1:]
    return f"{space}/**\n" + "".join(f"{space} * {line}".rstrip() + "\n" for line in lines) + f"{space} */\n"
