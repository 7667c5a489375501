"""Small round pictures of speakers, made from what a tavern sent or from a name. No Tk in here."""

import base64
import binascii
import io
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final
from zlib import crc32

from PIL import Image, ImageChops, ImageDraw, ImageFont

from chatbridge_gui.protocol.limits import PICTURE_CHARACTERS

FORMATS: Final = ("PNG", "JPEG", "WEBP")
LARGEST: Final = 1024
"""A picture with a side of more pixels than this is not unpacked."""
FINER: Final = 4
"""Discs are drawn so many times larger, to have smooth edges."""
COLOURS: Final = ("#8a4b2d", "#7a5c00", "#3f6b2a", "#1f6b5c", "#26618f", "#4a55a2", "#7b4397", "#9a3b63")
"""White letters have a contrast of at least 5 to 1 on each."""
WIDE_FONTS: Final = (
    "msyhbd.ttc",
    "msyh.ttc",
    "PingFang.ttc",
    "Hiragino Sans GB.ttc",
    "STHeiti Medium.ttc",
    "NotoSansCJK-Bold.ttc",
    "NotoSansCJK-Regular.ttc",
    "NotoSansCJKsc-Regular.otf",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "DroidSansFallbackFull.ttf",
    "DroidSansFallback.ttf",
    "malgunbd.ttf",
)
"""Fonts that systems come with for what the one in Pillow has no letters for."""


class BadPicture(Exception):
    """What was sent is no picture we show."""


def round_picture(address: str, side: int) -> Image.Image:
    """The picture in a `data:` address, as a disc of `side` pixels.

    Raises:
        BadPicture: it is none, of another format, or too large.
    """
    if len(address) > PICTURE_CHARACTERS:
        raise BadPicture(f"the picture takes {len(address)} characters; {PICTURE_CHARACTERS} are allowed")
    head, comma, body = address.partition(",")
    if not comma or not head.startswith("data:image/") or not head.endswith(";base64"):
        raise BadPicture("this is no data: address with a picture in base64")
    try:
        file = io.BytesIO(base64.b64decode(body, validate=True))
        with Image.open(file, formats=FORMATS) as picture:
            if max(picture.size) > LARGEST:
                raise BadPicture(f"the picture has {picture.width} by {picture.height} pixels")
            whole = picture.convert("RGBA")
    except (binascii.Error, OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise BadPicture(f"it cannot be read: {error}") from error
    square = min(whole.size)
    left, top = (whole.width - square) // 2, (whole.height - square) // 2
    small = whole.resize((side, side), Image.Resampling.LANCZOS, (left, top, left + square, top + square))
    small.putalpha(ImageChops.multiply(small.getchannel("A"), _disc(side)))
    return small


def plain_disc(name: str, side: int) -> Image.Image:
    """A disc in the colour of this name."""
    disc = Image.new("RGBA", (side, side), COLOURS[crc32(name.encode()) % len(COLOURS)])
    disc.putalpha(_disc(side))
    return disc


def initial_disc(name: str, side: int) -> Image.Image:
    """The same with the first letter of the name on it; with a sign for a person where no font has that letter."""
    large = plain_disc(name, side).resize((side * FINER, side * FINER))
    letter = initial(name)
    font = _font(letter, side * FINER * 9 // 16) if letter else None
    draw = ImageDraw.Draw(large)
    middle = side * FINER / 2
    if font is not None:
        draw.text((middle, middle), letter, fill="white", font=font, anchor="mm")
    else:
        head, body = middle * 0.3, middle * 0.52
        draw.ellipse((middle - head, middle * 0.42, middle + head, middle * 0.42 + 2 * head), fill="white")
        draw.pieslice((middle - body, middle * 1.16, middle + body, middle * 1.16 + 2 * body), 180, 360, fill="white")
    disc = large.resize((side, side), Image.Resampling.LANCZOS)
    disc.putalpha(_disc(side))
    return disc


def initial(name: str) -> str:
    """The letter that stands for a name; empty if it has neither letters nor digits."""
    return next((one for one in unicodedata.normalize("NFC", name).upper() if one.isalnum()), "")


@lru_cache(maxsize=8)
def _disc(side: int) -> Image.Image:
    large = Image.new("L", (side * FINER, side * FINER))
    ImageDraw.Draw(large).ellipse((0, 0, side * FINER - 1, side * FINER - 1), fill=255)
    return large.resize((side, side), Image.Resampling.LANCZOS)


def _font(letter: str, size: int) -> ImageFont.FreeTypeFont | None:
    return next((font for font in _fonts(size) if _has(font, letter)), None)


def _fonts(size: int) -> Iterator[ImageFont.FreeTypeFont]:
    built_in = ImageFont.load_default(size)
    if isinstance(built_in, ImageFont.FreeTypeFont):
        yield built_in
    name = _wide_font()
    if name:
        yield ImageFont.truetype(name, size)


@lru_cache(maxsize=1)
def _wide_font() -> str:
    """The first of those fonts that is here. Pillow looks through the system's folders, which takes a while."""
    for name in WIDE_FONTS:
        try:
            return str(ImageFont.truetype(name, 10).path)
        except OSError:
            continue
    return ""


def _has(font: ImageFont.FreeTypeFont, letter: str) -> bool:
    """Whether the font draws something else for it than for what no font has."""
    return bytes(font.getmask(letter)) != bytes(font.getmask("\uffff"))
