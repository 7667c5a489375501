"""extension/src/request-table.js: what the extension has to know of each request, from the one table."""

import json
from typing import Any, Final, get_args

from msgspec import inspect

from chatbridge_gui.protocol.messages import Permission
from chatbridge_gui.protocol.requests import REQUESTS
from chatbridge_gui.protocol.requests.spec import RequestSpec

_HEAD: Final = """\
/**
 * The requests, written by `python -m chatbridge_gui.protocol.generate` from the program's table.
 */

/** What the user grants. */
/** @typedef {permissions} Permission */

/**
 * What one request is.
 * @typedef {{object}} RequestSpec
 * @property {{Permission}} permission What the user must have granted.
 * @property {{boolean}} mutates Whether it changes anything.
 * @property {{Readonly<Record<string, import('./protocol.js').FieldRule>>}} fields What its fields must be.
 */

"""


def request_table() -> str:
    """The whole module as text."""
    permissions = get_args(Permission)
    lines = [
        _HEAD.format(permissions="{" + " | ".join(f"'{one}'" for one in permissions) + "}"),
        "/** @type {readonly Permission[]} */\n",
        f"export const PERMISSIONS = Object.freeze({_literal(list(permissions))});\n\n",
        "/** @type {Readonly<Record<string, RequestSpec>>} */\n",
        "export const REQUESTS = Object.freeze({\n",
        *(_row(spec) for spec in REQUESTS.values() if spec.target == "tavern"),
        "});\n",
    ]
    return "".join(lines)


def _row(spec: RequestSpec) -> str:
    shape = inspect.type_info(spec.content)
    assert isinstance(shape, inspect.StructType)
    fields = "".join(
        f"            {field.encode_name}: {_literal(_rule(field))},\n"
        for field in shape.fields
        if field.encode_name not in ("tavern", "key")
    )
    return (
        f"    {spec.name}: {{\n"
        f"        permission: '{spec.permission}',\n"
        f"        mutates: {json.dumps(spec.mutates)},\n"
        f"        fields: {{\n{fields}        }},\n"
        "    },\n"
    )


def _rule(field: inspect.Field) -> dict[str, Any]:
    rule: dict[str, Any] = {}
    for kind in _alternatives(field.type):
        match kind:
            case inspect.StrType(min_length=least):
                rule.setdefault("types", []).append("string")
                if least:
                    rule["filled"] = True
            case inspect.LiteralType(values=values):
                rule.setdefault("types", []).append("string")
                rule["choices"] = list(values)
            case inspect.IntType() | inspect.FloatType():
                rule.setdefault("types", []).append("number")
            case inspect.BoolType():
                rule.setdefault("types", []).append("boolean")
            case inspect.ListType() | inspect.VarTupleType():
                rule.setdefault("types", []).append("array")
            case inspect.NoneType():
                pass
            case _:
                raise TypeError(f"the extension has no rule for {kind!r}")
    if field.required:
        rule["required"] = True
    return rule


def _alternatives(kind: inspect.Type) -> list[inspect.Type]:
    if isinstance(kind, inspect.Metadata):
        return _alternatives(kind.type)
    if isinstance(kind, inspect.UnionType):
        return [one for outer in kind.types for one in _alternatives(outer)]
    return [kind]


def _literal(value: Any) -> str:
    """JavaScript in SillyTavern's own style."""
    match value:
        case dict():
            return "{ " + ", ".join(f"{key}: {_literal(item)}" for key, item in value.items()) + " }"
        case list():
            return "[" + ", ".join(_literal(item) for item in value) + "]"
        case str():
            return f"'{value}'"
    return json.dumps(value)
