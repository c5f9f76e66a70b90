"""What one run of a network left behind, for one picture or several, and everything that can be derived from it.

A run goes through the fused kernels and keeps what each block starts from and its q, k and v: memory linear in the
number of tokens, time that of a plain run. Any other tensor of a block is made when somebody asks for it, by running
that block again with recording: the same code on the same input. A differentiable run keeps every tensor and its graph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from vitviz.models.config import ModelConfig
from vitviz.once import once
from vitviz.probe import Chain, Probe, no_probe
from vitviz.tracing.interventions import Edit, Except, Record
from vitviz.tracing.lines import Call, Lines
from vitviz.tracing.origin import NO_ORIGIN, Origin
from vitviz.tracing.segments import (
    EMBED,
    Network,
    Segment,
    attention_names,
    input_name,
    run_on,
    split_segments,
)
from vitviz.tracing.weights import weights_version

if TYPE_CHECKING:
    import os

    import pandas as pd

    from vitviz.tracing.table import TensorRow

# v costs nothing beside q and k: torch makes the three as views of one tensor.
KEPT_OF_A_STEP = frozenset({"resid_pre", "q", "k", "v", "cross_attn.q", "cross_attn.k", "cross_attn.v"})
KEPT = frozenset({"image", "logits", "class_logits", "boxes", "mlm_logits", "nsp_logits", "scores"})
# Their size is the square of the number of tokens: made from q and k for what is looked at, never kept.
QUADRATIC = frozenset({"attn_scores", "pattern"})


class ModelMissingError(RuntimeError):
    """A trace was loaded from a file without its model, and what was asked for needs the model's weights."""


