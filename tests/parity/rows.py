"""Every family of ViT as timm and transformers build it, narrow and three blocks deep, and our configuration of it.

Models of timm are its own, by name, so that every choice of theirs but the size is timm's. What they are compared in is
in ``observe``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor, nn

from tests.conftest import random_picture, randomise
from tests.parity.observe import Gaps, Seen, compare, ours, watch
from vitviz.models.config import ViTConfig

Size = tuple[int, int]
TIMM = ViTConfig((112, 112), embed_dim=96, depth=3, num_heads=3, num_classes=20)
TIMM14 = replace(TIMM, patch_size=14)
HF = replace(TIMM, position_antialias=False)
HF14 = replace(HF, patch_size=14)
SIZES16: tuple[Size, ...] = ((112, 112), (96, 144))
SIZES14: tuple[Size, ...] = ((112, 112), (84, 140))


@dataclass(frozen=True)
class Row:
    """One model of another library. ``build`` makes it, ``look`` runs it; the first size is the native one.

    Queries, keys and values are multiplied by ``sharper`` where attention would be even otherwise.
    """

    family: str
    title: str
    config: ViTConfig
    build: Callable[[ViTConfig], nn.Module]
    look: Callable[[nn.Module, Tensor], Seen]
    sizes: tuple[Size, ...]
    sharper: float = 1.0

    def gaps(self) -> list[Gaps]:
        """Everything randomised, compared at every size."""
        with explicit_attention():
            foreign = randomise(self.build(self.config), seed=1).eval()
        for name, parameter in foreign.named_parameters():
            if name.endswith("qkv.weight"):
                parameter.data.mul_(self.sharper)
        network = ours(foreign, self.config)
        images = [random_picture(*size, seed=2) for size in self.sizes]
        return [compare(network, image, self.look(foreign, image)) for image in images]


@contextmanager
def explicit_attention() -> Iterator[None]:
    """timm decides when a model is built whether its attention weights exist; it keeps that choice for the process."""
    import timm
    from timm.layers import config

    before = config._USE_FUSED_ATTN
    timm.layers.set_fused_attn(False)
    yield
    config._USE_FUSED_ATTN = before


def look_at_timm(model: Any, image: Tensor) -> Seen:
    """timm's scores, block outputs and patterns."""
    drops = [block.attn.attn_drop for block in model.blocks]
    return watch(lambda: model(image), model.blocks, drops, None)


def timm_row(
    family: str,
    name: str,
    config: ViTConfig,
    sizes: tuple[Size, ...] = SIZES16,
    note: str = "",
    sharper: float = 1.0,
    **arguments: Any,
) -> Row:
    """A model of timm by name, in the size of ``config``."""

    def build(config: ViTConfig) -> nn.Module:
        import timm

        size = {"embed_dim": config.embed_dim, "depth": config.depth, "num_heads": config.num_heads}
        given = {"img_size": config.image_size, "num_classes": config.num_classes, **size, **arguments}
        if len(sizes) > 1:
            given["dynamic_img_size"] = True
        model: nn.Module = timm.create_model(name, **given)
        return model

    return Row(family, f"timm {name}{note and f', {note}'}", config, build, look_at_timm, sizes, sharper)


@dataclass(frozen=True)
class Run:
    """How a model of transformers is run: what it is called with, and what is read of its answer."""

    read: Callable[[Any], Tensor]
    given: Callable[[Tensor], dict[str, Any]] = field(default=lambda image: {})

    def __call__(self, model: nn.Module, image: Tensor) -> Seen:
        """Its scores or pooled features, block outputs and patterns."""
        given = {"output_attentions": True, **self.given(image)}
        if "interpolate_pos_encoding" in inspect.signature(model.forward).parameters:
            given["interpolate_pos_encoding"] = True
        attentions: list[Tensor] = []

        def run() -> Tensor:
            output = model(image, **given)
            attentions.extend(output.attentions)
            return self.read(output)

        seen = watch(run, [m for m in model.modules() if _is_block(m)], (), None)
        seen.patterns = attentions
        return seen


def _is_block(module: nn.Module) -> bool:
    """Whether it is a layer of an encoder of pictures."""
    name = type(module).__name__
    return name.endswith(("Layer", "EncoderLayer")) and any(
        hasattr(module, one) for one in ("mlp", "intermediate")
    )


LOGITS = Run(lambda output: output.logits)
EMBEDS = Run(lambda output: output.image_embeds)
POOLED = Run(lambda output: output.pooler_output)
CLASS_TOKEN = Run(lambda output: output.last_hidden_state[:, 0])
MEAN = Run(lambda output: output.last_hidden_state.mean(dim=1))
# MAE hides nothing and leaves its patches in order where the noise grows along them.
UNHIDDEN = Run(
    lambda output: output.last_hidden_state[:, 0],
    lambda image: {
        "noise": torch.arange(image.shape[-2] * image.shape[-1] // 256, dtype=torch.float32)[None]
    },
)
ACTIVATIONS = {"gelu": "gelu", "gelu_tanh": "gelu_pytorch_tanh", "quick_gelu": "quick_gelu"}


def hf_row(
    family: str,
    model: str,
    settings: str,
    config: ViTConfig,
    run: Run,
    sizes: tuple[Size, ...] = SIZES16,
    note: str = "",
    **arguments: Any,
) -> Row:
    """A model of transformers by the names of its class and of its configuration's, in the size of ``config``."""

    def build(config: ViTConfig) -> nn.Module:
        import transformers

        given = {
            "hidden_size": config.embed_dim,
            "num_hidden_layers": config.depth,
            "num_attention_heads": config.num_heads,
            "intermediate_size": config.mlp_dim,
            "image_size": config.image_size[0],
            "patch_size": config.patch_size,
            "layer_norm_eps": config.norm_eps,
            "hidden_act": ACTIVATIONS[config.activation],
            "attn_implementation": "eager",
            "num_labels": config.num_classes,
        }
        theirs = getattr(transformers, settings)(**{**given, **arguments})
        made: nn.Module = getattr(transformers, model)(theirs)
        return made

    return Row(family, f"transformers {model}{note and f', {note}'}", config, build, run, sizes)
