"""One Tk root at a time, as ttkbootstrap's styles belong to one; a window of its own for each test."""

from __future__ import annotations

import gc
import logging
import tkinter
from collections.abc import Iterator
from pathlib import Path

import pytest
import ttkbootstrap as ttk

from chatbridge_gui.gui.language import i18n
from chatbridge_gui.protocol.messages import ChatMessage

from .driver import Driver, history, many

TOTAL = 100_000


@pytest.fixture(autouse=True)
def own_config_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test reads or writes the settings of whoever runs it."""
    monkeypatch.setenv("CHATBRIDGE_CONFIG", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="module")
def root() -> Iterator[tkinter.Tk]:
    gc.collect()  # the last module's root must not be found by the collector in another thread: Tk would abort there
    app = ttk.App(title="ChatBridge", theme="bootstrap-light")
    yield app
    app.destroy()


@pytest.fixture
def bare(root: tkinter.Tk) -> Iterator[tkinter.Tk]:
    """The root, for parts without a window; a callback that raises fails the test."""
    errors: list[BaseException] = []
    root.report_callback_exception = lambda _kind, error, _trace: errors.append(error)
    yield root
    for child in root.winfo_children():
        child.destroy()
    root.report_callback_exception = tkinter.Tk.report_callback_exception.__get__(root)
    assert errors == []


@pytest.fixture
def driver(root: tkinter.Tk, caplog: pytest.LogCaptureFixture) -> Iterator[Driver]:
    """A window and somebody in front of it. It fails the test when a callback raised or an error was logged."""
    i18n.use("en")
    found = Driver(root)
    yield found
    rows = found.window.log_pane.text.get("1.0", "end").splitlines()
    found.finish()
    assert found.errors == []
    assert [row for row in rows if "\terror\t" in row] == []
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.fixture(scope="module")
def whole() -> list[ChatMessage]:
    return many(TOTAL)


@pytest.fixture
def long(driver: Driver, whole: list[ChatMessage]) -> Driver:
    """A window with a chat of 100,000 messages."""
    driver.chatting([])
    driver.news(history(whole, epoch=1))
    driver.settle()
    driver.window.chat_view.text.focus_force()
    driver.until(lambda: driver.root.focus_get() is driver.window.chat_view.text)
    return driver
