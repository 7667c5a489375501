"""Messages are shown with SillyTavern's styles, and a reply that grows has them from its first word on."""

from __future__ import annotations

import random
from typing import Any

import pytest

from chatbridge_gui.gui.widgets.theme import PALETTES
from chatbridge_gui.protocol.messages import StreamUpdate

from .driver import Driver, begun, ended, message, piece

SCENE = (
    '*She looks up.* "Welcome, **traveller**."\n“你好” 「早」\n- a *list*\n\n'
    "Try `code` and:\n```python\nprint('*hi*')\n```\nSee https://example.org/a_b_c, __really__. 😀 *yes* 😀 “so”"
)


def tags_of(driver: Driver, word: str) -> set[str]:
    text = driver.window.chat_view.text
    found = text.search(word, "1.0", nocase=False, elide=True)
    assert found, word
    return set(text.tag_names(found))


def dump(driver: Driver) -> list[tuple[str, frozenset[str]]]:
    """Each letter of the chat with its tags."""
    letters: list[tuple[str, frozenset[str]]] = []
    on: set[str] = set()
    for key, value, _index in driver.window.chat_view.text.dump("1.0", "end-1c", tag=True, text=True):
        if key == "tagon":
            on.add(value)
        elif key == "tagoff":
            on.discard(value)
        else:
            letters += [(letter, frozenset(on)) for letter in value]
    return letters


def looks_as_opened_anew(driver: Driver) -> None:
    grown = dump(driver)
    driver.window.chat_view.show(driver.window.chat_view.mirror)
    driver.settle()
    assert grown == dump(driver)


def test_a_message_has_its_styles_and_its_whole_text(driver: Driver) -> None:
    driver.chatting([message("Seraphina", SCENE)])
    assert driver.shown() == f"Seraphina\n{SCENE}\n"
    assert {"narration"} <= tags_of(driver, "She looks")
    assert {"speech"} <= tags_of(driver, "Welcome")
    assert {"speech", "bold"} <= tags_of(driver, "traveller")
    assert "speech" in tags_of(driver, "你好") and "speech" in tags_of(driver, "早")
    assert "code" in tags_of(driver, "code") and "fence" in tags_of(driver, "print")
    assert "narration" not in tags_of(driver, "hi*")
    assert "link" in tags_of(driver, "example.org") and "item" in tags_of(driver, "a *list")
    assert "mark" in tags_of(driver, "- a")
    text = driver.window.chat_view.text
    assert str(text.tk.call(text, "get", "-displaychars", "1.0", "end")).split("\n")[1:8] == [
        'She looks up. "Welcome, traveller."',
        "“你好” 「早」",
        "- a list",
        "",
        "Try code and:",
        "```python",
        "print('*hi*')",
    ], "as in SillyTavern, without the marks"


@pytest.mark.parametrize("seed", range(6))
def test_a_reply_that_has_grown_looks_like_one_that_is_opened(driver: Driver, seed: int) -> None:
    rng = random.Random(seed)
    bits = ["*", "**", '"', "“", "”", "`", "```\n", "\n", "word ", "- ", "https://a.b/c ", "😀", "_", "long. " * 300]
    driver.chatting()
    driver.news(begun())
    said = ""
    for _ in range(60):
        bit = rng.choice(bits)
        drop = said[-rng.randrange(1, 4) :] if said and rng.random() < 0.2 else ""
        said = said[: len(said) - len(drop)] + bit
        driver.news(StreamUpdate(stream=1, drop=drop, append=bit) if drop else piece(bit))
        driver.root.update()
        if rng.random() < 0.5:
            driver.settle()
    driver.settle()
    assert driver.shown().endswith(f"writing…\n{said}\n")
    driver.news(ended(said))
    driver.settle()
    looks_as_opened_anew(driver)


def test_a_quotation_has_its_colour_while_it_is_written_and_loses_it_if_it_was_none(driver: Driver) -> None:
    driver.chatting()
    driver.news(begun(), piece('A board of 5" len'))
    driver.settle()
    assert "speech" in tags_of(driver, "len")
    driver.news(ended('A board of 5" len'))
    driver.settle()
    assert "speech" not in tags_of(driver, "len")


@pytest.mark.parametrize(
    ("half", "more"),
    [
        ('😀 He said "hello', ' world"'),
        ("He *said hello", " world*\n*and on"),
        ('*Well,* he **said "hello', "** world"),
        ("**Look:**\n- one *item", ""),
    ],
)
def test_a_reply_that_goes_on_looks_like_one_that_is_opened(driver: Driver, half: str, more: str) -> None:
    driver.chatting([message("User", "Hi.", 1), message("Seraphina", half, 9)])
    driver.news(begun(at=1, kind="continue", base=half))
    driver.settle()
    for said in (more[:4], more[4:]):
        driver.news(piece(said))
        driver.settle()
    looks_as_opened_anew(driver)


def test_a_quotation_that_goes_on_has_its_colour_from_its_first_word_on(driver: Driver) -> None:
    driver.chatting([message("User", "Hi.", 1), message("Seraphina", 'He said "hello', 9)])
    assert "speech" not in tags_of(driver, "hello")
    driver.news(begun(at=1, kind="continue", base='He said "hello'))
    driver.settle()
    assert "speech" in tags_of(driver, "hello") and "speech" not in tags_of(driver, "said")
    driver.news(piece(' world"'))
    driver.settle()
    driver.news(ended('He said "hello world"', at=1, insert=False))
    driver.settle()
    assert "speech" in tags_of(driver, "hello") and "speech" in tags_of(driver, "world")


def test_only_the_last_line_is_styled_anew(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    driver.chatting()
    driver.news(begun(), piece("*One* line.\n" * 200))
    driver.settle()
    text = driver.window.chat_view.text
    touched: list[str] = []

    def watch(name: str) -> None:
        original = getattr(text, name)

        def counted(tag: str, first: str, *more: str) -> Any:
            touched.append(first)
            return original(tag, first, *more)

        monkeypatch.setattr(text, name, counted)

    watch("tag_add")
    watch("tag_remove")
    for word in ("He ", "says ", '"', "Hi", '"', " and *", "goes", "*"):
        driver.news(piece(word))
        driver.settle()
    last = text.index("end-1c linestart").partition(".")[0]
    assert {int(index.partition(".")[0]) for index in touched} <= {int(last) - 1}
    assert len(touched) < 40


def test_a_hidden_message_is_dim_whatever_its_styles(driver: Driver) -> None:
    driver.chatting([message("Seraphina", SCENE, is_system=True)])
    text = driver.window.chat_view.text
    for word in ("She looks", "Welcome", "traveller", "example.org", "really"):
        coloured = [tag for tag in text.tag_names(text.search(word, "1.0")) if str(text.tag_cget(tag, "foreground"))]
        assert coloured[-1] == "hidden"


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize(("mode", "background"), [("light", "#ffffff"), ("dark", "#212529")])
def test_the_colours_of_a_text_can_be_read_on_both_themes(mode: str, background: str) -> None:
    palette = PALETTES[mode]
    for colour in (palette.narration, palette.speech, palette.underlined, palette.accent):
        for ground in (background, palette.code_background):
            high, low = sorted((luminance(colour), luminance(ground)), reverse=True)
            assert (high + 0.05) / (low + 0.05) >= 4.5, (colour, ground)
