"""A network on another device or in another number type: a copy, kept for the next run; the network stays as it is."""

from __future__ import annotations

import copy
import threading
import weakref
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from vitviz.tracing.weights import weights_version

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}

AnyModule = TypeVar("AnyModule", bound=nn.Module)
_Key = tuple[torch.device, torch.dtype]
_copies: weakref.WeakKeyDictionary[nn.Module, dict[_Key, tuple[int, nn.Module]]] = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def network_on(
    network: AnyModule,
    device: str | torch.device | None = None,
    dtype: str | torch.dtype | None = None,
) -> AnyModule:
    """``network`` itself where its weights are already there and of that type, else a copy of it.

    A copy lives as long as the network, one for each device and type, and is made anew after the weights changed. None
    leaves the device or the type as the network has it.

    Raises:
        ValueError: if there is no such device on this machine, or vitviz runs no network in that type.
    """
    first = next(network.parameters())
    place = first.device if device is None else find_device(device)
    kind = first.dtype if dtype is None else find_dtype(dtype)
    if all(p.device == place and p.dtype == kind for p in network.parameters()):
        return network
    with _lock:
        version = weights_version_of(network)
        copies = _copies.setdefault(network, {})
        known = copies.get((place, kind))
        if known is None or known[0] != version:
            known = (version, _copy(network, place, kind))
            copies[place, kind] = known
    made: Any = known[1]
    return made


def find_device(device: str | torch.device) -> torch.device:
    """The device of that name: cpu, cuda, cuda:1, mps.

    Raises:
        ValueError: if torch cannot use one of that name on this machine.
    """
    try:
        found = torch.device(device)
    except (RuntimeError, TypeError):
        raise ValueError(f"a device is cpu, cuda, cuda:1 or mps, not {str(device)!r}") from None
    if found.type == "cpu":
        return torch.device("cpu")
    if found.type not in ("cuda", "mps"):
        raise ValueError(f"a device is cpu, cuda, cuda:1 or mps, not {str(device)!r}")
    there = torch.cuda.device_count() if found.type == "cuda" else int(torch.backends.mps.is_available())
    number = found.index or 0
    if number >= there:
        raise ValueError(f"torch finds no {found} on this machine: leave device out, or use device='cpu'")
    return torch.device(found.type, number)


def find_dtype(dtype: str | torch.dtype) -> torch.dtype:
    """The number type of that name.

    Raises:
        ValueError: if it is not one of ``DTYPES``.
    """
    name = str(dtype).removeprefix("torch.")
    if name not in DTYPES:
        raise ValueError(f"a dtype is one of {', '.join(DTYPES)}, not {name!r}")
    return DTYPES[name]


def weights_version_of(network: nn.Module) -> int:
    """``weights_version`` of any module."""
    anything: Any = network
    return weights_version(anything)


def _copy(network: AnyModule, device: torch.device, dtype: torch.dtype) -> AnyModule:
    """A deep copy whose weights were moved one by one, so that no second set of them is made on the way."""

    def moved(x: Tensor) -> Tensor:
        return x.detach().to(device, dtype if x.is_floating_point() else x.dtype)

    memo: dict[int, Any] = {
        id(p): nn.Parameter(moved(p), requires_grad=p.requires_grad) for p in network.parameters()
    }
    memo |= {id(b): moved(b) for b in network.buffers()}
    return copy.deepcopy(network, memo)
