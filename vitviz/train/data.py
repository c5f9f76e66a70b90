"""The pictures of a data set file, decoded once, and the order in which an epoch shows them."""

from __future__ import annotations

import io
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Generator, Tensor

HEADROOM = (
    1.25  # pictures are stored this much larger than the network sees them, so that crops are not enlarged
)


@dataclass(frozen=True, eq=False)
class PictureSet:
    """Labelled pictures of one size, as bytes: ``pixels`` (N, 3, side, side) uint8, ``labels`` (N,) int64."""

    pixels: Tensor
    labels: Tensor
    classes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.labels)

    def shrunk(self, size: int) -> Tensor:
        """The pictures with a side of ``size``, (N, 3, size, size) uint8, or as they are if that is larger.

        Antialiased, so that a crop of the result can be sampled without looking at every pixel.
        """
        if size >= self.pixels.shape[-1]:
            return self.pixels
        return resized(self.pixels, size)


def resized(pixels: Tensor, size: int) -> Tensor:
    """Antialiased bicubic resizing of bytes, as Pillow does it. (N, 3, h, w) -> (N, 3, size, size) uint8."""
    parts = [
        F.interpolate(part, size=(size, size), mode="bicubic", antialias=True)
        if part.device.type == "cpu"
        else F.interpolate(part.float(), size=(size, size), mode="bicubic", antialias=True)
        .round()
        .clamp(0, 255)
        .byte()
        for part in torch.split(pixels, 512)
    ]
    return torch.cat(parts)


def load(path: Path) -> tuple[PictureSet, PictureSet]:
    """The training and the validation pictures of a data set file.

    The file has ``blob``, ``offsets``, ``label``, ``is_val`` and ``classes``; nothing in it is unpickled.
    """
    with np.load(path, allow_pickle=False) as file:
        blob, offsets = file["blob"], file["offsets"]
        labels, is_val = file["label"].astype(np.int64), file["is_val"].astype(bool)
        classes = tuple(str(name) for name in file["classes"])
    pixels = torch.from_numpy(np.stack([_decode(blob[a:b]) for a, b in pairwise(offsets)])).permute(
        0, 3, 1, 2
    )
    train, val = (
        PictureSet(pixels[mask].contiguous(), torch.from_numpy(labels[mask]), classes)
        for mask in (~is_val, is_val)
    )
    return train, val


def validation_pictures(path: Path) -> tuple[list[Image.Image], npt.NDArray[np.int64], tuple[str, ...]]:
    """The validation pictures as a person would open them, their labels and the names of the classes."""
    with np.load(path, allow_pickle=False) as file:
        blob, offsets = file["blob"], file["offsets"]
        chosen = np.flatnonzero(file["is_val"])
        labels = file["label"][chosen].astype(np.int64)
        classes = tuple(str(name) for name in file["classes"])
    pictures = [Image.fromarray(_decode(blob[offsets[i] : offsets[i + 1]])) for i in chosen]
    return pictures, labels, classes


def training_pictures(path: Path, count: int) -> list[Image.Image]:
    """So many of the training pictures, drawn by lot, always the same, as a person would open them."""
    with np.load(path, allow_pickle=False) as file:
        blob, offsets = file["blob"], file["offsets"]
        chosen = np.random.default_rng(0).permutation(np.flatnonzero(~file["is_val"].astype(bool)))[:count]
    return [Image.fromarray(_decode(blob[offsets[i] : offsets[i + 1]])) for i in chosen]


def _decode(encoded: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    with Image.open(io.BytesIO(encoded.tobytes())) as picture:
        return np.asarray(picture.convert("RGB"))


def class_quotas(counts: Tensor, total: int, balance: float) -> Tensor:
    """How many of ``total`` pictures come from each class, (K,) int64: as counts ** (1 - balance)."""
    weight = torch.where(counts > 0, counts.double() ** (1 - balance), 0.0)
    exact = weight / weight.sum() * total
    quotas = exact.floor().long()
    rest = total - int(quotas.sum())
    quotas[(exact - quotas).argsort(descending=True, stable=True)[:rest]] += 1
    return quotas


def epoch_order(labels: Tensor, total: int, balance: float, generator: Generator) -> Tensor:
    """Which pictures an epoch shows, in order: (total,) indices.

    Within a class every picture comes before one comes again, so that a rare class is repeated evenly.
    """
    counts = labels.bincount()
    quotas = class_quotas(counts, total, balance)
    chosen = []
    for label, quota in enumerate(quotas.tolist()):
        members = (labels == label).nonzero().squeeze(1)
        rounds = -(-quota // max(1, len(members)))
        shuffled = [members[torch.randperm(len(members), generator=generator)] for _ in range(rounds)]
        if shuffled:
            chosen.append(torch.cat(shuffled)[:quota])
    order = torch.cat(chosen)
    return order[torch.randperm(len(order), generator=generator)]
