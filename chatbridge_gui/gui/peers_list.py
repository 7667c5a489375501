"""Who is connected: the taverns, one of which is shown, and the apps. A click on a tavern shows its chat."""

from collections.abc import Callable, Iterable

import ttkbootstrap as ttk

from chatbridge_gui.bridge.events import PeerInfo
from chatbridge_gui.gui.i18n import t
from chatbridge_gui.gui.taverns import Tavern, TavernBook
from chatbridge_gui.gui.theme import Look


def tavern_label(tavern: Tavern, most: int = 60) -> str:
    """How a tavern is called in lists, in about so many letters."""
    return f"{short(tavern.info.name or 'SillyTavern', most)} ({tavern.number})"


def short(name: str, most: int = 60) -> str:
    """A name on one line that does not push everything else aside."""
    line = " ".join(name.split())
    return line if len(line) <= most else line[: most - 1] + "…"


class PeersList(ttk.Frame):
    """A read-only text with two lines for each peer."""

    def __init__(self, master: ttk.Frame, look: Look, *, choose: Callable[[int], None]) -> None:
        super().__init__(master, name="peers")
        self.look = look
        self._choose = choose
        self.title = ttk.Label(self, font=look.heading)
        self.text = ttk.Text(
            self,
            name="peers_text",
            width=1,
            height=4,
            wrap="none",
            state="disabled",
            cursor="arrow",
            takefocus=False,
            padx=0,
        )
        self.title.pack(fill="x", pady=(0, look.px(4)))
        self.text.pack(fill="both", expand=True)
        self.apply_theme()

    def apply_theme(self) -> None:
        look, palette = self.look, self.look.palette
        self.text.configure(borderwidth=0, highlightthickness=0, background=look.background)
        margin = look.px(6)
        self.text.tag_configure("name", font=look.heading, spacing1=look.px(5), lmargin1=margin)
        self.text.tag_configure("detail", font=look.small, foreground=palette.dim, spacing3=look.px(5), lmargin1=margin)
        self.text.tag_configure("shown", background=palette.chosen_background)
        self.text.tag_configure("nobody", font=look.small, foreground=palette.dim)

    def refresh(self, peers: Iterable[PeerInfo], book: TavernBook) -> None:
        """Show these peers."""
        text = self.text
        apps = [peer for peer in peers if peer.tavern is None]
        self.title.configure(text=t("peers.title", count=len(book.connected) + len(apps)))
        text.configure(state="normal")
        text.delete("1.0", "end")
        for tavern in book.connected:
            chat = tavern.mirror.chat
            what = chat.title or chat.character or chat.group or t("peers.no_chat")
            tags = ("shown",) if tavern is book.shown else ()
            self._row(tavern_label(tavern, 20), what, (*tags, f"tavern_{tavern.number}"))
            text.tag_bind(f"tavern_{tavern.number}", "<Button-1>", self._chooser(tavern.number))
        for app in apps:
            kind = t("peers.listener") if app.simple else t("peers.app")
            self._row(short(app.name or t("peers.unnamed")), f"{kind} · {app.address}", ())
        if not book.connected and not apps:
            text.insert("end", t("peers.nobody"), ("nobody",))
        text.configure(state="disabled")

    def _row(self, name: str, detail: str, tags: tuple[str, ...]) -> None:
        self.text.insert("end", f"{name}\n", ("name", *tags), f"{short(detail, 200)}\n", ("detail", *tags))

    def _chooser(self, number: int) -> Callable[[object], None]:
        return lambda _event: self._choose(number)

    def shown_text(self) -> str:
        return self.text.get("1.0", "end-1c")
