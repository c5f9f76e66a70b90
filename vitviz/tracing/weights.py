"""A network's weights: whether they are still those of a run, and a hash that a file can carry."""

from __future__ import annotations

import hashlib
import threading
import weakref
from typing import cast

import torch
from torch import nn

from vitviz.tracing.segments import Network

_hashes: weakref.WeakKeyDictionary[nn.Module, tuple[int, str]] = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def weights_version(network: Network) -> int:
    """A number that changes when a parameter of the network is changed in place or replaced."""
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


def weights_hash(network: Network) -> str:
    """The SHA-256 of every weight's name, type, shape and bytes, in the order of the names."""
    module = cast(nn.Module, network)
    version = weights_version(network)
    with _lock:
        known = _hashes.get(module)
    if known is not None and known[0] == version:
        return known[1]
    digest = hashlib.sha256()
    for name, tensor in sorted(module.state_dict().items()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        digest.update(tensor.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().data)
    with _lock:
        _hashes[module] = (version, digest.hexdigest())
    return digest.hexdigest()
