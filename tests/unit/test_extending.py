"""docs/extending.md speaks of what is there: each path and each name in it exists."""

import ast
import re
from pathlib import Path

import msgspec
import pytest

from chatbridge_gui.protocol import generate
from chatbridge_gui.protocol.codec import decode
from chatbridge_gui.protocol.messages import MESSAGES, Content
from chatbridge_gui.protocol.requests import REQUESTS
from chatbridge_gui.protocol.requests import messages as group
from chatbridge_gui.protocol.requests.spec import RequestSpec

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "chatbridge_gui/docs/extending.md").read_text(encoding="utf-8")
PROSE = re.sub(r"^ *```.*?^ *```$", "", TEXT, flags=re.DOTALL | re.MULTILINE)
STEPS = re.split(r"\n\n+|\n(?=\d\. )", PROSE)


def paths(text: str) -> list[str]:
    return sorted({one for one in re.findall(r"`([^`\n]+)`", text) if "/" in one and " " not in one})


def names(text: str) -> list[str]:
    return sorted(set(re.findall(r"`([A-Za-z_][\w.-]*)`", text)))


def files_named(step: str) -> list[Path]:
    return [path for one in paths(step) if (path := ROOT / one).is_file()]


def is_in(name: str, source: str) -> bool:
    last = name.rpartition(".")[2]
    return re.search(rf"(?<![\w-]){re.escape(last)}(?![\w-])", source) is not None


PATHS = paths(PROSE)
NAMES = names(PROSE)
SOURCE = "\n".join(
    path.read_text(encoding="utf-8")
    for folder, endings in (
        ("chatbridge_gui", ("py", "ts")),
        ("extension", ("js", "html")),
        ("tests/e2e", ("py",)),
    )
    for ending in endings
    for path in sorted((ROOT / folder).rglob(f"*.{ending}"))
)


def code(language: str) -> str:
    (block,) = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", TEXT, flags=re.DOTALL | re.MULTILINE)
    indent, text = block
    return "\n".join(line.removeprefix(indent) for line in text.splitlines())


@pytest.mark.parametrize("path", PATHS)
def test_each_path_is_there(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize("step", [step for step in STEPS if files_named(step)])
def test_the_names_of_a_step_are_in_the_files_it_names(step: str) -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in files_named(step))
    assert not [name for name in names(step) if not is_in(name, source)]


@pytest.mark.parametrize("name", NAMES)
def test_each_name_is_there(name: str) -> None:
    assert is_in(name, SOURCE), f"nothing is called {name}"


def test_it_speaks_of_enough_to_be_a_test() -> None:
    assert len(PATHS) > 20
    assert len(NAMES) > 25


def test_the_generated_files_are_all_named() -> None:
    for path in generate.FILES:
        is_whole_folder = set(path.parent.glob("*.*")) <= generate.FILES.keys()
        named = path.parent if is_whole_folder else path
        assert named.relative_to(ROOT).as_posix() + "/" * is_whole_folder in PATHS


def test_the_example_of_a_request_is_one() -> None:
    assert "pin_message" not in REQUESTS, "it is there by now: take another example"
    struct, row = ast.parse(code("python")).body
    known = dict(vars(group))
    exec(compile(ast.Module([struct], []), "extending.md", "exec"), known)
    (made,) = eval(ast.unparse(row), known)
    assert isinstance(made, RequestSpec)
    assert issubclass(made.content, Content)
    assert msgspec.convert({"uid": "1"}, made.content)


def test_the_example_client_sends_good_frames() -> None:
    sent = re.findall(r"send\(\{(.*)\}\);", code("ts"))
    assert len(sent) == 2
    for frame in sent:
        as_json = re.sub(r"(\w+):", r'"\1":', "{" + frame + "}").replace("'", '"')
        assert decode(as_json).type in {*MESSAGES, *REQUESTS}
