"""Rename the weights of other libraries to the names of our parameters.

Each layout is a table of patterns (``timm_keys``, ``transformers_keys``). What a table cannot say (joining q, k and v,
moving the patch mergings of Swin) follows in a few lines. The result is a plan: which tensors make which parameter;
none of them is touched for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping

import torch
from torch import Tensor

from vitviz.models.config import ModelConfig, SwinV2Config, ViTConfig
from vitviz.zoo.errors import CheckpointError, some
from vitviz.zoo.jaxmap import jax_vit
from vitviz.zoo.key_rules import POOLER, PROJECTION, TIMM_PROJECTION, UNUSED_POOL, LeftOut, Rules
from vitviz.zoo.plan import Plan, Recipe
from vitviz.zoo.timm_keys import SWIN, SWIN_POSITIONS, SWIN_V2, TIMM_VIT
from vitviz.zoo.transformers_keys import (
    TRANSFORMERS_CLIP,
    TRANSFORMERS_SWIN,
    TRANSFORMERS_SWIN_POSITIONS,
    TRANSFORMERS_SWIN_V2,
    TRANSFORMERS_VIT,
)
from vitviz.zoo.variant_keys import finish, no_key_bias

State = Mapping[str, Tensor]


def convert(state: State, config: ModelConfig) -> dict[str, Tensor]:
    """Rename ``state`` to our names, its layout guessed from its keys; only joined tensors are copied.

    Whether every tensor is there and has the shape that ``config`` asks for is for ``load_state_dict`` to say.

    Raises:
        CheckpointError: if the layout is not known, or keys are left over; the sentence names the first few.
    """
    return {name: recipe.of(state) for name, recipe in plan(state.keys(), config).items()}


def plan(names: Collection[str], config: ModelConfig) -> Plan:
    """Which of the tensors with these names make which parameter of ours.

    Raises:
        CheckpointError: if the layout is not known, or names are left over; the sentence names the first few.
    """
    family = "Vision Transformer" if isinstance(config, ViTConfig) else "Swin Transformer"
    for marker, layout in _VIT_LAYOUTS if isinstance(config, ViTConfig) else _SWIN_LAYOUTS:
        if any(name.endswith(marker) for name in names):
            return layout(names, config)
    raise CheckpointError("unknown_layout", family=family, tensors=some(list(names)) or "none")


def timm_vit(names: Collection[str], config: ModelConfig) -> Plan:
    """ViT, DeiT, DINO, DINOv2 and CLIP as timm names them, and the DINO authors' files.

    Raises:
        CheckpointError: also if the last layer norm stands on the other side of the pooling than ``config`` says.
    """
    if isinstance(config, ViTConfig) and "fc_norm.weight" in names and not config.norm_after_pool:
        raise CheckpointError("norm_after_pool")
    renamed = _finish(_join_qkv(_rename(names, TIMM_VIT)), config)
    return renamed if config.num_classes else _without(renamed, TIMM_PROJECTION)


def transformers_vit(names: Collection[str], config: ModelConfig) -> Plan:
    """ViT, DeiT with or without its teacher, Dinov2 and Dinov2WithRegisters of transformers, before and since 5.

    The pooler is the paper's pre-training head, used where ``config`` has one and left out elsewhere.
    """
    renamed = _finish(_join_qkv(_rename(names, TRANSFORMERS_VIT)), config)
    if isinstance(config, ViTConfig) and config.representation_size:
        return renamed
    return _without(renamed, POOLER)


def transformers_clip(names: Collection[str], config: ModelConfig) -> Plan:
    """The picture half of CLIP and SigLIP in transformers; CLIP's projection is the head, where ``config`` has one."""
    renamed = _finish(_join_qkv(_rename(names, TRANSFORMERS_CLIP)), config)
    for name in {"cls_token", "pos_embed"} & renamed.keys():
        # (1, 1, D) or (1, 1 + h*w, D)
        renamed[name] = renamed[name].then(lambda tensor: tensor.reshape(1, -1, tensor.shape[-1]))
    if not config.num_classes:
        renamed = _without(renamed, PROJECTION)
    if isinstance(config, ViTConfig) and config.pool != "map":
        return _without(renamed, UNUSED_POOL)
    return renamed


def timm_swin(names: Collection[str], config: ModelConfig) -> Plan:
    """Swin as timm names it (a patch merging opens its stage), or as the authors do (it closes the stage before)."""
    merges_close = any(name.startswith("layers.0.downsample.") for name in names)
    renamed = _rename(names, _swin_rules(config, SWIN_POSITIONS, SWIN_V2) + SWIN)
    return _open_stages_with_merging(renamed) if merges_close else renamed


