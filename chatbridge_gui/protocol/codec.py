"""Frames to typed messages and back. Decoding is strict; its errors name the field."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Final, TypeAlias, get_origin

import msgspec
from msgspec import Meta

from chatbridge_gui.protocol.choices import choices
from chatbridge_gui.protocol.errors import ErrorCode, ProtocolError
from chatbridge_gui.protocol.limits import LARGEST_NUMBER, NAME_CHARACTERS, NESTING
from chatbridge_gui.protocol.messages import (
    MESSAGES,
    ChatChanges,
    ChatHistory,
    Content,
    Event,
    Failure,
    Splice,
    StreamEnd,
)
from chatbridge_gui.protocol.requests import REQUESTS
from chatbridge_gui.protocol.requests.hub import Batch, Broadcast

RequestId: TypeAlias = (
    Annotated[str, Meta(max_length=NAME_CHARACTERS)] | Annotated[int, Meta(ge=-LARGEST_NUMBER, le=LARGEST_NUMBER)]
)


class Envelope(msgspec.Struct, omit_defaults=True):
    """What every frame looks like before its content is read."""

    type: str
    content: msgspec.Raw = msgspec.Raw(b"{}")
    id: RequestId | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """A decoded frame. `content` is the type's struct, or the bare shape of the simple profile; a result's content is
    left as plain data, since its shape depends on the request it answers."""

    type: str
    content: Content | str | list[Any] | dict[str, Any]
    id: RequestId | None = None


_ENVELOPE: Final = msgspec.json.Decoder(Envelope)
_ENCODER: Final = msgspec.json.Encoder()
_DETAILS: Final = re.compile(
    r"^(?:Expected `(?P<expected>[^`]*)`(?P<more>[^,]*?)(?:, got `(?P<got>[^`]*)`)?"
    r"|Object missing required field `(?P<missing>[^`]*)`"
    r"|Invalid (?:enum )?value (?P<value>.*?)"
    r"|(?P<other>.*?))(?: - at (?:`(?P<key>key)` in )?`\$(?P<path>[^`]*)`)?$",
    re.DOTALL,
)


def decode(text: str) -> Frame:
    """Read one frame.

    Raises:
        ProtocolError: it is not JSON, no object with a `type`, of no known type, or a field is wrong.
    """
    try:
        envelope = _ENVELOPE.decode(text)
    except msgspec.ValidationError as error:
        raise _bad_envelope(error) from error
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError) as error:
        raise _bad_json(error) from error
    try:
        return Frame(envelope.type, _content(envelope.type, envelope.content), envelope.id)
    except ProtocolError as error:
        error.id = envelope.id
        raise


def encode(
    type: str, content: Content | Mapping[str, Any] | list[Any] | str, id: RequestId | None = None, **more: int
) -> bytes:
    """Write one frame, as UTF-8 without ASCII escapes; `more` stands beside type and content.

    Raises:
        UnicodeEncodeError: a string holds half a surrogate pair.
    """
    frame: dict[str, Any] = {"type": type, "content": content, **more}
    if id is not None:
        frame["id"] = id
    return _ENCODER.encode(frame)


def encode_error(error: ProtocolError) -> bytes:
    """Write an error as the frame that answers for it."""
    return encode("error", failure(error), error.id)


def failure(error: ProtocolError) -> Failure:
    """An error as the content of a frame."""
    return Failure(code=error.code, message=error.message, params=error.params, retryable=error.retryable)


def read_result(request: str, content: Any) -> Content:
    """Give a result's plain content the shape that belongs to its request.

    Raises:
        ProtocolError: a field is wrong.
    """
    try:
        return msgspec.convert(content, REQUESTS[request].result)
    except msgspec.ValidationError as error:
        raise _bad_field("result", str(error), REQUESTS[request].result) from error


def _content(type: str, raw: msgspec.Raw) -> Content | str | list[Any] | dict[str, Any]:
    if type == "result":
        wanted: Any = dict[str, Any]
    elif type in MESSAGES or type in REQUESTS:
        spec = MESSAGES.get(type) or REQUESTS[type]
        is_simple = spec.simple is not None and bytes(memoryview(raw)[:1]) == _opening(spec.simple)
        wanted = spec.simple if is_simple else spec.content
    else:
        raise ProtocolError(
            ErrorCode.UNKNOWN_TYPE,
            f"no message has the type {_shorten(type)!r}; the protocol reference lists those there are",
            {"type": _shorten(type)},
        )
    try:
        content = _decoder(wanted).decode(raw)
    except msgspec.ValidationError as error:
        raise _bad_field(type, str(error), wanted) from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise _bad_json(error) from error
    check = _CHECKS.get(content.__class__)
    if check is not None:
        check(type, content)
    return content  # type: ignore[no-any-return]


@cache
def _opening(shape: Any) -> bytes:
    """What a message's simple shape begins with."""
    return b"[" if get_origin(shape) is list else b'"'


