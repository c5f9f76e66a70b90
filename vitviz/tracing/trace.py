"""The trace of one picture: its class scores, and its attention blocks."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, cast

import torch
from torch import Tensor, nn

from vitviz.models.detr import DecoderBlock, EncoderBlock
from vitviz.models.masked_attention import MaskedAttention
from vitviz.models.sided import SidedNetwork
from vitviz.models.swin import SwinBlock
from vitviz.once import once
from vitviz.probe import Chain, Probe, no_probe
from vitviz.tracing.blocks import BlockTrace
from vitviz.tracing.detr_blocks import DetrBlockTrace
from vitviz.tracing.interventions import Edit, Except
from vitviz.tracing.origin import NO_ORIGIN, Origin
from vitviz.tracing.resumed import start_of
from vitviz.tracing.run import KEPT, KEPT_OF_A_STEP, Run
from vitviz.tracing.segments import (
    CLASSIFY,
    EMBED,
    Network,
    Segment,
    attention_names,
    input_name,
    side_names,
)
from vitviz.tracing.segments import run_on as resume
from vitviz.tracing.sequence_blocks import SequenceBlockTrace
from vitviz.tracing.swin_blocks import SwinBlockTrace
from vitviz.tracing.token_places import token_places
from vitviz.tracing.weights import weights_version

AnyRun = TypeVar("AnyRun", bound=Run)

# Tensors without an axis for the pictures: what the weights or the size of the map alone decide.
OF_NO_PICTURE = frozenset(
    {"pos_embed", "query_embed", "relative_position_bias", "attn_mask", "rope_angles", "logit_scale"}
)


class ClassScore(NamedTuple):
    """One line of the prediction."""

    class_index: int
    name: str
    logit: float
    probability: float


@dataclass(frozen=True, eq=False, repr=False)
class Trace(Run):
    """One run of one model on one picture. Made by ``vitviz.trace``; nothing in it is changed afterwards.

    It is a mapping from names to tensors. They keep torch's shapes, with the batch in front: ``trace["blocks.3.q"]``
    is (1, H, N, d). An intervention that the run was made with is part of everything derived from it.

    >>> import vitviz
    >>> trace = vitviz.trace(vitviz.load_model("vit-tiny"), "picture.jpg")
    >>> trace["blocks.3.q"].shape, "blocks.3.pattern" in trace, list(trace)[:3]
    (torch.Size([1, 3, 197, 64]), True, ['image', 'embed', 'tokens'])

    ``batch`` is the run of several pictures that this one is number ``number`` of, where it is not a run of its own.
    """

    batch: Run | None = None
    number: int = 0

    @property
    def model_name(self) -> str:
        """What the model is called."""
        return self.origin.name

    @property
    def logits(self) -> Tensor:
        """Class scores, (K,).

        Raises:
            ValueError: if the model has no classes.
        """
        return self.class_scores()[0]

    @property
    def probabilities(self) -> Tensor:
        """Softmax of the class scores, (K,)."""
        return self.logits.softmax(dim=0)

    def top(self, count: int = 5) -> list[ClassScore]:
        """The classes with the highest scores, highest first."""
        return top_classes(self, self.logits, count)

    @once
    def blocks(self) -> tuple[BlockTrace, ...]:
        """The attention blocks in order; patch merges are not among them. A decoder's layer is two: self and cross."""
        blocks: list[BlockTrace] = []
        for name, module in self.structure.steps():
            if isinstance(module, SwinBlock):
                blocks.append(SwinBlockTrace(self, name, module))
            elif isinstance(module, EncoderBlock | DecoderBlock):
                blocks.append(DetrBlockTrace(self, name, module))
                if isinstance(module, DecoderBlock):
                    blocks.append(DetrBlockTrace(self, name, module, "cross_attn."))
            elif isinstance(getattr(module, "attn", None), MaskedAttention):
                blocks.append(SequenceBlockTrace(self, name, module))
                if hasattr(module, "cross_attn"):
                    blocks.append(SequenceBlockTrace(self, name, module, "cross_attn."))
            elif hasattr(module, "attn"):
                blocks.append(BlockTrace(self, name, module))
        return tuple(blocks)

    @property
    def swin_blocks(self) -> tuple[SwinBlockTrace, ...]:
        """``blocks`` of a Swin, with their windows; empty for a ViT."""
        return tuple(block for block in self.blocks if isinstance(block, SwinBlockTrace))

    def record(self, segment: Segment, accepts: Callable[[str], bool]) -> dict[str, Tensor]:
        """Run one segment again and keep the tensors whose names ``accepts`` says yes to."""
        if self.batch is None or self.batch.intervention is no_probe:
            return super().record(segment, accepts)
        # An edit may do something else with one picture than with several: it has to see them all.
        whole = self.batch.record(segment, accepts)
        return {name: self._own_part(name, tensor) for name, tensor in whole.items()}

    def repeatable_intervention(self) -> Probe:
        """What changed the run.

        Raises:
            ValueError: if it changed a batch: what it would do with this picture alone is not known.
        """
        if self.batch is not None and self.intervention is not no_probe:
            raise ValueError(
                "this picture ran in a batch that was edited, and an edit may mix pictures: trace it alone for this"
            )
        return self.intervention

    def gradient(self, name: str, of: Tensor) -> Tensor:
        """See ``Run.gradient``; of a picture of a batch, its part of the batch's gradient."""
        if self.batch is None:
            return super().gradient(name, of)
        return self._own_part(name, self.batch.gradient(name, of))

    @property
    def plot(self) -> Any:
        """plotly figures of this run: ``trace.plot.norms()`` is ``vitviz.plot.norms(trace)``.

        ``dir(trace.plot)`` lists them. Needs ``pip install "vitviz[plot]"``.
        """
        import vitviz

        return vitviz.plot.TracePlots(self)

    def show(self, beside: Trace | None = None, **options: Any) -> Any:
        """The attention explorer of this run as a widget of a notebook, perhaps of another one ``beside`` it.

        ``options`` are those of ``vitviz.show``: view, names, state, language. Needs ``pip install
        "vitviz[notebook]"``.
        """
        import vitviz

        return vitviz.show(self, beside=beside, **options)

    def save_html(self, path: str | os.PathLike[str], beside: Trace | None = None, **options: Any) -> Path:
        """Write one HTML file with the attention explorer of this run, perhaps of another one ``beside`` it.

        ``options`` are those of ``vitviz.save_html``: view, heads, values, precision, names, state, title, language ...
        """
        import vitviz  # the facade over everything: this part itself knows no page

        return vitviz.save_html(path, self if beside is None else [self, beside], **options)

    def _own_part(self, name: str, tensor: Tensor) -> Tensor:
        assert self.batch is not None
        return part_of_picture(name, tensor, self.number, self.batch.num_pictures)


