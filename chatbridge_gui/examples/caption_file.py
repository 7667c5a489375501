"""Keeps the last lines of the reply that is being written in a text file, for a text source in OBS that reads it.

Run it: python -m chatbridge_gui.examples.caption_file captions.txt
"""

import contextlib
import sys
import textwrap
import time
from pathlib import Path

from chatbridge_gui.client import connect_blocking

LINES, WIDTH = 2, 60
PAUSE = 0.1  # OBS looks once a second; what comes meanwhile is one larger piece


def caption(text: str) -> str:
    """The last lines, without the marks for emphasis."""
    return "\n".join(textwrap.wrap(" ".join(text.replace("*", "").split()), WIDTH)[-LINES:])


def main(file: Path) -> None:
    with connect_blocking(name="captions") as bridge:
        replies = bridge.streams()
        file.write_text("", encoding="utf-8")
        print(f"writing to {file}; Ctrl+C ends it", flush=True)
        for reply in replies:
            for _ in reply:
                file.write_text(caption(reply.text), encoding="utf-8")
                time.sleep(PAUSE)
            file.write_text(caption(reply.text), encoding="utf-8")


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main(Path(sys.argv[1] if len(sys.argv) > 1 else "captions.txt"))
