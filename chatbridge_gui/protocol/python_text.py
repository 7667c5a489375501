"""Python source as ruff would write it: types, imports, calls, docstrings."""

import keyword
import textwrap
import types
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

import msgspec

WIDTH: Final = 120


def identifier(name: str) -> str:
    return f"{name}_" if keyword.iskeyword(name) else name


def quoted(value: object) -> str:
    if isinstance(value, str):
        return msgspec.json.encode(value).decode()
    return repr(value)


def bare(hint: Any) -> Any:
    return get_args(hint)[0] if get_origin(hint) is Annotated else hint


def shown(hint: Any) -> str:
    """A type as it stands in a signature, without what is said about it."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return shown(inner[0])
    if origin in (Union, types.UnionType):
        return " | ".join(shown(one) for one in inner)
    if origin is Literal:
        return f"Literal[{', '.join(quoted(value) for value in inner)}]"
    if origin is list:
        return f"list[{shown(inner[0])}]"
    if origin is tuple:
        return f"tuple[{', '.join('...' if one is ... else shown(one) for one in inner)}]"
    if origin is dict:
        return f"dict[{', '.join(shown(one) for one in inner)}]"
    if hint is type(None):
        return "None"
    if hint is Any:
        return "Any"
    if isinstance(hint, type):
        return hint.__name__
    raise TypeError(f"no way to write the type {hint!r}")


def import_line(home: str, names: list[str]) -> str:
    line = f"from {home} import {', '.join(names)}"
    if len(line) <= WIDTH:
        return line + "\n"
    return f"from {home} import (\n" + "".join(f"    {name},\n" for name in names) + ")\n"


def call(start: str, arguments: list[str]) -> str:
    line = f"        {start}({', '.join(arguments)})"
    if len(line) <= WIDTH:
        return line + "\n"
    return f"        {start}(\n" + "".join(f"            {argument},\n" for argument in arguments) + "        )\n"


def docstring(text: str, indent: int) -> str:
    """A docstring's lines, broken where they are too long."""
    pad = " " * indent
    lines: list[str] = []
    for paragraph in text.strip().split("\n\n"):
        is_list = any(line.startswith(" ") for line in paragraph.splitlines())
        if lines:
            lines.append("")
        for line in paragraph.splitlines() if is_list else [" ".join(paragraph.split())]:
            deeper = " " * (len(line) - len(line.lstrip()))
            lines += textwrap.wrap(
                line,
                WIDTH - indent - 4,
                subsequent_indent=deeper * 2,
                break_long_words=False,
                break_on_hyphens=False,
            )
    quote = '"""'
    raw = "r" if any("\\" in line for line in lines) else ""
    if len(lines) == 1:
        return f"{pad}{raw}{quote}{lines[0]}{quote}\n"
    body = "\n".join(f"{pad}{line}" if line else "" for line in lines[1:])
    return f"{pad}{raw}{quote}{lines[0]}\n{body}\n{pad}{quote}\n"
