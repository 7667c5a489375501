"""Playing a recording in the window: `chatbridge-gui --replay FILE`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from chatbridge_gui.gui.language.i18n import t, translated

if TYPE_CHECKING:
    from chatbridge_gui.demo.background import BackgroundTavern
    from chatbridge_gui.gui.main_window import MainWindow
    from chatbridge_gui.recording.player import Recording


def play(window: MainWindow, path: Path) -> None:
    """Read the recording beside the main loop, and play it; or say what is wrong with the file."""

    def ready(recording: Recording | None, error: Exception | None) -> None:
        if recording is None:
            window.notices.show("error", partial(_why_not, error), key="replay")
            return
        header = recording.header
        begun = partial(t, "replay.begun", path=path, program=header.program, started=header.started[:19])
        window.notices.show("info", begun, key="replay", lasting=True)
        if recording.cut:
            window.notices.show("warning", partial(t, "replay.cut", path=path), key="replay_cut")
        window.serving.play(partial(_begin, recording))

    window.work.start(partial(_load, path), ready)


def _load(path: Path) -> Recording:
    from chatbridge_gui.recording.player import load

    return load(path)


def _begin(recording: Recording, url: str, token: str | None) -> BackgroundTavern:
    from chatbridge_gui.recording import player

    return player.start(recording, url, token)


def _why_not(error: Exception | None) -> str:
    code = getattr(error, "code", None)
    if code is None:
        return t("replay.failed", reason=error)
    return translated("recording.error", code, str(error), getattr(error, "params", {}))
