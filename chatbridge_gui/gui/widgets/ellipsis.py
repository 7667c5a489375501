"""A text where there is little room."""

from tkinter.font import Font


def ellipsis(text: str, font: Font, width: int) -> str:
    """As much of the text as fits into so many pixels."""
    if font.measure(text) <= width:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if font.measure(text[:middle].rstrip() + "…") <= width:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + "…"
