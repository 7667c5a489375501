"""Put the extension into a SillyTavern on this computer, bring it up to date, take it out again.

No Tk and no asyncio: the window calls it from a worker thread, the command line directly. Whatever is refused is an
`InstallError`, whose `code` and `params` are there to be translated and whose `message` says it in English.
"""

from chatbridge_gui.installer.actions import InstallReport, Plan, UninstallReport, install, plan, uninstall
from chatbridge_gui.installer.copies import FOLDER_NAME, extension_source
from chatbridge_gui.installer.errors import InstallError, InstallErrorCode, by_hand
from chatbridge_gui.installer.packing import save_zip, zip_name
from chatbridge_gui.installer.places import find_installations
from chatbridge_gui.installer.updates import Sweep, find_installed, remove_everywhere, update_everywhere

__all__ = [
    "FOLDER_NAME",
    "InstallError",
    "InstallErrorCode",
    "InstallReport",
    "Plan",
    "Sweep",
    "UninstallReport",
    "by_hand",
    "extension_source",
    "find_installations",
    "find_installed",
    "install",
    "plan",
    "remove_everywhere",
    "save_zip",
    "uninstall",
    "update_everywhere",
    "zip_name",
]
