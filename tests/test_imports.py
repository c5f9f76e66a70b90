"""Imports run one way: each part imports only from those to its left, and few know streamlit."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "vitviz"
# Parts that stand together may not import one another; ``models.config`` is plain data that every part may read.
ORDER = [
    {"probe", "assets", "worlds", "memory", "turns", "once"},
    {"models", "images"},
    {"tracing"},
    {"zoo"},
    {"samples"},
    {"analysis"},
    {"plot", "payload"},
    {"web"},
    {"app"},
    {"trace_command"},
    {"atlas_command"},
    {"export_command"},
    {"cli"},
]
LEVEL = {part: level for level, parts in enumerate(ORDER) for part in parts}
# The training recipe stands on the models, the zoo, the samples and the losses of the methods. Only the app's page
# about training imports it, and of it only the lab.
LEVEL["train"] = LEVEL["analysis"] + 1
FILES = [*sorted(PACKAGE.rglob("*.py")), ROOT / "app.py"]


def part_of(path: Path) -> str:
    """``vitviz/models/vit.py`` -> ``models``; the package's own ``__init__`` is the facade over everything."""
    relative = path.relative_to(ROOT)
    if relative.parts[0] == "app.py":
        return "app"
    return (
        "facade"
        if relative.name == "__init__.py" and len(relative.parts) == 2
        else Path(relative.parts[1]).stem
    )


def imported(path: Path) -> set[str]:
    """Full names of all modules that a file imports, at its top or inside functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_imports_only_from_its_left(path: Path) -> None:
    part = part_of(path)
    if part == "facade":
        return
    for name in imported(path):
        pieces = name.split(".")
        if pieces[0] != "vitviz" or len(pieces) < 2 or pieces[1] == part or pieces[1] not in LEVEL:
            continue
        assert LEVEL[pieces[1]] < LEVEL[part], f"{path.name} ({part}) imports {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_of_training_the_app_knows_only_the_lab(path: Path) -> None:
    if part_of(path) in ("train", "facade"):
        return
    found = {name for name in imported(path) if name.startswith("vitviz.train.")}
    assert not found or path.parent.name == "training"
    assert all(name.split(".")[2].startswith("lab") for name in found), found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_host_side_knows_streamlit(path: Path) -> None:
    uses = any(name.split(".")[0] == "streamlit" for name in imported(path))
    assert not uses or part_of(path) == "app"


TOPICS = sorted(path.parent for path in (PACKAGE / "app" / "topics").glob("*/__init__.py"))


@pytest.mark.parametrize("topic", TOPICS, ids=lambda path: path.name)
def test_a_topic_never_imports_another_topic(topic: Path) -> None:
    own = f"vitviz.app.topics.{topic.name}"
    for path in topic.rglob("*.py"):
        for name in imported(path):
            other = name.startswith("vitviz.app.topics.") and not (name == own or name.startswith(f"{own}."))
            assert not other, f"{path.name} of {topic.name} imports {name}"
    for path in topic.rglob("*.js"):
        for name in re.findall(
            r'^(?:import|export)[^;]*?from "([^"]+)";', path.read_text(encoding="utf-8"), re.M
        ):
            module = (path.parent / name).resolve()
            assert topic in module.parents or PACKAGE / "web" in module.parents, f"{path.name} imports {name}"


def test_nothing_but_the_script_imports_a_topic() -> None:
    for path in FILES:
        if "topics" not in path.parts and path.name != "script.py":
            assert not any(name.startswith("vitviz.app.topics") for name in imported(path)), path.name


def test_browser_parts_of_the_library_never_import_the_app() -> None:
    for path in (PACKAGE / "web").rglob("*.js"):
        for name in re.findall(
            r'^(?:import|export)[^;]*?from "([^"]+)";', path.read_text(encoding="utf-8"), re.M
        ):
            assert PACKAGE / "web" in (path.parent / name).resolve().parents, f"{path.name} imports {name}"


def test_every_part_has_a_place() -> None:
    assert {part_of(path) for path in FILES} - {"facade"} <= set(LEVEL)


def test_a_page_can_be_described_before_torch_is_imported() -> None:
    code = (
        "import sys, app, vitviz\n"
        "from vitviz.app.pages import TOPICS, import_page\n"
        "for topic in TOPICS:\n"
        "    import_page(topic)\n"
        "assert vitviz.list_models()\n"
        "assert 'torch' not in sys.modules, 'torch was imported'"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_torch_is_imported_before_what_is_in_it(path: Path) -> None:
    """Two threads of a server import torch for the first time: one that holds torch and waits for torch.nn, and one
    that holds torch.nn and waits for torch, end in a torch that lacks some of its modules.
    """
    names = (
        name
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        for name in ([alias.name for alias in node.names] if isinstance(node, ast.Import) else
                     [node.module or ""] if isinstance(node, ast.ImportFrom) else [])
        if name.partition(".")[0] == "torch"
    )  # fmt: skip
    assert next(names, "torch") == "torch"
