"""What people install: the wheel, built without a network."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import chatbridge_gui

ROOT = Path(__file__).parents[2]
LEFT_OUT = {"__pycache__", ".DS_Store", "node_modules"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    (built,) = folder.glob("*.whl")
    return built


def names_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if not name.endswith("/")}


def files_below(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and not LEFT_OUT & set(path.parts)
    }


def test_the_wheel_carries_the_package_and_the_extension_and_nothing_else(wheel: Path) -> None:
    package = {f"chatbridge_gui/{name}" for name in files_below(ROOT / "chatbridge_gui")}
    extension = {f"chatbridge_gui/extension/{name}" for name in files_below(ROOT / "extension")}
    about = f"chatbridge_gui-{chatbridge_gui.__version__}.dist-info"
    assert names_in(wheel) == package | extension | {
        f"{about}/{name}" for name in ("METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE")
    }


def test_the_wheel_carries_what_the_help_opens(wheel: Path) -> None:
    names = names_in(wheel)
    assert "chatbridge_gui/docs/design.md" in names
    assert "chatbridge_gui/py.typed" in names
    assert "chatbridge_gui/extension/manifest.json" in names


def test_the_wheel_brings_both_commands(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("entry_points.txt"))
        text = archive.read(name).decode()
    assert "chatbridge = chatbridge_gui.cli:main" in text
    assert "chatbridge-gui = chatbridge_gui.__main__:main" in text


def test_the_installed_wheel_installs_its_own_extension(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    code = "from chatbridge_gui.installer import extension_source; print(extension_source())"
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, encoding="utf-8", check=True)
    assert Path(run.stdout.strip()).samefile(tmp_path / "chatbridge_gui" / "extension")