def top_classes(run: Run, logits: Tensor, count: int) -> list[ClassScore]:
    """The ``count`` highest of the class scores (K,), highest first."""
    probabilities = logits.softmax(dim=0)
    order = logits.argsort(descending=True)[:count].tolist()
    return [ClassScore(i, run.class_name(i), logits[i].item(), probabilities[i].item()) for i in order]


def part_of_picture(name: str, tensor: Tensor, number: int, pictures: int) -> Tensor:
    """What belongs to one picture of a batch's tensor called ``name``: a view of its rows, (1, ...) or (W, ...)."""
    if name.rsplit(".", 1)[-1] in OF_NO_PICTURE:
        return tensor
    rows = tensor.shape[0] // pictures
    return tensor[number * rows : (number + 1) * rows]


class _Keep:
    """The probe of a traced run: keeps little and receives every name that is made or asked for.

    ``between`` is called before every block; what it raises ends the run.
    """

    def __init__(self, kept: Callable[[str], bool], between: Callable[[], object] | None = None) -> None:
        self.kept = kept
        self.between = between
        self.tensors: dict[str, Tensor] = {}
        self.names: dict[str, None] = {}

    def __call__(self, name: str, tensor: Tensor) -> Tensor:
        self.names.setdefault(name)
        if self.kept(name):
            self.tensors[name] = tensor
            if self.between is not None and name.endswith(".resid_pre"):
                self.between()
        return tensor

    def wants(self, name: str) -> bool:
        self.names.setdefault(name)
        return False


class _KeepGraph(_Keep):
    """The probe of a differentiable run: keeps every tensor with its graph, the explicit attention's too."""

    def __call__(self, name: str, tensor: Tensor) -> Tensor:
        if tensor.is_floating_point() and not tensor.requires_grad:
            tensor = tensor.detach().requires_grad_()
        return super().__call__(name, tensor)

    def wants(self, name: str) -> bool:
        super().wants(name)
        return True


def run_trace(
    network: Network,
    image: Tensor,
    class_names: tuple[str, ...] = (),
    intervention: Probe = no_probe,
    model_name: str = "",
    between: Callable[[], object] | None = None,
) -> Trace:
    """Run ``network`` on one normalised picture (1, C, H, W) and keep what everything else is derived from.

    ``model_name`` is what the trace calls the model when it is printed. ``between`` is called before every block: what
    it raises ends the run.

    Raises:
        ValueError: if ``image`` is not one picture, the model is in training mode, or an edit names no tensor of it
            or no block.
    """
    if image.ndim != 4 or image.shape[0] != 1:
        raise ValueError(f"a trace is of one picture, shape (1, C, H, W), not {tuple(image.shape)}")
    return run_on(Trace, network, image, class_names, intervention, Origin(model_name), between=between)


def run_tokens(
    network: SidedNetwork,
    *tokens: Tensor,
    intervention: Probe = no_probe,
    model_name: str = "",
    token_names: tuple[str, ...] = (),
) -> Trace:
    """Run a network that reads words or choices on one row of ids (1, N), and keep what else is derived from.

    A translator takes two rows: what it reads and what it has written so far. ``token_names`` are the names of the ids.

    Raises:
        ValueError: if a row is no row of ids, the model is in training mode, or an edit names no tensor of it or no
            block.
    """
    for row in tokens:
        if row.ndim != 2 or row.shape[0] != 1 or row.is_floating_point():
            raise ValueError(f"a row of tokens is ids, shape (1, N), not {tuple(row.shape)} of {row.dtype}")
    return run_on(Trace, network, tokens, token_names, intervention, Origin(model_name))


