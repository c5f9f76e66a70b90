"""A checkpoint of one's own: a folder, shards, a single file with a configuration by name, the ViT paper's npz."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

import vitviz
from tests.zoo.checkpoints import (
    CONFIG,
    NAMES,
    PREPROCESSOR,
    TABLE,
    all_float32,
    largest_gap,
    ours,
    theirs,
    write,
    write_shards,
)
from vitviz.images import HALF_MEAN, HALF_STD, Preprocessing
from vitviz.zoo.errors import Cancelled, CheckpointError
from vitviz.zoo.source import Source, Step

SMALL = Preprocessing(size=32)


def refused(code: str, run: Callable[[], object]) -> CheckpointError:
    """The error that ``run`` raises, which must have that code and be one sentence."""
    with pytest.raises(CheckpointError) as caught:
        run()
    assert caught.value.code == code, str(caught.value)
    assert "\n" not in str(caught.value)
    return caught.value


def test_a_folder_of_transformers(tmp_path: Path) -> None:
    model = vitviz.load_model(write(tmp_path / "my model"))
    assert model.trained
    assert model.entry.name == "my model"
    assert model.entry.config == replace(CONFIG, position_antialias=False)
    assert model.entry.class_names == NAMES
    assert model.entry.source == Source("file", str(tmp_path / "my model"))
    assert model.entry.preprocessing == Preprocessing(
        size=32, interpolation="bilinear", mean=HALF_MEAN, std=(0.25, 0.5, 0.5), fit="squash"
    )
    assert largest_gap(model.network.state_dict(), ours()) == 0
    assert not any(parameter.requires_grad for parameter in model.network.parameters())
    assert not model.network.training


def test_its_file_of_weights_does_as_well(tmp_path: Path) -> None:
    model = vitviz.load_model(str(write(tmp_path) / "model.safetensors"))
    assert largest_gap(model.network.state_dict(), ours()) == 0
    assert model.entry.class_names == NAMES


def test_a_sharded_folder(tmp_path: Path) -> None:
    assert largest_gap(vitviz.load_model(write_shards(tmp_path)).network.state_dict(), ours()) == 0


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_other_precisions_become_float32(tmp_path: Path, dtype: torch.dtype) -> None:
    state = {name: tensor.to(dtype) for name, tensor in theirs().items()}
    loaded = vitviz.load_model(write(tmp_path, state)).network.state_dict()
    assert all_float32(loaded)
    assert largest_gap(loaded, {name: tensor.to(dtype) for name, tensor in ours().items()}) == 0


@pytest.mark.parametrize("wrapper", [None, "state_dict", "model"])
def test_a_pickle_of_tensors(tmp_path: Path, wrapper: str | None) -> None:
    file = tmp_path / "weights.pth"
    torch.save(ours() if wrapper is None else {wrapper: ours(), "epoch": 3}, file)
    model = vitviz.load_model(file, config=CONFIG, preprocessing=SMALL)
    assert largest_gap(model.network.state_dict(), ours()) == 0
    file.write_bytes(b"")  # the network does not look into the file any more
    assert largest_gap(model.network.state_dict(), ours()) == 0


def test_a_pickle_of_several_gpus(tmp_path: Path) -> None:
    file = tmp_path / "weights.pt"
    torch.save(
        {f"module.{name}": tensor for name, tensor in ours().items()},
        file,
        _use_new_zipfile_serialization=False,
    )
    model = vitviz.load_model(file, config=CONFIG, preprocessing=SMALL)
    assert largest_gap(model.network.state_dict(), ours()) == 0


def test_a_single_file_with_a_configuration_by_name(tmp_path: Path) -> None:
    file = tmp_path / "weights.safetensors"
    config = replace(vitviz.load_model("vit-test").entry.config, num_classes=9)
    save_file(ours(config), file)
    model = vitviz.load_model(file, config="vit-test", preprocessing=SMALL)
    assert model.entry.config == config
    assert model.entry.num_classes == 9
    error = refused(
        "unknown_configuration", lambda: vitviz.load_model(file, config="vit_mine", preprocessing=SMALL)
    )
    assert "vit_mine" in str(error)


def test_without_a_configuration_it_is_asked_for(tmp_path: Path) -> None:
    file = write(tmp_path) / "model.safetensors"
    (tmp_path / "config.json").unlink()
    refused("missing_configuration", lambda: vitviz.load_model(file))
    assert vitviz.load_model(file, config=TABLE).entry.class_names == NAMES


def test_without_preprocessing_it_is_asked_for(tmp_path: Path) -> None:
    (write(tmp_path) / "preprocessor_config.json").unlink()
    refused("missing_preprocessing", lambda: vitviz.load_model(tmp_path))
    assert vitviz.load_model(tmp_path, preprocessing=SMALL).entry.preprocessing == SMALL


@pytest.mark.parametrize("choice", ["model_type"])
def test_a_choice_that_is_nowhere_is_asked_for(tmp_path: Path, choice: str) -> None:
    table = {name: value for name, value in TABLE.items() if name != choice}
    error = refused("missing_choice", lambda: vitviz.load_model(write(tmp_path, table=table)))
    assert choice in str(error)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"hidden_act": "relu"}, "unknown_choice"),
        ({"num_channels": 4}, "unknown_choice"),
        ({"num_attention_heads": 5}, "impossible_configuration"),
        ({"num_attention_heads": 0}, "bad_choice"),
        ({"num_attention_heads": "3"}, "bad_choice"),
        ({"patch_size": [8, 4]}, "bad_choice"),
        ({"layer_norm_eps": None, "qkv_bias": 1}, "bad_choice"),
        ({"id2label": {"0": "cat"}}, "classes_do_not_fit"),
        ({"num_hidden_layers": 3}, "missing_tensors"),
        ({"num_hidden_layers": 1}, "unexpected_tensors"),
        ({"image_size": 40}, "wrong_shape"),
        ({"intermediate_size": 48}, "wrong_shape"),
        ({"model_type": "convnextv2"}, "refused_convnext"),
        ({"model_type": "my own"}, "unknown_type"),
    ],
)
def test_what_does_not_fit_is_one_sentence(tmp_path: Path, change: dict[str, Any], code: str) -> None:
    refused(code, lambda: vitviz.load_model(write(tmp_path, table=TABLE | change)))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"do_resize": False}, "unknown_choice"),
        ({"rescale_factor": 1.0}, "unknown_choice"),
        ({"resample": 7}, "unknown_choice"),
        ({"size": {"longest_edge": 3}}, "bad_choice"),
        ({"size": {"shortest_edge": 40}}, "missing_choice"),
        ({"image_mean": [0.5]}, "bad_choice"),
        ({"image_std": [0.0, 1.0, 1.0]}, "impossible_configuration"),
        ({"size": {"height": 30, "width": 30}}, "impossible_configuration"),
    ],
)
def test_preprocessing_that_is_not_known_is_one_sentence(
    tmp_path: Path, change: dict[str, Any], code: str
) -> None:
    refused(code, lambda: vitviz.load_model(write(tmp_path, preprocessor=PREPROCESSOR | change)))


def test_progress_is_followed_and_can_stop(tmp_path: Path) -> None:
    steps: list[tuple[Step, int, int | None]] = []
    vitviz.load_model(write(tmp_path), progress=lambda *step: steps.append(step))
    read = [done for step, done, _ in steps if step == "read"]
    total = sum(tensor.numel() * 4 for tensor in ours().values())
    assert read == sorted(read)
    assert (read[0], read[-1]) == (0, total)
    assert {total for step, _, total in steps if step == "read"} == {total}
    assert [step for step, done, total in steps if step == "build" and done == total] == ["build"]

    def stop(step: Step, done: int, total: int | None) -> None:
        if done:
            raise Cancelled

    with pytest.raises(Cancelled):
        vitviz.load_model(tmp_path, progress=stop)


def test_a_name_that_is_nothing_says_what_a_name_can_be() -> None:
    error = refused("unknown_model", lambda: vitviz.load_model("vit-huge"))
    assert "vit-tiny" in str(error)
    refused("no_such_file", lambda: vitviz.load_model("somewhere/model.safetensors"))
    refused("unknown_source", lambda: vitviz.load_model(3))  # type: ignore[arg-type]
    refused("not_for_registry", lambda: vitviz.load_model("vit-tiny", revision="main"))


def test_a_folder_without_weights_or_with_several(tmp_path: Path) -> None:
    refused("no_weights", lambda: vitviz.load_model(tmp_path))
    for name in ("a.safetensors", "b.safetensors"):
        (tmp_path / name).write_bytes(b"")
    error = refused("several_weights", lambda: vitviz.load_model(tmp_path))
    assert "a.safetensors, b.safetensors" in str(error)


def jax(state: dict[str, torch.Tensor]) -> dict[str, np.ndarray]:
    """Our weights as the ViT paper's code writes them: matrices the other way round, heads apart."""
    arrays: dict[str, torch.Tensor] = {"cls": state["cls_token"]}
    arrays["Transformer/posembed_input/pos_embedding"] = state["pos_embed"]
    arrays["embedding/kernel"] = state["patch_embed.proj.weight"].permute(2, 3, 1, 0)
    arrays["embedding/bias"] = state["patch_embed.proj.bias"]
    for norm, ours_ in (("Transformer/encoder_norm", "norm"),):
        arrays |= {f"{norm}/scale": state[f"{ours_}.weight"], f"{norm}/bias": state[f"{ours_}.bias"]}
    arrays |= {"head/kernel": state["head.weight"].T, "head/bias": state["head.bias"]}
    for i in range(2):
        block, own = f"Transformer/encoderblock_{i}", f"blocks.{i}"
        for norm, ours_ in (("LayerNorm_0", "norm1"), ("LayerNorm_2", "norm2")):
            arrays[f"{block}/{norm}/scale"] = state[f"{own}.{ours_}.weight"]
            arrays[f"{block}/{norm}/bias"] = state[f"{own}.{ours_}.bias"]
        for layer, ours_ in (("Dense_0", "fc1"), ("Dense_1", "fc2")):
            arrays[f"{block}/MlpBlock_3/{layer}/kernel"] = state[f"{own}.mlp.{ours_}.weight"].T
            arrays[f"{block}/MlpBlock_3/{layer}/bias"] = state[f"{own}.mlp.{ours_}.bias"]
        attention = f"{block}/MultiHeadDotProductAttention_1"
        weights, biases = state[f"{own}.attn.qkv.weight"].chunk(3), state[f"{own}.attn.qkv.bias"].chunk(3)
        for name, weight, bias in zip(("query", "key", "value"), weights, biases, strict=True):
            arrays[f"{attention}/{name}/kernel"] = weight.T.unflatten(1, (3, 8))  # (D, H, d)
            arrays[f"{attention}/{name}/bias"] = bias.unflatten(0, (3, 8))  # (H, d)
        arrays[f"{attention}/out/kernel"] = state[f"{own}.attn.proj.weight"].T.unflatten(
            0, (3, 8)
        )  # (H, d, D)
        arrays[f"{attention}/out/bias"] = state[f"{own}.attn.proj.bias"]
    return {name: tensor.contiguous().numpy() for name, tensor in arrays.items()}


