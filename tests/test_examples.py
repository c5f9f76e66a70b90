"""What the README and the docstrings show runs, and gives what they say it gives."""

from __future__ import annotations

import ast
import doctest
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from vitviz.samples import SAMPLES

ROOT = Path(__file__).parents[1]
SHAPE = re.compile(r"\((?:\d+, ?)*\d*\)")


@pytest.fixture(autouse=True)
def folder_with_a_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The examples call their picture picture.jpg; what it is is told by its bytes, not by its name."""
    shutil.copy(SAMPLES[0].path, tmp_path / "picture.jpg")
    monkeypatch.chdir(tmp_path)


def docstring_examples() -> list[doctest.DocTest]:
    """Every docstring of the package with an example in it. Modules are parsed and not imported for it."""
    found: list[doctest.DocTest] = []
    for path in sorted((ROOT / "vitviz").rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        if ">>> " not in source:
            continue
        for node in ast.walk(ast.parse(source)):
            if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            text = ast.get_docstring(node) or ""
            if ">>> " in text:
                name = f"{path.relative_to(ROOT)}: {getattr(node, 'name', 'module')}"
                found.append(doctest.DocTestParser().get_doctest(text, {}, name, str(path), None))
    return found


@pytest.mark.parametrize("example", docstring_examples(), ids=lambda example: example.name)
def test_the_example_of_a_docstring(example: doctest.DocTest) -> None:
    report: list[str] = []
    failed, tried = doctest.DocTestRunner().run(example, out=report.append)
    assert tried
    assert not failed, "".join(report)


def readme_blocks() -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", (ROOT / "README.md").read_text(encoding="utf-8"), re.M | re.S)


def first_shape(value: Any) -> tuple[int, ...]:
    """The shape of a tensor, or of the first of several things that one line shows."""
    return tuple((value[0] if isinstance(value, tuple) else value).shape)


@pytest.mark.parametrize("block", readme_blocks(), ids=lambda block: block.splitlines()[0])
def test_the_examples_of_the_readme(block: str) -> None:
    names: dict[str, Any] = {}
    checked = 0
    for statement in ast.parse(block).body:
        line = block.splitlines()[statement.lineno - 1]
        source = ast.unparse(statement)
        if not isinstance(statement, ast.Expr):
            exec(source, names)
            continue
        value = eval(source, names)
        if shape := SHAPE.match(line.partition("  # ")[2]):
            assert first_shape(value) == ast.literal_eval(shape[0]), line
            checked += 1
    assert checked >= 3


def test_there_are_examples() -> None:
    assert len(docstring_examples()) >= 5
    assert readme_blocks()
