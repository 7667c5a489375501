"""For the tests of requests: a hub, a tab with Alice's chat in it, and an app that asks. All is permitted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from ..browser import open_character
from ..desk import Desk
from ..tavern import Tavern
from .asker import Asker, asker, granting


@pytest.fixture
def tavern_settings(listening: Desk) -> dict[str, Any]:
    return granting(listening.port)


@pytest.fixture
def ask(listening: Desk, extension: Path, page: Page, tavern: Tavern) -> Iterator[Asker]:
    open_character(page, "Alice")
    with asker(listening.port, page, tavern) as found:
        found.everybody.agree("opening the chat", 10)
        yield found
