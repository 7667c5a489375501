"""The main loop wakes for what another thread put, by a socket and by looking, and does it in small slices."""

from __future__ import annotations

import threading
import time
import tkinter
from collections.abc import Callable

import pytest

from chatbridge_gui.bridge.events import HubStopped, LogRow
from chatbridge_gui.gui.background.event_queue import EventQueue, WindowEvent
from chatbridge_gui.gui.background.wakeup import PollWakeup, Pump, SocketBell, SocketWakeup, make_wakeup

both = pytest.mark.parametrize("wakeup", [SocketWakeup, PollWakeup], ids=["socket", "poll"])


def pump_until(root: tkinter.Tk, condition: Callable[[], object], seconds: float = 5) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        root.update()
        time.sleep(0.001)


@both
def test_what_another_thread_puts_is_handled_in_the_main_thread(bare: tkinter.Tk, wakeup: type) -> None:
    queue = EventQueue()
    handled: list[tuple[WindowEvent, threading.Thread]] = []
    pump = Pump(bare, queue, lambda event: handled.append((event, threading.current_thread())), wakeup)

    def put() -> None:
        for at in range(500):
            queue.put(LogRow(0, "info", "server", str(at)))

    thread = threading.Thread(target=put)
    thread.start()
    pump_until(bare, lambda: len(handled) == 500)
    thread.join()
    assert [event.text for event, _ in handled if isinstance(event, LogRow)] == [str(at) for at in range(500)]
    assert {thread for _, thread in handled} == {threading.main_thread()}
    pump.close()


@both
def test_it_wakes_again_and_again(bare: tkinter.Tk, wakeup: type) -> None:
    queue = EventQueue()
    handled: list[WindowEvent] = []
    pump = Pump(bare, queue, handled.append, wakeup)
    for count in range(1, 6):
        queue.put(HubStopped())
        pump_until(bare, lambda count=count: len(handled) == count)  # type: ignore[misc]
    pump.close()


@both
def test_a_handler_that_raises_is_reported_and_the_rest_is_handled(root: tkinter.Tk, wakeup: type) -> None:
    errors: list[BaseException] = []
    root.report_callback_exception = lambda _kind, error, _trace: errors.append(error)
    queue = EventQueue()
    handled: list[WindowEvent] = []

    def handle(event: WindowEvent) -> None:
        handled.append(event)
        if len(handled) == 1:
            raise ValueError("the first")

    pump = Pump(root, queue, handle, wakeup)
    queue.put(HubStopped())
    queue.put(HubStopped())
    pump_until(root, lambda: len(handled) == 2)
    assert [str(error) for error in errors] == ["the first"]
    pump.close()
    root.report_callback_exception = tkinter.Tk.report_callback_exception.__get__(root)


@both
def test_long_work_is_done_in_slices_between_which_the_window_lives(bare: tkinter.Tk, wakeup: type) -> None:
    queue = EventQueue()
    handled: list[WindowEvent] = []

    def handle(event: WindowEvent) -> None:
        handled.append(event)
        time.sleep(0.001)

    beats: list[int] = []

    def beat() -> None:
        beats.append(len(handled))
        if len(handled) < 200:
            bare.after(5, beat)

    pump = Pump(bare, queue, handle, wakeup)
    for _ in range(200):
        queue.put(HubStopped())
    beat()
    pump_until(bare, lambda: len(handled) == 200)
    assert len({done for done in beats if 0 < done < 200}) >= 5
    pump.close()


def test_many_rings_are_one_byte_until_they_are_heard() -> None:
    bell = SocketBell()
    for _ in range(100_000):
        bell.ring()
    assert bell.ear.recv(64) == b"!"
    with pytest.raises(BlockingIOError):
        bell.ear.recv(64)
    bell.heard()
    bell.ring()
    assert bell.ear.recv(64) == b"!"
    bell.close()


@both
def test_ringing_after_the_window_is_closed_does_no_harm(bare: tkinter.Tk, wakeup: type) -> None:
    queue = EventQueue()
    pump = Pump(bare, queue, lambda _event: None, wakeup)
    made = pump._wakeup
    pump.close()
    made.bell.ring()
    queue.put(HubStopped())


@both
def test_what_comes_behind_the_event_that_closed_is_left(bare: tkinter.Tk, wakeup: type) -> None:
    queue = EventQueue()
    handled: list[WindowEvent] = []

    def handle(event: WindowEvent) -> None:
        handled.append(event)
        pump.close()
        time.sleep(0.01)  # longer than a slice may last, so that something is left
        queue.put(LogRow(0, "info", "server", "while closing"))

    pump = Pump(bare, queue, handle, wakeup)
    queue.put(HubStopped())
    queue.put(LogRow(0, "info", "server", "behind"))
    pump_until(bare, lambda: handled)
    end = time.monotonic() + 0.1
    pump_until(bare, lambda: time.monotonic() > end)
    assert handled == [HubStopped()] and pump._next is None


def test_the_poll_looks_seldom_while_nothing_happens_and_often_when_something_does(bare: tkinter.Tk) -> None:
    woken: list[bool] = []
    wakeup = PollWakeup(bare, lambda: woken.append(True))
    wakeup._silent = 1_000
    wakeup._look()
    assert wakeup.interval == PollWakeup.SLOW
    wakeup.bell.ring()
    pump_until(bare, lambda: woken)
    assert wakeup.interval == PollWakeup.FAST
    wakeup.close()


def test_the_socket_is_taken_where_tk_can_watch_one(bare: tkinter.Tk) -> None:
    wakeup = make_wakeup(bare, lambda: None)
    assert isinstance(wakeup, SocketWakeup if hasattr(bare.tk, "createfilehandler") else PollWakeup)
    wakeup.close()


def test_an_idle_socket_wakes_nobody(bare: tkinter.Tk) -> None:
    woken: list[bool] = []
    wakeup = SocketWakeup(bare, lambda: woken.append(True))
    end = time.monotonic() + 0.2
    pump_until(bare, lambda: time.monotonic() > end)
    assert woken == []
    wakeup.close()
