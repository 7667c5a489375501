"""The way of requests to a tavern: one after another, fair, each answered exactly once, and what waits can be seen."""

import asyncio
import itertools
import json
from collections import Counter
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chatbridge_gui.bridge.conflicts import Standing
from chatbridge_gui.bridge.events import PeerInfo
from chatbridge_gui.bridge.peers import Outbox, Tavern
from chatbridge_gui.bridge.queues import Queues
from chatbridge_gui.bridge.requests import PendingRequests, Reply
from chatbridge_gui.protocol import limits
from chatbridge_gui.protocol.codec import decode
from chatbridge_gui.protocol.messages import Content, Failure, Hello, TavernState, Waiting
from chatbridge_gui.protocol.requests import REQUESTS
from chatbridge_gui.protocol.requests.messages import EditMessage
from chatbridge_gui.protocol.requests.spec import RequestSpec, TavernRequest
from chatbridge_gui.protocol.requests.talk import SendMessage, Stop

NUMBER = 1
EDITED: dict[str, Any] = {"at": 0, "message": {"name": "A", "mes": "x"}}


class Asked:
    """One request and its answers."""

    def __init__(self, content: TavernRequest, asker: int | None) -> None:
        self.content = content
        self.asker = asker
        self.answers: list[Content] = []

    @property
    def answer(self) -> str:
        """`waits`, `result` or an error's code."""
        assert len(self.answers) <= 1, "it was answered twice"
        if not self.answers:
            return "waits"
        answer = self.answers[0]
        return answer.code if isinstance(answer, Failure) else "result"


class Inn:
    """One tavern, its queue, and all that was sent to it."""

    def __init__(self) -> None:
        self.taverns: dict[int, Tavern] = {}
        self.pending = PendingRequests()
        self.told: list[tuple[tuple[Waiting, ...], int]] = []
        self.queues = Queues(self.pending, self.taverns, lambda: self.told.append(self.queues.shown(NUMBER)))
        self.sent: list[tuple[int, str]] = []
        """The id and the `key` of each request in the order they were sent; one sent again stands here again."""
        self.come()

    @property
    def tavern(self) -> Tavern:
        return self.taverns[NUMBER]

    def come(self) -> None:
        info = PeerInfo(1, "tavern", "Tab", "", False, NUMBER, 0.0)
        tavern = self.taverns[NUMBER] = Tavern(info, Hello(role="tavern", name="Tab"), Outbox(), NUMBER)
        tavern.outbox.put = self._take  # type: ignore[method-assign]
        self.queues.back(tavern)

    def ask(self, content: TavernRequest, asker: int | None = 1) -> Asked:
        asked = Asked(content, asker)
        name = {SendMessage: "send_message", EditMessage: "edit_message", Stop: "stop"}[type(content)]
        self.queues.ask(NUMBER, REQUESTS[name], content, asked.answers.append, asker)
        return asked

    def answer(self, nth: int = -1, **content: Any) -> None:
        assert self.pending.result(NUMBER, self.sent[nth][0], content)

    def sent_keys(self) -> list[str]:
        return [key for _, key in self.sent]

    def _take(self, frame: bytes) -> None:
        decode(frame.decode())
        read = json.loads(frame)
        self.sent.append((read["id"], read["content"].get("key", read["type"])))


def message(key: str, **more: Any) -> SendMessage:
    return SendMessage(text=key, key=key, **{"if_busy": "wait", **more})


def edit(key: str, **more: Any) -> EditMessage:
    return EditMessage(uid="1", text="x", key=key, **more)


def run(main: Callable[[Inn], Coroutine[Any, Any, None]]) -> None:
    async def begin() -> None:
        await main(Inn())

    asyncio.run(asyncio.wait_for(begin(), 10))


def test_one_at_a_time_and_one_of_each_app_in_turn() -> None:
    async def main(inn: Inn) -> None:
        asked = [inn.ask(message(key), ord(key[0])) for key in ("a1", "a2", "a3", "b1", "b2", "c1")]
        for at in range(len(asked)):
            assert len(inn.sent) == at + 1, "at most one is being done there"
            inn.answer(at)
        assert inn.sent_keys() == ["a1", "a2", "b1", "c1", "a3", "b2"], "a2 was there before b1"
        assert {one.answer for one in asked} == {"result"}

    run(main)


def test_what_changes_nothing_overtakes() -> None:
    async def main(inn: Inn) -> None:
        first, second, stop = inn.ask(message("a1")), inn.ask(message("a2")), inn.ask(Stop())
        assert inn.sent_keys() == ["a1", "stop"]
        inn.answer(stopped=True)
        assert (first.answer, second.answer, stop.answer) == ("waits", "waits", "result")
        inn.answer(0)
        assert inn.sent_keys() == ["a1", "stop", "a2"]

    run(main)


