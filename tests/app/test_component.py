"""What goes to the browser: exact bits, modules that exist, and nothing from the net."""

import re

import numpy as np
import pytest

from vitviz.app.component import HOST, colours, script
from vitviz.plot.colour import scale
from vitviz.web import modules

SOURCES = sorted(
    path
    for path in modules.PACKAGE.rglob("*")
    if path.suffix in (".js", ".css") and "vendor" not in path.parts
)
SCRIPTS = [path for path in SOURCES if path.suffix == ".js"]
PARTS = [name for name, file in modules.files().items() if b"export function mount(" in file.content]
SVG_NAMESPACE = "http://www.w3.org/2000/svg"


def test_colours_are_the_tables_of_both_themes() -> None:
    for theme, table in colours("attention").items():
        np.testing.assert_array_equal(table, scale("attention", theme))


@pytest.mark.parametrize("entry", PARTS)
def test_the_script_of_a_part_names_its_module_and_the_host(entry: str) -> None:
    text = script(entry)
    assert f'"{entry}"' in text
    assert HOST in modules.files()
    assert modules.stamp() in text
    assert "\n" in text, "Streamlit takes a line without a break for the name of a file"


def test_a_module_that_does_not_exist_has_no_script() -> None:
    with pytest.raises(KeyError):
        script("web/nothing.js")


def test_every_import_of_a_module_is_a_module() -> None:
    for path in SCRIPTS:
        for name in re.findall(
            r'^(?:import|export)[^;]*?from "([^"]+)";', path.read_text(encoding="utf-8"), re.M
        ):
            assert (path.parent / name).resolve() in SCRIPTS, f"{path.name} imports {name}"


def test_nothing_is_loaded_from_elsewhere() -> None:
    for path in SOURCES:
        addresses = re.findall(r"(?:https?:)?//[\w-]+\.[\w./]+", path.read_text(encoding="utf-8"))
        assert set(addresses) <= {SVG_NAMESPACE}, path.name


def test_texts_are_never_read_as_markup() -> None:
    for path in SCRIPTS:
        text = path.read_text(encoding="utf-8")
        assert "innerHTML" not in text
        assert "insertAdjacentHTML" not in text
