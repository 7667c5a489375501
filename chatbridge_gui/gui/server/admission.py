"""Who may enter, as the user says: some of it kept in the settings, some for the rest of this run. No Tk in here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from chatbridge_gui import settings as settings_file
from chatbridge_gui.bridge.config import HubConfig, LetIn
from chatbridge_gui.bridge.events import AccessWanted
from chatbridge_gui.settings import Settings, SettingsError

Verdict: TypeAlias = Literal["once", "always", "refused"]
"""`once` and `refused` hold until the program ends."""
LISTS: Final = ("allowed_origins", "allowed_programs")
"""Of the settings, those that the command line may change while the window is open."""


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody the user has decided about."""

    stranger: AccessWanted
    verdict: Verdict


class Admission:
    """`changed` is called after every change; `failed` is told why one could not be kept on disk."""

    def __init__(self, settings: Settings, failed: Callable[[SettingsError], None]) -> None:
        self.changed: Callable[[], None] = lambda: None
        self._settings = settings
        self._failed = failed
        self._this_run: dict[AccessWanted, Verdict] = {}
        self._unkept = False

    @property
    def let_in(self) -> LetIn:
        return self._settings.let_in

    def token(self) -> str:
        """The token, which is made on first need.

        Raises:
            SettingsError: its file cannot be read or written.
        """
        return settings_file.load_token() or settings_file.make_token()

    def config(self, host: str, port: int, token: str | None = None) -> HubConfig:
        """What a hub that listens there has to know. It keeps the token that is given, if one is.

        Raises:
            SettingsError: the token's file cannot be read or written.
        """
        config = HubConfig(host, port, has_window=True, let_in=self.let_in)
        needs_token = config.must_have_token or self.let_in == "ask"
        return HubConfig(
            host,
            port,
            allowed_origins=self._allowed("page", self._settings.allowed_origins),
            token=(token or self.token()) if needs_token else None,
            has_window=True,
            let_in=self.let_in,
            allowed_programs=self._allowed("program", self._settings.allowed_programs),
            refused=tuple(one.who for one, verdict in self._this_run.items() if verdict == "refused"),
        )

    def read_again(self) -> None:
        """Take over what the command line has changed, unless something that was said here could not be written."""
        if self._unkept:
            return
        try:
            kept = settings_file.load()
        except SettingsError:  # it is told where the settings are loaded or written
            return
        for name in LISTS:
            setattr(self._settings, name, getattr(kept, name))

    def known(self) -> list[Known]:
        """Everybody the user has decided about, those who are refused last."""
        kept = [AccessWanted("page", who) for who in self._settings.allowed_origins]
        kept += [AccessWanted("program", who) for who in self._settings.allowed_programs]
        found = [Known(one, "always") for one in kept if one not in self._this_run]
        found += [Known(one, verdict) for one, verdict in self._this_run.items()]
        return sorted(found, key=lambda known: known.verdict == "refused")

    def decide(self, stranger: AccessWanted, verdict: Verdict) -> None:
        """The user has answered, or changed the answer."""
        self._this_run.pop(stranger, None)
        if verdict != "always":
            self._this_run[stranger] = verdict
        self._keep(stranger, kept=verdict == "always")
        self.changed()

    def forget(self, stranger: AccessWanted) -> None:
        """Whoever it is, it is a stranger again."""
        self._this_run.pop(stranger, None)
        self._keep(stranger, kept=False)
        self.changed()

    def set_let_in(self, let_in: LetIn) -> bool:
        """Whether it is so now: without a token nobody can be asked for it."""
        if let_in == self._settings.let_in:
            return True
        try:
            if let_in != "computer":
                self.token()
        except SettingsError as error:
            self._failed(error)
            return False
        self._settings.let_in = let_in
        self._remember(let_in=let_in)
        self.changed()
        return True

    def renew_token(self) -> bool:
        """Make a new token; whoever holds the old one is a stranger. Whether there is a new one."""
        try:
            settings_file.make_token()
        except SettingsError as error:
            self._failed(error)
            return False
        self.changed()
        return True

    def _allowed(self, kind: Literal["page", "program"], kept: list[str]) -> tuple[str, ...]:
        once = [one.who for one, verdict in self._this_run.items() if verdict == "once" and one.kind == kind]
        refused = {one.who for one, verdict in self._this_run.items() if verdict == "refused"}
        return tuple(who for who in dict.fromkeys((*kept, *once)) if who not in refused)

    def _keep(self, stranger: AccessWanted, *, kept: bool) -> None:
        """Have it in the settings, or not."""
        self.read_again()
        name = "allowed_origins" if stranger.kind == "page" else "allowed_programs"
        before: list[str] = getattr(self._settings, name)
        after = [who for who in before if who != stranger.who] + ([stranger.who] if kept else [])
        if after != before:
            setattr(self._settings, name, after)
            self._remember(**{name: after})

    def _remember(self, **changes: object) -> None:
        try:
            settings_file.remember(**changes)
        except SettingsError as error:
            self._unkept = True
            self._failed(error)