@cache
def _decoder(wanted: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(wanted)


# A chat message keeps fields we do not know, so it is a plain dict; what every reader relies on is checked. Where a
# wrong one stands is put into words only when there is one.


def _check_page(type: str, page: ChatHistory) -> None:
    end = page.start + len(page.messages)
    if end > page.total:
        raise _wrong(type, "content.total", f"at least {end}, where the page ends", str(page.total))
    for i, message in enumerate(page.messages):
        _check_message(type, message, "content.messages[{}]", i)


def _check_list(type: str, content: list[Any]) -> None:
    for i, message in enumerate(content):
        _check_message(type, message, "content[{}]", i)


def _check_changes(type: str, content: ChatChanges) -> None:
    for i, change in enumerate(content.changes):
        if isinstance(change, Splice):
            for j, message in enumerate(change.insert):
                _check_message(type, message, "content.changes[{}].insert[{}]", i, j)
        else:
            _check_message(type, change.message, "content.changes[{}].message", i)


def _check_end(type: str, content: StreamEnd) -> None:
    if content.message is not None:
        _check_message(type, content.message, "content.message")


def _check_batch(type: str, content: Batch) -> None:
    for i, item in enumerate(content.requests):
        _check_depth(type, item.content, "content.requests[{}].content", i)


_CHECKS: Final[dict[type, Callable[[str, Any], None]]] = {
    ChatHistory: _check_page,
    list: _check_list,
    ChatChanges: _check_changes,
    StreamEnd: _check_end,
    Batch: _check_batch,
    Event: lambda type, content: _check_depth(type, content.args, "content.args"),
    Broadcast: lambda type, content: _check_depth(type, [content.data], "content.data"),
    dict: lambda type, content: _check_depth(type, content, "content"),
    Failure: lambda type, content: _check_depth(type, content.params, "content.params"),
}
"""What is left to be looked at where a message has open parts."""


def _check_message(type: str, message: Any, where: str, *at: int) -> None:
    if not isinstance(message, dict):
        raise _wrong(type, where.format(*at), "object", _json_name(message))
    for name in ("name", "mes"):
        if not isinstance(message.get(name), str):
            got = _json_name(message[name]) if name in message else "nothing"
            raise _wrong(type, f"{where.format(*at)}.{name}", "str", got)
    _check_depth(type, message, where, *at)


def _check_depth(type: str, value: Any, where: str, *at: int) -> None:
    """What can be read only just might be too deep to be written again by a caller deeper in the stack."""
    if _is_deeper(value, NESTING):
        expected = f"at most {NESTING} objects and arrays within one another"
        raise _wrong(type, where.format(*at), expected, "more")


def _is_deeper(value: Any, levels: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(one.__class__ in (dict, list) and _is_deeper(one, levels - 1) for one in inner)


def _json_name(value: object) -> str:
    names = {bool: "bool", int: "int", float: "float", str: "str", list: "array", dict: "object"}
    return names.get(value.__class__, "null")


def _shorten(text: str, length: int = 100) -> str:
    return text if len(text) <= length else text[:length] + "…"


def _bad_json(error: Exception) -> ProtocolError:
    if isinstance(error, RecursionError):
        reason = "it is nested too deeply"
    elif "truncated" in str(error):
        reason = "it ends too early, or a string in it holds half a surrogate pair"
    else:
        reason = str(error).removeprefix("JSON is malformed: ")
    return ProtocolError(ErrorCode.BAD_JSON, f"this frame cannot be read as JSON: {reason}", {"reason": reason})


def _bad_envelope(error: msgspec.ValidationError) -> ProtocolError:
    reason = str(error).replace("`", "")
    shape = '{"type": "…", "content": …, "id": a short text or a whole number, or left out}'
    return ProtocolError(ErrorCode.BAD_FRAME, f"a frame is an object {shape}: {reason}", {"reason": reason})


def _bad_field(type: str, detail: str, wanted: Any) -> ProtocolError:
    """Turn msgspec's sentence into field, expected and got."""
    match = _DETAILS.match(detail)
    assert match is not None, detail
    path = (match["path"] or "").removeprefix(".")
    got = match["got"] or ""
    if match["missing"]:
        path = f"{path}.{match['missing']}" if path else match["missing"]
        expected, got = "a value", "nothing"
    elif match["value"]:
        expected, got = f"one of {', '.join(choices(wanted, path))}", _shorten(match["value"])
    elif match["expected"]:
        expected = match["expected"] + match["more"]
    else:
        expected = "a smaller number" if "out of range" in match["other"] else match["other"]
    if match["key"]:
        expected += " as a key"
    return _wrong(type, "content" + (path if path.startswith("[") or not path else f".{path}"), expected, got)


def _wrong(type: str, field: str, expected: str, got: str) -> ProtocolError:
    return ProtocolError(
        ErrorCode.BAD_FIELD,
        f"{type}: field {field}: expected {expected}" + (f", got {got}" if got else ""),
        {"field": field, "expected": expected, "got": got},
    )
