"""The client's request methods are what the one table says."""

import inspect
import keyword
from typing import get_type_hints

import msgspec
import pytest

from chatbridge_gui.client.blocking_requests import BlockingHubRequests, BlockingTavernRequests
from chatbridge_gui.client.requests import HubRequests, TavernRequests
from chatbridge_gui.client.waiting import R
from chatbridge_gui.protocol.messages import Content
from chatbridge_gui.protocol.requests import REQUESTS


class _Recorder(BlockingTavernRequests, BlockingHubRequests):
    """Takes requests and answers none."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Content, type]] = []

    def _ask(self, name: str, content: Content, result: type[R]) -> R:
        self.asked.append((name, content, result))
        return None  # type: ignore[return-value]


@pytest.mark.parametrize("name", REQUESTS)
def test_every_request_has_a_method_that_asks_it(name: str) -> None:
    spec = REQUESTS[name]
    recorder = _Recorder()
    method = f"{name}_" if keyword.iskeyword(name) else name
    required = {field.name: f"a {field.name}" for field in msgspec.structs.fields(spec.content) if field.required}
    getattr(recorder, method)(**required)
    ((asked, content, result),) = recorder.asked
    assert (asked, type(content), result) == (name, spec.content, spec.result)
    defaults = {field.name: field for field in msgspec.structs.fields(spec.content) if not field.required}
    for field in defaults.values():
        default = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
        assert getattr(content, field.name) == default


@pytest.mark.parametrize("name", REQUESTS)
def test_both_faces_have_the_same_methods_with_the_same_words(name: str) -> None:
    spec = REQUESTS[name]
    method = f"{name}_" if keyword.iskeyword(name) else name
    waits = getattr(TavernRequests if spec.target == "tavern" else HubRequests, method)
    blocks = getattr(BlockingTavernRequests if spec.target == "tavern" else BlockingHubRequests, method)
    assert inspect.iscoroutinefunction(waits) and not inspect.iscoroutinefunction(blocks)
    assert inspect.signature(waits) == inspect.signature(blocks)
    assert get_type_hints(waits)["return"] is spec.result
    assert inspect.getdoc(waits) == inspect.getdoc(blocks)
    assert " ".join(str(inspect.getdoc(waits)).split()).startswith(" ".join(str(inspect.getdoc(spec.content)).split()))
    if spec.permission is not None:
        assert f"`{spec.permission}`" in str(inspect.getdoc(waits))
