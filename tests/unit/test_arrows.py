"""Who may know whom, read from the imports themselves (docs/design.md says why)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "chatbridge_gui"
MODULES = {
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}

MAY_KNOW = {
    "protocol": {"protocol"},
    "chat": {"chat", "protocol"},
    "bridge": {"bridge", "chat", "protocol", "settings"},
    "demo": {"demo", "protocol"},
    "recording": {"recording", "protocol", "bridge.events", "demo.background"},
    "log_file": {"bridge.events"},
    "crash_reports": {"log_file"},
    "diagnostics": {"log_file", "crash_reports", "bridge.events"},
    "settings": {"protocol.limits"},
    "whole_file": set(),
    "installer": {"installer"},
    "client": {"client", "chat", "protocol", "settings"},
}
"""For each part, what of ours it may import; every part may ask for the version. Parts not listed may know all."""

_SHARED = {"language", "background", "tavern", "widgets"}
WINDOW_ROOMS: dict[str, set[str]] = {
    "language": set(),
    "background": set(),
    "tavern": {"language"},
    "widgets": {"language", "background"},
    "chat": _SHARED,
    "messages": {*_SHARED, "chat"},
    "writing": _SHARED,
    "switching": _SHARED,
    "server": _SHARED,
    "log": _SHARED,
}
"""For each room of the window, which others it may know; the modules in the window's own folder may know them all."""

WINDOW_KNOWS_OF_BRIDGE = {f"chatbridge_gui.bridge.{name}" for name in ("thread", "config", "events")}


def imports(module: str, *, while_loading: bool = False) -> Iterator[str]:
    """The modules that a module imports; `while_loading` leaves out those that it imports later or for types alone."""
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    package = module if MODULES[module].name == "__init__.py" else module.rpartition(".")[0]
    nodes = list(_loaded(tree)) if while_loading else list(ast.walk(tree))
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parent = ".".join(package.split(".")[: len(package.split(".")) - node.level + 1])
                base = f"{parent}.{base}".rstrip(".")
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                yield inner if inner in MODULES else base


def _loaded(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        yield node
        yield from _loaded(node)


def ours(module: str) -> set[str]:
    return {name for name in imports(module) if name.split(".")[0] == "chatbridge_gui" and name != "chatbridge_gui"}


def part(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


@pytest.mark.parametrize("module", MODULES)
def test_a_module_knows_only_what_its_part_may_know(module: str) -> None:
    if part(module) in MAY_KNOW:
        allowed = {f"chatbridge_gui.{name}" for name in MAY_KNOW[part(module)]}
        unknown = {name for name in ours(module) if not any(f"{name}.".startswith(f"{one}.") for one in allowed)}
        assert not unknown
    if part(module) == "gui":
        assert {name for name in ours(module) if part(name) == "bridge"} <= WINDOW_KNOWS_OF_BRIDGE


@pytest.mark.parametrize(
    "module", [module for module in MODULES if len(module.split(".")) > 3 and part(module) == "gui"]
)
def test_a_room_of_the_window_knows_only_those_it_may(module: str) -> None:
    own = module.split(".")[2]
    allowed = {f"chatbridge_gui.gui.{room}." for room in (own, *WINDOW_ROOMS[own])}
    unknown = {name for name in ours(module) if part(name) == "gui" and not name.startswith(tuple(allowed))}
    assert not unknown


@pytest.mark.parametrize("module", [module for module in MODULES if part(module) == "gui"])
def test_what_says_that_it_has_no_tk_has_none(module: str) -> None:
    said = ast.get_docstring(ast.parse(MODULES[module].read_text(encoding="utf-8"))) or ""
    if "No Tk in here." in said or module.startswith("chatbridge_gui.gui.tavern."):
        assert not {name.split(".")[0] for name in imports(module)} & {"tkinter", "ttkbootstrap"}


@pytest.mark.parametrize("module", MODULES)
def test_tk_is_in_the_window_alone_and_asyncio_outside_it(module: str) -> None:
    roots = {name.split(".")[0] for name in imports(module)}
    if part(module) == "gui":
        assert not roots & {"asyncio", "websockets"}
    elif module != "chatbridge_gui.__main__":  # the front door asks whether Tk is there at all
        assert not roots & {"tkinter", "ttkbootstrap"}


@pytest.mark.parametrize("module", [module for module in MODULES if part(module) in ("protocol", "chat")])
def test_the_core_does_no_input_or_output(module: str) -> None:
    if module == "chatbridge_gui.protocol.generate":  # it writes files
        return
    roots = {name.split(".")[0] for name in imports(module)}
    assert not roots & {"asyncio", "socket", "threading", "websockets", "os", "pathlib", "io", "time", "logging"}


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = {module: {name for name in imports(module, while_loading=True) if name in MODULES} for module in MODULES}
    done: set[str] = set()

    def visit(module: str, path: list[str]) -> None:
        assert module not in path, " -> ".join([*path[path.index(module) :], module])
        if module not in done:
            for inner in sorted(graph[module] - {module}):
                visit(inner, [*path, module])
            done.add(module)

    for module in MODULES:
        visit(module, [])


def test_the_rules_here_see_what_they_should() -> None:
    assert "chatbridge_gui.protocol.limits" in ours("chatbridge_gui.chat.feed")
    assert "chatbridge_gui.bridge.web" in ours("chatbridge_gui.bridge.server")
    assert {"protocol", "chat", "bridge", "gui", "demo", "settings"} <= {part(module) for module in MODULES}
    assert "chatbridge_gui.gui.chat.chat_view" in ours("chatbridge_gui.gui.messages.message_desk")