def run_on(
    kind: type[AnyRun],
    network: Network,
    given: Tensor | tuple[Tensor, ...],
    class_names: tuple[str, ...] = (),
    intervention: Probe = no_probe,
    origin: Origin = NO_ORIGIN,
    grad: bool = False,
    between: Callable[[], object] | None = None,
) -> AnyRun:
    """Run ``network`` on normalised pictures (B, C, H, W), or on what else it is given, row by row.

    With ``grad`` every tensor is kept with its graph.

    Raises:
        ValueError: if the model is in training mode, or an edit names no tensor of it or no block.
    """
    if cast(nn.Module, network).training:
        raise ValueError(
            "the model is in training mode: call .eval() first, or the numbers change from run to run"
        )
    inputs = given if isinstance(given, tuple) else (given,)
    if isinstance(intervention, Edit):
        intervention = located(intervention, network, inputs[0])
    keep = (
        _KeepGraph(lambda name: True, between) if grad else _Keep(needed_names(network).__contains__, between)
    )
    with torch.set_grad_enabled(grad):
        run: Callable[..., object] = network
        run(*inputs, keep if intervention is no_probe else Chain((intervention, keep)))
    if isinstance(intervention, Edit) and (unknown := set(intervention.names) - set(keep.names)):
        raise ValueError(f"this model makes no tensor called {sorted(unknown)[0]!r}, so it cannot be edited")
    return kind(
        structure=network,
        kept=keep.tensors,
        mentioned=tuple(keep.names),
        class_names=class_names,
        intervention=intervention,
        origin=origin,
        differentiable=grad,
        _weights_version=weights_version(network),
    )


def located(edit: Edit, network: Network, given: Tensor) -> Edit:
    """An edit of blocks by number as one of names, for a run on ``given``: pictures, or rows of tokens.

    Raises:
        ValueError: if there is no such block.
    """
    size = getattr(network.config, "patch_size", 0)
    grid = (-(-given.shape[-2] // size), -(-given.shape[-1] // size)) if given.ndim == 4 and size else (0, 0)
    return edit.on(attention_names(network), partial(token_places, network, grid))


def run_edited(
    plain: Trace, edit: Edit, between: Callable[[], object] | None = None, begun: Trace | None = None
) -> Trace:
    """The run of ``plain`` with an edit: from the first step that it changes on, below it the plain run's own tensors.

    The same as ``run_trace`` on the same picture with ``edit``, for the part of its time that is behind the edit.
    ``between`` is as there. ``begun`` is another edited run of ``plain``: where its edit begins with the very same
    changes as ``edit``, what they made is taken from it too, up to the first step in which the two differ.

    >>> import vitviz
    >>> from vitviz.tracing.trace import run_edited
    >>> plain = vitviz.trace(vitviz.load_model("vit-tiny"), "picture.jpg")
    >>> edited = run_edited(plain, vitviz.zero_head(8, 1))
    >>> edited["blocks.7.q"] is plain["blocks.7.q"], edited["blocks.9.q"] is plain["blocks.9.q"]
    (True, False)

    Raises:
        ValueError: if ``plain`` was edited itself or keeps a graph, or as ``run_trace``.
        RuntimeError: if the model's weights were changed since ``plain``.
    """
    if plain.intervention is not no_probe or plain.differentiable:
        raise ValueError("what is edited here is a plain run: give all edits as one sum")
    plain.check_weights()
    network = plain.network
    edit = located(edit, network, plain.given)
    for name in edit.names:
        if name not in plain:
            raise ValueError(f"this model makes no tensor called {name!r}, so it cannot be edited")
    start = start_of(plain, edit, begun)
    keep = _Keep(needed_names(network).__contains__, between)
    with torch.no_grad():
        if start.segment == 0:
            network(plain.given, Chain((edit, keep)))
        else:
            probe = Chain((Except(edit, start.done), keep))
            x = start.run.kept[plain.segments[start.segment].input_name]
            resume(network, x, probe, start.segment - 1, plain.patch_grid, start.run.kept)
    return replace(
        plain, kept={**start.run.kept, **keep.tensors}, intervention=edit, _derived={}, batch=None, number=0
    )


def needed_names(network: Network) -> frozenset[str]:
    """What a run keeps so that everything else can be derived from it; a network without a head makes no logits."""
    steps = [name for name, _ in network.steps()]
    names = {f"{step}.{short}" for step in steps for short in KEPT_OF_A_STEP}
    inputs = {input_name(network, segment) for segment in (EMBED, *steps, CLASSIFY)}
    return KEPT | names | inputs | {*side_names(network)}


__all__ = ["CLASSIFY", "EMBED", "ClassScore", "Trace", "run_trace"]
