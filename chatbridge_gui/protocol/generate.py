"""Writes every file that is made from the protocol's types and tables.

Run `python -m chatbridge_gui.protocol.generate` after a change; a test fails while a file is stale.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from chatbridge_gui.protocol.client_methods import ASYNC, BLOCKING, all_methods, group_methods, name_of
from chatbridge_gui.protocol.declarations import declarations
from chatbridge_gui.protocol.event_table import event_table
from chatbridge_gui.protocol.reference import reference
from chatbridge_gui.protocol.request_table import request_table
from chatbridge_gui.protocol.requests import GROUPS
from chatbridge_gui.protocol.schema import schema

_PACKAGE: Final = Path(__file__).parents[1]

FILES: Final[dict[Path, Callable[[], str]]] = {
    _PACKAGE / "docs" / "protocol.md": reference,
    _PACKAGE / "docs" / "protocol.schema.json": schema,
    _PACKAGE / "docs" / "protocol.d.ts": declarations,
    **{
        _PACKAGE / "client" / folder / f"{name}.py": text
        for folder, face in (("requests", ASYNC), ("blocking_requests", BLOCKING))
        for name, text in (
            ("__init__", partial(all_methods, face)),
            *((name_of(group), partial(group_methods, face, group)) for group in GROUPS),
        )
    },
    _PACKAGE.parent / "extension" / "src" / "request-table.js": request_table,
    _PACKAGE.parent / "extension" / "src" / "event-table.js": event_table,
}
"""What each is made by."""


def main() -> None:
    for path, text in FILES.items():
        path.write_text(text(), encoding="utf-8", newline="\n")
        print(f"wrote {path}")


if __name__ == "__main__":
    main()
