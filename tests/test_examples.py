"""What the README and the docstrings show runs, and gives what they say it gives."""

from __future__ import annotations

import ast
import doctest
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest

from vitviz.cli import main
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


def library_blocks(language: str = "python") -> list[str]:
    text = (ROOT / "docs" / "library.md").read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.M | re.S)


def test_the_examples_of_the_library() -> None:
    """Read from top to bottom, as one notebook: shapes are as they are said to be, comparisons are true."""
    names: dict[str, Any] = {}
    shapes = comparisons = 0
    for block in library_blocks():
        for statement in ast.parse(block).body:
            line = block.splitlines()[statement.lineno - 1]
            source = ast.unparse(statement)
            if not isinstance(statement, ast.Expr):
                exec(source, names)
                continue
            value = eval(source, names)
            if shape := SHAPE.match(line.partition("  # ")[2]):
                assert first_shape(value) == ast.literal_eval(shape[0]), line
                shapes += 1
            elif isinstance(statement.value, ast.Compare | ast.BoolOp):
                assert value is True, line
                comparisons += 1
    assert shapes > 20
    assert comparisons > 3


def test_the_commands_of_the_library(capsys: pytest.CaptureFixture[str]) -> None:
    Path("pictures").mkdir()
    shutil.copy(SAMPLES[1].path, Path("pictures") / "other.jpg")
    (block,) = library_blocks("bash")
    for line in block.splitlines():
        program, *arguments = shlex.split(line)
        assert program == "vitviz"
        assert main(arguments) == 0, line
    assert "blocks.3.mlp_post" in capsys.readouterr().out
    assert Path("t.safetensors").is_file()
    assert Path("traces/other.jpg.safetensors").is_file()


def test_there_are_examples() -> None:
    assert len(docstring_examples()) >= 5
    assert readme_blocks()


def test_both_readmes_have_the_same_commands() -> None:
    def commands(name: str) -> list[str]:
        blocks = re.findall(r"^```\w+\n(.*?)^```", (ROOT / name).read_text(encoding="utf-8"), re.M | re.S)
        return [re.sub(r" *#.*", "", block) for block in blocks]  # comments are translated

    assert len(commands("README.md")) >= 4
    assert commands("README.zh.md") == commands("README.md")
