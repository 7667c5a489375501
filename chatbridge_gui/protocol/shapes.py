"""What is written about the types themselves: used by all that is generated from them."""

from collections.abc import Iterator

from msgspec import inspect


def description(kind: inspect.Type) -> str:
    """What is said about a field; empty if nothing is."""
    if isinstance(kind, inspect.Metadata) and kind.extra_json_schema:
        return str(kind.extra_json_schema.get("description", ""))
    return ""


def structs(kind: inspect.Type) -> Iterator[type]:
    """The structs that stand in a type, and those within them."""
    match kind:
        case inspect.Metadata(type=inner) | inspect.ListType(item_type=inner) | inspect.VarTupleType(item_type=inner):
            yield from structs(inner)
        case inspect.UnionType(types=types) | inspect.TupleType(item_types=types):
            for one in types:
                yield from structs(one)
        case inspect.DictType(value_type=value):
            yield from structs(value)
        case inspect.StructType(cls=cls, fields=fields):
            yield cls
            for field in fields:
                yield from structs(field.type)
