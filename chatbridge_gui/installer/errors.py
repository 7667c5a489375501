"""What the installer refuses, in words."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

InstallErrorCode: TypeAlias = Literal[
    "not_found",
    "not_sillytavern",
    "too_old",
    "several_users",
    "other_copy",
    "git_checkout",
    "linked",
    "not_ours",
    "not_writable",
    "in_use",
    "failed",
    "not_installed",
    "source_missing",
]


@dataclass(slots=True)
class InstallError(Exception):
    """It was not done, and unless the message says otherwise nothing was changed.

    `message` says what, why, and what to do; `code` and `params` say it for translation.
    `other_copy` alone is a question: call `install` again with `replace_other` True or False.
    """

    code: InstallErrorCode
    message: str
    params: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message


def by_hand(source: Path) -> str:
    """How to install without this program's help: in Docker, on another computer, in an unusual layout."""
    return (
        f"By hand: copy the folder {source} to public/scripts/extensions/third-party/ChatBridge inside SillyTavern's "
        "folder, on the computer or in the Docker volume it runs from, so that manifest.json lies directly in it; "
        "then reload SillyTavern's page."
    )