def test_what_waits_is_shown_next_one_first_and_no_more_than_can_be_read() -> None:
    async def main(inn: Inn) -> None:
        inn.ask(message("a1"), 1)
        inn.ask(message("a2"), 1)
        inn.ask(edit("w"), None)
        assert inn.queues.shown(NUMBER) == (
            (Waiting("send_message", 1, True), Waiting("send_message", 1), Waiting("edit_message", None)),
            3,
        )
        for at in range(100):
            inn.ask(message(f"b{at}"), 2)
        shown, count = inn.queues.shown(NUMBER)
        assert (len(shown), count) == (limits.QUEUE_SHOWN, 103)
        assert inn.queues.shown(2) == ((), 0)

    run(main)


def test_many_changes_are_told_at_once_and_what_was_over_soon_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "QUEUE_NEWS", 0.02)

    async def main(inn: Inn) -> None:
        inn.ask(message("quick"))
        inn.answer()
        await asyncio.sleep(0.05)
        assert inn.told == []
        for at in range(200):
            inn.ask(message(f"{at}"), at % 7)
        assert inn.told == []
        await asyncio.sleep(0.05)
        assert [count for _, count in inn.told] == [200]
        for _ in range(200):
            inn.answer()
        await asyncio.sleep(0.05)
        assert [count for _, count in inn.told] == [200, 0]
        inn.ask(message("last"))
        inn.queues.close()
        await asyncio.sleep(0.05)
        assert len(inn.told) == 2, "a hub that has stopped tells nothing"

    run(main)


# --- who would rather be refused than wait --------------------------------------------------------------------------


def test_one_that_will_not_wait_has_its_turn_among_quick_ones() -> None:
    async def main(inn: Inn) -> None:
        asked = [inn.ask(edit(f"{at}"), at) for at in range(3)]
        for _ in asked:
            inn.answer(**EDITED)
        assert [one.answer for one in asked] == ["result"] * 3

    run(main)


@pytest.mark.parametrize("long", [message("long"), message("long", if_busy="reject", wait="reply")])
def test_behind_one_that_lasts_for_a_generation_it_is_refused_at_once(long: SendMessage) -> None:
    async def main(inn: Inn) -> None:
        inn.tavern.mirror.apply(TavernState(generating=True))
        inn.ask(long, 1)
        patient, impatient = inn.ask(message("patient"), 2), inn.ask(edit("impatient"), 3)
        assert (patient.answer, impatient.answer) == ("waits", "busy")
        refused = impatient.answers[0]
        assert isinstance(refused, Failure)
        assert refused.params == {"reason": "queue", "queue": 2}
        assert refused.retryable
        inn.answer()
        assert inn.sent_keys() == ["long", "patient"]

    run(main)


def test_when_the_one_before_it_turns_out_to_last_it_is_refused_then() -> None:
    async def main(inn: Inn) -> None:
        inn.ask(edit("quick"), 1)
        inn.ask(message("patient"), 2)
        impatient = inn.ask(edit("impatient"), 3)
        inn.tavern.mirror.apply(TavernState(generating=True))
        inn.answer(**EDITED)
        assert (inn.sent_keys(), impatient.answer) == (["quick", "patient"], "busy")
        inn.answer()
        assert inn.sent_keys() == ["quick", "patient"], "it is not asked any more"

    run(main)


def test_it_is_refused_when_its_turn_does_not_come_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "TURN", 0.01)

    async def main(inn: Inn) -> None:
        running, impatient = inn.ask(edit("running"), 1), inn.ask(edit("impatient"), 2)
        await asyncio.sleep(0.05)
        assert (running.answer, impatient.answer) == ("waits", "busy"), "what is being done has all its time"
        assert inn.queues.shown(NUMBER)[1] == 1
        inn.answer(**EDITED)
        assert inn.sent_keys() == ["running"]

    run(main)


def test_while_its_tavern_is_away_nobody_else_is_blamed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "TURN", 0.01)

    async def main(inn: Inn) -> None:
        inn.ask(edit("first"), 1)
        second = inn.ask(edit("second"), 2)
        del inn.taverns[NUMBER]
        inn.pending.unreadable(NUMBER, inn.sent[0][0], "while it was away")
        await asyncio.sleep(0.05)
        (refused,) = second.answers
        assert isinstance(refused, Failure) and refused.code == "busy" and refused.retryable
        assert "not here at the moment" in refused.message and refused.params == {"reason": "away"}

    run(main)


# --- time, and those who leave --------------------------------------------------------------------------------------


