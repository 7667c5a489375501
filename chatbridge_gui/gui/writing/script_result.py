"""What a script has returned, told to the user."""

from collections.abc import Callable
from typing import Any, Final

from chatbridge_gui.gui.language.i18n import t
from chatbridge_gui.gui.widgets.notices import Action
from chatbridge_gui.gui.writing.send_needs import Notify

LONGEST: Final = 600
"""More is not shown, but copied."""


def tell_result(result: dict[str, Any], notify: Notify, copy: Callable[[str], None]) -> None:
    """Show what `run_command` has answered: what it returned, or that it was ended early. Most return nothing."""
    if result.get("aborted"):
        notify("warning", t("slash.aborted", reason=result.get("reason") or "/abort"))
        return
    pipe = str(result.get("pipe") or "")
    if pipe:
        total = int(result.get("total") or 0)
        cut = len(pipe) > LONGEST or total > len(pipe.encode("utf-16-le", "surrogatepass")) // 2
        words = t("slash.result", text=pipe[:LONGEST] + ("…" if cut else ""))
        notify("success", words, Action(lambda: t("slash.copy"), lambda: copy(pipe)))
