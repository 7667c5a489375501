"""What a field may be, found in the types themselves, so that an error can say it."""

import re
from collections.abc import Iterator
from typing import Any, Final

from msgspec import inspect

_STEP: Final = re.compile(r"\[[^\]]*\]|[^.\[\]]+")


def choices(wanted: Any, path: str) -> list[str]:
    """The values allowed at a path like `changes[0].op`; none where they are not a short list."""
    found = list(_kinds(inspect.type_info(wanted)))
    for step in _STEP.findall(path):
        found = [kind for outer in found for inner in _inside(outer, step) for kind in _kinds(inner)]
    return [str(value) for kind in found if isinstance(kind, inspect.LiteralType) for value in kind.values]


def _kinds(kind: inspect.Type) -> Iterator[inspect.Type]:
    """The alternatives of a type, without what is only said about it."""
    if isinstance(kind, inspect.Metadata):
        yield from _kinds(kind.type)
    elif isinstance(kind, inspect.UnionType):
        for one in kind.types:
            yield from _kinds(one)
    else:
        yield kind


def _inside(kind: inspect.Type, step: str) -> Iterator[inspect.Type]:
    if step.startswith("["):
        if isinstance(kind, inspect.ListType | inspect.VarTupleType):
            yield kind.item_type
        elif isinstance(kind, inspect.DictType):
            yield kind.value_type
        elif isinstance(kind, inspect.TupleType):
            yield kind.item_types[int(step[1:-1])]
    elif isinstance(kind, inspect.StructType):
        if step == kind.tag_field:
            yield inspect.LiteralType((kind.tag,))
        yield from (field.type for field in kind.fields if field.encode_name == step)
