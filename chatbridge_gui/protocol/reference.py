"""The reference of the wire as Markdown, from the types and tables that the program itself uses."""

import ast
import inspect as python
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any, Final

import msgspec
from msgspec import inspect

from chatbridge_gui.protocol import limits, messages, requests
from chatbridge_gui.protocol.close_codes import CLOSE_REASONS
from chatbridge_gui.protocol.errors import ERRORS
from chatbridge_gui.protocol.events import EVENTS
from chatbridge_gui.protocol.messages import MESSAGES, Content
from chatbridge_gui.protocol.reference_words import EVENTS_SAID, introduction
from chatbridge_gui.protocol.requests import REQUESTS
from chatbridge_gui.protocol.requests.spec import COMMON_ERRORS, EARLIEST, RequestSpec
from chatbridge_gui.protocol.shapes import description, structs

_MESSAGE_OF: Final[dict[type, str]] = {spec.content: spec.name for spec in MESSAGES.values()}


def reference() -> str:
    """The whole reference as Markdown."""
    parts = [
        introduction(),
        "## Messages\n",
        _table(
            ("message", "sent by", "about"),
            ((_link(spec.name), _by(spec.senders), _first_sentence(spec.content)) for spec in MESSAGES.values()),
        ),
        "What a tavern sends of its chat, its streams and its state reaches the apps with the tavern's number added.\n",
        *(_message(f"`{spec.name}`", spec.content, f"Sent by: {_by(spec.senders)}.") for spec in MESSAGES.values()),
        "## Requests\n",
        "An app sends a request; `result` or `error` with the same `id` answers it, exactly once. To a request whose "
        "tavern leaves before it has answered, the hub answers: `tavern_gone` if nothing was changed, "
        "`outcome_unknown` if the request may have been carried out. Everything a tavern is asked comes to it with an "
        "`id` of the hub's making. A tavern lists in `hello.capabilities` which requests it can do.\n",
        "Requests that change something are done one after another at each tavern, one of each app in turn, and each "
        "app's in its own order; [`TavernInfo.queue`](#taverninfo) shows them. The others overtake. With "
        "`if_busy: wait` a request waits for its turn, and for the end of what is being generated. With `reject` it is "
        "answered `busy` while SillyTavern generates, and when its turn does not come within "
        f"{limits.TURN:g} seconds. What an app that leaves has not had sent to the tavern by then is not done. Of a "
        "request to which `timeout` or `outcome_unknown` is the answer, the time began when it was sent to the "
        "tavern.\n",
        _table(
            ("request", "answered by", "changes something", "permission", "about"),
            (
                (
                    _link(spec.name),
                    f"the {spec.target}",
                    "yes" if spec.mutates else "no",
                    f"`{spec.permission}`" if spec.permission else "",
                    _first_sentence(spec.content),
                )
                for spec in REQUESTS.values()
            ),
        ),
        f"A permission is what the user grants in the extension's panel. {_said('Permission')}\n",
        f"Besides the errors each lists, a request to a tavern may fail with {_codes(COMMON_ERRORS)}.\n",
        *(_request(spec) for spec in REQUESTS.values()),
        "## Shapes\n",
        "What stands inside the messages above.\n",
        *(_message(cls.__name__, cls, "") for cls in _inner_structs()),
        f"### ChatMessage\n\n{_said('ChatMessage')}\n",
        f"### Topic\n\n{_said('Topic')}\n",
        "## Events\n",
        EVENTS_SAID,
        _table(
            ("event", "category", "permission", "`args`"),
            (
                (f"`{spec.name}`", f"`{spec.category}`", f"`{spec.permission}`", " · ".join(spec.args))
                for spec in EVENTS.values()
            ),
        ),
        "## Errors\n",
        "`error.code` is one of these; later versions may add some. *Retry*: the same request may succeed later.\n",
        _table(
            ("code", "retry", "meaning"),
            ((f"`{code}`", "yes" if row.retryable else "no", row.meaning) for code, row in ERRORS.items()),
        ),
        "## Close codes\n",
        "*Connect again*: a program that reconnects by itself should; where it says no, stop and tell the user why.\n",
        _table(
            ("code", "connect again", "meaning"),
            (
                (f"{int(code)} `{code.name.lower()}`", "yes" if reason.retry else "no", reason.meaning)
                for code, reason in CLOSE_REASONS.items()
            ),
        ),
        "## Limits\n",
        "Sizes are in bytes of UTF-8, times in seconds.\n",
        _table(("limit", "value", "meaning"), _limits()),
    ]
    return "\n".join(parts)


def _message(heading: str, cls: type[Content], line: str) -> str:
    parts = [f"### {heading}\n", f"{python.getdoc(cls)}\n"]
    if line:
        parts.append(f"{line}\n")
    parts.append(_fields(cls) or "No fields.\n")
    return "\n".join(parts)


def _request(spec: RequestSpec) -> str:
    result = spec.result
    if result in _MESSAGE_OF:
        answer = f"Result: as {_link(_MESSAGE_OF[result])}.\n"
    else:
        answer = f"Result: {python.getdoc(result)}\n\n{_fields(result)}".rstrip() + "\n"
    facts = [f"Permission: `{spec.permission}`."] if spec.permission else []
    if spec.since != EARLIEST:
        facts.append(f"SillyTavern {spec.since} or newer.")
    if spec.errors:
        facts.append(f"May fail with {_codes(spec.errors)}.")
    return _message(f"`{spec.name}`", spec.content, " ".join(facts)) + "\n" + answer


