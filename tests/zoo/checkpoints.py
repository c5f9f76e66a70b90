"""Small checkpoints that the tests write: of transformers' form, of timm's, sharded, broken."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

from tests.conftest import randomise
from vitviz.models.build import build
from vitviz.models.config import ViTConfig

CONFIG = ViTConfig((32, 32), patch_size=8, embed_dim=24, depth=2, num_heads=3, num_classes=4, norm_eps=1e-12)
NAMES = ("tabby", "tiger cat", "<b>lynx</b>", "`puma`")
TABLE: dict[str, Any] = {
    "model_type": "vit",
    "hidden_size": 24,
    "num_hidden_layers": 2,
    "num_attention_heads": 3,
    "intermediate_size": 96,
    "image_size": 32,
    "patch_size": 8,
    "num_channels": 3,
    "hidden_act": "gelu",
    "layer_norm_eps": 1e-12,
    "qkv_bias": True,
    "id2label": {str(i): name for i, name in enumerate(NAMES)},
}
PREPROCESSOR: dict[str, Any] = {
    "image_processor_type": "ViTImageProcessor",
    "do_resize": True,
    "do_rescale": True,
    "rescale_factor": 1 / 255,
    "do_normalize": True,
    "size": {"height": 32, "width": 32},
    "resample": 2,
    "image_mean": [0.5, 0.5, 0.5],
    "image_std": [0.25, 0.5, 0.5],
}


def ours(config: ViTConfig = CONFIG) -> dict[str, Tensor]:
    """Weights of noise by our names."""
    return dict(randomise(build(config)).state_dict())


def theirs(state: Mapping[str, Tensor] | None = None) -> dict[str, Tensor]:
    """The same by the names that transformers writes to its files."""
    named: dict[str, Tensor] = {}
    for name, tensor in (state or ours()).items():
        name = name.replace("patch_embed.proj", "embeddings.patch_embeddings.projection")
        name = name.replace("pos_embed", "embeddings.position_embeddings").replace(
            "cls_token", "embeddings.cls_token"
        )
        name = name.replace("blocks.", "encoder.layer.").replace("attn.proj", "attention.output.dense")
        name = name.replace("mlp.fc1", "intermediate.dense").replace("mlp.fc2", "output.dense")
        name = name.replace("norm1", "layernorm_before").replace("norm2", "layernorm_after")
        name = "vit." + (f"layernorm{name[4:]}" if name.startswith("norm.") else name)
        name = name.replace("vit.head.", "classifier.")
        if ".attn.qkv." in name:
            for letter, part in zip(("query", "key", "value"), tensor.chunk(3), strict=True):
                named[name.replace("attn.qkv", f"attention.attention.{letter}")] = part.contiguous()
        else:
            named[name] = tensor
    return named


def write(
    folder: Path,
    state: Mapping[str, Tensor] | None = None,
    table: Mapping[str, Any] | None = None,
    preprocessor: Mapping[str, Any] | None = None,
) -> Path:
    """A folder as transformers saves one."""
    folder.mkdir(parents=True, exist_ok=True)
    save_file(dict(state or theirs()), folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(table or TABLE), encoding="utf-8")
    (folder / "preprocessor_config.json").write_text(
        json.dumps(preprocessor or PREPROCESSOR), encoding="utf-8"
    )
    return folder


def write_shards(folder: Path, state: Mapping[str, Tensor] | None = None) -> Path:
    """The same in two files and an index."""
    write(folder)
    (folder / "model.safetensors").unlink()
    known = dict(state or theirs())
    half = len(known) // 2
    parts = {
        f"model-0000{i + 1}-of-00002.safetensors": dict(
            list(known.items())[half * i : half * (i + 1) or None]
        )
        for i in range(2)
    }
    parts["model-00002-of-00002.safetensors"] |= dict(list(known.items())[2 * half :])
    for file, tensors in parts.items():
        save_file(tensors, folder / file)
    index = {
        "metadata": {},
        "weight_map": {name: file for file, tensors in parts.items() for name in tensors},
    }
    (folder / "model.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")
    return folder


def largest_gap(loaded: Mapping[str, Tensor], expected: Mapping[str, Tensor]) -> float:
    """max |one - other| over all tensors, which must be the same ones."""
    assert loaded.keys() == expected.keys()
    return max((loaded[name] - expected[name].float()).abs().max().item() for name in expected)


def all_float32(state: Mapping[str, Tensor]) -> bool:
    """Whether every tensor is float32 and in memory."""
    return all(tensor.dtype == torch.float32 and tensor.device.type == "cpu" for tensor in state.values())
