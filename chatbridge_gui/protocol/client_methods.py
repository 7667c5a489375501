"""The request methods of the client, async and blocking, from the one table of requests."""

import inspect as python
from collections.abc import Iterator
from types import ModuleType
from typing import Annotated, Any, Final, get_args, get_origin, get_type_hints

import msgspec
from msgspec import UNSET, Meta

from chatbridge_gui.protocol import requests
from chatbridge_gui.protocol.python_text import WIDTH, bare, call, docstring, identifier, import_line, quoted, shown
from chatbridge_gui.protocol.requests import GROUPS
from chatbridge_gui.protocol.requests.spec import COMMON_ERRORS, EARLIEST, ChangingRequest, Done, RequestSpec

_COMMON: Final = tuple(field.name for field in msgspec.structs.fields(ChangingRequest))

_HEAD: Final = '''\
"""{title}

{face}Written by `python -m chatbridge_gui.protocol.generate`. Change the requests in `protocol`, not this file.
"""
'''
_TAVERN_CLASS: Final = f"""\
What a SillyTavern can be asked.

Besides their own arguments all of these take:

    tavern: the number of the one that is meant; it may be left out while one is connected
    chat_id: a guard: refused as `stale_chat` if another chat is open

and those that change something:

    key: a uuid: asked again with it, it is not done again; the client makes one where none is given
    revision: a guard: refused as `stale_chat` if the chat has changed since
    if_busy: while SillyTavern generates: refuse as `busy`, or wait for the end of it

All raise `RequestFailed`, whose `code` is one of those that a method lists or of {", ".join(COMMON_ERRORS)}; and
`ConnectionLost` when the connection has ended for good.
"""


class Face(msgspec.Struct, frozen=True):
    """One of the two ways to ask: in an event loop, or waiting."""

    base: str
    base_from: str
    package: str
    prefix: str
    start: str
    result: str
    told: str


ASYNC: Final = Face(
    base="Asker",
    base_from="chatbridge_gui.client.asking",
    package="chatbridge_gui.client.requests",
    prefix="",
    start="async def",
    result="return await",
    told="",
)
BLOCKING: Final = Face(
    base="Waiter",
    base_from="chatbridge_gui.client.waiting",
    package="chatbridge_gui.client.blocking_requests",
    prefix="Blocking",
    start="def",
    result="return",
    told="For programs without an event loop.\n",
)


def all_methods(face: Face) -> str:
    """The source of a face's `__init__.py`, which puts the groups together."""
    classes = {name_of(group): _class_name(face, group) for group in GROUPS}
    hub = _class_name(face, requests.hub)
    bases = "".join(f"    {name},\n" for name in classes.values() if name != hub)
    return (
        _HEAD.format(title="The request methods, by what they are about.", face=face.told)
        + "\n"
        + "".join(import_line(f"{face.package}.{group}", [classes[group]]) for group in sorted(classes))
        + f'\n__all__ = ["{hub}", "{face.prefix}TavernRequests"]\n'
        + f"\n\nclass {face.prefix}TavernRequests(\n{bases}):\n{docstring(_TAVERN_CLASS, 4)}"
    )


def group_methods(face: Face, group: ModuleType) -> str:
    """The source of the methods of one group of requests."""
    methods = [_Method(spec) for spec in group.SPECS]
    title = python.getdoc(group) or ""
    return (
        _HEAD.format(title=title, face=face.told)
        + "\n"
        + _imports(methods, face)
        + f"\n\nclass {_class_name(face, group)}({face.base}):\n{docstring(title, 4)}\n"
        + "\n".join(_source(face, method) for method in methods)
    )


def name_of(group: ModuleType) -> str:
    """What a group of requests is called: as its module is."""
    return group.__name__.rpartition(".")[2]


def _class_name(face: Face, group: ModuleType) -> str:
    return f"{face.prefix}{name_of(group).title()}Requests"


