"""The parts of the recipe: which weights decay, the learning rate, stochastic depth, the moving average."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Generator, Tensor, nn

from vitviz.models.swin import SwinTransformer
from vitviz.models.vit import VisionTransformer
from vitviz.probe import Probe, no_probe

Network = VisionTransformer | SwinTransformer
NO_DECAY = (
    "cls_token",
    "dist_token",
    "reg_token",
    "pos_embed",
    "relative_position_bias_table",
    "query_embed",
)


def decays(name: str, parameter: Tensor) -> bool:
    """Whether weight decay pulls on a parameter: on matrices and filters only, as the authors do."""
    return parameter.ndim > 1 and not name.endswith(NO_DECAY)


def make_optimizer(network: nn.Module, lr: float, weight_decay: float) -> torch.optim.AdamW:
    """AdamW (arXiv 1711.05101) with decay on matrices only."""
    named = list(network.named_parameters())
    groups = [
        {"params": [p for name, p in named if decays(name, p)], "weight_decay": weight_decay},
        {"params": [p for name, p in named if not decays(name, p)], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=lr, betas=(0.9, 0.99), fused=True)


def learning_rate(progress: float, warmup: float, peak: float, final: float, plateau: float = 0.0) -> float:
    """Linear warm-up times a cosine from ``peak`` to ``final``; ``progress``, ``warmup`` go from 0 to 1.

    Until ``progress`` is ``plateau`` the cosine does not begin.
    """
    falling = max(0.0, progress - plateau) / (1 - plateau)
    return warmup * (final + (peak - final) * 0.5 * (1 + math.cos(math.pi * falling)))


def ema_decay(step: int, decay: float) -> float:
    """How much of the average stays at a step (from 0): little at first, so that it forgets the start."""
    return min(decay, (1 + step) / (10 + step))


@torch.no_grad()
def ema_update(average: Mapping[str, Tensor], network: nn.Module, decay: float) -> None:
    """average = decay * average + (1 - decay) * weights, in place."""
    weights = network.state_dict()
    names = list(average)
    torch._foreach_lerp_([average[n] for n in names], [weights[n] for n in names], 1 - decay)


def drop_rates(network: Network, rate: float) -> dict[str, float]:
    """The rate of each block, by its name, rising from 0 to ``rate`` with depth."""
    names = [name for name, _ in network.steps() if not name.endswith(".downsample")]
    return {name: rate * i / max(1, len(names) - 1) for i, name in enumerate(names)}


class DropPath:
    """Stochastic depth (arXiv 1603.09382) as a probe: for some pictures a sublayer adds nothing.

    What is left is scaled up so that the mean stays. The network knows nothing of it.
    """

    def __init__(self, rates: Mapping[str, float], generator: Generator) -> None:
        self.rates = rates
        self.generator = generator

    def __call__(self, name: str, tensor: Tensor) -> Tensor:
        """Change what a sublayer adds; leave every other tensor alone."""
        block, _, last = name.rpartition(".")
        rate = self.rates.get(block, 0.0)
        if last not in ("attn_out", "mlp_out") or not rate:
            return tensor
        kept = (torch.rand(len(tensor), generator=self.generator) >= rate).to(tensor) / (1 - rate)
        return tensor * kept.view(-1, *[1] * (tensor.ndim - 1))

    def wants(self, name: str) -> bool:
        """Nothing that a fused kernel does not make."""
        return False


class Dropout:
    """Dropout (Srivastava et al. 2014) as a probe: single numbers become 0, the rest grows so that the mean stays.

    It acts where the authors of SASRec have it: on the embeddings, on the weights of attention, inside the MLP and on
    what it adds. The network knows nothing of it.
    """

    PLACES = ("full_embed", "pattern", "mlp_post", "mlp_out")

    def __init__(self, rate: float, generator: Generator) -> None:
        self.rate = rate
        self.generator = generator

    def __call__(self, name: str, tensor: Tensor) -> Tensor:
        """Drop some of a tensor that is named so; leave every other one alone."""
        if name.rpartition(".")[2] not in self.PLACES:
            return tensor
        kept = torch.rand(tensor.shape, generator=self.generator) >= self.rate
        return tensor * kept.to(tensor) / (1 - self.rate)

    def wants(self, name: str) -> bool:
        """The weights of attention, which a fused kernel does not make."""
        return name.rpartition(".")[2] in self.PLACES


def run_network(
    network: Network, images: Tensor, generator: Generator, drop_path: float = 0.0, keep: float = 1.0
) -> Tensor:
    """Class scores (B, K) with stochastic depth, and for a ViT with only a share ``keep`` of the patches."""
    probe: Probe = DropPath(drop_rates(network, drop_path), generator) if drop_path else no_probe
    if keep == 1 or isinstance(network, SwinTransformer):
        scores: Tensor = network(images, probe)
        return scores
    x = network.embed(images, probe)  # (B, T + N, D)
    prefix = network.config.num_prefix
    patches = x.shape[1] - prefix
    shuffled = torch.rand(len(x), patches, generator=generator).argsort(dim=1)  # (B, N)
    chosen = shuffled[:, : max(1, round(keep * patches))].to(x.device) + prefix  # (B, n)
    kept = x.gather(1, chosen.unsqueeze(-1).expand(-1, -1, x.shape[-1]))  # (B, n, D)
    return network.classify(network.encode(torch.cat([x[:, :prefix], kept], dim=1), probe), probe)


def soft_cross_entropy(scores: Tensor, target: Tensor, smoothing: float) -> Tensor:
    """Mean cross entropy with label smoothing; ``target`` (B, K) sums to 1 in every row."""
    return nn.functional.cross_entropy(scores.float(), target, label_smoothing=smoothing)