def test_the_papers_own_files(tmp_path: Path) -> None:
    np.savez(tmp_path / "ViT.npz", **jax(ours()))  # type: ignore[arg-type]
    model = vitviz.load_model(tmp_path / "ViT.npz", config=CONFIG, preprocessing=SMALL)
    assert largest_gap(model.network.state_dict(), ours()) == 0


def test_a_configuration_of_timm(tmp_path: Path) -> None:
    config = {
        "architecture": "vit_tiny_patch16_224",
        "num_classes": 4,
        "model_args": {"patch_size": 8, "embed_dim": 24, "depth": 2, "num_heads": 3},
        "pretrained_cfg": {
            "input_size": [3, 32, 32],
            "fixed_input_size": True,
            "interpolation": "bicubic",
            "crop_pct": 0.9,
            "mean": [0.5, 0.5, 0.5],
            "std": [0.5, 0.5, 0.5],
            "label_names": ["n1", "n2", "n3", "n4"],
            "label_descriptions": {"n1": "one", "n2": "two"},
        },
    }
    write(tmp_path, ours(), config)
    model = vitviz.load_model(tmp_path)
    assert model.entry.config == replace(CONFIG, norm_eps=1e-6)
    assert model.entry.preprocessing == Preprocessing(
        size=32, crop_fraction=0.9, mean=HALF_MEAN, std=HALF_STD
    )
    assert model.entry.class_names == ("one", "two", "n3", "n4")
    for change, code in (
        ({"architecture": "vit_small_patch16_18x2_224"}, "refused_parallel"),
        ({"architecture": "resnet50"}, "refused_convolution"),
        ({"architecture": "vit_tiny_patch16_mine_224"}, "unknown_type"),
        ({"model_args": {"qk_norm_layer": "rms"}}, "unknown_choice"),
        ({"global_pool": "avg"}, "unknown_choice"),
        ({"num_classes": 5}, "classes_do_not_fit"),
    ):
        (tmp_path / "config.json").write_text(json.dumps(config | change), encoding="utf-8")
        refused(code, lambda: vitviz.load_model(tmp_path))
