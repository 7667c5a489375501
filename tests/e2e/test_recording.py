"""What a real SillyTavern said is recorded from the window and played to another hub, where the chat is the same."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

from chatbridge_gui.protocol.messages import Hello
from chatbridge_gui.recording import player

from .browser import chat, open_character, wait_idle
from .desk import App, desk, swipe, talk
from .fake_model import FakeModel, Reply
from .window import Window


def test_a_recorded_session_is_played_field_by_field(
    desktop: Window, extension: Path, page: Page, model: FakeModel, tmp_path: Path
) -> None:
    open_character(page, "Alice")
    desktop.until(lambda: len(desktop.mirrored()) == len(chat(page)) > 0, "the page's chat")
    recording = desktop.main.below.traffic.recording
    path = tmp_path / "session.chatbridge"
    recording.start(path)
    model.say(Reply(["*She ", "smiles.* ", "“你好 ", "😀”"]))
    talk(page, "Hello from the page")
    wait_idle(page)
    model.say(Reply(["Another ", "reply."]))
    swipe(page, "right")
    wait_idle(page)
    desktop.until(lambda: desktop.mirrored()[-1][1] == chat(page)[-1]["mes"] == "Another reply.", "the other reply")
    shown = desktop.main.book.shown
    assert shown is not None
    original = shown.mirror
    desktop.until(lambda: not original.streams and not original.state.generating, "the page to come to rest")
    recording.stop()
    desktop.until(lambda: not recording.runs, "the recording to end")

    with desk() as other:
        tavern = player.start(player.load(path), other.url)
        app = App(other.url, Hello(role="app", name="reader"))
        try:

            def same() -> bool:
                mirror = app.mirrors.get(1)
                return mirror is not None and mirror.messages == original.messages and not mirror.streams

            app.until(same, "the chat to be as it was")
            copy = app.mirrors[1]
            assert (copy.chat, copy.epoch, copy.revision) == (original.chat, original.epoch, original.revision)
            assert copy.state.st_version == original.state.st_version
        finally:
            app.close()
            tavern.stop()
            assert tavern.join(5)
