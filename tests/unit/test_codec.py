"""Frames in, frames out: what is good survives, what is bad is named, and nothing else ever happens."""

import json
from functools import cache
from typing import Any, Literal

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chatbridge_gui.protocol import limits
from chatbridge_gui.protocol.choices import choices
from chatbridge_gui.protocol.codec import _bad_field, decode, encode, encode_error, failure, read_result
from chatbridge_gui.protocol.errors import ErrorCode, ProtocolError
from chatbridge_gui.protocol.messages import (
    MESSAGES,
    ChatChanges,
    ChatHistory,
    Failure,
    Hello,
    MessageSpec,
    Splice,
    StreamUpdate,
)
from chatbridge_gui.protocol.requests import REQUESTS
from chatbridge_gui.protocol.requests.spec import RequestSpec
from chatbridge_gui.protocol.requests.talk import SendMessage

SPECS: list[MessageSpec | RequestSpec] = [*MESSAGES.values(), *REQUESTS.values()]
TYPES = [*MESSAGES, *REQUESTS, "result"]
TEXT = st.text(max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
MESSAGE: dict[str, Any] = {"name": "Ann", "mes": "hi"}
PAGE: dict[str, Any] = {"chat": {"id": "c"}, "epoch": 1, "revision": 0, "total": 1, "start": 0, "messages": [MESSAGE]}


def frame(type: str, content: Any, **more: Any) -> str:
    return json.dumps({"type": type, "content": content, **more}, ensure_ascii=False)


def refused(text: str) -> ProtocolError:
    with pytest.raises(ProtocolError) as caught:
        decode(text)
    return caught.value


# --- what is good survives ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
@settings(max_examples=30)
@given(data=st.data())
def test_whatever_fits_a_type_comes_through_unchanged(spec: Any, data: st.DataObject) -> None:
    content = data.draw(fitting(spec))
    text = json.dumps({"type": spec.name, "content": content, "id": 7}, ensure_ascii=False)
    try:
        first = decode(text)
    except ProtocolError as error:
        # Only what no single field can say may be refused: a page that does not fit into its own chat.
        assert error.params["field"] == "content.total"  # noqa: PT017
        return
    again = decode(encode(first.type, first.content, first.id).decode())
    assert again == first


@cache
def fitting(spec: MessageSpec | RequestSpec) -> st.SearchStrategy[Any]:
    return _fitting(msgspec.inspect.type_info(spec.content))


def _fitting(kind: msgspec.inspect.Type) -> st.SearchStrategy[Any]:
    inspect = msgspec.inspect
    match kind:
        case inspect.Metadata(type=inner, extra_json_schema=schema):
            if (schema or {}).get("title") == "ChatMessage":
                return st.fixed_dictionaries({"name": TEXT, "mes": TEXT}, optional={"extra": JSON, "is_user": JSON})
            return _fitting(inner)
        case inspect.UnionType(types=types):
            return st.one_of([_fitting(one) for one in types])
        case inspect.LiteralType(values=values):
            return st.sampled_from(values)
        case inspect.ListType(item_type=item) | inspect.VarTupleType(item_type=item):
            return st.lists(_fitting(item), min_size=kind.min_length or 0, max_size=2)
        case inspect.StrType(pattern=str() as pattern):
            return st.from_regex(pattern, fullmatch=True).filter(lambda text: len(text) <= limits.NAME_CHARACTERS)
        case inspect.StrType(min_length=least, max_length=most):
            return st.text(min_size=least or 0, max_size=min(most or 20, 20))
        case inspect.IntType():
            least = -limits.LARGEST_NUMBER if kind.ge is None else kind.ge
            return st.integers(least, limits.LARGEST_NUMBER if kind.le is None else kind.le)
        case inspect.FloatType():
            return st.floats(allow_nan=False, allow_infinity=False)
        case inspect.BoolType():
            return st.booleans()
        case inspect.NoneType():
            return st.none()
        case inspect.AnyType():
            return JSON
        case inspect.TupleType(item_types=types):
            return st.tuples(*(_fitting(one) for one in types)).map(list)
        case inspect.DictType(key_type=key, value_type=value):
            return st.dictionaries(_fitting(key).map(str), _fitting(value), max_size=2)
        case inspect.StructType(fields=fields, tag_field=tag_field, tag=tag):
            required = {field.encode_name: _fitting(field.type) for field in fields if field.required}
            optional = {field.encode_name: _fitting(field.type) for field in fields if not field.required}
            tagged = {tag_field: st.just(tag)} if tag_field else {}
            return st.fixed_dictionaries({**required, **tagged}, optional=optional)
    raise TypeError(kind)


@given(TEXT)
def test_a_text_is_written_as_utf_8_without_escapes(text: str) -> None:
    data = encode("stream_update", StreamUpdate(stream=1, append=text))
    assert json.loads(data)["content"].get("append") == text
    assert b"\\u" not in data or any(ord(letter) < 0x20 for letter in text) or "\\u" in text
    assert "你好😀".encode() in encode("send_message", "你好😀")


def test_unknown_fields_are_ignored() -> None:
    found = decode(frame("send_message", {"text": "hi", "colour": "red"}, later=True))
    assert found.content == SendMessage(text="hi")


def test_content_may_be_left_out_where_every_field_has_a_default() -> None:
    assert decode('{"type": "stop"}').content == REQUESTS["stop"].content()


@pytest.mark.parametrize(
    ("type", "content"),
    [("send_message", "hi"), ("chat_history", [MESSAGE]), ("chat_history", []), ("stream_update", "")],
)
def test_the_simple_profiles_bare_contents_are_left_bare(type: str, content: Any) -> None:
    assert decode(frame(type, content)).content == content


def test_a_result_is_left_plain_and_read_by_its_request() -> None:
    found = decode(frame("result", {"stopped": True}, id=4))
    assert found.content == {"stopped": True}
    assert read_result("stop", found.content) == REQUESTS["stop"].result(stopped=True)
    with pytest.raises(ProtocolError, match=r"result: field content\.stopped: expected a value, got nothing"):
        read_result("stop", {})


def test_numbers_beyond_64_bits_in_a_message_come_through() -> None:
    text = frame("chat_history", [{**MESSAGE, "extra": {"seed": 10**30}}])
    found = decode(text)
    assert decode(encode(found.type, found.content).decode()) == found


# --- what is bad is named -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", ErrorCode.BAD_JSON),
        ("hello", ErrorCode.BAD_JSON),
        ("{'type': 'stop'}", ErrorCode.BAD_JSON),
        ('{"type": "stop"', ErrorCode.BAD_JSON),
        ('{"type": "stop"} {}', ErrorCode.BAD_JSON),
        ('\ufeff{"type": "stop"}', ErrorCode.BAD_JSON),
        ('{"type": "send_message", "content": {"text": "\\ud83d"}}', ErrorCode.BAD_JSON),
        ('{"type": "send_message", "content": {"text": "\\ude00!"}}', ErrorCode.BAD_JSON),
        ('{"type": "send_message", "content": {"text": "\ud83d"}}', ErrorCode.BAD_JSON),
        ('{"type": "stream_update", "content": {"stream": NaN}}', ErrorCode.BAD_JSON),
        ("[" * 100_000, ErrorCode.BAD_FRAME),
        ('{"a":' * 100_000, ErrorCode.BAD_JSON),
        ('{"type": "stop", "content": ' + "[" * 100_000, ErrorCode.BAD_JSON),
        ('{"type": "chat_history", "content": ' + "[" * 100_000 + "]" * 100_000 + "}", ErrorCode.BAD_JSON),
        ("null", ErrorCode.BAD_FRAME),
        ("[]", ErrorCode.BAD_FRAME),
        ('"stop"', ErrorCode.BAD_FRAME),
        ("{}", ErrorCode.BAD_FRAME),
        ('{"type": 5}', ErrorCode.BAD_FRAME),
        ('{"type": "stop", "id": 1.5}', ErrorCode.BAD_FRAME),
        ('{"type": "stop", "id": true}', ErrorCode.BAD_FRAME),
        ('{"type": "stop", "id": []}', ErrorCode.BAD_FRAME),
        ('{"type": "stop", "id": 9007199254740992}', ErrorCode.BAD_FRAME),
        ('{"type": "stop", "id": 1' + "0" * 5000 + "}", ErrorCode.BAD_FRAME),
        ('{"type": "stop", "id": "' + "x" * 201 + '"}', ErrorCode.BAD_FRAME),
        ('{"type": "STOP"}', ErrorCode.UNKNOWN_TYPE),
        ('{"type": ""}', ErrorCode.UNKNOWN_TYPE),
    ],
)
def test_a_bad_frame_gets_its_code(text: str, code: ErrorCode) -> None:
    assert refused(text).code is code


