"""The ground floor: name a tensor on the line that makes it, and maybe change it.

A model's ``forward(x, probe=no_probe)`` says ``x = probe("resid_mid", x + y)``. What a probe does with the tensor
is its own affair: keep it, replace it, ask for its gradient, or nothing at all. The model knows none of that, and
nothing is stored on it, so two threads that run two pictures through one model cannot meet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from torch import Tensor


class Probe(Protocol):
    """What a model calls while it runs. A probe lives as long as one call of the model."""

    def __call__(self, name: str, tensor: Tensor) -> Tensor:
        """Receive the tensor called ``name`` where it is made; what is returned is what the model goes on with."""
        ...

    def wants(self, name: str) -> bool:
        """Say whether ``name`` is needed, so that a block may stay on a fused path that never makes it."""
        ...


class NoProbe:
    """Looks at nothing and changes nothing: the plain run."""

    def __call__(self, name: str, tensor: Tensor) -> Tensor:
        """Pass the tensor on."""
        return tensor

    def wants(self, name: str) -> bool:
        """Nothing is needed."""
        return False


no_probe = NoProbe()


@dataclass(frozen=True)
class Scope:
    """Puts a prefix before every name, so that a block can say ``q`` and the probe hears ``blocks.3.q``."""

    probe: Probe
    prefix: str

    def __call__(self, name: str, tensor: Tensor) -> Tensor:
        """Pass the tensor on under its full name."""
        return self.probe(self.prefix + name, tensor)

    def wants(self, name: str) -> bool:
        """Ask under the full name."""
        return self.probe.wants(self.prefix + name)


def scoped(probe: Probe, prefix: str) -> Probe:
    """Return ``probe`` hearing every name behind ``prefix``; the plain run stays the plain run."""
    return probe if probe is no_probe else Scope(probe, prefix)


@dataclass(frozen=True)
class Chain:
    """Several probes after one another: each receives what the one before returned."""

    probes: tuple[Probe, ...]

    def __call__(self, name: str, tensor: Tensor) -> Tensor:
        """Let every probe see the tensor in turn."""
        for probe in self.probes:
            tensor = probe(name, tensor)
        return tensor

    def wants(self, name: str) -> bool:
        """Whether any of them needs it; every probe hears every name that is asked for."""
        answers = [probe.wants(name) for probe in self.probes]
        return any(answers)
