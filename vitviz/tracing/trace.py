"""What one run of a model left behind, and everything that can be derived from it.

A run goes through the fused kernels and keeps what each block starts from and its q, k and v: memory linear in the
number of tokens, time that of a plain run. Any other tensor of a block is made when somebody asks for it, by running
that block again with recording: the same code on the same input.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn

from vitviz.models.config import ModelConfig
from vitviz.models.swin import SwinBlock
from vitviz.probe import Chain, Probe, no_probe
from vitviz.tracing.blocks import BlockTrace, SwinBlockTrace
from vitviz.tracing.interventions import Edit, Except, Record
from vitviz.tracing.lines import Call, Lines
from vitviz.tracing.segments import CLASSIFY, EMBED, Network, Segment, split_segments

# v costs nothing beside q and k: torch makes the three as views of one tensor.
KEPT_OF_A_STEP = frozenset({"resid_pre", "q", "k", "v"})
KEPT = frozenset({"image", "logits"})
# Their size is the square of the number of tokens: made from q and k for what is looked at, never kept.
QUADRATIC = frozenset({"attn_scores", "pattern"})


class ClassScore(NamedTuple):
    """One line of the prediction."""

    class_index: int
    name: str
    logit: float
    probability: float


class _Keep:
    """The probe of a traced run: keeps little and hears every name that is made or asked for."""

    def __init__(self, kept: Callable[[str], bool]) -> None:
        self.kept = kept
        self.tensors: dict[str, Tensor] = {}
        self.names: dict[str, None] = {}

    def __call__(self, name: str, tensor: Tensor) -> Tensor:
        self.names.setdefault(name)
        if self.kept(name):
            self.tensors[name] = tensor
        return tensor

    def wants(self, name: str) -> bool:
        self.names.setdefault(name)
        return False


@dataclass(frozen=True, eq=False, repr=False)
class Trace(Mapping[str, Tensor]):
    """One run of one model on one picture. Made by ``run_trace``; nothing in it is changed afterwards.

    It is a mapping from names to tensors. They keep torch's shapes, with the batch in front: ``trace["blocks.3.q"]``
    is (1, H, N, d). ``in``, ``len`` and iteration compute nothing; ``items()`` and ``values()`` make each tensor as
    they reach it. An intervention that the run was made with is part of everything derived from it.

    >>> import vitviz
    >>> trace = vitviz.trace(vitviz.load_model("vit-tiny"), "picture.jpg")
    >>> trace["blocks.3.q"].shape, "blocks.3.pattern" in trace, list(trace)[:3]
    (torch.Size([1, 3, 197, 64]), True, ['image', 'embed', 'tokens'])
    """

    network: Network
    kept: Mapping[str, Tensor]
    mentioned: tuple[str, ...]
    class_names: tuple[str, ...]
    intervention: Probe = no_probe
    model_name: str = ""
    _weights_version: int = 0
    _derived: dict[str, dict[str, Tensor]] = field(default_factory=dict, repr=False)

    # A mapping compares by its contents; two runs are the same only if they are one.
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        height, width = self.kept["image"].shape[-2:]
        name = self.model_name or type(self.network).__name__
        # Only an edit is short: a Record would print the tensors that it keeps.
        probe = self.intervention
        how = repr(probe) if isinstance(probe, Edit) else type(probe).__name__
        edited = "" if probe is no_probe else f", {how}"
        held = f"{self.nbytes / 2**20:.1f} MiB held"
        return f"<Trace of {name}: picture {height} x {width}, {len(self)} tensors, {held}{edited}>"

    @property
    def config(self) -> ModelConfig:
        """The configuration of the model that ran."""
        return self.network.config

    @cached_property
    def patch_grid(self) -> tuple[int, int]:
        """Rows and columns of patches that the picture was cut into, its sides padded to whole patches."""
        height, width = self.kept["image"].shape[-2:]
        size = self.config.patch_size
        return -(-height // size), -(-width // size)

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """The parts of the network that can be run again alone, in order, with the names that each makes."""
        return split_segments(self.network, self.mentioned)

    @cached_property
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

    @property
    def logits(self) -> Tensor:
        """Class scores, (K,)."""
        return self.kept["logits"][0]  # (K,)

    @property
    def probabilities(self) -> Tensor:
        """softmax(logits), (K,)."""
        return self.logits.softmax(dim=0)  # (K,)

    def top(self, count: int = 5) -> list[ClassScore]:
        """The classes with the highest scores, highest first."""
        probabilities, logits = self.probabilities, self.logits
        order = logits.argsort(descending=True)[:count].tolist()
        return [ClassScore(i, self.class_name(i), logits[i].item(), probabilities[i].item()) for i in order]

    def class_name(self, index: int) -> str:
        """The name of class ``index``, or ``class 17`` where the model has no names."""
        return self.class_names[index] if index < len(self.class_names) else f"class {index}"

    def names(self) -> list[str]:
        """Every name that ``trace[name]`` answers, in the order in which the model makes the tensors."""
        return list(self._segment_of)

    @cached_property
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
        # Asked for once: another thread that looks at the same trace may put its own segment in this one's place.
        derived = self._derived.get(segment.name)
        if derived is None:
            derived = self.record(segment, lambda other: other.rsplit(".", 1)[-1] not in QUADRATIC)
            self._derived.clear()  # one segment at a time: memory stays linear in the tokens of one block
            self._derived[segment.name] = derived
        return derived[name]

    def record(self, segment: Segment, accepts: Callable[[str], bool]) -> dict[str, Tensor]:
        """Run one segment again and keep the tensors whose names ``accepts`` says yes to."""
        record = Record(accepts)
        self.run_again(segment, record)
        return record.tensors

    def run_again(self, segment: Segment, probe: Probe) -> Tensor:
        """Run one segment from its kept input with ``probe`` looking on; returns what the segment returns.

        Raises:
            RuntimeError: if the model's weights were changed since the trace was made.
        """
        if _weights_version(self.network) != self._weights_version:
            raise RuntimeError("the model's weights have changed since this trace was made: trace again")
        again = Except(self.intervention, segment.input_name)
        with torch.no_grad():
            return segment.run(self.network, self.kept[segment.input_name], Chain((again, probe)))

    def replay(self, start: int, x: Tensor | None = None, probe: Probe = no_probe) -> Tensor:
        """Run on from the input of step ``start`` (or from ``x`` in its place) to the logits, (1, K)."""
        name = self.network.steps()[start][0]
        x = self.kept[f"{name}.resid_pre"] if x is None else x
        again = Chain((Except(self.intervention, f"{name}.resid_pre"), probe))
        with torch.no_grad():
            return self.network.classify(self.network.encode(x, again, start), again)  # (1, K)

    @cached_property
    def blocks(self) -> tuple[BlockTrace, ...]:
        """The attention blocks in order; patch merges are not among them."""
        blocks: list[BlockTrace] = []
        for name, module in self.network.steps():
            if isinstance(module, SwinBlock):
                blocks.append(SwinBlockTrace(self, name, module))
            elif hasattr(module, "attn"):
                blocks.append(BlockTrace(self, name, module))
        return tuple(blocks)

    @property
    def swin_blocks(self) -> tuple[SwinBlockTrace, ...]:
        """``blocks`` of a Swin, with their windows; empty for a ViT."""
        return tuple(block for block in self.blocks if isinstance(block, SwinBlockTrace))

    def lines(self, segment: Segment, capture: int | None = None) -> Lines:
        """Run a segment again with its explicit paths and note every source line; see ``Lines``."""
        lines = Lines(everything=True, capture=capture)
        with lines:
            self.run_again(segment, lines)
        return lines

    @property
    def nbytes(self) -> int:
        """Bytes that the trace holds, memory shared by several tensors counted once."""
        tensors = [*self.kept.values(), *(t for d in list(self._derived.values()) for t in d.values())]
        return sum({t.untyped_storage().data_ptr(): t.untyped_storage().nbytes() for t in tensors}.values())


def run_trace(
    network: Network,
    image: Tensor,
    class_names: tuple[str, ...] = (),
    intervention: Probe = no_probe,
    model_name: str = "",
) -> Trace:
    """Run ``network`` on one normalised picture (1, C, H, W) and keep what everything else is derived from.

    ``model_name`` is what the trace calls the model when it is printed.

    Raises:
        ValueError: if ``image`` is not one picture, the model is in training mode, or an edit names no tensor of it
            or no block.
    """
    if image.ndim != 4 or image.shape[0] != 1:
        raise ValueError(f"a trace is of one picture, shape (1, C, H, W), not {tuple(image.shape)}")
    if cast(nn.Module, network).training:
        raise ValueError(
            "the model is in training mode: call .eval() first, or the numbers change from run to run"
        )
    steps = network.steps()
    names = KEPT | {f"{step}.{short}" for step, _ in steps for short in KEPT_OF_A_STEP}
    names |= {f"{steps[-1][0]}.resid_post"}
    if isinstance(intervention, Edit):
        intervention = intervention.on([name for name, module in steps if hasattr(module, "attn")])
    keep = _Keep(names.__contains__)
    with torch.no_grad():
        network(image, keep if intervention is no_probe else Chain((intervention, keep)))
    if isinstance(intervention, Edit) and (unknown := set(intervention.names) - set(keep.names)):
        raise ValueError(f"this model makes no tensor called {sorted(unknown)[0]!r}, so it cannot be edited")
    return Trace(
        network=network,
        kept=keep.tensors,
        mentioned=tuple(keep.names),
        class_names=class_names,
        intervention=intervention,
        model_name=model_name,
        _weights_version=_weights_version(network),
    )


def _weights_version(network: Network) -> int:
    # torch counts the changes in place of every tensor; one that was put in another's place is another object.
    # Every run asks, so the modules are walked here: parameters(), which spells out every name, takes thrice as long.
    found: list[nn.Parameter | None] = []
    waiting: list[nn.Module | None] = [cast(nn.Module, network)]
    while waiting:
        module = waiting.pop()
        if module is not None:
            found.extend(module._parameters.values())
            waiting.extend(module._modules.values())
    return hash(tuple((id(p), p._version) for p in found if p is not None))


__all__ = ["CLASSIFY", "EMBED", "ClassScore", "Trace", "run_trace"]
