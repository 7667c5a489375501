"""The chat of one SillyTavern, kept equal to its mirror; a reply grows as it comes.

`text` is the widget that shows it, or a part of it that goes along with the reader; `shown_text()` is what it says
without soft breaks.
"""

from collections.abc import Callable
from typing import Final

import ttkbootstrap as ttk

from chatbridge_gui.chat.mirror import NO_CHAT, ChatMirror, LiveStream, same_chat
from chatbridge_gui.chat.splices import Splice
from chatbridge_gui.gui.chat.chat_blocks import (
    Block,
    Item,
    Notice,
    ends_with,
    flat,
    items,
    meets,
    render,
)
from chatbridge_gui.gui.chat.chat_notes import times
from chatbridge_gui.gui.chat.chat_tags import BESIDE, configure_tags
from chatbridge_gui.gui.chat.differences import differences
from chatbridge_gui.gui.chat.growing_chat import GrowingChat
from chatbridge_gui.gui.chat.link_bar import LinkBar, address_under
from chatbridge_gui.gui.chat.message_picker import MessagePicker
from chatbridge_gui.gui.chat.message_text import Piece, can_swipe
from chatbridge_gui.gui.chat.reading import Reading
from chatbridge_gui.gui.chat.shown_range import PAGE
from chatbridge_gui.gui.language.i18n import t
from chatbridge_gui.gui.widgets.avatars import Avatars
from chatbridge_gui.gui.widgets.keys import with_modifier
from chatbridge_gui.gui.widgets.soft_breaks import copy_selection, without_soft_breaks
from chatbridge_gui.gui.widgets.speakers import Speakers
from chatbridge_gui.gui.widgets.text_actions import TextActions
from chatbridge_gui.gui.widgets.theme import Look
from chatbridge_gui.protocol.messages import ChatMessage

WIDEST: Final = 860
"""Lines longer than this are hard to read, so a wide window gets margins."""
ACTIONS: Final = ("fold", "swipe_left", "swipe_right", "link")
"""The tags of what can be pressed."""