@pytest.mark.parametrize(
    ("type", "content", "message"),
    [
        ("hello", {}, "hello: field content.role: expected a value, got nothing"),
        ("hello", {"role": "boss", "name": "x"}, "hello: field content.role: expected one of app, tavern, got 'boss'"),
        ("hello", {"role": "app", "name": 5}, "hello: field content.name: expected str, got int"),
        ("hello", {"role": "app", "name": "x" * 201}, "hello: field content.name: expected str of length <= 200"),
        (
            "hello",
            {"role": "app", "name": "", "subscribe": ["chat", "all"]},
            "hello: field content.subscribe[1]: expected str matching regex "
            "'^(chat|stream|state|generation|app_message|events:.+)$'",
        ),
        ("stop", None, "stop: field content: expected object, got null"),
        ("stop", "now", "stop: field content: expected object, got str"),
        ("stop", {"tavern": "1"}, "stop: field content.tavern: expected int | null, got str"),
        ("stop", {"tavern": 2**53}, "stop: field content.tavern: expected int <= 9007199254740991"),
        ("send_message", "", "send_message: field content: expected str of length >= 1"),
        ("send_message", {"text": ""}, "send_message: field content.text: expected str of length >= 1"),
        ("send_message", [], "send_message: field content: expected object, got array"),
        ("stream_update", {"stream": -1}, "stream_update: field content.stream: expected int >= 0"),
        ("stream_update", {"stream": 1.5}, "stream_update: field content.stream: expected int, got float"),
        ("chat_history", [MESSAGE, 5], "chat_history: field content[1]: expected object, got int"),
        ("chat_history", [{"name": "Ann"}], "chat_history: field content[0].mes: expected str, got nothing"),
        (
            "chat_history",
            {**PAGE, "messages": [{"name": None, "mes": ""}]},
            "chat_history: field content.messages[0].name: expected str, got null",
        ),
        (
            "chat_history",
            {**PAGE, "start": 1},
            "chat_history: field content.total: expected at least 2, where the page ends, got 1",
        ),
        (
            "chat_changes",
            {"chat_id": "c", "epoch": 1, "base": 0, "revision": 1, "changes": [{"op": "explode", "at": 0}]},
            "chat_changes: field content.changes[0].op: expected one of splice, set, got 'explode'",
        ),
        (
            "chat_changes",
            {"chat_id": "c", "epoch": 1, "base": 0, "revision": 1, "changes": [{"at": 0}]},
            "chat_changes: field content.changes[0].op: expected a value, got nothing",
        ),
        (
            "chat_changes",
            {"chat_id": "c", "epoch": 1, "base": 0, "revision": 1, "changes": [{"op": "set", "at": 0, "message": {}}]},
            "chat_changes: field content.changes[0].message.name: expected str, got nothing",
        ),
        (
            "stream_end",
            {"stream": 1, "outcome": "finished", "message": {"name": "A"}},
            "stream_end: field content.message.mes: expected str, got nothing",
        ),
        ("result", [], "result: field content: expected object, got array"),
    ],
)
def test_a_wrong_field_is_named_with_what_was_expected_and_what_came(type: str, content: Any, message: str) -> None:
    error = refused(frame(type, content, id="a"))
    assert error.code is ErrorCode.BAD_FIELD
    assert error.message == message
    assert error.id == "a"
    assert set(error.params) == {"field", "expected", "got"}
    assert f"field {error.params['field']}: expected {error.params['expected']}" in error.message


