"""The extension as a zip file, for a SillyTavern that this program cannot reach: in Docker, in Termux, elsewhere."""

import os
import tempfile
import zipfile
from contextlib import ExitStack
from pathlib import Path

from chatbridge_gui.installer.copies import FOLDER_NAME, extension_source, shipped_files, version_of
from chatbridge_gui.installer.errors import InstallError


def zip_name() -> str:
    """What the file is usually called."""
    return f"{FOLDER_NAME}-extension-{version_of(extension_source())}.zip"


def save_zip(target: Path) -> Path:
    """Write the extension to a zip file, as one folder that goes into SillyTavern's folder of extensions: whole, or
    not at all.

    Raises:
        InstallError: `failed`, `source_missing`.
    """
    source = extension_source()
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".chatbridge-", suffix=".zip")
        with ExitStack() as undo:
            undo.callback(os.unlink, name)
            with os.fdopen(handle, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                for shipped in sorted(shipped_files(source)):
                    archive.write(source / shipped, f"{FOLDER_NAME}/{shipped.as_posix()}")
            os.replace(name, target)
            undo.pop_all()
    except (OSError, ValueError) as error:  # a date before 1980 is none in a zip file
        reason = getattr(error, "strerror", None) or str(error)
        where = str(target.parent)
        raise InstallError(
            "failed", f"{target} could not be written ({reason}).", {"folder": where, "reason": reason}
        ) from error
    return target