def transformers_swin(names: Collection[str], config: ModelConfig) -> Plan:
    """Swin of transformers, before and since 5, of both versions."""
    rules = _swin_rules(config, TRANSFORMERS_SWIN_POSITIONS, TRANSFORMERS_SWIN_V2) + TRANSFORMERS_SWIN
    return _open_stages_with_merging(_join_qkv(_rename(names, rules)))


def _swin_rules(config: ModelConfig, positions: Rules, version_2: Rules) -> Rules:
    """What only some Swins have; in a file of another one it has no place."""
    if isinstance(config, ViTConfig):
        return ()
    rules = positions if config.absolute_position else ()
    return rules + (version_2 if isinstance(config, SwinV2Config) else ())


Layout = Callable[[Collection[str], ModelConfig], Plan]
# The end of a key that only this layout has; the first that is found tells.
_VIT_LAYOUTS: tuple[tuple[str, Layout], ...] = (
    ("patch_embed.proj.weight", timm_vit),
    ("embeddings.patch_embeddings.projection.weight", transformers_vit),
    ("embeddings.patch_embeddings.weight", transformers_vit),  # DINOv3
    ("embeddings.patch_embedding.weight", transformers_clip),
    ("embedding/kernel", jax_vit),
)
_SWIN_LAYOUTS: tuple[tuple[str, Layout], ...] = (
    ("patch_embed.proj.weight", timm_swin),
    ("embeddings.patch_embeddings.projection.weight", transformers_swin),
)


def _rename(names: Collection[str], rules: Rules) -> dict[str, Recipe]:
    """Rename every key by the first rule that matches all of it.

    Raises:
        CheckpointError: if no rule matches a key, or two keys become one name.
    """
    compiled = [(re.compile(pattern), name) for pattern, name in rules]
    renamed: dict[str, Recipe] = {}
    unknown = []
    for key in names:
        match, template = next(((m, name) for p, name in compiled if (m := p.fullmatch(key))), (None, ""))
        if match is None:
            unknown.append(key)
        elif isinstance(template, str):
            name = match.expand(template)
            if name in renamed:
                raise CheckpointError("same_tensor_twice", name=name, tensor=key)
            renamed[name] = Recipe((key,))
    if unknown:
        raise CheckpointError("unexpected_tensors", tensors=some(unknown))
    return renamed


def _without(renamed: Mapping[str, Recipe], left_out: LeftOut) -> dict[str, Recipe]:
    """A plan without what the configuration has no place for."""
    return {name: recipe for name, recipe in renamed.items() if not name.startswith(left_out.ours)}


def _finish(renamed: dict[str, Recipe], config: ModelConfig) -> dict[str, Recipe]:
    return finish(renamed, config) if isinstance(config, ViTConfig) else renamed


def _rows(*tensors: Tensor) -> Tensor:
    """Below one another: (3*D, D) of three (D, D), or (3*D,) of three (D,)."""
    return torch.cat(tensors)


def _join_qkv(renamed: Mapping[str, Recipe]) -> dict[str, Recipe]:
    """Join ``attn.q``, ``attn.k`` and ``attn.v`` to ``attn.qkv``, rows in that order; keys without a bias get zeros.

    Raises:
        CheckpointError: if one of the three is missing.
    """
    joined: dict[str, Recipe] = {}
    for name, recipe in renamed.items():
        match = re.fullmatch(r"(.+\.attn)\.[qkv]\.(weight|bias)", name)
        if match is None:
            joined[name] = recipe
            continue
        attention, kind = match.groups()
        three = [f"{attention}.{letter}.{kind}" for letter in "qkv"]
        missing = [one for one in three if one not in renamed]
        without_key_bias = missing == [f"{attention}.k.bias"]
        if missing and not without_key_bias:
            raise CheckpointError("qkv_incomplete", tensors=some(missing))
        sources = tuple(source for one in three if one in renamed for source in renamed[one].sources)
        joined[f"{attention}.qkv.{kind}"] = Recipe(sources, no_key_bias if without_key_bias else _rows)
    return joined


def _open_stages_with_merging(plan: Plan) -> dict[str, Recipe]:
    """Move every patch merging from the end of a stage to the start of the next one, where it stands here."""
    return {
        re.sub(r"^layers\.(\d+)\.downsample", lambda m: f"layers.{int(m[1]) + 1}.downsample", name): recipe
        for name, recipe in plan.items()
    }