def test_a_number_too_long_for_python_is_named_too() -> None:
    error = refused('{"type": "stop", "content": {"tavern": 1' + "0" * 5000 + "}}")
    assert error.message == "stop: field content.tavern: expected a smaller number"


def test_a_wrong_key_of_an_object_is_named() -> None:
    class Numbered(msgspec.Struct):
        by_number: dict[int, Literal["a", "b"]]
        pair: tuple[int, Literal["c"]] = (0, "c")

    for data, message in (
        (b'{"by_number": {"x": "a"}}', "field content.by_number: expected int as a key, got str"),
        (b'{"by_number": {"1": "z"}}', "field content.by_number[...]: expected one of a, b, got 'z'"),
        (b'{"by_number": {}, "pair": [1, "z"]}', "field content.pair[1]: expected one of c, got 'z'"),
    ):
        with pytest.raises(msgspec.ValidationError) as caught:
            msgspec.json.decode(data, type=Numbered)
        assert message in _bad_field("x", str(caught.value), Numbered).message


def test_an_error_is_short_however_long_what_came_was() -> None:
    for text in (
        frame("x" * 100_000, {}),
        frame("hello", {"role": "x" * 100_000, "name": ""}),
        '{"type": "stop", "id": "' + "x" * 100_000 + '"}',
    ):
        assert len(encode_error(refused(text))) < 1000


