"""What SillyTavern makes of the model's words while they stream is what every reader is shown, step by step."""

from __future__ import annotations

import re
import time
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from .browser import open_character
from .desk import apps
from .everybody import Everybody
from .fake_model import FakeModel, Reply
from .window import Window

LATE = 0.5
"""Seconds that a reader may show what SillyTavern shows no longer."""
STEPS = 10
"""So many different texts each reader must have been seen to show."""
PACE = 0.1

RECORD = """
    const shown = testRig.shown = [];
    const look = () => {
        const message = c.chat[testRig.at];
        if (!message) return;
        const reasoning = SillyTavern.getContext().streamingProcessor?.reasoningHandler?.reasoning;
        const last = shown.at(-1);
        if (last?.mes === message.mes && (reasoning === undefined || last.reasoning === reasoning)) return;
        shown.push({ at: Date.now() / 1000, mes: message.mes, reasoning: reasoning ?? last?.reasoning ?? '' });
    };
    c.eventSource.on(c.eventTypes.STREAM_TOKEN_RECEIVED, look);
    const all = { subtree: true, childList: true, characterData: true };
    new MutationObserver(look).observe(document.querySelector('#chat'), all);
"""
"""Notes the text of message `testRig.at` whenever SillyTavern has drawn it, and the reasoning when more has come."""

REWRITE = """
    // The rig switches it off, with all that SillyTavern brings along.
    c.extensionSettings.disabledExtensions = c.extensionSettings.disabledExtensions.filter((name) => name !== 'regex');
    c.extensionSettings.regex = [{
        id: 'of-the-test', scriptName: 'cats are dogs', findRegex: '/cat/g', replaceString: 'dog', trimStrings: [],
        placement: [2], disabled: false, markdownOnly: false, promptOnly: false, runOnEdit: false, substituteRegex: 0,
        minDepth: null, maxDepth: null,
    }];
"""
PARSE = "c.powerUserSettings.reasoning.auto_parse = true;"

WORDS = [
    "The cat ", "looked up. ", '"Who', " is there?", '" it said, ', "*arch", "ing its", " back*. ", "Nobody ",
    "answered ", "the c", "at, ", "and 😀", " it slept ", "on, a cat", " among ", "cats.",
]  # fmt: skip
THOUGHTS = [
    "<th", "ink>", "A cat ", "must not ", "be *hur", "ried*, ", "I think.", "</thi", "nk>", "\n\n", "Well, ",
]  # fmt: skip


@dataclass
class Seen:
    """What one reader showed of a text, each with the time when it was first noticed."""

    texts: list[tuple[float, str]] = field(default_factory=list)

    def note(self, text: str) -> None:
        if not self.texts or self.texts[-1][1] != text:
            self.texts.append((time.time(), text))


@pytest.fixture
def everybody(desktop: Window, extension: Path, page: Page) -> Iterator[Everybody]:
    with apps(f"ws://localhost:{desktop.port}", ["one"]) as programs:
        open_character(page, "Alice")
        found = Everybody(page, programs, desktop)
        found.agree("opening the chat", 10)
        yield found


def drawn(desktop: Window) -> str | None:
    """The text that the window has drawn of the reply that grows, nothing where it says that it waits for one."""
    *before, text = re.split(r"writing…(?:  [\d.]+ tokens/s)?\n", desktop.shown())
    if text.startswith("▸ "):  # the line of its reasoning, which is folded
        text = text.partition("\n")[2]
    text = text.removesuffix("\n")
    return None if not before else "" if text == "…" else text


def watch(everybody: Everybody, at: int, act: str) -> tuple[dict[str, Seen], dict[str, Seen], list[dict[str, Any]]]:
    """Do something that generates message `at`, and give the texts and the reasonings that each reader showed, and
    SillyTavern's own."""
    assert everybody.desktop is not None
    everybody.do(f"testRig.at = {at};" + RECORD)
    everybody.do(act)
    texts: dict[str, Seen] = {}
    reasonings: dict[str, Seen] = {}

    def streams() -> bool:
        assert everybody.desktop is not None
        found = False
        for who, mirror in everybody.mirrors().items():
            for live in mirror.streams.values():
                found = True
                texts.setdefault(who, Seen()).note(live.shown)
                reasonings.setdefault(who, Seen()).note(live.reasoning)
                text = drawn(everybody.desktop)
                if text is not None:
                    texts.setdefault("the window's text", Seen()).note(text)
        return found

    everybody.until(streams, "the reply to begin")
    everybody.until(lambda: not streams(), "the reply to end", 30)
    everybody.settle()
    everybody.agree("the end of the reply")
    own: list[dict[str, Any]] = everybody.page.evaluate("() => testRig.shown")
    return texts, reasonings, own


