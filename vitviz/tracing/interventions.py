"""Probes that keep, change or differentiate what a model computes while it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import Tensor

from vitviz.probe import Probe

Change = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Record:
    """Keeps every tensor whose name ``accepts`` says yes to, in the order in which they are made."""

    accepts: Callable[[str], bool] = lambda name: True
    tensors: dict[str, Tensor] = field(default_factory=dict)

    def __call__(self, name: str, tensor: Tensor) -> Tensor:
        """Keep the tensor itself (no copy) and pass it on."""
        if self.accepts(name):
            self.tensors[name] = tensor
        return tensor

    def wants(self, name: str) -> bool:
        """What is to be kept has to be made."""
        return self.accepts(name)


class InBlock(NamedTuple):
    """A tensor of the attention block that ``trace.blocks[block]`` is, for an edit that does not know the model yet."""

    block: int
    name: str


class OfTokens(NamedTuple):
    """A change that has to know which token is at each place of each window, (W, K), -1 for padding."""

    of: Callable[[Tensor], Change]


class Edit:
    """Replaces named tensors while the model runs: head ablation, activation patching, masking are all edits.

    ``edits`` maps a full name (``blocks.3.z``) to a function of the tensor. The function returns a new tensor of the
    same shape and must leave the old one as it is. ``one + other`` is one edit that does both, ``one`` first.

    Ready-made edits are in ``vitviz.tracing.edits``. Those that count blocks by number have to be told the model with
    ``on`` before it runs; ``run_trace`` does that.

    Raises:
        ValueError: while the model runs, when an edit returns another shape, or when ``on`` was left out.
    """

    def __init__(
        self, edits: Mapping[str, Change] | Iterable[tuple[str | InBlock, Change | OfTokens]]
    ) -> None:
        self.changes: tuple[tuple[str | InBlock, Change | OfTokens], ...] = tuple(
            edits.items() if isinstance(edits, Mapping) else edits
        )
        self._by_name: dict[str, list[Change]] = {}
        self._numbered = False
        for place, change in self.changes:
            if isinstance(place, InBlock) or isinstance(change, OfTokens):
                self._numbered = True
            else:
                self._by_name.setdefault(place, []).append(change)

    def __add__(self, other: Edit) -> Edit:
        """Both edits as one; where they change the same tensor, ``other`` gets what this one made."""
        return Edit((*self.changes, *other.changes))

    def __repr__(self) -> str:
        places = (p if isinstance(p, str) else f"{p.name} of block {p.block}" for p, _ in self.changes)
        return f"Edit({', '.join(places)})"

    @property
    def names(self) -> tuple[str, ...]:
        """The full names of the tensors that are changed; those in blocks by number are there after ``on`` only."""
        return tuple(self._by_name)

    def on(self, blocks: Sequence[str], tokens: Callable[[int], Tensor] | None = None) -> Edit:
        """The same edit with its block numbers turned into names. ``blocks`` are the attention blocks' names in order.

        ``tokens`` gives of a block by number which token is at each place of its windows, (W, K).

        Raises:
            ValueError: if there is no block of that number, or a change has to know the tokens and nothing tells them.
        """
        changes: list[tuple[str | InBlock, Change | OfTokens]] = []
        for place, change in self.changes:
            name = _full_name(place, blocks)
            if isinstance(change, OfTokens):
                block = next((i for i, each in enumerate(blocks) if name.startswith(f"{each}.")), None)
                if tokens is None or block is None:
                    raise ValueError(f"where the tokens of {name} are is not known")
                change = change.of(tokens(block))
            changes.append((name, change))
        return Edit(changes)

    def __call__(self, name: str, tensor: Tensor) -> Tensor:
        """Apply the edits of that name, if there are any."""
        self._check_names()
        for change in self._by_name.get(name, ()):
            edited = change(tensor)
            if edited.shape != tensor.shape:
                raise ValueError(
                    f"the edit of {name} returned {tuple(edited.shape)} for {tuple(tensor.shape)}"
                )
            tensor = edited
        return tensor

    def wants(self, name: str) -> bool:
        """What is to be edited has to be made."""
        self._check_names()
        return name in self._by_name

    def _check_names(self) -> None:
        if self._numbered:
            raise ValueError(
                f"{self!r} counts blocks by number: give it to vitviz.trace, or say on(...) first"
            )


def _full_name(place: str | InBlock, blocks: Sequence[str]) -> str:
    if isinstance(place, str):
        return place
    if not 0 <= place.block < len(blocks):
        raise ValueError(f"this model has {len(blocks)} attention blocks, there is no block {place.block}")
    return f"{blocks[place.block]}.{place.name}"


@dataclass(frozen=True)
class Except:
    """A probe that does not see some names: a block that is run again must not have its inputs edited twice."""

    probe: Probe
    names: tuple[str, ...]

    def __call__(self, name: str, tensor: Tensor) -> Tensor:
        """Pass everything but these names."""
        return tensor if name in self.names else self.probe(name, tensor)

    def wants(self, name: str) -> bool:
        """As the inner probe, but never for these names."""
        return name not in self.names and self.probe.wants(name)


@dataclass(frozen=True)
class Gradients:
    """Keeps named tensors with their graph, to ask how a number depends on them. Run the model with grad enabled."""

    names: frozenset[str]
    tensors: dict[str, Tensor] = field(default_factory=dict)

    def __call__(self, name: str, tensor: Tensor) -> Tensor:
        """Keep the tensor; start a graph here if none reaches it yet."""
        if name not in self.names:
            return tensor
        if not tensor.requires_grad:
            tensor = tensor.detach().requires_grad_()
        self.tensors[name] = tensor
        return tensor

    def wants(self, name: str) -> bool:
        """A gradient needs the tensor to be made."""
        return name in self.names

    def of(self, value: Tensor) -> dict[str, Tensor]:
        """Gradient of one number with respect to every kept tensor, by name; each has its tensor's shape.

        Raises:
            ValueError: if ``value`` is not one number.
        """
        if value.numel() != 1:
            raise ValueError(f"a gradient is asked of one number, not of shape {tuple(value.shape)}")
        return self.through(value, torch.ones_like(value))

    def through(self, out: Tensor, gradient: Tensor) -> dict[str, Tensor]:
        """The gradients of a number whose gradient with respect to ``out`` is ``gradient``, of one shape with it."""
        grads = torch.autograd.grad(out, list(self.tensors.values()), gradient, allow_unused=True)
        return {
            name: torch.zeros_like(tensor) if grad is None else grad
            for (name, tensor), grad in zip(self.tensors.items(), grads, strict=True)
        }
