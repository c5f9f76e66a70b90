"""A layer of a Transformer on random numbers and a random label: a loss near ln K, before anything was learned."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Generator, Tensor, nn

from vitviz.analysis.line_shapes import FunctionRun, run_with_shapes

CLASSES, PATCH, DIM, HEADS, SIDE = 10, 16, 8, 8, 224


def make_layers() -> tuple[nn.Linear, nn.TransformerEncoderLayer, nn.Linear]:
    """Patches to 8 channels, one layer with 8 heads of one channel each, 8 channels to 10 classes."""
    embed = nn.Linear(3 * PATCH**2, DIM)
    encoder = nn.TransformerEncoderLayer(d_model=DIM, nhead=HEADS, batch_first=True)
    head = nn.Linear(DIM, CLASSES)
    return embed, encoder, head


@dataclass(frozen=True, eq=False)
class RandomLabel:
    """The lines with their shapes, and what they made of a random picture; ``weights`` counts them by layer."""

    image: Tensor  # (1, 3, 224, 224)
    run: FunctionRun
    logits: Tensor  # (K,)
    label: int
    weights: tuple[int, int, int]

    @property
    def probabilities(self) -> Tensor:
        """(K,)."""
        return self.logits.softmax(dim=0)

    @property
    def loss(self) -> float:
        """What ``nn.CrossEntropyLoss`` returned."""
        return float(self.run.result)

    @property
    def chance(self) -> float:
        """ln K, the loss of equal probabilities."""
        return math.log(len(self.logits))


@torch.no_grad()
def random_label(seed: int) -> RandomLabel:
    """A random picture, random weights and a random label of ``seed``; torch's global numbers are not drawn from."""
    generator = Generator().manual_seed(seed)
    with torch.device("meta"):  # draws no numbers: they come below, from a generator of our own
        layers = make_layers()
    for layer in layers:
        layer.to_empty(device="cpu").eval()
    embed, encoder, head = layers
    for name, parameter in [named for layer in layers for named in layer.named_parameters()]:
        if parameter.ndim > 1:
            nn.init.xavier_uniform_(parameter, generator=generator)
        else:
            parameter.zero_()
        if name.endswith(("norm1.weight", "norm2.weight")):
            parameter.fill_(1.0)
    image = torch.randn(1, 3, SIDE, SIDE, generator=generator)
    label = torch.randint(CLASSES, (1,), generator=generator)
    seen: list[Tensor] = []

    def last_step(image: Tensor, label: Tensor) -> Tensor:
        rows = image.unfold(2, PATCH, PATCH)
        patches = rows.unfold(3, PATCH, PATCH)
        patches = patches.permute(0, 2, 3, 1, 4, 5)
        patches = patches.flatten(3)
        tokens = embed(patches.flatten(1, 2))
        tokens = encoder(tokens)
        logits = head(tokens.mean(dim=1))
        loss = nn.CrossEntropyLoss()(logits, label)
        seen.append(logits)
        return loss

    run = run_with_shapes(last_step, image, label)
    run = FunctionRun(run.result, run.module, tuple(line for line in run.lines if "seen." not in line[0]))
    counts = tuple(sum(p.numel() for p in layer.parameters()) for layer in (embed, encoder, head))
    return RandomLabel(image, run, seen[0][0], int(label), (counts[0], counts[1], counts[2]))
