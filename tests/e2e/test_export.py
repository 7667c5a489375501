"""What the window exports can be imported in SillyTavern, and is the same chat there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

from chatbridge_gui.chat.export import FormatName

from .browser import chat, create_group, open_character
from .tavern import Tavern, read_chat
from .window import Window

FILL = """async () => {
    const c = SillyTavern.getContext();
    const said = (name, day, mes, more) => ({ name, is_user: name === c.name1, is_system: false, mes,
        send_date: `2026-11-${day}T10:00:00.000Z`, extra: {}, ...more });
    const info = (reasoning, at) => ({ send_date: `2026-11-2${at}T10:00:00.000Z`,
        gen_started: '2026-11-20T09:00:00.000Z', gen_finished: '2026-11-20T09:00:09.000Z',
        extra: { api: 'custom', reasoning, token_count: at } });
    c.chat.push(
        said(c.name1, 21, '你好 😀 "quoted"\\nline', { extra: { isSmallSys: false } }),
        said('Bob', 22, 'Two.', { original_avatar: 'Bob.png', extra: { unknown: { 'a.b': [1, null, 'x'] } },
            swipe_id: 1, swipes: ['One.', 'Two.', 'Three. 👻'],
            swipe_info: [info('a', 1), info('b', 2), info('c', 3)] }),
        said('Narrator', 23, 'Hidden.', { is_system: true, extra: { type: 'narrator' } }),
        said(c.name1, 24, 'long 长 '.repeat(30000)),
        said('Bob', 25, 'Only one.', { swipe_id: 0, swipes: ['Only one.'],
            swipe_info: [info('long '.repeat(60000), 4)] }),
    );
    await c.saveChat();
}"""
"""Versions, fields that only others know, a hidden message, and texts that are too long to be sent whole."""


def export(desktop: Window, path: Path) -> None:
    """By the keys; the dialog of the system, which belongs to nobody here, gives the path."""

    def choose(_name: str, format: FormatName) -> str:
        assert format == "jsonl"
        return str(path)

    desktop.main.exporter.choose_file = choose
    desktop.main.chat_view.text.focus_force()
    desktop.press("ctrl+shift+e")
    bar = desktop.main.exporter.bar
    desktop.until(lambda: desktop.root.focus_get() is bar.format_buttons["jsonl"], "the bar")
    desktop.press("Return")
    desktop.until(lambda: not bar.is_open, "the export to end")
    desktop.until(lambda: str(path) in "".join(desktop.main.notices.shown_texts()), "the path to be told")


def export_and_import(desktop: Window, page: Page, files: Callable[[], list[Path]], path: Path) -> None:
    page.evaluate(FILL)
    desktop.until(lambda: files() and len(read_chat(files()[-1])) == len(chat(page)), "the chat to be stored")
    desktop.until(lambda: len(desktop.mirrored()) == len(chat(page)), "the window to have it")
    original, before = read_chat(files()[-1]), set(files())
    assert len(original) > 5
    export(desktop, path)
    assert read_chat(path) == original
    page.set_input_files("#chat_import_file", str(path))
    desktop.until(lambda: set(files()) - before, "SillyTavern to have imported it")
    (imported,) = set(files()) - before
    desktop.until(lambda: read_chat(imported) == original, "the same messages in its file")


def test_an_exported_chat_is_the_same_when_it_is_imported(
    desktop: Window, extension: Path, page: Page, tavern: Tavern, tmp_path: Path
) -> None:
    open_character(page, "Alice")
    export_and_import(desktop, page, lambda: tavern.chat_files("Alice"), tmp_path / "alone.jsonl")
    create_group(page, "Party", ["Alice", "Bob"])
    export_and_import(desktop, page, tavern.group_chat_files, tmp_path / "group.jsonl")