def follow(who: str, seen: Seen, own: list[tuple[float, str]], steps: int) -> float:
    """Each text is one that SillyTavern showed, in SillyTavern's order. Gives how late the latest was, in seconds."""
    latest, place = 0.0, 0
    for number, (_, text) in enumerate(seen.texts):
        found = next((i for i in range(place, len(own)) if own[i][1] == text.rstrip()), None)
        assert found is not None, f"{who} shows {text!r}, which SillyTavern does not after {own[place][1]!r}"
        until = seen.texts[number + 1][0] if number + 1 < len(seen.texts) else 0.0
        # A text may come several times; the last of them before this one went is what the reader may have meant.
        place = found
        same = [i for i in range(found, len(own)) if own[i][1] == text.rstrip()]
        kept = same[max(bisect_right([own[i][0] for i in same], until) - 1, 0)]
        if until and kept + 1 < len(own):
            latest = max(latest, until - own[kept + 1][0])
    assert len({text for _, text in seen.texts}) >= steps, f"{who} showed only {seen.texts}"
    return latest


def compare(
    everybody: Everybody, at: int, act: str, *, kept: str = "", reasoning: int = 0, steps: int = STEPS
) -> list[dict[str, Any]]:
    """All readers show SillyTavern's own texts while message `at` is generated."""
    texts, reasonings, own = watch(everybody, at, act)
    assert set(texts) == {"the window", "the window's text", "app 0"}
    waiting = kept + "..."
    shown = [(0.0, kept.rstrip())]
    shown += [(one["at"], (kept if one["mes"] == waiting else one["mes"]).rstrip()) for one in own]
    thought = [(0.0, "")] + [(one["at"], one["reasoning"].rstrip()) for one in own]
    late = {who: follow(who, seen, shown, steps) for who, seen in texts.items()}
    late |= {f"{who}, reasoning": follow(who, seen, thought, reasoning) for who, seen in reasonings.items()}
    print("late:", {who: f"{late[who]:.3f} s" for who in late}, "texts:", {who: len(texts[who].texts) for who in texts})
    assert max(late.values()) <= LATE, late
    return own


SEND = "document.querySelector('#send_textarea').value = 'Go on.'; document.querySelector('#send_but').click();"


def test_a_model_that_tells_its_reasoning(everybody: Everybody, model: FakeModel) -> None:
    thoughts = ["First ", "I look ", "at *the", " cat*, ", "then ", "at ", '"the', ' dog", ', "then ", "I sp", "eak."]
    model.say(Reply(WORDS, reasoning=thoughts, delay=PACE))
    compare(everybody, 2, SEND, reasoning=6)
    stored = everybody.in_page()[2]
    assert stored["extra"]["reasoning"] == "".join(thoughts) and stored["mes"] == "".join(WORDS)


def test_reasoning_that_sillytavern_takes_out_of_the_text(everybody: Everybody, model: FakeModel) -> None:
    everybody.do(PARSE)
    model.say(Reply([*THOUGHTS, *WORDS], delay=PACE))
    own = compare(everybody, 2, SEND, reasoning=3)
    assert any(one["mes"] == "" and one["reasoning"] for one in own), "SillyTavern took nothing out"
    stored = everybody.in_page()[2]
    assert "must not be *hurried*" in stored["extra"]["reasoning"] and "think>" not in stored["mes"]


def test_a_script_that_rewrites_the_text(everybody: Everybody, model: FakeModel) -> None:
    everybody.do(REWRITE)
    model.say(Reply(WORDS, delay=PACE))
    compare(everybody, 2, SEND)
    assert everybody.in_page()[2]["mes"] == "".join(WORDS).replace("cat", "dog")


def test_a_continued_message_a_swipe_and_a_new_version(everybody: Everybody, model: FakeModel) -> None:
    model.say("Once there was a cat. ")
    everybody.say("Tell me.")
    everybody.agree("the beginning")
    everybody.do(PARSE)

    kept = "Once there was a cat."
    model.say(Reply(WORDS, delay=PACE))
    compare(everybody, 2, "c.generate('continue');", kept=kept)
    assert everybody.in_page()[2]["mes"] == f"{kept} {''.join(WORDS)}"

    # From here on the old part is rewritten, too.
    everybody.do(REWRITE)
    kept = everybody.in_page()[2]["mes"]
    model.say(Reply(WORDS, delay=PACE))
    compare(everybody, 2, "c.generate('continue');", kept=kept)
    assert "cat" not in everybody.in_page()[2]["mes"]

    model.say(Reply([*THOUGHTS, *WORDS], delay=PACE))
    compare(everybody, 2, "c.swipe.right();", reasoning=3)
    stored = everybody.in_page()[2]
    assert stored["extra"]["reasoning"] and stored["mes"].startswith("Well, The dog looked up.")

    model.say(Reply([*THOUGHTS, *WORDS], delay=PACE))
    compare(everybody, 2, "c.SlashCommandParser.commands.regenerate.callback({}, '');", reasoning=3)
    assert everybody.in_page()[2]["mes"].startswith("Well, The dog looked up.")
