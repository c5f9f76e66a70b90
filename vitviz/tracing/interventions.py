"""Probes that keep, change or differentiate what a model computes while it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from vitviz.probe import Probe


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


@dataclass(frozen=True)
class Edit:
    """Replaces named tensors while the model runs: head ablation, activation patching, masking are all edits.

    ``edits`` maps a full name (``blocks.3.z``) to a function of the tensor. The function returns a new tensor of the
    same shape and must leave the old one as it is.

    Raises:
        ValueError: when an edit returns another shape.
    """

    edits: Mapping[str, Callable[[Tensor], Tensor]]

    def __call__(self, name: str, tensor: Tensor) -> Tensor:
        """Apply the edit of that name, if there is one."""
        edit = self.edits.get(name)
        if edit is None:
            return tensor
        edited = edit(tensor)
        if edited.shape != tensor.shape:
            raise ValueError(f"the edit of {name} returned {tuple(edited.shape)} for {tuple(tensor.shape)}")
        return edited

    def wants(self, name: str) -> bool:
        """What is to be edited has to be made."""
        return name in self.edits


@dataclass(frozen=True)
class Except:
    """A probe that does not see one name: a block that is run again must not have its input edited twice."""

    probe: Probe
    name: str

    def __call__(self, name: str, tensor: Tensor) -> Tensor:
        """Pass everything but the one name."""
        return tensor if name == self.name else self.probe(name, tensor)

    def wants(self, name: str) -> bool:
        """As the inner probe, but never for the one name."""
        return name != self.name and self.probe.wants(name)


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
        grads = torch.autograd.grad(value, list(self.tensors.values()), allow_unused=True)
        return {
            name: torch.zeros_like(tensor) if grad is None else grad
            for (name, tensor), grad in zip(self.tensors.items(), grads, strict=True)
        }
