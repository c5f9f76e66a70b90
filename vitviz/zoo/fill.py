"""Fill a network with the tensors of a checkpoint, one after another, everything checked before the first is read."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from vitviz.models.build import build
from vitviz.models.config import ModelConfig, ViTConfig
from vitviz.models.swin import SwinTransformer
from vitviz.models.vit import VisionTransformer
from vitviz.zoo.errors import CheckpointError, some
from vitviz.zoo.plan import Plan, Recipe
from vitviz.zoo.read.memory import check_memory
from vitviz.zoo.read.tensors import Header, Tensors
from vitviz.zoo.source import Progress, no_progress

FLOATS = {torch.float64, torch.float32, torch.float16, torch.bfloat16}
DEEPEST = 512  # blocks; the deepest published model has 64
BYTES = 4  # of a number: networks are float32


def empty_network(config: ModelConfig) -> VisionTransformer | SwinTransformer:
    """The network of a configuration without memory for its weights.

    Raises:
        CheckpointError: if its weights would not fit into memory.
    """
    blocks = config.depth if isinstance(config, ViTConfig) else sum(config.depths)
    if blocks > DEEPEST:
        raise CheckpointError("too_deep", blocks=blocks, most=DEEPEST)
    with torch.device("meta"):
        network = build(config)
    count = sum(parameter.numel() for parameter in network.parameters())
    check_memory(BYTES * count, f"a network of {count / 1e6:,.0f} million parameters")
    return network


def fill(network: nn.Module, plan: Plan, tensors: Tensors, progress: Progress = no_progress) -> None:
    """Give ``network``, built without memory, the weights that ``plan`` makes of ``tensors``.

    What is read is what stays: the peak is the weights and one tensor more.

    Raises:
        CheckpointError: where a weight is missing or left over, of another shape, no float, or not finite.
    """
    expected = network.state_dict()
    check_plan(expected, plan, tensors.headers)
    total = sum(math.prod(tensor.shape) * BYTES for tensor in expected.values())
    weights: dict[str, Tensor] = {}
    done = 0
    for name, recipe in plan.items():
        progress("read", done, total)
        weights[name] = _weight(name, recipe, tensors)
        done += weights[name].numel() * BYTES
    progress("read", done, total)
    network.load_state_dict(weights, assign=True)


def check_plan(expected: Mapping[str, Tensor], plan: Plan, headers: Mapping[str, Header]) -> None:
    """Hold a plan against the parameters that a network has, by shapes alone.

    Raises:
        CheckpointError: naming the first few that do not fit.
    """
    missing = [name for name in expected if name not in plan]
    if missing:
        raise CheckpointError("missing_tensors", tensors=some(missing))
    left = [recipe.sources[0] for name, recipe in plan.items() if name not in expected]
    if left:
        raise CheckpointError("unexpected_tensors", tensors=some(left))
    for name, recipe in plan.items():
        for source in recipe.sources:
            if headers[source].dtype not in FLOATS:
                raise CheckpointError(
                    "no_float", tensor=source, dtype=str(headers[source].dtype).split(".")[-1]
                )
        wanted = tuple(expected[name].shape)
        found = _made_shape(recipe, headers)
        if found != wanted:
            shown = found or headers[recipe.sources[0]].shape
            raise CheckpointError("wrong_shape", tensor=recipe.sources[0], found=shown, wanted=wanted)


def _made_shape(recipe: Recipe, headers: Mapping[str, Header]) -> tuple[int, ...] | None:
    """The shape that a recipe makes, None where its tensors do not even go together."""
    try:
        return tuple(recipe.make(*(headers[source].meta() for source in recipe.sources)).shape)
    except (RuntimeError, IndexError, ValueError):
        return None


def _weight(name: str, recipe: Recipe, tensors: Tensors) -> Tensor:
    """One parameter, float32 and in memory of its own."""
    read = [tensors.read(source) for source in recipe.sources]
    weight = recipe.make(*read).to(torch.float32).contiguous()
    if tensors.shared and any(weight.data_ptr() == one.data_ptr() for one in read):
        weight = weight.clone()
    if not math.isfinite(weight.sum().item()) and not weight.isfinite().all():
        raise CheckpointError("not_finite", tensor=recipe.sources[0])
    return weight
