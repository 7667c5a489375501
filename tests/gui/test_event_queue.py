"""Nothing that other threads put is lost, but log rows beyond a bound, which are counted."""

from __future__ import annotations

import threading
import time

from chatbridge_gui.bridge.events import HubStopped, LogRow, News, WindowWanted
from chatbridge_gui.gui.background.event_queue import EventQueue, RowsLeftOut, WindowEvent
from chatbridge_gui.protocol.messages import StreamUpdate, TavernState


def delta(text: str, stream: int = 1, tavern: int = 1) -> News:
    return News(tavern, StreamUpdate(stream=stream, append=text))


def row(text: str) -> LogRow:
    return LogRow(0.0, "info", "server", text)


def drained(queue: EventQueue, seconds: float = 10) -> list[WindowEvent]:
    events: list[WindowEvent] = []
    queue.drain(events.append, seconds)
    return events


def test_events_come_out_in_the_order_they_were_put() -> None:
    queue = EventQueue()
    events: list[WindowEvent] = [HubStopped(), row("a"), WindowWanted(), row("b"), HubStopped()]
    for event in events:
        queue.put(event)
    assert drained(queue) == events


def test_waiting_pieces_of_a_stream_become_one() -> None:
    queue = EventQueue()
    for text in ("The ", "wind ", "rises."):
        queue.put(delta(text))
    assert drained(queue) == [News(1, StreamUpdate(stream=1, append="The wind rises."))]


def test_pieces_that_become_one_have_the_count_of_the_last() -> None:
    queue = EventQueue()
    for tokens in (7, 9, 0):
        queue.put(News(1, StreamUpdate(stream=1, append="x", tokens=tokens)))
    assert drained(queue) == [News(1, StreamUpdate(stream=1, append="xxx", tokens=9))]


def test_a_rewrite_takes_the_place_of_what_waited_and_later_pieces_join_it() -> None:
    queue = EventQueue()
    queue.put(delta("The "))
    queue.put(News(1, StreamUpdate(stream=1, text="A wind")))
    queue.put(delta(" rises."))
    assert drained(queue) == [News(1, StreamUpdate(stream=1, text="A wind", append=" rises."))]


def test_an_end_that_is_mended_is_mended_where_it_waits() -> None:
    queue = EventQueue()
    mended = [("", '"Wo"'), ('"', 'of"'), ('"', '!" *'), ("", "Then"), ('" *Then', "?")]
    for drop, text in mended:
        queue.put(News(1, StreamUpdate(stream=1, drop=drop, append=text)))
    assert drained(queue) == [
        News(1, StreamUpdate(stream=1, append='"Woof!" *Then')),
        News(1, StreamUpdate(stream=1, drop='" *Then', append="?")),
    ]
    queue.put(News(1, StreamUpdate(stream=1, drop="before", append="a")))
    queue.put(News(1, StreamUpdate(stream=1, drop="a", append="b")))
    assert drained(queue) == [News(1, StreamUpdate(stream=1, drop="before", append="b"))]


def test_pieces_are_merged_only_with_their_like_and_only_in_a_row() -> None:
    queue = EventQueue()
    between = News(1, TavernState())
    events = [delta("a"), delta("b", stream=2), delta("c", stream=2, tavern=2), between, delta("d", stream=2, tavern=2)]
    reasoning = News(2, StreamUpdate(stream=2, append="e", channel="reasoning"))
    for event in (*events, reasoning):
        queue.put(event)
    assert drained(queue) == [*events, reasoning]


def test_log_rows_beyond_the_bound_are_counted_where_they_are_missing() -> None:
    queue = EventQueue(waiting_rows=10)
    for number in range(25):
        queue.put(row(str(number)))
    queue.put(HubStopped())
    assert drained(queue) == [*(row(str(number)) for number in range(10)), HubStopped(), RowsLeftOut(15)]
    queue.put(row("later"))
    assert drained(queue) == [row("later")]


def test_after_a_flood_rows_are_kept_again_when_half_are_shown_and_the_gap_is_one_row() -> None:
    queue = EventQueue(waiting_rows=4)
    for number in range(7):
        queue.put(row(str(number)))
    shown: list[WindowEvent] = []

    def show(event: WindowEvent) -> None:
        shown.append(event)
        if len(shown) <= 4:
            queue.put(row("new"))

    queue.drain(show, 10)
    rows = [event.text for event in shown if isinstance(event, LogRow)]
    left_out = [event.count for event in shown if isinstance(event, RowsLeftOut)]
    assert rows[:4] == ["0", "1", "2", "3"]
    assert len(rows) + sum(left_out) == 7 + 4
    assert len(left_out) == 1


def test_other_events_are_never_dropped_however_many_wait() -> None:
    queue = EventQueue(waiting_rows=1)
    for number in range(20_000):
        queue.put(News(number % 3, TavernState()))
        queue.put(row(""))
    assert sum(isinstance(event, News) for event in drained(queue)) == 20_000


def test_draining_stops_when_its_time_is_over_and_goes_on_where_it_stopped() -> None:
    queue = EventQueue()
    for number in range(50):
        queue.put(row(str(number)))
    shown: list[WindowEvent] = []

    def slow(event: WindowEvent) -> None:
        shown.append(event)
        time.sleep(0.002)

    assert queue.drain(slow, 0.01)
    assert 0 < len(shown) < 40
    while queue.drain(shown.append, 0.01):
        pass
    assert [event.text for event in shown if isinstance(event, LogRow)] == [str(number) for number in range(50)]


def test_an_event_whose_handler_raised_does_not_hold_up_the_others() -> None:
    queue = EventQueue()
    queue.put(WindowWanted())
    queue.put(HubStopped())
    try:
        queue.drain(lambda _event: 1 / 0, 1)  # type: ignore[arg-type]
    except ZeroDivisionError:
        pass
    assert drained(queue) == [HubStopped()]


def test_the_bell_rings_for_what_was_put_before_it_was_there() -> None:
    class Bell:
        rung = 0

        def ring(self) -> None:
            self.rung += 1

    queue, bell = EventQueue(), Bell()
    queue.put(HubStopped())
    queue.set_bell(bell)
    assert bell.rung == 1


def test_the_bell_may_be_taken_away_while_something_is_put() -> None:
    class Bell:
        rung = 0

        def ring(self) -> None:
            self.rung += 1

    class Queue(EventQueue):
        """Its bell is taken away as soon as somebody has looked at it."""

        def __getattribute__(self, name: str) -> object:
            found = super().__getattribute__(name)
            if name == "_bell" and found is not None:
                self.set_bell(None)
            return found

    queue, bell = Queue(), Bell()
    queue.set_bell(bell)
    queue.put(HubStopped())
    assert bell.rung == 1 and drained(queue) == [HubStopped()]


def test_several_threads_may_put_at_once() -> None:
    queue = EventQueue(waiting_rows=100_000)

    def put(name: str) -> None:
        for at in range(2_000):
            queue.put(row(f"{name} {at}"))

    threads = [threading.Thread(target=put, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    texts = [event.text for event in drained(queue) if isinstance(event, LogRow)]
    assert len(texts) == 8_000
    for name in "abcd":
        assert [text for text in texts if text.startswith(name)] == [f"{name} {at}" for at in range(2_000)]
