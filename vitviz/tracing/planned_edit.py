"""One edit as plain data: written into an address and read from it, turned into an ``Edit``, and into a Python line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from vitviz.tracing.parts import NUMBERED, Kind

if TYPE_CHECKING:
    from vitviz.tracing.edits import Made
    from vitviz.tracing.interventions import Edit

PlannedKind = Kind | Literal["mask"]
PlannedHow = Literal["zero", "mean", "samples", "scale", "take"]
LETTERS: dict[PlannedKind, str] = {
    "head": "h", "tokens": "t", "unit": "u", "attention": "a", "mlp": "m", "block": "b", "mask": "k",
}  # fmt: skip
OF_LETTER = {letter: kind for kind, letter in LETTERS.items()}
MOST_NUMBERS = 4096  # tokens that one edit names
NUMBER = r"[0-9]{1,4}"
RANGES = rf"{NUMBER}(?:-{NUMBER})?(?:_{NUMBER}(?:-{NUMBER})?)*"
TEXT = re.compile(
    rf"(?P<letter>[a-z])(?P<block>{NUMBER})(?:\.(?P<which>{RANGES}))?"
    rf"(?:q(?P<queries>{RANGES}))?(?:h(?P<head>{NUMBER}))?"
    r"(?:~(?P<how>mean|samples|x(?P<factor>-?[0-9]{1,4}(?:\.[0-9]{1,4})?)|from=(?P<other>[\w.-]{1,60})))?"
)
# What ``run_of`` is asked for with: the run of all sample pictures, whose mean is put in.
SAMPLES_RUN = ""


@dataclass(frozen=True)
class PlannedEdit:
    """One thing to switch off, scale or take from another picture.

    >>> from vitviz.tracing.planned_edit import PlannedEdit
    >>> edit = PlannedEdit("head", 3, (1,))
    >>> str(edit), edit.python
    ('h3.1', 'vitviz.zero_head(3, 1)')
    >>> half = PlannedEdit.read("t0.15-17_40~x0.5")
    >>> half.kind, half.which, half.how, half.factor
    ('tokens', (15, 16, 17, 40), 'scale', 0.5)

    Attributes:
        kind: a part of a block (``vitviz.tracing.parts``), or ``mask``: attention that is forbidden.
        block: its number among the attention blocks, from 0.
        which: numbers of heads, tokens or units; of a mask the keys. In order, each once; none for a whole.
        how: ``zero``, ``mean`` over the tokens, ``samples`` (mean over the sample pictures), ``scale`` by ``factor``,
            ``take`` from the picture called ``other``. A mask knows ``zero`` alone.
        queries: of a mask, who may not look at the keys; all tokens where there are none.
        head: of a mask, in which head; in all of them where it is None.

    Raises:
        ValueError: if these do not fit together.
    """

    kind: PlannedKind
    block: int
    which: tuple[int, ...] = ()
    how: PlannedHow = "zero"
    factor: float = 1.0
    other: str = ""
    queries: tuple[int, ...] = ()
    head: int | None = None

    def __post_init__(self) -> None:
        numbered = self.kind in NUMBERED or self.kind == "mask"
        ordered = all(each == tuple(sorted(set(each))) for each in (self.which, self.queries))
        of_mask = self.kind == "mask" or (not self.queries and self.head is None)
        fits = (self.how == "scale" or self.factor == 1.0) and (self.how == "take") == bool(self.other)
        if self.kind == "mask" and self.how != "zero":
            fits = False
        if bool(self.which) != numbered or not (ordered and of_mask and fits) or self.block < 0:
            raise ValueError(f"this is no edit: {self!r}")

    @classmethod
    def read(cls, text: str) -> PlannedEdit:
        """The edit that ``str`` wrote.

        Raises:
            ValueError: if the text is none.
        """
        found = TEXT.fullmatch(text)
        if found is None or found["letter"] not in OF_LETTER:
            raise ValueError(text)
        how: PlannedHow = "zero"
        if said := found["how"]:
            how = "scale" if found["factor"] else "take" if found["other"] else cast(PlannedHow, said)
        return cls(
            OF_LETTER[found["letter"]],
            int(found["block"]),
            numbers_of(found["which"] or ""),
            how,
            float(found["factor"] or 1.0),
            found["other"] or "",
            numbers_of(found["queries"] or ""),
            None if found["head"] is None else int(found["head"]),
        )

    def __str__(self) -> str:
        """Short text for an address: ``h3.1`` is head 1 of block 3 switched off, ``u4.70~x0.5`` a unit halved."""
        which = f".{ranges_of(self.which)}" if self.which else ""
        queries = f"q{ranges_of(self.queries)}" if self.queries else ""
        head = "" if self.head is None else f"h{self.head}"
        ways = {"zero": "", "scale": f"~x{written(self.factor)}", "take": f"~from={self.other}"}
        return f"{LETTERS[self.kind]}{self.block}{which}{queries}{head}{ways.get(self.how, f'~{self.how}')}"

    def edit(self, run_of: Callable[[str], Made]) -> Edit:
        """The edit of a run. ``run_of`` gives the run of the picture ``other``, or of all samples for ``SAMPLES_RUN``.

        Raises:
            ValueError: as ``edit_part`` and ``forbid_attention``.
        """
        from vitviz.tracing.edits import edit_part, forbid_attention

        if self.kind == "mask":
            return forbid_attention(self.block, self.which, self.queries or None, self.head)
        if self.how == "samples":
            return edit_part(self.kind, self.block, self.which, "mean", over=run_of(SAMPLES_RUN))
        if self.how == "take":
            return edit_part(self.kind, self.block, self.which, "take", other=run_of(self.other))
        factor = self.factor if self.how == "scale" else None
        return edit_part(self.kind, self.block, self.which, self.how, factor=factor)

    @property
    def python(self) -> str:
        """The same as a Python expression, in which ``samples`` and ``others`` are what ``script`` makes."""
        which = listed(self.which)
        if self.kind == "mask":
            queries = f", queries={listed(self.queries, whole=True)}" if self.queries else ""
            head = "" if self.head is None else f", head={self.head}"
            keys = listed(self.which, whole=True)
            return f"vitviz.forbid_attention({self.block}, keys={keys}{queries}{head})"
        if self.how == "zero" and self.kind == "tokens":
            return f"vitviz.zero_tokens({listed(self.which, whole=True)}, block={self.block})"
        if self.how == "zero" and self.kind == "head" and len(self.which) == 1:
            return f"vitviz.zero_head({self.block}, {which})"
        given = {
            "zero": "", "mean": ', how="mean"', "samples": ', how="mean", over=samples',
            "scale": f', how="scale", factor={self.factor!r}', "take": f', how="take", other=others[{self.other!r}]',
        }  # fmt: skip
        numbers = f", {which}" if self.which else ""
        return f'vitviz.edit_part("{self.kind}", {self.block}{numbers}{given[self.how]})'


def loading(model: str, prepared: str = "") -> tuple[list[str], list[str]]:
    """The imports of a program and the lines in it that load a model, whose name is the expression ``model``.

    ``prepared`` is the expression of a ``Preprocessing`` where pictures are prepared otherwise than for this model.
    """
    lines = [f"model = vitviz.load_model({model})"]
    if not prepared:
        return ["import vitviz"], lines
    lines += [f"model = replace(model, entry=replace(model.entry, preprocessing={prepared}))"]
    return [
        "from dataclasses import replace",
        "",
        "import vitviz",
        "from vitviz.images import Preprocessing",
    ], lines


def script(
    edits: Sequence[PlannedEdit], model: str, picture: str, paths: dict[str, str], prepared: str = ""
) -> str:
    """Python that runs a model with and without the edits, to copy; ``paths`` are the files of the other pictures.

    ``picture`` and the values of ``paths`` are Python expressions, ``model`` and ``prepared`` what ``loading`` takes.
    """
    lines, loaded = loading(model, prepared)
    samples = any(edit.how == "samples" for edit in edits)
    if samples or any("FOLDER" in path for path in (picture, *paths.values())):
        lines.append("from vitviz.samples import FOLDER, SAMPLES")
    lines += ["", *loaded, f"picture = {picture}"]
    if samples:
        lines.append("samples = vitviz.trace(model, [sample.path for sample in SAMPLES])")
    names = dict.fromkeys(edit.other for edit in edits if edit.other)
    if names:
        lines += ["others = {"]
        lines += [f"    {name!r}: vitviz.trace(model, {paths[name]})," for name in names]
        lines += ["}"]
    summed = "\n    + ".join(edit.python for edit in edits)
    lines += [f"edit = (\n    {summed}\n)" if len(edits) > 1 else f"edit = {summed}"]
    lines += ["plain, edited = vitviz.trace(model, picture), vitviz.trace(model, picture, edit)"]
    return "\n".join([*lines, "print(edited.logits - plain.logits)", ""])


def numbers_of(text: str) -> tuple[int, ...]:
    """Numbers of a text as ``5-9_12``; empty for no text.

    Raises:
        ValueError: if a range runs backwards, or these are too many.
    """
    found: set[int] = set()
    for part in text.split("_") if text else ():
        first, _, last = part.partition("-")
        if int(last or first) < int(first):
            raise ValueError(text)
        found.update(range(int(first), int(last or first) + 1))
    if len(found) > MOST_NUMBERS:
        raise ValueError(text)
    return tuple(sorted(found))


def ranges_of(numbers: Iterable[int]) -> str:
    """The text that ``numbers_of`` reads: ``5-9_12``."""
    return "_".join(str(first) if first == last else f"{first}-{last}" for first, last in _runs(numbers))


def _runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """First and last of every row of numbers without a gap."""
    run: tuple[int, int] | None = None
    for number in numbers:
        if run is not None and number == run[1] + 1:
            run = (run[0], number)
            continue
        if run is not None:
            yield run
        run = (number, number)
    if run is not None:
        yield run


def written(factor: float) -> str:
    """A factor with up to four digits behind the point, as ``read`` takes it."""
    return f"{factor:.4f}".rstrip("0").rstrip(".")


def listed(numbers: Sequence[int], whole: bool = False) -> str:
    """Numbers as Python has them: one as itself (or with ``whole`` as a list), a row of many as a range."""
    if len(numbers) == 1 and not whole:
        return str(numbers[0])
    rows = list(_runs(numbers))
    if len(rows) == 1 and len(numbers) > 2:
        return f"range({rows[0][0]}, {rows[0][1] + 1})"
    return str(list(numbers))
