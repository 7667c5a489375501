"""Pictures of speakers: who is who, what is shown of them, and what is refused."""

import base64
import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from chatbridge_gui.chat.mirror import LiveStream
from chatbridge_gui.gui.widgets import avatar_pictures
from chatbridge_gui.gui.widgets.avatar_pictures import (
    COLOURS,
    BadPicture,
    initial,
    initial_disc,
    plain_disc,
    round_picture,
)
from chatbridge_gui.gui.widgets.speakers import Person, Speakers, speaker
from chatbridge_gui.protocol.messages import ChatRef

SOLO = ChatRef(id="c", kind="solo", character="Alice", avatar="Alice.png", persona="Ann")
GROUP = ChatRef(id="g", kind="group", group="Both", persona="Ann")


def said(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "mes": "x", "is_user": name == "Ann", "is_system": False, **more}


@pytest.mark.parametrize(
    ("message", "chat", "person"),
    [
        (said("Alice"), SOLO, Person("Alice", "character", "Alice.png")),
        (said("Alice the Great"), SOLO, Person("Alice the Great", "character", "Alice.png")),
        (said("Alice", is_system=True), SOLO, Person("Alice", "character", "Alice.png")),
        (said("System", is_system=True), SOLO, Person("System")),
        (said("Bob", original_avatar="Bob.png"), GROUP, Person("Bob", "character", "Bob.png")),
        (said("Bob"), GROUP, Person("Bob")),
        (said("Ann"), SOLO, Person("Ann", "persona")),
        (
            said("Ann", force_avatar="/thumbnail?type=persona&file=a%20b%2Bc.png&t=1"),
            SOLO,
            Person("Ann", "persona", "a b+c.png"),
        ),
        (said("Eve", force_avatar="/thumbnail?type=avatar&file=Eve.png"), SOLO, Person("Eve", "character", "Eve.png")),
        (said("System", force_avatar="img/five.png"), SOLO, Person("System")),
        (said("x", force_avatar="http://[/thumbnail?type=avatar&file=a"), SOLO, Person("x")),
        (said("x", force_avatar="/thumbnail?type=bg&file=a.png"), SOLO, Person("x")),
        (LiveStream(1, "normal", "Alice", None, None, ""), SOLO, Person("Alice", "character", "Alice.png")),
        (LiveStream(1, "normal", None, None, None, ""), GROUP, Person("Reply")),
        (LiveStream(1, "impersonate", "Ann", None, None, ""), SOLO, Person("Ann", "persona")),
    ],
)
def test_a_message_says_whose_picture_stands_beside_it(message: Any, chat: ChatRef, person: Person) -> None:
    assert speaker(message, chat, "Reply") == person


def test_a_reply_that_grows_in_a_group_has_the_picture_its_speaker_had_before() -> None:
    speakers, growing = Speakers(), LiveStream(1, "normal", "Bob", None, None, "")
    assert speakers.of(growing, GROUP, "Reply") == Person("Bob")
    bob = speakers.of(said("Bob", original_avatar="Bob.png"), GROUP, "Reply")
    assert speakers.of(growing, GROUP, "Reply") == bob == Person("Bob", "character", "Bob.png")
    assert speakers.of(said("Bob"), GROUP, "Reply") == Person("Bob")


def address(picture: Image.Image, kind: str = "PNG") -> str:
    file = io.BytesIO()
    picture.save(file, kind)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(file.getvalue()).decode()}"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_becomes_a_disc_of_its_middle(kind: str) -> None:
    picture = Image.new("RGB", (90, 60), "blue")
    picture.paste("red", (0, 0, 15, 60))
    disc: Any = round_picture(address(picture, kind), 32)
    assert (disc.size, disc.mode) == ((32, 32), "RGBA")
    red, _, blue, alpha = disc.getpixel((2, 16))
    assert blue > 200 > 60 > red
    assert alpha == 255
    assert [disc.getpixel(corner)[3] for corner in ((0, 0), (31, 0), (0, 31), (31, 31))] == [0] * 4


def test_what_is_transparent_stays_so() -> None:
    assert round_picture(address(Image.new("RGBA", (9, 9))), 32).getchannel("A").getextrema() == (0, 0)


def bomb() -> str:
    return address(Image.new("1", (20_000, 20_000)))


@pytest.mark.parametrize(
    "make",
    [
        lambda: "",
        lambda: "None",
        lambda: "data:text/plain;base64,aGk=",
        lambda: "data:image/png;base64,%%%",
        lambda: "data:image/png;base64,aGk=",
        lambda: address(Image.new("RGB", (9, 9)), "GIF"),
        lambda: address(Image.new("RGB", (9, 9)), "BMP"),
        lambda: address(Image.new("RGB", (60, 60), "red"))[:150],
        lambda: address(Image.new("1", (1025, 1))),
        bomb,
        lambda: "data:image/png;base64," + "A" * 70_000,
    ],
)
def test_what_is_no_small_picture_is_refused(make: Callable[[], str]) -> None:
    with pytest.raises(BadPicture):
        round_picture(make(), 32)


def test_without_a_picture_there_is_an_initial_in_a_colour_of_the_name() -> None:
    discs = {name: initial_disc(name, 32).tobytes() for name in ("Alice", "Bob", "小雨", "…", "")}
    assert len(set(discs.values())) == len(discs)
    assert initial_disc("Alice", 32).tobytes() == discs["Alice"]
    assert plain_disc("Alice", 32).getpixel((16, 16)) == plain_disc("Alice", 64).getpixel((32, 32))
    assert [initial(name) for name in ("alice", " *Bob*", "小雨", "«é»", "e\u0301", "…", "")] == [
        "A",
        "B",
        "小",
        "É",
        "É",
        "",
        "",
    ]


def test_a_letter_that_no_font_has_is_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(avatar_pictures, "WIDE_FONTS", ("no such font.ttf",))
    avatar_pictures._wide_font.cache_clear()
    try:
        nobody, rain = initial_disc("", 32), initial_disc("雨", 32)
    finally:
        avatar_pictures._wide_font.cache_clear()
    assert rain.getchannel("R").getextrema()[1] == 255
    assert nobody.getchannel("A").tobytes() == rain.getchannel("A").tobytes()


def test_white_can_be_read_on_each_colour() -> None:
    for colour in COLOURS:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        assert 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05) >= 5