def test_the_time_to_answer_begins_when_it_is_sent_and_one_that_waits_has_a_generations_time() -> None:
    async def main(inn: Inn) -> None:
        given: list[float] = []
        add = inn.pending.add

        def note(spec: RequestSpec, tavern: int, reply: Reply, answer_within: float) -> int:
            given.append(answer_within)
            return add(spec, tavern, reply, answer_within)

        inn.pending.add = note  # type: ignore[method-assign]
        inn.ask(edit("quick"), 1)
        inn.ask(edit("patient", if_busy="wait"), 1)
        inn.ask(message("generates", if_busy="reject"), 1)
        assert given == [limits.REQUEST_ANSWER]
        inn.answer(**EDITED)
        inn.answer(**EDITED)
        assert given == [limits.REQUEST_ANSWER, limits.GENERATION_ANSWER, limits.GENERATION_ANSWER]

    run(main)


def test_one_that_is_never_answered_does_not_keep_the_others_for_ever() -> None:
    async def main(inn: Inn) -> None:
        first, second = inn.ask(message("a")), inn.ask(message("b"))
        inn.pending.unreadable(NUMBER, inn.sent[0][0], "nonsense")
        assert (first.answer, second.answer, inn.sent_keys()) == ("outcome_unknown", "waits", ["a", "b"])

    run(main)


def test_an_app_that_leaves_takes_along_what_was_not_sent_yet() -> None:
    async def main(inn: Inn) -> None:
        sent, waits, other = inn.ask(message("a1"), 1), inn.ask(message("a2"), 1), inn.ask(message("b1"), 2)
        inn.queues.app_left(1)
        assert (sent.answer, waits.answer) == ("waits", "failed")
        inn.answer()
        assert (sent.answer, other.answer, inn.sent_keys()) == ("result", "waits", ["a1", "b1"])

    run(main)


def test_of_a_tavern_that_will_not_come_back_nothing_is_left_open() -> None:
    async def main(inn: Inn) -> None:
        asked = [inn.ask(message(f"{at}"), at) for at in range(3)]
        asked.append(inn.ask(Stop()))
        del inn.taverns[NUMBER]
        inn.queues.tavern_gone(NUMBER)
        assert [one.answer for one in asked] == ["outcome_unknown", "tavern_gone", "tavern_gone", "tavern_gone"]
        assert inn.sent_keys() == ["0", "stop"], "nothing was sent to one that is not there"
        assert inn.queues.shown(NUMBER) == ((), 0)

    run(main)


def test_one_that_comes_back_is_asked_again_and_then_the_rest() -> None:
    async def main(inn: Inn) -> None:
        asked = [inn.ask(message(f"{at}"), at) for at in range(3)]
        del inn.taverns[NUMBER]
        inn.pending.unreadable(NUMBER, inn.sent[0][0], "while it was away")
        assert inn.sent_keys() == ["0"], "it is not there"
        inn.come()
        assert inn.sent_keys() == ["0", "1"]
        del inn.taverns[NUMBER]
        inn.come()
        assert inn.sent_keys() == ["0", "1", "1"], "it may not have heard it"
        inn.answer()
        inn.answer()
        assert [one.answer for one in asked] == ["outcome_unknown", "result", "result"]

    run(main)


def test_whether_a_tab_may_be_asked_is_judged_when_the_turn_has_come() -> None:
    async def main(inn: Inn) -> None:
        inn.ask(message("a"), 1)
        waits, last = inn.ask(message("b"), 2), inn.ask(message("c"), 3)
        inn.tavern.standing = Standing((2,), leads=False, leader=2)
        inn.answer()
        assert (waits.answer, last.answer, inn.sent_keys()) == ("duplicate_chat", "duplicate_chat", ["a"])

    run(main)


# --- anything at any time -------------------------------------------------------------------------------------------


