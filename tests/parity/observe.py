"""Look inside somebody else's model and compare what is there with a trace of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from vitviz.models.build import build
from vitviz.models.config import ModelConfig
from vitviz.models.swin import SwinTransformer
from vitviz.models.vit import VisionTransformer
from vitviz.tracing.trace import run_trace
from vitviz.zoo.keymaps import convert

TOLERANCE = 1e-5


@dataclass
class Seen:
    """What one run of a foreign model computed; ``logits`` are its features where it has no head."""

    logits: Tensor
    blocks: list[Tensor] = field(default_factory=list)
    patterns: list[Tensor] = field(default_factory=list)


def watch(
    run: Callable[[], Tensor],
    blocks: Iterable[nn.Module],
    attentions: Iterable[nn.Module],
    pattern_index: int | None,
) -> Seen:
    """Run a foreign model; keep what every module in ``blocks`` and ``attentions`` returns.

    ``pattern_index`` is the place of the weights in what an attention module returns, None where it returns nothing
    else.
    """
    seen = Seen(torch.empty(0))

    def keep_block(module: nn.Module, args: object, output: Tensor | tuple[Tensor, ...]) -> None:
        seen.blocks.append(output[0] if isinstance(output, tuple) else output)

    def keep_pattern(module: nn.Module, args: object, output: Tensor | tuple[Tensor, ...]) -> None:
        seen.patterns.append(output if isinstance(output, Tensor) else output[pattern_index or 0])

    hooks = [block.register_forward_hook(keep_block) for block in blocks]
    hooks += [attention.register_forward_hook(keep_pattern) for attention in attentions]
    try:
        with torch.no_grad():
            seen.logits = run()
    finally:
        for hook in hooks:
            hook.remove()
    return seen


def ours(foreign: nn.Module, config: ModelConfig) -> VisionTransformer | SwinTransformer:
    """Our network with the foreign model's weights."""
    return load(convert(foreign.state_dict(), config), config)


def load(state: Mapping[str, Tensor], config: ModelConfig) -> VisionTransformer | SwinTransformer:
    """Our network with weights that have our names; every one of them must be there."""
    network = build(config)
    network.load_state_dict(state)
    return network.eval()


@dataclass(frozen=True)
class Gaps:
    """Largest |difference| in the class scores, in any block's output and in any attention pattern."""

    logits: float
    blocks: float
    patterns: float

    @property
    def worst(self) -> float:
        """The largest of the three."""
        return max(self.logits, self.blocks, self.patterns)


def compare(network: VisionTransformer | SwinTransformer, image: Tensor, seen: Seen) -> Gaps:
    """Trace ``image`` and hold everything against what the foreign model computed for the same picture."""
    trace = run_trace(network, image)
    assert len(seen.blocks) == len(seen.patterns) == len(trace.blocks)
    blocks = patterns = 0.0
    for block, output, pattern in zip(trace.blocks, seen.blocks, seen.patterns, strict=True):
        blocks = max(blocks, gap(block["resid_post"].reshape(output.shape), output))
        patterns = max(patterns, gap(block.pattern().reshape(pattern.shape), pattern))
    peaks = [(pattern.amax(dim=-1) * pattern.shape[-1]).mean().item() for pattern in seen.patterns]
    assert max(peaks) > 4, "attention is so even that it tells nothing"
    assert seen.logits.std() > 0.1, "class scores are so alike that they tell nothing"
    with torch.no_grad():
        scores = network(image)
    gaps = Gaps(gap(scores, seen.logits), blocks, patterns)
    print(f"logits {gaps.logits:.1e}  block outputs {gaps.blocks:.1e}  patterns {gaps.patterns:.1e}")
    return gaps


def gap(one: Tensor, other: Tensor) -> float:
    """max |one - other|."""
    assert one.shape == other.shape
    return (one - other).abs().max().item()
