"""Names and amounts in few letters. No Tk in here."""


def short(name: str, most: int = 60) -> str:
    """A name on one line that does not push everything else aside."""
    line = " ".join(name.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def size(count: int) -> str:
    """Bytes as people read them."""
    if count < 1000:
        return f"{count} B"
    amount, units = count / 1000, iter(("kB", "MB", "GB", "TB"))
    unit = next(units)
    while amount >= 999.5 and unit != "TB":
        amount, unit = amount / 1000, next(units)
    return f"{amount:.1f} {unit}" if amount < 9.95 else f"{amount:.0f} {unit}"
