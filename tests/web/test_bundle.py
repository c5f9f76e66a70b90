"""The bundler: what it makes is one script in which names never meet; what it does not understand it refuses."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from vitviz.web import bundle as bundler
from vitviz.web import modules
from vitviz.web.bundle import BundleError, bundle, import_order, without_comments
from vitviz.web.html_file.html_file import ENTRY


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Modules by their path, in the place of the package's; filled by the test."""
    sources: dict[str, str] = {}
    bundle.cache_clear()
    monkeypatch.setattr(
        bundler.modules,
        "files",
        lambda: {name: modules.File("text/javascript", text.encode()) for name, text in sources.items()},
    )
    return sources


def test_a_module_stands_behind_all_that_it_imports_and_once() -> None:
    order = import_order(ENTRY)
    assert order[-1] == ENTRY
    assert len(set(order)) == len(order) > 30
    for at, name in enumerate(order):
        assert set(bundler._imports(name)) <= set(order[:at])


def test_nothing_of_imports_is_left() -> None:
    text = bundle(ENTRY)
    assert not re.search(r"^\s*(import|export)\s*[\"'{*]", text, re.M)
    assert "import(" not in text
    assert "</script" not in text


RUN = 'import("file://" + process.argv[1]).then((m) => console.log(JSON.stringify(m.answer())))'


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
def test_equal_names_of_different_modules_do_not_meet(given: dict[str, str], tmp_path: Path) -> None:
    given["web/a.js"] = (
        '// comment\nimport { value as theirs, twice } from "./deep/b.js";\nimport * as all from "./c.js";\n'
        'import "./d.js";\nexport { third } from "./c.js";\nconst value = 1;\n'
        "export function answer() {\n  return [value, theirs, twice(value), all.value, all.third(), globalThis.d];\n}\n"
        "const last = 5;\nexport { last as end };\n"
    )
    given["web/deep/b.js"] = 'import { third } from "../c.js";\nexport const value = third() + 10;\n' + (
        "/**\n * import of nothing\n */\nexport const twice = (x) => 2 * x;\n"
    )
    given["web/c.js"] = (
        "export const value = `\n// kept\n`.trim();\nexport function third() {\n  return 3;\n}\n"
    )
    given["web/d.js"] = "globalThis.d = (globalThis.d ?? 0) + 1;\n"
    made = tmp_path / "made.mjs"
    made.write_text(bundle("web/a.js"), encoding="utf-8")
    done = subprocess.run(["node", "-e", RUN, str(made)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == '[1,13,2,"// kept",3,1]'
    assert bundler.exported("web/a.js") == ["answer", "end", "third"]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('import { b } from "./a.js";\nexport const a = b;\n', "import one another"),
        ('import { b } from "./none.js";\n', "there is no module web/none.js"),
        ('import { b } from "lodash";\n', "no module of vitviz"),
        ('import { b } from "./c.js";\n', "does not export"),
        ('import b from "./c.js";\n', "does not understand"),
        ("export let b = 1;\n", "does not understand"),
        ("export var b = 1;\n", "does not understand"),
        ('export * from "./c.js";\n', "does not understand"),
    ],
)
def test_what_it_does_not_understand_is_refused(given: dict[str, str], source: str, said: str) -> None:
    given["web/a.js"] = source
    given["web/c.js"] = "export const a = 1;\n"
    with pytest.raises(BundleError, match=said):
        bundle("web/a.js")


def test_only_comments_with_lines_of_their_own_go() -> None:
    source = "// one\nconst a = 'x'; // two\n/**\n * three\n */\n  /* four */\nconst b = `\n// five\n`;\n"
    assert without_comments(source) == "const a = 'x'; // two\nconst b = `\n// five\n`;"
