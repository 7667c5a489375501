"""Several requests asked as one: done one after the other, each in its turn like any other request."""

import asyncio
from collections.abc import Callable
from typing import TypeAlias

import msgspec

from chatbridge_gui.bridge.requests import Reply
from chatbridge_gui.protocol import limits
from chatbridge_gui.protocol.codec import Frame, decode, encode, failure
from chatbridge_gui.protocol.errors import ProtocolError
from chatbridge_gui.protocol.messages import Content, Failure
from chatbridge_gui.protocol.requests.hub import Batch, BatchAnswer, BatchResult

AskOne: TypeAlias = Callable[[Frame, Reply], None]
"""Has one request done. The reply is called once, now or later; or it raises a `ProtocolError`."""


class BatchRun:
    """One batch on its way."""

    def __init__(self, batch: Batch, reply: Reply, ask: AskOne) -> None:
        """`reply` is called once, with a `BatchResult`."""
        self._batch = batch
        self._reply = reply
        self._ask = ask
        self._answers: list[BatchAnswer] = []
        self._bytes = 0

    def go_on(self) -> None:
        """Ask the next one."""
        item = self._batch.requests[len(self._answers)]
        try:
            self._ask(decode(encode(item.type, item.content).decode()), self._answered)
        except ProtocolError as error:
            self._answered(failure(error))

    def _answered(self, answer: Content) -> None:
        failed = isinstance(answer, Failure)
        encoded = msgspec.json.encode(answer)
        self._bytes += len(encoded)
        self._answers.append(BatchAnswer(type="error" if failed else "result", content=msgspec.json.decode(encoded)))
        is_over = len(self._answers) == len(self._batch.requests)
        if is_over or (failed and self._batch.halt_on_failure) or self._bytes >= limits.BATCH_BYTES:
            self._reply(BatchResult(answers=self._answers, halted=not is_over))
        else:
            asyncio.get_running_loop().call_soon(self.go_on)