class ChatView(GrowingChat):
    """Shows a mirror. Call `refresh` when messages changed and `stream_moved` when a reply grew."""

    def __init__(
        self, master: ttk.Frame, look: Look, avatars: Avatars, *, swipe: Callable[[str, ChatMessage], None]
    ) -> None:
        super().__init__(master, look, name="chat_view", text_name="chat_text", latest=t("chat.latest"))
        self.avatars = avatars
        self._speakers = Speakers()
        self._swipe = swipe
        self._no_swipe: str | None = None
        self._arrowed: Block | None = None
        self._reading = Reading()
        self._epoch = -1
        self._chat = NO_CHAT
        self._sent_anew = False
        self._known = self._total = 0
        self.text.configure(font=look.body, pady=look.px(8), spacing2=look.px(2))
        self.text.bind("<Configure>", lambda event: self._set_margins(event.width), add="+")
        self.text.bind("<Destroy>", lambda _event: avatars.close(), add="+")
        self.text.bind("<<Copy>>", lambda _event: copy_selection(self.text))
        self.text.bind("<Key-Left>", lambda _event: self._swipe_key("left"))
        self.text.bind("<Key-Right>", lambda _event: self._swipe_key("right"))
        self._actions = TextActions(
            self.text, look, ACTIONS, ("user", "character", "system"), do=self._do, tip=self._tip
        )
        self.picker = MessagePicker(self.text, look, self)
        self._leave_keys_with_modifiers()
        self.link_bar = LinkBar(self, look, closed=self.text.focus_set)
        self.link_bar.grid(row=1, column=0, columnspan=2, sticky="ew")
        self.link_bar.grid_remove()
        self.apply_theme()

    def apply_theme(self) -> None:
        """Give the tags the colours of the theme; Tk leaves them alone when the theme changes."""
        self.plain()
        configure_tags(self.text, self.look)
        self.picker.apply_theme()
        self._actions.apply_theme()
        self._colour_arrows()

    def apply_language(self) -> None:
        """Say in another language what is not the chat's own; what is being read stays where it is."""
        self.say_latest(t("chat.latest"))
        following, kept = self.following, self._own_text_in_sight()
        height = self.text.dlineinfo(kept)
        self.text.mark_set("kept", kept)
        self._put(0, len(self._blocks), [block.item for block in self._blocks])
        self.refresh()
        if not following and height is not None:
            self._see_at("kept", height[1])

    def _own_text_in_sight(self) -> str:
        """The uppermost line that is a message's own and not about it."""
        top = self._number("@0,0")
        at = self.at("@0,0")
        begin = self._line(at)
        own = begin + 1 + self._blocks[at].above if at < len(self._blocks) else top
        return f"{max(own, top)}.0"

    # --- what others call -------------------------------------------------------------------------------------------

    def show(self, mirror: ChatMirror | None) -> None:
        """Show this chat from its end."""
        self.mirror = mirror
        self._epoch, self._chat = -1, NO_CHAT
        self._known = mirror.splices.count if mirror is not None else 0
        self.refresh()

    def refresh(self) -> None:
        """Bring the widget in step with the mirror; what has not changed is not touched."""
        mirror = self.mirror
        if mirror is None or (mirror.epoch != self._epoch and not self._continues(mirror)):
            self._open(mirror)
        changes = mirror.splices.since(self._known) if mirror is not None else None
        if mirror is not None:
            self._follow(mirror, changes or [])
            self._epoch, self._known = mirror.epoch, mirror.splices.count
        self._reading.moved(mirror, changes, following=self.following)
        self.set_new(t("chat.new", count=self._reading.new) if self._reading.new else "")
        self._show_rows()

    def _follow(self, mirror: ChatMirror, changes: list[Splice]) -> None:
        """The range goes along with its messages; where very much came at the end, to the end."""
        self.shown.follow(changes)
        much = mirror.total - self._total > PAGE
        self._total = mirror.total
        if (much and self.following) or self.shown.first > mirror.total:
            self._range_to_end(mirror)
        self.shown.limit(mirror.total)

    def _show_rows(self) -> None:
        """Have the messages of the range in the widget."""
        mirror = self.mirror
        wanted = self._wanted(mirror) if mirror is not None else []
        if self._sent_anew and mirror is not None:
            self._sent_anew = mirror.start > self.shown.first and ends_with(self._blocks, wanted)
            if self._sent_anew:  # what is shown above is on its way once more
                self.paint()
                return
        for begin, end, rows in differences(self._blocks, wanted):
            self._put(begin, end, rows)
        self._move_arrows()
        self.picker.moved()
        self.paint()
        self._look_soon()
        self.moved()

    def _wanted(self, mirror: ChatMirror) -> list[Item]:
        return items(mirror, self.shown.first, self.shown.last, self._reading.unread)

    def _set_following(self, following: bool) -> None:
        if following and not self.following:
            self._reading.seen(self.mirror)
            self.set_new("")
        super()._set_following(following)

    def set_swipe(self, reason: str | None) -> None:
        """Say why the last message cannot be swiped now, by the key of the reason; None: it can."""
        if reason != self._no_swipe:
            self._no_swipe = reason
            self._colour_arrows()

    def shown_text(self) -> str:
        """All that is shown, as a reader reads it."""
        return without_soft_breaks(self.text, "1.0", "end-1c")

    def _continues(self, mirror: ChatMirror) -> bool:
        """Whether this is the chat that is shown, sent anew."""
        self._sent_anew = same_chat(mirror.chat, self._chat) and meets(self._blocks, self._wanted(mirror))
        return self._sent_anew

    def _empty(self) -> None:
        self._arrowed = None
        super()._empty()

    # --- blocks -----------------------------------------------------------------------------------------------------

    def _open(self, mirror: ChatMirror | None) -> None:
        """Another chat: begin with an empty widget, at the end."""
        self._chat = mirror.chat if mirror is not None else NO_CHAT
        self._sent_anew = False
        if mirror is not None:
            self._range_to_end(mirror)
        self._reading.opened(mirror)
        self._empty()
        self.avatars.forget_unused()
        self._speakers = Speakers()
        self.follow_end()

    def _put(self, begin: int, end: int, wanted: list[Item]) -> None:
        """Have these items in the place of the blocks from `begin` to `end`."""
        old = self._blocks[begin:end]
        if not old and not wanted:
            return
        line = self._line(begin)
        with self.edit(hold=self._held(line, sum(block.lines for block in old))):
            if len(old) == len(wanted):
                for at, item in enumerate(wanted, begin):
                    self._blocks[at] = self._exchange(line, self._blocks[at], item)
                    line += self._blocks[at].lines
            else:
                self.text.delete(f"{line}.0", f"{line + sum(block.lines for block in old)}.0")
                self._blocks[begin:end] = self._insert_items(line, wanted)

    def _insert_items(self, line: int, wanted: list[Item]) -> list[Block]:
        blocks: list[Block] = []
        pieces: list[Piece] = []
        for item in wanted:
            block, header, below = render(item, self._reply_name())
            blocks.append(block)
            pieces += header
            pieces += below
        if pieces:
            self._insert(f"{line}.0", pieces)
        for block in blocks:
            self._picture(line, block.item)
            line += block.lines
        return blocks

    def _picture(self, line: int, item: Item) -> None:
        """Put the speaker's picture before the name."""
        if not isinstance(item, Notice):
            chat = self.mirror.chat if self.mirror is not None else NO_CHAT
            image = self.avatars.image(self._speakers.of(item, chat, self._reply_name()))
            self.text.image_create(f"{line}.0", image=image, padx=self.look.px(BESIDE))
            self.text.tag_add("name", f"{line}.0")

    def _exchange(self, line: int, old: Block, item: Item) -> Block:
        """Put an item in another's place. A text that stays the same is not touched, for a reader's sake."""
        return self._redraw(line, old, item, unfolded=old.unfolded, arrows=old.arrows)

    def _redraw(self, line: int, old: Block, item: Item, *, unfolded: bool, arrows: bool) -> Block:
        new, header, below = render(item, self._reply_name(), unfolded=unfolded, arrows=arrows)
        if isinstance(item, Notice) or isinstance(old.item, Notice):
            self.text.delete(f"{line}.0", f"{line + old.lines}.0")
            self._insert(f"{line}.0", header + below)
            self._picture(line, item)
            return new
        self.text.delete(f"{line}.0", f"{line + 1 + old.above}.0")
        self._insert(f"{line}.0", header)
        self._picture(line, item)
        if (new.body, new.hidden, new.placeholder, new.cards) != (old.body, old.hidden, old.placeholder, old.cards):
            first = line + 1 + new.above
            self.text.delete(f"{first}.0", f"{first + old.lines - 1 - old.above}.0")
            self._insert(f"{first}.0", below)
        elif isinstance(old.item, LiveStream) and not isinstance(item, LiveStream):
            old.lines += new.above - old.above
            self.writer.finish(line, old)
        elif isinstance(item, LiveStream) and not isinstance(old.item, LiveStream):
            self.writer.resume(line, new)
        return new

    def _reply_name(self) -> str:
        chat = self.mirror.chat if self.mirror is not None else None
        return (chat.character or chat.group if chat is not None else None) or t("chat.reply")

    def _insert(self, index: str, pieces: list[Piece]) -> None:
        self.text.insert(index, "", (), *flat(pieces))

    # --- blocks, for whoever picks one ------------------------------------------------------------------------------

    @property
    def count(self) -> int:
        return len(self._blocks)

    def item(self, at: int) -> Item | None:
        return self._blocks[at].item if 0 <= at < len(self._blocks) else None

    def lines(self, at: int) -> tuple[int, int]:
        return self._line(at), self._blocks[at].lines

    def _scrolled(self, first: float, last: float) -> None:
        super()._scrolled(first, last)
        self.picker.moved()

    # --- what can be pressed ----------------------------------------------------------------------------------------

    def _do(self, index: str) -> None:
        """Do what the place at this index is for."""
        tags = self.text.tag_names(index)
        if "fold" in tags:
            self._toggle(self.at(index))
        elif "swipe_left" in tags or "swipe_right" in tags:
            self._swipe_key("left" if "swipe_left" in tags else "right")
        elif "link" in tags:
            address = address_under(self.text, index)
            if address is not None:
                self.link_bar.ask(address)

    def _tip(self, index: str) -> str:
        """What the note at the mouse says of this place."""
        tags = self.text.tag_names(index)
        if "link" in tags:
            return address_under(self.text, index) or ""
        item = self._blocks[self.at(index)].item if self._blocks else None
        if isinstance(item, dict) and {"user", "character", "system"} & set(tags):
            return times(item)
        for tag in ("swipe_left", "swipe_right"):
            if tag in tags:
                return t(self._no_swipe) if self._no_swipe else t(f"chat.{tag}")
        return ""

    def _toggle(self, at: int) -> None:
        block = self._blocks[at]
        top = min(int(self.text.index("@0,0").partition(".")[0]), self._line(at) + 1)
        with self.edit(follow=False):
            new = self._redraw(self._line(at), block, block.item, unfolded=not block.unfolded, arrows=block.arrows)
        self._replace(at, new)
        self.text.yview(f"{top}.0")

    def unfold(self, index: int) -> None:
        """Show the reasoning of a message that is in the range."""
        at = self._place(index)
        if self._blocks[at].fold and not self._blocks[at].unfolded:
            self._toggle(at)

    def _replace(self, at: int, new: Block) -> None:
        if self._arrowed is self._blocks[at]:
            self._arrowed = new
        self._blocks[at] = new

    def _swipe_key(self, direction: str) -> None:
        if self._arrowed is not None and self._no_swipe is None and isinstance(self._arrowed.item, dict):
            self._swipe(direction, self._arrowed.item)

    def _move_arrows(self) -> None:
        """The last message has arrows to its other versions, and no other has."""
        last = self._blocks[-1] if self._blocks and self.shown.last is None else None
        wanted = last if last is not None and isinstance(last.item, dict) and can_swipe(last.item) else None
        if wanted is self._arrowed and (wanted is None or wanted.arrows):
            return
        self._arrowed = None
        for at in range(len(self._blocks) - 1, -1, -1):
            block = self._blocks[at]
            if block.arrows != (block is wanted):
                with self.edit():
                    new = self._redraw(
                        self._line(at), block, block.item, unfolded=block.unfolded, arrows=block is wanted
                    )
                self._blocks[at] = new
        self._arrowed = self._blocks[-1] if wanted is not None else None

    def _colour_arrows(self) -> None:
        palette = self.look.palette
        for tag in ("swipe_left", "swipe_right"):
            self.text.tag_configure(tag, foreground=palette.dim if self._no_swipe else palette.accent)

    # --- small things -----------------------------------------------------------------------------------------------

    def _leave_keys_with_modifiers(self) -> None:
        """To Tk, Alt+Left is Left too unless something is bound that says more of it. Here that is nothing, so such
        keys do what they do in any text, or in the window."""
        mac = ttk.windowing_system(self) == "aqua"
        self.text.event_add("<<WithModifier>>", *with_modifier("Left", "Right", "Return", "KP_Enter", mac=mac))
        self.text.bind("<<WithModifier>>", lambda _event: None)

    def _set_margins(self, width: int) -> None:
        margin = max(self.look.px(18), (width - self.look.px(WIDEST)) // 2)
        if int(str(self.text.cget("padx"))) != margin:
            self.text.configure(padx=margin)