@dataclass(frozen=True, eq=False, repr=False)
class Run(Mapping[str, Tensor]):
    """One run of one network on B pictures, as a mapping from names to tensors. Nothing in it is changed afterwards.

    Tensors keep torch's shapes, with the pictures in front: ``run["blocks.3.q"]`` is (B, H, N, d). ``in``, ``len`` and
    iteration compute nothing; ``items()`` and ``values()`` make each tensor as they reach it.

    ``structure`` is the network, or its modules without weights where ``why_no_weights`` says why they are not there.
    """

    structure: Network
    kept: Mapping[str, Tensor]
    mentioned: tuple[str, ...]
    class_names: tuple[str, ...] = ()
    intervention: Probe = no_probe
    origin: Origin = NO_ORIGIN
    differentiable: bool = False
    why_no_weights: str = ""
    _weights_version: int = 0
    _derived: dict[str, dict[str, Tensor]] = field(default_factory=dict, repr=False)

    # A mapping compares by its contents; two runs are the same only if they are one.
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        name = self.origin.name or type(self.structure).__name__
        # Only an edit is short: a Record would print the tensors that it keeps.
        probe = self.intervention
        how = repr(probe) if isinstance(probe, Edit) else type(probe).__name__
        edited = "" if probe is no_probe else f", {how}"
        held = f"{self.nbytes / 2**20:.1f} MiB held"
        size = " x ".join(map(str, self.given.shape[-2:] if self.of_pictures else self.given.shape[1:]))
        one = "picture" if self.of_pictures else "row"
        several = one if self.num_pictures == 1 else f"{self.num_pictures} {one}s"
        what = f"{several} {size}, {len(self)} tensors"
        return f"<{type(self).__name__} of {name}: {what}, {held}{edited}>"

    @property
    def network(self) -> Network:
        """The network that ran.

        Raises:
            ModelMissingError: if the run was loaded from a file without its model.
        """
        if self.why_no_weights:
            raise ModelMissingError(self.why_no_weights)
        return self.structure

    @property
    def config(self) -> ModelConfig:
        """The configuration of the model that ran."""
        return self.structure.config

    @property
    def given(self) -> Tensor:
        """What the network was run on: pictures (B, C, H, W), or ids of tokens (B, N)."""
        return self.kept[input_name(self.structure, EMBED)]

    @property
    def of_pictures(self) -> bool:
        """Whether that was pictures; a row of tokens has no map."""
        return "image" in self.kept

    @property
    def num_pictures(self) -> int:
        """B; of a network that reads tokens, how many rows of them."""
        return self.given.shape[0]

    @property
    def has_classes(self) -> bool:
        """Whether the model ends in class scores; one without a head ends in ``pooled``."""
        return "logits" in self.mentioned

    @once
    def patch_grid(self) -> tuple[int, int]:
        """Rows and columns of patches that the picture was cut into, its sides padded to whole patches.

        A row of tokens is cut into none: (0, 0).
        """
        if not self.of_pictures:
            return 0, 0
        height, width = self.kept["image"].shape[-2:]
        size = self.config.patch_size
        return -(-height // size), -(-width // size)

    @once
    def segments(self) -> tuple[Segment, ...]:
        """The parts of the network that can be run again alone, in order, with the names that each makes."""
        return split_segments(self.structure, self.mentioned, self.patch_grid)

    @once
    def calls(self) -> tuple[Call, ...]:
        """Every torch call of the run, with its source line: the fused one, noted when it is first asked for.

        Noting costs a small model as much as a third of its run, so the run itself goes without: the same code on the
        same kept inputs makes the same calls.
        """
        lines = Lines()
        with lines:
            for segment in self.segments:
                self.run_again(segment, lines)
        return lines.calls

    def class_name(self, index: int) -> str:
        """The name of class ``index``, or ``class 17`` where the model has no names."""
        return self.class_names[index] if index < len(self.class_names) else f"class {index}"

    def class_scores(self) -> Tensor:
        """The class scores of every picture, (B, K).

        Raises:
            ValueError: if the model has no classes.
        """
        if not self.has_classes:
            name = self.origin.name or "this model"
            raise ValueError(f"{name} has no head and so no classes: it ends in trace['pooled']")
        return self.kept["logits"]

    def names(self) -> list[str]:
        """Every name that ``trace[name]`` answers, in the order in which the model makes the tensors."""
        return list(self._segment_of)

    @once
    def _segment_of(self) -> dict[str, Segment]:
        return {name: segment for segment in self.segments for name in segment.names}

    def __contains__(self, name: object) -> bool:
        """Whether the model makes a tensor of that name; nothing is computed."""
        return name in self._segment_of

    def __iter__(self) -> Iterator[str]:
        """The names, in the order in which the model makes the tensors."""
        return iter(self._segment_of)

    def __len__(self) -> int:
        """How many tensors can be asked for."""
        return len(self._segment_of)

    def segment_of(self, name: str) -> Segment:
        """The part of the network that makes ``name``.

        Raises:
            KeyError: if the model has no tensor of that name.
        """
        if name not in self._segment_of:
            raise KeyError(f"this model makes no tensor called {name!r}; trace.names() lists them")
        return self._segment_of[name]

    def segment(self, name: str) -> Segment:
        """The segment called ``embed``, ``classify`` or by its step's name."""
        return next(segment for segment in self.segments if segment.name == name)

    def __getitem__(self, name: str) -> Tensor:
        """The tensor of that name, as torch computed it; KeyError for an unknown name."""
        if name in self.kept:
            return self.kept[name]
        segment = self.segment_of(name)
        if name.rsplit(".", 1)[-1] in QUADRATIC:
            return self.record(segment, lambda other: other == name)[name]
        derived = self.derived(
            segment.name,
            lambda: self.record(segment, lambda other: other.rsplit(".", 1)[-1] not in QUADRATIC),
        )
        return derived[name]

    def is_derived(self, what: str) -> bool:
        """Whether the tensors of ``what`` are those that are kept now."""
        return what in self._derived

    def derived(self, what: str, make: Callable[[], dict[str, Tensor]]) -> dict[str, Tensor]:
        """Tensors of ``what``, kept until others are made: memory stays linear in the tokens of one block."""
        # Asked for once: another thread that looks at the same trace may put its own segment in this one's place.
        derived = self._derived.get(what)
        if derived is None:
            derived = make()
            self._derived.clear()
            self._derived[what] = derived
        return derived

    def record(self, segment: Segment, accepts: Callable[[str], bool]) -> dict[str, Tensor]:
        """Run one segment again and keep the tensors whose names ``accepts`` says yes to."""
        record = Record(accepts)
        self.run_again(segment, record)
        return record.tensors

    def run_again(self, segment: Segment, probe: Probe) -> Any:
        """Run one segment from its kept input with ``probe`` beside it; returns what the segment returns.

        Raises:
            RuntimeError: if the model's weights were changed since the trace was made, or are not there.
        """
        self.check_weights()
        again = Except(self.repeatable_intervention(), (segment.input_name, *segment.side_names))
        with torch.no_grad():
            return segment.run(self.network, self.kept, Chain((again, probe)))

    def check_weights(self) -> None:
        """See that the weights are still those of the run.

        Raises:
            RuntimeError: if they were changed since, or are not there.
        """
        if weights_version(self.network) != self._weights_version:
            raise RuntimeError("the model's weights have changed since this trace was made: trace again")

    def repeatable_intervention(self) -> Probe:
        """What changed the run, for a part of it to be run again on this run's own tensors."""
        return self.intervention

    def replay(self, start: int, x: Tensor | None = None, probe: Probe = no_probe) -> Any:
        """Run on from the input of step ``start`` (or from ``x`` in its place) to the class scores, (B, K).

        A model without a head gives ``pooled``, (B, D); one of the picture book its own answer.
        """
        name = input_name(self.structure, self.structure.steps()[start][0])
        x = self.kept[name] if x is None else x
        again = Chain((Except(self.repeatable_intervention(), (name,)), probe))
        with torch.no_grad():
            return run_on(self.network, x, again, start, self.patch_grid, self.kept)

    def lines(self, segment: Segment, capture: int | None = None) -> Lines:
        """Run a segment again with its explicit paths and note every source line; see ``Lines``."""
        lines = Lines(everything=True, capture=capture)
        with lines:
            self.run_again(segment, lines)
        return lines

    def gradient(self, name: str, of: Tensor) -> Tensor:
        """How the number ``of`` depends on the tensor called ``name``: d of / d tensor, shaped as the tensor.

        ``of`` is one number computed from this run's tensors (``trace.logits[3]``); the run has to be one with
        ``grad=True``. A tensor that ``of`` does not depend on gets zeros.

        Raises:
            KeyError: if the model has no tensor of that name.
            ValueError: if ``of`` is not one number, or was not computed from this run's tensors.
            RuntimeError: if the run kept no graph.
        """
        from vitviz.tracing.gradients import gradient_of

        return gradient_of(self, name, of)

    def stack(self, name: str, blocks: Sequence[int] | None = None) -> Tensor:
        """One tensor of every attention block, one behind another: ``stack("resid_post")`` is (L, B, N, D).

        ``name`` is a block's short name; ``blocks`` chooses some blocks by number.

        >>> import vitviz
        >>> trace = vitviz.trace(vitviz.load_model("vit-tiny"), "picture.jpg")
        >>> trace.stack("resid_post").shape, trace.stack("pattern", blocks=[0, 11]).shape
        (torch.Size([12, 1, 197, 192]), torch.Size([2, 1, 3, 197, 197]))

        Raises:
            KeyError: if a block has no tensor of that name.
            IndexError: if there is no such block.
            ValueError: if the shapes differ, as between the stages of a Swin.
        """
        from vitviz.tracing.stack import stacked

        return stacked(self, name, blocks)

    def attention_steps(self) -> list[str]:
        """What the tensors of each attention are named after, in order; see ``attention_names``."""
        return attention_names(self.structure)

    def rows(self) -> list[TensorRow]:
        """One named row for every tensor: name, shape, dtype, bytes and the source line that makes it."""
        from vitviz.tracing.table import tensor_rows

        return tensor_rows(self)

    def to_frame(self) -> pd.DataFrame:
        """``rows()`` as a pandas DataFrame, the tensor's name as its index.

        Raises:
            ImportError: without pandas; ``rows()`` needs nothing, and polars takes it as it is.
        """
        from vitviz.tracing.table import data_frame

        return data_frame(self.rows())

    def save(self, path: str | os.PathLike[str], tensors: Sequence[str] = ()) -> None:
        """Write what was kept to a safetensors file that ``vitviz.load_trace`` reads; see ``vitviz.tracing.files``.

        ``tensors`` are names of others to write too, for a reader who has not the model.

        Raises:
            KeyError: if the model makes no tensor of one of these names.
            OSError: if the file cannot be written.
        """
        from vitviz.tracing.files import save_run

        save_run(self, path, tensors)

    @property
    def nbytes(self) -> int:
        """Bytes that the trace holds, memory shared by several tensors counted once."""
        tensors = [*self.kept.values(), *(t for d in list(self._derived.values()) for t in d.values())]
        return sum({t.untyped_storage().data_ptr(): t.untyped_storage().nbytes() for t in tensors}.values())
