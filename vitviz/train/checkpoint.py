"""Leave a run on disk so that it can be killed at any moment, and take it up again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Let ``write`` make a file beside ``path``, then put it in its place in one step."""
    temporary = path.with_name(path.name + ".part")
    write(temporary)
    temporary.chmod(0o644)  # safetensors makes files that only their owner can read
    temporary.replace(path)


def save_checkpoint(path: Path, state: Mapping[str, Any]) -> None:
    """Write plain data and tensors."""
    write_atomically(path, lambda part: torch.save(dict(state), part))


def load_checkpoint(path: Path, device: torch.device) -> dict[str, Any] | None:
    """Read what ``save_checkpoint`` wrote, or None where there is nothing; only data and tensors get in."""
    if not path.is_file():
        return None
    state: dict[str, Any] = torch.load(path, map_location=device, weights_only=True)
    return state


def save_weights(
    path: Path, weights: Mapping[str, Tensor], metadata: Mapping[str, str] | None = None
) -> None:
    """Write weights as safetensors."""
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in weights.items()}
    write_atomically(path, lambda part: save_file(tensors, part, dict(metadata or {})))


def load_weights(path: Path) -> dict[str, Tensor]:
    """Read safetensors as float32."""
    return {name: tensor.float() for name, tensor in load_file(path).items()}
