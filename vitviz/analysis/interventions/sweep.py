"""One part of a model after the other is switched off: every head, every MLP, or every patch of the picture.

What comes before the part is the same in every run and is not computed again: a run starts at the part's block, from
the stream that the trace kept, and the heads of one block run through the rest as a batch. Michel et al. 2019
(arXiv 1905.10650) knock out heads one by one; Zeiler and Fergus 2014 (arXiv 1311.2901) cover a picture patch by patch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

import torch
from torch import Tensor

from vitviz.analysis.interventions.batched_outages import HeadsOut, How, MlpOut, read_only
from vitviz.probe import Chain, Probe, no_probe
from vitviz.tracing import replaced
from vitviz.tracing.dropping import logits_of_kept, why_no_dropping
from vitviz.tracing.guards import one_picture, with_classes
from vitviz.tracing.trace import Trace

Part = Literal["heads", "mlps", "patches"]
# Of a patch: its token is dropped, or its pixels are replaced.
HowPatch = Literal["drop", "mean", "blur", "other"]
# Numbers of the stream that one batch may have: enough for the cores, little enough for their caches.
LARGEST_BATCH = 4 * 197 * 768


class Place(NamedTuple):
    """A head ``at`` a block, an MLP (0) of a block, or the patch in row ``block`` and column ``at``."""

    block: int
    at: int


class Sweep:
    """The class scores without each of several parts of one run, as far as they are computed.

    ``steps`` computes on from where it was left, so that a sweep can be stopped at any step and go on later.

    >>> import vitviz
    >>> from vitviz.analysis.interventions.sweep import head_sweep
    >>> sweep = head_sweep(vitviz.trace(vitviz.load_model("vit-tiny"), "picture.jpg"))
    >>> for done in sweep.steps():
    ...     if done >= 3: break
    >>> sweep.places[:3], sweep.logits.shape, bool(sweep.logits[3:].isnan().all())
    ((Place(block=0, at=0), Place(block=0, at=1), Place(block=0, at=2)), torch.Size([36, 20]), True)

    Attributes:
        part: what is switched off.
        how: and what stands in its place.
        places: the parts, in the order in which they are switched off.
        plain: the class scores of the whole model, (K,).
        logits: those without each part, (P, K); NaN where they are not computed yet.
        done: how many are.
    """

    def __init__(self, trace: Trace, part: Part, how: str, batches: list[_Batch]) -> None:
        self.part = part
        self.how = how
        self.places = tuple(place for batch in batches for place in batch.places)
        self.plain = trace.logits
        self.logits = self.plain.new_full((len(self.places), len(self.plain)), float("nan"))
        self.done = 0
        self._trace = trace
        self._batches = batches

    @property
    def finished(self) -> bool:
        """Whether every part has been switched off."""
        return self.done == len(self.places)

    def steps(self) -> Iterator[int]:
        """Compute batch by batch what is left; after each, how many parts are done.

        Raises:
            RuntimeError: if the model's weights were changed since the trace was made.
        """
        first = 0
        for batch in self._batches:
            after = first + len(batch.places)
            if self.done <= first:
                self._trace.check_weights()
                with torch.no_grad():
                    self.logits[first:after] = batch.logits(self._trace)
                self.done = after
                yield after
            first = after

    def delta_logits(self, target: int, against: int | None = None) -> Tensor:
        """By how much the score of class ``target`` changes without each part, (P,).

        With ``against``, the change of its lead over that class. NaN where it is not computed yet.
        """
        change = self.logits - self.plain  # (P, K)
        return change[:, target] if against is None else change[:, target] - change[:, against]

    def delta_probabilities(self, target: int) -> Tensor:
        """By how much the probability of class ``target`` changes without each part, (P,), from -1 to 1."""
        return self.logits.softmax(dim=1)[:, target] - self.plain.softmax(dim=0)[target]


class _Batch:
    """Parts that are switched off in one go, each in a run of its own."""

    def __init__(self, places: list[Place]) -> None:
        self.places = places

    def logits(self, trace: Trace) -> Tensor:
        """(R, K)."""
        raise NotImplementedError


class _Replay(_Batch):
    """Runs from one block on, with a probe that switches its parts off."""

    def __init__(self, places: list[Place], step: int, probe: Probe) -> None:
        super().__init__(places)
        self.step = step
        self.probe = probe

    def logits(self, trace: Trace) -> Tensor:
        """(R, K)."""
        scores: Tensor = trace.replay(self.step, probe=self.probe)
        return scores


class _Dropped(_Batch):
    """Runs without the token of a patch."""

    def logits(self, trace: Trace) -> Tensor:
        """(R, K)."""
        prefix, (rows, columns) = trace.blocks[0].num_prefix, trace.patch_grid
        everyone = torch.arange(prefix + rows * columns)  # (N,)
        tokens = [prefix + row * columns + column for row, column in self.places]
        return logits_of_kept(trace, torch.stack([everyone[everyone != token] for token in tokens]))


class _Replaced(_Batch):
    """Runs on the picture with other pixels in one patch of a ``grid`` of equal ones."""

    def __init__(
        self, places: list[Place], grid: tuple[int, int], how: replaced.How, other: Tensor | None
    ) -> None:
        super().__init__(places)
        self.grid = grid
        self.how = how
        self.other = other

    def logits(self, trace: Trace) -> Tensor:
        """(R, K)."""
        masks = torch.zeros(len(self.places), *self.grid, dtype=torch.bool)
        for row, place in enumerate(self.places):
            masks[row, place.block, place.at] = True
        pictures = replaced.replaced(trace.kept["image"], masks, self.how, self.other)  # (R, C, H, W)
        scores: Tensor = trace.network(pictures, read_only(trace.network))
        return scores


def head_sweep(trace: Trace, how: How = "zero", over: Mapping[str, Tensor] | None = None) -> Sweep:
    """Every head of every block, in order: what it says (``z``) becomes 0 or a mean.

    Args:
        trace: a run without an edit.
        how: ``zero``; ``mean``, over the tokens of the picture (of a Swin's head over those of each window);
            ``samples``, over the tokens of all pictures of ``over``.
        over: a run of several pictures by the same model, or of each block's ``z`` its mean over them.

    Raises:
        ValueError: if the trace is of several pictures, edited or without classes, or ``over`` is missing.
    """
    _check(trace, how, over)
    batches: list[_Batch] = []
    for number, block in enumerate(trace.blocks):
        constant = None if over is None or how != "samples" else over[block.full_name("z")].mean((0, 2), True)
        largest = rows_at_once(block["resid_pre"])
        for first in range(0, block.num_heads, largest):
            heads = tuple(range(first, min(first + largest, block.num_heads)))
            probe = Chain((HeadsOut(block.full_name("z"), heads, how, constant), read_only(trace.network)))
            batches.append(_Replay([Place(number, head) for head in heads], _step(trace, block.name), probe))
    return Sweep(trace, "heads", how, batches)


def mlp_sweep(trace: Trace, how: How = "zero", over: Mapping[str, Tensor] | None = None) -> Sweep:
    """Every block's MLP, in order: what it adds to the stream (``mlp_out``) becomes 0 or a mean; as ``head_sweep``.

    Raises:
        ValueError: as ``head_sweep``.
    """
    _check(trace, how, over)
    batches: list[_Batch] = []
    for number, block in enumerate(trace.blocks):
        name = block.full_name("mlp_out")
        constant = None
        if over is not None and how == "samples":
            constant = over[name].flatten(1, -2).mean((0, 1), True)  # (1, 1, D)
        out: Probe = MlpOut(name, how, constant)
        # The mean over all tokens needs them all.
        if how != "mean" or number < len(trace.blocks) - 1:
            out = Chain((out, read_only(trace.network)))
        batches.append(_Replay([Place(number, 0)], _step(trace, block.name), out))
    return Sweep(trace, "mlps", how, batches)


def patch_sweep(
    trace: Trace,
    how: HowPatch = "drop",
    other: Tensor | None = None,
    grid: tuple[int, int] | None = None,
) -> Sweep:
    """Every patch of the picture, row by row: its token is dropped, or its pixels are replaced (occlusion).

    Args:
        trace: a run without an edit.
        how: ``drop`` (a ViT's alone), or how pixels are replaced, see ``vitviz.tracing.replaced``.
        other: the picture of ``how="other"``, normalised, (1, C, H, W).
        grid: with replaced pixels, into how many rows and columns of equal patches the picture is cut; by default as
            the model cuts it.

    Raises:
        ValueError: as ``head_sweep``; if tokens cannot be dropped or patches are not the model's own where they are; or
            as ``replaced``.
    """
    _check(trace, how, None)
    own = trace.patch_grid
    rows, columns = grid or own
    places = [Place(row, column) for row in range(rows) for column in range(columns)]
    largest = rows_at_once(trace.blocks[0]["resid_pre"])
    split = [places[first : first + largest] for first in range(0, len(places), largest)]
    if how != "drop":
        image = trace.kept["image"]
        replaced.replaced(
            image, torch.zeros(0, rows, columns, dtype=torch.bool), how, other
        )  # whether it fits
        return Sweep(trace, "patches", how, [_Replaced(some, (rows, columns), how, other) for some in split])
    if (rows, columns) != own:
        raise ValueError(f"tokens are dropped patch by patch, {own[0]} x {own[1]}, not {rows} x {columns}")
    if reason := why_no_dropping(trace.network):
        raise ValueError(f"tokens of this model cannot be dropped ({reason})")
    return Sweep(trace, "patches", how, [_Dropped(some) for some in split])


def rows_at_once(stream: Tensor) -> int:
    """How many runs from the stream (1, N, D) or (1, h, w, C) on go through a network together."""
    return max(1, LARGEST_BATCH // stream.numel())


def _step(trace: Trace, name: str) -> int:
    """The number of a step of the network."""
    return [step for step, _ in trace.structure.steps()].index(name)


def _check(trace: Trace, how: str, over: Mapping[str, Tensor] | None) -> None:
    """Refuse runs that a sweep is not defined for.

    Raises:
        ValueError: see ``head_sweep``.
    """
    one_picture(trace)
    with_classes(trace.config)
    if not trace.of_pictures or not trace.has_classes:
        raise ValueError("a sweep is of a picture's class scores")
    if trace.intervention is not no_probe:
        raise ValueError("this run is edited already: sweep the plain one")
    if how == "samples" and over is None:
        raise ValueError("'samples' needs over=, the run whose mean is put in")
