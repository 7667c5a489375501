"""`chatbridge call`: anything that can be asked, by its name."""

import argparse
import difflib
import inspect
import json
from typing import Any

import msgspec

from chatbridge_gui.cli.connected import run
from chatbridge_gui.cli.exits import Exit
from chatbridge_gui.cli.terminal import as_json, fail, out
from chatbridge_gui.client import Bridge
from chatbridge_gui.protocol.requests import REQUESTS
from chatbridge_gui.protocol.requests.spec import RequestSpec, TavernRequest


def call(options: argparse.Namespace) -> int:
    """Ask, and print the result."""
    if options.list:
        out("".join(_row(spec) for spec in REQUESTS.values()))
        return Exit.DONE
    if options.request is None:
        return fail("name a request; chatbridge call --list shows them", Exit.USAGE)
    spec = REQUESTS.get(options.request)
    if spec is None:
        close = difflib.get_close_matches(options.request, REQUESTS, 3)
        hint = f"; did you mean {' or '.join(close)}?" if close else "; chatbridge call --list shows those there are"
        return fail(f"there is no request {options.request!r}{hint}", Exit.USAGE)
    try:
        fields = _fields(options.fields, spec)
        if options.tavern is not None and issubclass(spec.content, TavernRequest):
            fields["tavern"] = options.tavern
        msgspec.convert(fields, spec.content)
    except ValueError as error:
        return fail(f"{spec.name}: {error}", Exit.USAGE)
    return run(options, lambda bridge: _call(bridge, options, fields))


async def _call(bridge: Bridge, options: argparse.Namespace, fields: dict[str, Any]) -> int:
    result = msgspec.to_builtins(await bridge.call(options.request, **fields))
    out(as_json(result, indent=None if options.json else 2) + "\n")
    return Exit.DONE


def _fields(given: list[str], spec: RequestSpec) -> dict[str, Any]:
    """The fields as typed.

    Raises:
        ValueError: one is no KEY=VALUE, or no field of this request.
    """
    known = [field.encode_name for field in msgspec.structs.fields(spec.content)]
    fields: dict[str, Any] = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals:
            raise ValueError(f"{one!r} is no KEY=VALUE")
        if name not in known:
            raise ValueError(f"it has no field {name!r}; there are: {', '.join(known) or 'none'}")
        fields[name] = _value(value, spec, name)
    return fields


def _value(text: str, spec: RequestSpec, name: str) -> Any:
    """A value as JSON if it can be read as such and would do, else as the text it is: `text=5` is a text."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    kinds = {field.encode_name: field.type for field in msgspec.structs.fields(spec.content)}
    try:
        return msgspec.to_builtins(msgspec.convert(value, kinds[name]))
    except msgspec.ValidationError:
        return text


def _row(spec: RequestSpec) -> str:
    about = " ".join((inspect.getdoc(spec.content) or "").split()).partition(". ")[0].rstrip(".")
    return f"{spec.name:20} {about}\n"
