"""Writing a file of the user's: all of it, or nothing."""

import os
import uuid
from collections.abc import Iterable
from pathlib import Path


def write(path: Path, pieces: Iterable[str]) -> None:
    """Write a file, in the place of another one only when it is whole.

    Raises:
        OSError: it cannot be written; what was there before is there still.
    """
    if path.exists() and not path.is_file():  # a pipe or a device cannot be put into the place of anything
        with path.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(pieces)
        return
    path = Path(os.path.realpath(path))  # a link stays one
    part = path.with_name(f".{path.name[:40]}.{uuid.uuid4().hex[:12]}.part")
    try:
        with part.open("x", encoding="utf-8", newline="\n") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
