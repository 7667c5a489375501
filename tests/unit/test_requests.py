"""Every request to a tavern is answered exactly once."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from chatbridge_gui.bridge.requests import PendingRequests
from chatbridge_gui.protocol.errors import ERRORS, ErrorCode, ProtocolError
from chatbridge_gui.protocol.messages import Content, Failure
from chatbridge_gui.protocol.requests import REQUESTS
from chatbridge_gui.protocol.requests.talk import StopResult

SEND, STOP = REQUESTS["send_message"], REQUESTS["stop"]


def run(main: Callable[[PendingRequests, list[Content]], Coroutine[Any, Any, None]]) -> None:
    async def begin() -> None:
        await main(PendingRequests(), [])

    asyncio.run(asyncio.wait_for(begin(), 10))


def codes(answers: list[Content]) -> list[str]:
    return [answer.code if isinstance(answer, Failure) else "result" for answer in answers]


def test_a_result_goes_to_its_asker_and_a_second_one_nowhere() -> None:
    async def main(pending: PendingRequests, answers: list[Content]) -> None:
        id = pending.add(STOP, 1, answers.append, 60)
        assert pending.result(1, id, {"stopped": True, "more": 1})
        assert answers == [StopResult(stopped=True)]
        assert not pending.result(1, id, {"stopped": True})
        assert not pending.failed(1, id, Failure(code="busy", message=""))
        pending.tavern_gone(1)
        assert len(answers) == 1
        assert len(pending) == 0

    run(main)


def test_nothing_happens_when_the_time_of_an_answered_request_is_over() -> None:
    async def main(pending: PendingRequests, answers: list[Content]) -> None:
        loop = asyncio.get_running_loop()
        troubles: list[dict[str, Any]] = []
        loop.set_exception_handler(lambda _, trouble: troubles.append(trouble))
        id = pending.add(STOP, 1, answers.append, 0)
        pending.result(1, id, {"stopped": True})
        later = asyncio.Event()
        loop.call_later(0.01, later.set)
        await later.wait()
        assert (codes(answers), troubles) == (["result"], [])

    run(main)


def test_an_error_is_passed_on_as_it_is() -> None:
    async def main(pending: PendingRequests, answers: list[Content]) -> None:
        id = pending.add(SEND, 1, answers.append, 60)
        told = Failure(code="a_code_of_a_later_version", message="no", params={"a": 1}, retryable=True)
        assert pending.failed(1, id, told)
        assert answers == [told]

    run(main)


@pytest.mark.parametrize("id_of", [lambda id: id + 1, lambda id: str(id), lambda id: None, lambda id: True])
def test_an_answer_to_nothing_is_noticed(id_of: Callable[[int], object]) -> None:
    async def main(pending: PendingRequests, answers: list[Content]) -> None:
        id = pending.add(STOP, 1, answers.append, 60)
        assert not pending.result(1, id_of(id), {"stopped": True})
        assert not pending.result(2, id, {"stopped": True}), "another tavern cannot answer for it"
        assert answers == []
        pending.tavern_gone(1)

    run(main)


def test_a_tavern_that_leaves_has_its_own_requests_answered_for_it() -> None:
    async def main(pending: PendingRequests, answers: list[Content]) -> None:
        others: list[Content] = []
        pending.add(SEND, 1, answers.append, 60)
        pending.add(STOP, 1, answers.append, 60)
        pending.add(STOP, 2, others.append, 60)
        pending.tavern_gone(1)
        assert codes(answers) == ["outcome_unknown", "tavern_gone"]
        assert others == []
        assert len(pending) == 1
        pending.tavern_gone(2)

    run(main)


def test_a_silent_tavern_has_its_requests_answered_in_time() -> None:
    async def main(pending: PendingRequests, answers: list[Content]) -> None:
        both = asyncio.Event()

        def note(answer: Content) -> None:
            answers.append(answer)
            if len(answers) == 2:
                both.set()

        id = pending.add(SEND, 1, note, 0.01)
        pending.add(STOP, 1, note, 0.02)
        await both.wait()
        assert codes(answers) == ["outcome_unknown", "timeout"]
        assert not pending.result(1, id, {}), "it comes too late"
        assert len(pending) == 0

    run(main)


def test_a_result_that_cannot_be_read_leaves_the_asker_waiting_until_it_is_answered_for() -> None:
    async def main(pending: PendingRequests, answers: list[Content]) -> None:
        stop, send = pending.add(STOP, 1, answers.append, 60), pending.add(SEND, 1, answers.append, 60)
        with pytest.raises(ProtocolError):
            pending.result(1, stop, {"stopped": "yes"})
        assert answers == []
        pending.unreadable(1, stop, "field stopped")
        pending.unreadable(1, send, "field at")
        pending.unreadable(1, None, "no id")
        pending.unreadable(2, send, "another's")
        assert codes(answers) == ["failed", "outcome_unknown"]

    run(main)


def test_ids_are_never_those_of_a_hub_before() -> None:
    async def main(_pending: PendingRequests, answers: list[Content]) -> None:
        first = PendingRequests()
        ids = [first.add(STOP, 1, answers.append, 60) for _ in range(10)]
        second = PendingRequests()
        assert second.add(STOP, 1, answers.append, 60) not in ids
        assert max(ids) < 2**53
        first.tavern_gone(1)
        second.tavern_gone(1)

    run(main)


def test_whether_to_try_again_is_told_as_the_table_says() -> None:
    async def main(pending: PendingRequests, answers: list[Content]) -> None:
        pending.add(SEND, 1, answers.append, 60)
        pending.add(STOP, 1, answers.append, 60)
        pending.tavern_gone(1)
        for answer in answers:
            assert isinstance(answer, Failure)
            assert answer.retryable is ERRORS[ErrorCode(answer.code)].retryable

    run(main)
