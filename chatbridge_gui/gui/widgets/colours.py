"""Sums with colours, as `#rrggbb`. No Tk in here."""

from typing import Final

READABLE: Final = 4.5
"""The least contrast of a text with what it stands on."""
STEP: Final = 0.05


def contrast(one: str, other: str) -> float:
    """How well two colours can be told apart: from 1, the same, to 21, black on white."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def mix(one: str, other: str, share: float) -> str:
    """The first colour with so large a share of the other, from 0 to 1."""
    return _hex(round(a + (b - a) * share) for a, b in zip(_parts(one), _parts(other), strict=True))


def shifted(colour: str, old: str, new: str) -> str:
    """A colour that is to `new` what `colour` is to `old`."""
    return _hex(c + n - o for c, o, n in zip(_parts(colour), _parts(old), _parts(new), strict=True))


def readable(colour: str, *backgrounds: str, least: float = READABLE) -> str:
    """The colour, or one as near to it as can be read on all of these backgrounds."""
    end = "#000000" if _luminance(backgrounds[0]) > 0.18 else "#ffffff"
    share = 0.0
    while share < 1:
        tried = mix(colour, end, share)
        if all(contrast(tried, background) >= least for background in backgrounds):
            return tried
        share += STEP
    return end


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _hex(parts: object) -> str:
    return "#" + "".join(f"{min(max(int(part), 0), 255):02x}" for part in parts)  # type: ignore[attr-defined]


def _luminance(colour: str) -> float:
    linear = []
    for part in _parts(colour):
        share = part / 255
        linear.append(share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4)
    red, green, blue = linear
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