def _codes(codes: Iterable[str]) -> str:
    return ", ".join(f"`{code}`" for code in codes)


def _said(name: str) -> str:
    return _sentences(_said_below(messages)[name])


def _fields(cls: type[Content]) -> str:
    shape = inspect.type_info(cls)
    assert isinstance(shape, inspect.StructType)
    rows = []
    if shape.tag_field is not None:
        rows.append((f"`{shape.tag_field}`", f'`"{shape.tag}"`', "required", ""))
    for field in sorted(shape.fields, key=lambda field: not field.required):
        name, about = f"`{field.encode_name}`", description(field.type)
        rows.append((name, _kind(field.type), _default(cls, field), about))
    return _table(("field", "type", "default", ""), rows) if rows else ""


def _kind(kind: inspect.Type) -> str:
    match kind:
        case inspect.Metadata(type=inner, extra_json_schema=schema):
            title = (schema or {}).get("title")
            return f"[{title}](#{title.lower()})" if isinstance(title, str) else _kind(inner)
        case inspect.UnionType(types=types):
            return " or ".join(_kind(one) for one in types)
        case inspect.LiteralType(values=values):
            return " or ".join(f'`"{value}"`' for value in values)
        case inspect.ListType(item_type=item) | inspect.VarTupleType(item_type=item):
            return f"list{_bounds(kind)} of {_kind(item)}"
        case inspect.StructType(cls=cls):
            return _link(_MESSAGE_OF[cls]) if cls in _MESSAGE_OF else f"[{cls.__name__}](#{cls.__name__.lower()})"
        case inspect.StrType():
            return f"string{_bounds(kind)}"
        case inspect.IntType():
            return "number ≥ 0" if kind.ge == 0 else "number"
        case inspect.FloatType():
            return "number"
        case inspect.BoolType():
            return "true or false"
        case inspect.AnyType():
            return "anything"
        case inspect.NoneType():
            return "null"
        case inspect.TupleType(item_types=types):
            return f"list of {len(types)}: {', '.join(_kind(one) for one in types)}"
        case inspect.DictType(value_type=inspect.AnyType()):
            return "object"
        case inspect.DictType(key_type=key, value_type=value):
            return f"object, {_kind(key)} → {_kind(value)}"
    raise TypeError(f"the reference has no words for {kind!r}")


def _bounds(kind: inspect.StrType | inspect.ListType | inspect.VarTupleType) -> str:
    if kind.min_length == 1:
        return " (not empty)"
    return f" (at most {kind.max_length})" if kind.max_length is not None else ""


def _default(cls: type[Content], field: inspect.Field) -> str:
    if field.required:
        return "required"
    if field.default_factory is not msgspec.NODEFAULT:
        return f"`{msgspec.json.encode(field.default_factory()).decode()}`"
    if field.default is msgspec.NODEFAULT:
        return "absent"
    return f"`{msgspec.json.encode(field.default).decode()}`"


def _inner_structs() -> list[type[Content]]:
    """The structs that stand inside messages and results, in the order of their definition."""
    outer = [spec.content for spec in MESSAGES.values()]
    outer += [shape for spec in REQUESTS.values() for shape in (spec.content, spec.result)]
    found: set[type] = set()
    for cls in outer:
        shape = inspect.type_info(cls)
        assert isinstance(shape, inspect.StructType)
        for field in shape.fields:
            found.update(structs(field.type))
    modules = [messages, *(value for value in vars(requests).values() if isinstance(value, ModuleType))]
    defined = [value for module in modules for value in vars(module).values() if isinstance(value, type)]
    return [cls for cls in dict.fromkeys(defined) if issubclass(cls, Content) and cls in found - set(_MESSAGE_OF)]


def _limits() -> Iterator[tuple[str, str, str]]:
    for name, meaning in _said_below(limits).items():
        value = getattr(limits, name)
        yield f"`{name}`", (f"{value:,}".replace(",", " ") if value > 9999 else f"{value:g}"), _sentences(meaning)


def _said_below(module: ModuleType) -> dict[str, str]:
    """The sentence below each of a module's constants."""
    said: dict[str, str] = {}
    name = ""
    for statement in ast.parse(python.getsource(module)).body:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name)):
                pass
            case ast.Expr(value=ast.Constant(value=str() as text)) if name:
                said[name] = text
            case _:
                name = ""
    return said


def _by(senders: Iterable[str]) -> str:
    return ", ".join(senders)


def _link(name: str) -> str:
    return f"[`{name}`](#{name})"


def _first_sentence(cls: type) -> str:
    text = _sentences(python.getdoc(cls) or "")
    return text.partition(". ")[0].rstrip(".") + "."


def _sentences(text: str) -> str:
    return " ".join(text.split())


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines: list[tuple[Any, ...]] = [head, tuple("---" for _ in head), *rows]
    return "".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |\n" for line in lines)
