"""A file of the user's is written whole or not at all."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatbridge_gui.whole_file import write


def test_a_file_that_cannot_be_finished_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "chat.txt"
    path.write_text("old")

    def pieces() -> Iterator[str]:
        yield "new"
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError):
        write(path, pieces())
    assert path.read_text() == "old" and os.listdir(tmp_path) == ["chat.txt"]


@pytest.mark.skipif(os.name == "nt", reason="links need a right there, and its devices are no files")
def test_a_link_and_a_device_stay_what_they_are(tmp_path: Path) -> None:
    target, link, pipe = (tmp_path / name for name in ("target", "link", "pipe"))
    target.write_text("old")
    link.symlink_to(target)
    write(link, ["new"])
    assert link.is_symlink() and target.read_text() == "new"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write(pipe, ["new"])
    assert os.read(reading, 10) == b"new" and pipe.is_fifo()
    os.close(reading)