@pytest.mark.parametrize(
    ("type", "content"),
    [
        ("chat_history", lambda deep: [{**MESSAGE, "extra": deep}]),
        ("chat_history", lambda deep: {**PAGE, "messages": [{**MESSAGE, "extra": deep}]}),
        ("stream_end", lambda deep: {"stream": 1, "outcome": "finished", "message": {**MESSAGE, "extra": deep}}),
        ("result", lambda deep: {"message": deep}),
        ("error", lambda deep: {"code": "failed", "message": "", "params": {"a": deep}}),
    ],
)
def test_what_is_passed_on_unread_is_not_nested_deeper_than_it_can_be_written(type: str, content: Any) -> None:
    def nested(levels: int) -> Any:
        value: Any = 1
        for _ in range(levels):
            value = [value]
        return value

    found = decode(frame(type, content(nested(limits.NESTING - 2))))
    encode(found.type, found.content)
    error = refused(frame(type, content(nested(limits.NESTING + 1))))
    assert error.code is ErrorCode.BAD_FIELD
    assert "within one another" in error.message


# --- and nothing else ever happens ----------------------------------------------------------------------------------


def decodes_or_is_refused(text: str) -> None:
    try:
        found = decode(text)
    except ProtocolError as error:
        assert decode(encode_error(error).decode()).content == failure(error)  # noqa: PT017
        return
    encode(found.type, found.content, found.id)


@given(st.text())
@example("\ud800")
def test_any_text_is_read_or_refused(text: str) -> None:
    decodes_or_is_refused(text)


@given(JSON)
def test_any_json_is_read_or_refused(value: Any) -> None:
    decodes_or_is_refused(json.dumps(value))


@given(st.sampled_from(TYPES), JSON, JSON)
def test_any_content_of_any_type_is_read_or_refused(type: str, content: Any, id: Any) -> None:
    decodes_or_is_refused(json.dumps({"type": type, "content": content, "id": id}))


@given(st.data())
def test_a_good_frame_with_one_value_replaced_is_read_or_refused(data: st.DataObject) -> None:
    spec = data.draw(st.sampled_from(SPECS))
    content = data.draw(fitting(spec))
    if content:
        content[data.draw(st.sampled_from(sorted(content)))] = data.draw(JSON)
    decodes_or_is_refused(json.dumps({"type": spec.name, "content": content}))


@given(st.data())
def test_a_good_frame_cut_or_damaged_anywhere_is_read_or_refused(data: st.DataObject) -> None:
    good = frame("chat_history", PAGE, id="x")
    at = data.draw(st.integers(0, len(good)))
    decodes_or_is_refused(good[:at] + data.draw(st.text(max_size=2)) + good[at + data.draw(st.integers(0, 3)) :])


# --- the rest -------------------------------------------------------------------------------------------------------


def test_an_error_frame_carries_all_of_the_error() -> None:
    error = ProtocolError(ErrorCode.BUSY, "wait", {"kind": "swipe"}, id=3)
    found = decode(encode_error(error).decode())
    assert found.content == Failure(code="busy", message="wait", params={"kind": "swipe"}, retryable=True)
    assert found.id == 3
    assert str(error) == "wait"


def test_what_stands_beside_the_content_is_written_beside_it() -> None:
    assert json.loads(encode("chat_history", [MESSAGE], tavern=2)) == {
        "type": "chat_history",
        "content": [MESSAGE],
        "tavern": 2,
    }


def test_half_a_surrogate_pair_cannot_be_written() -> None:
    with pytest.raises(UnicodeEncodeError):
        encode("send_message", SendMessage(text="\ud83d"))


def test_the_choices_of_a_field_are_found_through_lists_unions_and_tags() -> None:
    assert choices(Hello, "role") == ["app", "tavern"]
    assert choices(ChatChanges, "changes[3].op") == ["splice", "set"]
    assert choices(ChatHistory, "chat.kind") == ["group", "none", "solo"]
    assert choices(ChatHistory, "total") == []
    assert choices(Splice, "nowhere.at.all[0]") == []
