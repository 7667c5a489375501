"""The gallery takes pictures, and there is something on them."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageStat

from .gallery.shots import take


def test_pictures_come_out_and_are_not_blank(tmp_path: Path) -> None:
    taken = list(take(tmp_path, ["first_start", "chat"], ["en-light", "zh-dark"]))
    assert [path.name for path in taken] == [
        "first_start.en-light.png",
        "chat.en-light.png",
        "first_start.zh-dark.png",
        "chat.zh-dark.png",
    ]
    light, chat, dark, _ = (Image.open(path).convert("L") for path in taken)
    assert light.size == (1100, 760)
    for image in (light, chat, dark):
        assert ImageStat.Stat(image).stddev[0] > 5, "there is nothing to be read on it"
    assert ImageStat.Stat(light).mean[0] > ImageStat.Stat(dark).mean[0] + 100
    assert light.tobytes() != chat.tobytes()