class _Method:
    """A request as a method: its signature and what is said of it."""

    def __init__(self, spec: RequestSpec) -> None:
        self.spec = spec
        self.name = identifier(spec.name)
        self.asks_tavern = spec.target == "tavern"
        self.hints = get_type_hints(spec.content, include_extras=True)
        fields = msgspec.structs.fields(spec.content)
        own = [field for field in fields if field.name not in _COMMON or not self.asks_tavern]
        common = [field for field in fields if field.name in _COMMON and self.asks_tavern]
        self.required = [field for field in own if field.required]
        self.optional = [field for field in (*own, *common) if not field.required]
        self.own = own

    @property
    def parameters(self) -> list[str]:
        found = [f"{identifier(field.name)}: {self._kind(field)}" for field in self.required]
        if self.optional:
            found.append("*")
        return found + [
            f"{identifier(field.name)}: {self._kind(field)}{self._default(field)}" for field in self.optional
        ]

    def _kind(self, field: msgspec.structs.FieldInfo) -> str:
        """Its type as an argument: whatever can be read as a list or a tuple will do for one."""
        hint = bare(self.hints[field.name])
        if get_origin(hint) is list or (get_origin(hint) is tuple and get_args(hint)[-1] is ...):
            return f"Sequence[{shown(get_args(hint)[0])}]"
        text = shown(hint)
        return f"{text} | None" if get_origin(hint) is dict and not field.required else text

    def _default(self, field: msgspec.structs.FieldInfo) -> str:
        if field.default_factory is msgspec.NODEFAULT:
            return f" = {'UNSET' if field.default is UNSET else quoted(field.default)}"
        return " = None" if get_origin(bare(self.hints[field.name])) is dict else " = ()"

    def _argument(self, field: msgspec.structs.FieldInfo) -> str:
        name, origin = identifier(field.name), get_origin(bare(self.hints[field.name]))
        if origin is dict and not field.required:
            return f"{field.name}={name} or {{}}"
        if self._kind(field).startswith("Sequence["):
            return f"{field.name}={origin.__name__}({name})"
        return f"{field.name}={name}"

    def signature(self, start: str) -> str:
        parameters = ["self", *self.parameters]
        line = f"    {start} {self.name}({', '.join(parameters)}) -> {self.spec.result.__name__}:"
        if len(line) <= WIDTH:
            return line + "\n"
        inner = "".join(f"        {parameter},\n" for parameter in parameters)
        return f"    {start} {self.name}(\n{inner}    ) -> {self.spec.result.__name__}:\n"

    def arguments(self) -> list[str]:
        return [self._argument(field) for field in (*self.required, *self.optional)]

    def docstring(self) -> str:
        parts = [python.getdoc(self.spec.content) or ""]
        told = [
            f"    {identifier(field.name)}: {text}"
            for field in self.own
            if (text := _description(self.hints[field.name]))
        ]
        if told:
            parts.append("Args:\n" + "\n".join(told))
        if self.spec.result is Done:
            return self._whole(parts)
        result = [" ".join((python.getdoc(self.spec.result) or "").split())]
        hints = get_type_hints(self.spec.result, include_extras=True)
        result += [
            f"`{field.name}`: {text}"
            for field in msgspec.structs.fields(self.spec.result)
            if (text := _description(hints[field.name]))
        ]
        parts.append("Returns:\n" + "\n".join(f"    {line}" for line in result))
        return self._whole(parts)

    def _whole(self, parts: list[str]) -> str:
        return docstring("\n\n".join(filter(None, (*parts, _facts(self.spec)))), 8)


def _facts(spec: RequestSpec) -> str:
    """What else the table says of a request."""
    facts = []
    if spec.permission:
        facts.append(f"Needs the permission `{spec.permission}`.")
    if spec.since != EARLIEST:
        facts.append(f"Needs SillyTavern {spec.since} or newer.")
    if spec.errors:
        facts.append(f"May fail with {', '.join(spec.errors)}.")
    return " ".join(facts)


def _source(face: Face, method: _Method) -> str:
    spec = method.spec
    return (
        method.signature(face.start)
        + method.docstring()
        + call(f"content = {spec.content.__name__}", method.arguments())
        + f'        {face.result} self._ask("{spec.name}", content, {spec.result.__name__})\n'
    )


def _imports(methods: list[_Method], face: Face) -> str:
    homes: dict[str, set[str]] = {face.base_from: {face.base}}
    for method in methods:
        hints = [method.hints[field.name] for field in (*method.required, *method.optional)]
        for cls in {method.spec.content, method.spec.result, *(one for hint in hints for one in _structs(hint))}:
            homes.setdefault(cls.__module__, set()).add(cls.__name__)
    text = "\n".join("\n".join((*method.parameters,)) for method in methods)
    lines = []
    abstract = [name for name in ("Mapping", "Sequence") if f"{name}[" in text]
    if abstract:
        lines.append(f"from collections.abc import {', '.join(abstract)}\n")
    typing = [name for name in ("Any", "Literal") if name in text]
    if typing:
        lines.append(f"from typing import {', '.join(typing)}\n")
    if lines:
        lines.append("\n")
    if "UNSET" in text:
        lines.append("from msgspec import UNSET, UnsetType\n\n")
    lines += (import_line(home, sorted(homes[home])) for home in sorted(homes))
    return "".join(lines)


def _structs(hint: Any) -> Iterator[type]:
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        yield hint
    for one in get_args(hint):
        yield from _structs(one)


def _description(hint: Any) -> str:
    if get_origin(hint) is Annotated:
        for meta in get_args(hint)[1:]:
            if isinstance(meta, Meta) and meta.description:
                return meta.description
    return ""