class AnythingAtATavern(RuleBasedStateMachine):
    """Apps ask, leave and come; the tavern answers, leaves, comes back or not; nothing is lost, doubled or unfair."""

    @initialize()
    def open(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.troubles: list[dict[str, Any]] = []
        self.loop.set_exception_handler(lambda _, trouble: self.troubles.append(trouble))
        self.keys = (f"{at}" for at in itertools.count())
        self.asked: dict[str, Asked] = {}
        self.seen = 0
        self.open_ids: set[int] = set()
        self.passed_over: Counter[tuple[int, int]] = Counter()
        self.do(lambda: setattr(self, "inn", Inn()))

    inn: Inn

    def do(self, action: Callable[[], object]) -> None:
        async def act() -> None:
            action()
            await asyncio.sleep(0)
            await asyncio.sleep(0)

        self.loop.run_until_complete(act())
        for id, key in self.inn.sent[self.seen :]:
            self.note_sent(id, key)
        self.seen = len(self.inn.sent)
        waiting = {one.asker for one in self.waiting()}
        self.passed_over = Counter({pair: count for pair, count in self.passed_over.items() if pair[0] in waiting})

    def note_sent(self, id: int, key: str) -> None:
        first_time = id not in self.open_ids
        self.open_ids.add(id)
        asker = self.asked[key].asker
        if not first_time or asker is None:
            return
        for pair in [pair for pair in self.passed_over if pair[0] == asker]:
            del self.passed_over[pair]
        for other in {one.asker for one in self.waiting()} - {asker, None}:
            assert other is not None
            self.passed_over[other, asker] += 1
            assert self.passed_over[other, asker] <= 1, f"{asker} had two turns while {other} waited"

    def waiting(self) -> list[Asked]:
        sent = set(self.inn.sent_keys())
        return [one for key, one in self.asked.items() if key not in sent and not one.answers]

    def running(self) -> set[tuple[int, str]]:
        return {(id, key) for id, key in self.inn.sent if not self.asked[key].answers}

    @property
    def is_here(self) -> bool:
        return NUMBER in self.inn.taverns

    @precondition(lambda self: self.is_here)
    @rule(
        askers=st.lists(st.integers(1, 4), min_size=1, max_size=6),
        if_busy=st.sampled_from(["wait", "wait", "reject"]),
        wait=st.sampled_from(["accepted", "reply"]),
        turn=st.sampled_from([0.0, 100.0]),
    )
    def ask(self, askers: list[int], if_busy: Any, wait: Any, turn: float) -> None:
        def begin(asker: int) -> None:
            key = next(self.keys)
            asked = self.asked[key] = Asked(message(key, if_busy=if_busy, wait=wait), asker)
            self.inn.queues.ask(NUMBER, REQUESTS["send_message"], asked.content, asked.answers.append, asker)

        usual, limits.TURN = limits.TURN, turn  # type: ignore[misc]
        try:
            for asker in askers:
                self.do(partial(begin, asker))
        finally:
            limits.TURN = usual  # type: ignore[misc]

    @precondition(lambda self: self.is_here)
    @rule(generating=st.booleans())
    def generate(self, generating: bool) -> None:
        self.inn.tavern.mirror.apply(TavernState(generating=generating))

    @precondition(lambda self: self.is_here)
    @rule(times=st.integers(1, 4))
    def answer(self, times: int) -> None:
        for _ in range(times):
            for id, key in self.running():
                self.do(partial(self.inn.pending.result, NUMBER, id, {}))
                assert self.asked[key].answer == "result"

    @rule()
    def time_is_over(self) -> None:
        for id, key in self.running():
            self.do(partial(self.inn.pending.unreadable, NUMBER, id, "no answer came"))
            assert self.asked[key].answer == "outcome_unknown"

    @rule(asker=st.integers(1, 4))
    def app_leaves(self, asker: int) -> None:
        mine = [one for one in self.waiting() if one.asker == asker]
        self.do(lambda: self.inn.queues.app_left(asker))
        assert [one.answer for one in mine] == ["failed"] * len(mine)

    @precondition(lambda self: self.is_here)
    @rule()
    def tavern_leaves(self) -> None:
        del self.inn.taverns[NUMBER]

    @precondition(lambda self: not self.is_here)
    @rule()
    def tavern_is_back(self) -> None:
        self.do(self.inn.come)

    @precondition(lambda self: not self.is_here)
    @rule()
    def tavern_is_gone(self) -> None:
        waiting = self.waiting()
        self.do(lambda: self.inn.queues.tavern_gone(NUMBER))
        assert all(one.answer == "tavern_gone" for one in waiting)
        assert all(one.answers for one in self.asked.values())
        self.do(self.inn.come)

    @invariant()
    def at_most_one_is_being_done(self) -> None:
        assert self.troubles == []
        assert len(self.running()) <= 1
        if self.is_here and self.waiting():
            assert self.running(), "somebody waits, and nothing is being done"

    @invariant()
    def each_is_answered_once_and_sent_once_and_each_apps_are_in_order(self) -> None:
        keys = list(dict.fromkeys(self.inn.sent_keys()))
        assert len({id for id, _ in self.inn.sent}) == len(keys)
        for asker in range(1, 5):
            mine = [int(key) for key in keys if self.asked[key].asker == asker]
            assert mine == sorted(mine)
        for one in self.asked.values():
            assert one.answer in ("waits", "result", "busy", "failed", "tavern_gone", "outcome_unknown")

    @invariant()
    def what_is_shown_is_what_waits(self) -> None:
        shown, count = self.inn.queues.shown(NUMBER)
        running = len(self.running())
        assert count == len(self.waiting()) + running
        assert [one.running for one in shown] == [at < running for at in range(len(shown))]

    def teardown(self) -> None:
        if not hasattr(self, "inn"):
            return
        self.inn.taverns.clear()
        self.do(lambda: self.inn.queues.tavern_gone(NUMBER))
        self.inn.queues.close()
        self.loop.close()
        assert all(one.answer != "waits" for one in self.asked.values())


TestAnythingAtATavern = AnythingAtATavern.TestCase
TestAnythingAtATavern.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
