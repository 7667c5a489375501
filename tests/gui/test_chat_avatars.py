"""Pictures beside the names: asked for once, shown round, in their place before they have come."""

from __future__ import annotations

import base64
import io
from typing import Any

from PIL import Image, ImageTk

from chatbridge_gui.bridge.events import Answered
from chatbridge_gui.gui.widgets.speakers import Person
from chatbridge_gui.protocol.messages import ChatRef, Failure

from .driver import Driver, begun, hello, history, message, state, tavern

ALICE = ChatRef(id="c", kind="solo", character="Seraphina", avatar="s.png", persona="User")
DRAWN = 20
"""Seconds at most, on a busy computer: pictures are drawn in a thread."""
SERAPHINA = Person("Seraphina", "character", "s.png")


def picture(colour: str = "red") -> str:
    file = io.BytesIO()
    Image.new("RGB", (96, 96), colour).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def chatting(driver: Driver, *, instance: str = "page 1", can: tuple[str, ...] = ("get_avatar",)) -> None:
    driver.started()
    driver.connected(tavern(1, instance=instance, capabilities=can))
    driver.news(history([*hello(), message("Seraphina", "Again.", 3)], chat=ALICE), state())
    driver.settle()


def asked(driver: Driver) -> list[dict[str, Any]]:
    return [content for type, content, _ in driver.hub.requests if type == "get_avatar"]


def answer(driver: Driver, avatar: str | None, result: dict[str, Any] | None, failure: Failure | None = None) -> None:
    for id, (type, content, _) in enumerate(driver.hub.requests, 1):
        if type == "get_avatar" and content.get("avatar") == avatar:
            driver.tell(Answered(id, result, failure))


def middle(driver: Driver, person: Person) -> tuple[int, ...]:
    image = driver.window.avatars.image(person)
    side = image.width() // 2
    return tuple(driver.root.tk.call(str(image), "get", side, side))


def images(driver: Driver) -> list[str]:
    text = driver.window.chat_view.text
    return [str(text.image_cget(index, "image")) for _, _, index in text.dump("1.0", "end", image=True)]


def test_each_speaker_is_asked_for_once_and_shares_one_picture(driver: Driver) -> None:
    chatting(driver)
    assert sorted(asked(driver), key=str) == [{"kind": "character", "avatar": "s.png"}, {"kind": "persona"}]
    first, user, again = images(driver)
    assert first == again != user
    text = driver.window.chat_view.text
    text.see("1.0")
    driver.settle()
    places = [text.bbox(f"{line}.0") for line in (1, 2, 3, 4)]
    answer(driver, "s.png", {"image": picture()})
    driver.until(lambda: middle(driver, SERAPHINA) == (255, 0, 0), DRAWN)
    assert [text.bbox(f"{line}.0") for line in (1, 2, 3, 4)] == places
    assert images(driver) == [first, user, again]
    assert len(asked(driver)) == 2


def test_names_and_texts_are_what_they_were(driver: Driver) -> None:
    chatting(driver)
    assert driver.shown() == "Seraphina\nWelcome, traveller.\nUser\nHello!\nSeraphina\nAgain.\n"
    text = driver.window.chat_view.text
    text.tag_add("sel", "1.0", "4.end")
    text.event_generate("<<Copy>>")
    assert driver.root.clipboard_get() == "Seraphina\nWelcome, traveller.\nUser\nHello!"


def test_a_reply_that_grows_has_a_picture_too(driver: Driver) -> None:
    chatting(driver)
    driver.news(begun(at=3))
    driver.settle()
    assert len(images(driver)) == 4
    assert images(driver)[3] == images(driver)[0]


def test_without_a_picture_the_initial_stays_and_nobody_is_asked_again(driver: Driver) -> None:
    chatting(driver)
    driver.until(lambda: (255, 255, 255) in pixels(driver, SERAPHINA), DRAWN)
    before = pixels(driver, SERAPHINA)
    answer(driver, "s.png", None, Failure(code="not_found", message="there is none"))
    driver.news(history([*hello(), message("Seraphina", "More.", 4)], chat=ALICE, epoch=2))
    driver.settle()
    assert pixels(driver, SERAPHINA) == before
    assert len(asked(driver)) == 2


def pixels(driver: Driver, person: Person) -> set[tuple[int, ...]]:
    image = driver.window.avatars.image(person)
    return {tuple(driver.root.tk.call(str(image), "get", x, 16)) for x in range(image.width())}


def test_what_is_no_picture_is_named_in_the_log_and_the_initial_stays(driver: Driver) -> None:
    chatting(driver)
    answer(driver, "s.png", {"image": "data:image/png;base64,aGk="})
    log = driver.window.log_pane.text
    driver.until(lambda: "the picture of a speaker cannot be shown: Seraphina" in log.get("1.0", "end"), DRAWN)
    assert middle(driver, SERAPHINA) != (255, 0, 0)


def test_a_tavern_without_pictures_is_not_asked_and_one_that_comes_back_with_them_is(driver: Driver) -> None:
    chatting(driver, can=("send_message",))
    assert asked(driver) == []
    driver.gone()
    chatting(driver, instance="page 2")
    assert len(asked(driver)) == 2
    answer(driver, "s.png", {"image": picture("lime")})
    driver.until(lambda: middle(driver, SERAPHINA) == (0, 255, 0), DRAWN)


def test_the_picture_is_as_large_as_the_scaling_says(driver: Driver) -> None:
    chatting(driver)
    image = driver.window.avatars.image(SERAPHINA)
    assert isinstance(image, ImageTk.PhotoImage)
    assert image.width() == image.height() == driver.window.look.px(32)
