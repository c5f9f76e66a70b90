"""ES modules of the package as one script, for hosts that can fetch no second file: an HTML file, a notebook.

Each module becomes a function of its own that returns what it exports, so names never meet; a module runs once, after
those that it imports. That covers what our modules are written in (``import {a, b as c}``, ``import * as m``,
``import "./x.js"``, exported functions, classes and constants, ``export {a, b as c}``, with or without ``from``): all
at the beginning of a line, as Biome puts it. Anything else, and modules that import one another, are refused.
"""

from __future__ import annotations

import posixpath
import re
from functools import cache

from vitviz.web import modules

IMPORT = re.compile(
    r'^import\s+(?:(?P<what>\{[^}]*\}|\*\s+as\s+[\w$]+)\s+from\s+)?"(?P<path>[^"]+)";[ \t]*$', re.M
)
EXPORT_FROM = re.compile(r'^export\s+(?P<what>\{[^}]*\})\s+from\s+"(?P<path>[^"]+)";[ \t]*$', re.M)
EXPORT_LIST = re.compile(r"^export\s+\{(?P<what>[^}]*)\};[ \t]*$", re.M)
EXPORTED = re.compile(r"^export\s+(?P<kind>(?:async\s+)?function\*?|class|const)\s+(?P<name>[\w$]+)", re.M)
EXPORT_DEFAULT = re.compile(r"^export\s+default\s+", re.M)
LEFT = re.compile(r"^(?:import\b(?!\s*[(.])|export\b).*", re.M)


class BundleError(ValueError):
    """A module has something that the bundler does not understand; the message names it."""


@cache
def bundle(entry: str) -> str:
    """One ES module with ``entry``, a path inside the package, and all that it imports; it exports what ``entry`` does.

    Raises:
        BundleError: a module is not there, imports itself through others, or is written in a way that is not covered.
    """
    order = import_order(entry)
    pieces = _pieces(order)
    exports = exported(entry)
    last = f"m{len(order) - 1}"
    named = [name for name in exports if name != "default"]
    tail = [f"export const {{ {', '.join(named)} }} = {last};"] if named else []
    tail += [f"export default {last}.default;"] if "default" in exports else []
    return "\n".join([*pieces, *tail, ""])


@cache
def hosted(host: str, part: str) -> str:
    """One ES module whose default is what that of ``host``, a function, returns for the ``part`` that ``part`` exports.

    Raises:
        BundleError: as ``bundle``.
    """
    order = import_order(host, part)
    last = f"export default m{order.index(host)}.default(m{order.index(part)}.part);"
    return "\n".join([*_pieces(order), last, ""])


def _pieces(order: list[str]) -> list[str]:
    variables = {each: f"m{at}" for at, each in enumerate(order)}
    return [_as_function(name, variables) for name in order]


def import_order(*entries: str) -> list[str]:
    """``entries`` and all that they import, each once and behind what it imports itself.

    Raises:
        BundleError: a module is not there, or imports itself through others.
    """
    order: list[str] = []
    open_now: list[str] = []

    def visit(name: str) -> None:
        if name in order:
            return
        if name in open_now:
            raise BundleError(f"modules import one another: {' -> '.join([*open_now, name])}")
        open_now.append(name)
        for path in _imports(name):
            visit(path)
        open_now.pop()
        order.append(name)

    for entry in entries:
        visit(entry)
    return order


def exported(name: str) -> list[str]:
    """The names that a module exports, ``default`` among them where it has one."""
    source = _source(name)
    names = [match["name"] for match in EXPORTED.finditer(source)]
    for pattern in (EXPORT_LIST, EXPORT_FROM):
        for match in pattern.finditer(source):
            names += [theirs for _, theirs in _pairs(match["what"])]
    return names + (["default"] if EXPORT_DEFAULT.search(source) else [])


def _source(name: str) -> str:
    if name not in modules.files():
        raise BundleError(f"there is no module {name}")
    return modules.files()[name].content.decode()


def without_comments(source: str) -> str:
    """A module without the comments that have lines of their own; the text of a template stays as it is."""
    kept = []
    in_template = in_comment = False
    for line in source.splitlines():
        begin = line.lstrip()
        if in_comment or (not in_template and begin.startswith("/*")):
            in_comment = "*/" not in line
            if in_comment or line.rstrip().endswith("*/"):
                continue
        if not in_template and (not begin or begin.startswith("//")):
            continue
        in_template ^= line.count("`") % 2 == 1
        kept.append(line)
    return "\n".join(kept)


def _imports(name: str) -> list[str]:
    source = _source(name)
    found = [*IMPORT.finditer(source), *EXPORT_FROM.finditer(source)]
    return [_beside(name, match["path"]) for match in sorted(found, key=lambda match: match.start())]


def _beside(name: str, path: str) -> str:
    if not path.startswith("."):
        raise BundleError(f"{name} imports {path!r}, which is no module of vitviz")
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), path))


def _as_function(name: str, variables: dict[str, str]) -> str:
    """The module as a constant: what a function returns that has the module's text in it."""
    source = _source(name)
    known: dict[str, list[str]] = {path: exported(path) for path in _imports(name)}
    returned = [f"{each}: {each}" for each in (match["name"] for match in EXPORTED.finditer(source))]

    def imported(match: re.Match[str]) -> str:
        path = _beside(name, match["path"])
        what = match["what"]
        if what is None:
            return ""
        if what.startswith("*"):
            return f"const {what.split()[-1]} = {variables[path]};"
        pairs = _pairs(what)
        _check_known(name, path, [theirs for theirs, _ in pairs], known[path])
        inside = ", ".join(theirs if theirs == own else f"{theirs}: {own}" for theirs, own in pairs)
        return f"const {{ {inside} }} = {variables[path]};"

    def passed_on(match: re.Match[str]) -> str:
        path = _beside(name, match["path"])
        pairs = _pairs(match["what"])
        _check_known(name, path, [theirs for theirs, _ in pairs], known[path])
        returned.extend(f"{own}: {variables[path]}.{theirs}" for theirs, own in pairs)
        return ""

    def listed(match: re.Match[str]) -> str:
        returned.extend(f"{theirs}: {own}" for own, theirs in _pairs(match["what"]))
        return ""

    text = IMPORT.sub(imported, without_comments(source))
    text = EXPORT_FROM.sub(passed_on, text)
    text = EXPORT_LIST.sub(listed, text)
    text = EXPORTED.sub(lambda match: f"{match['kind']} {match['name']}", text)
    if EXPORT_DEFAULT.search(text):
        text = EXPORT_DEFAULT.sub("const $default = ", text)
        returned.append("default: $default")
    if left := LEFT.search(text):
        raise BundleError(f"{name} has a line that the bundler does not understand: {left[0]!r}")
    return (
        f"const {variables[name]} = (() => {{ // {name}\n{text}\nreturn {{ {', '.join(returned)} }};\n}})();"
    )


def _pairs(braces: str) -> list[tuple[str, str]]:
    """``{a, b as c}`` as (a, a), (b, c)."""
    pairs = []
    for part in filter(None, (part.strip() for part in braces.strip("{}").split(","))):
        first, _, second = part.partition(" as ")
        pairs.append((first.strip(), (second or first).strip()))
    return pairs


def _check_known(name: str, path: str, wanted: list[str], known: list[str]) -> None:
    for each in wanted:
        if each not in known:
            raise BundleError(f"{name} imports {each!r}, which {path} does not export")
