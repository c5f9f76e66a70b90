"""The Vision Transformer, step by step against what the paper says each step does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from tests.conftest import random_picture, randomise
from vitviz.models.config import Pool, ViTConfig
from vitviz.models.positions import resize_positions, sincos_positions
from vitviz.models.vit import VisionTransformer
from vitviz.tracing.interventions import Record

CONFIG = ViTConfig((32, 48), patch_size=8, embed_dim=16, depth=2, num_heads=2, num_classes=5)


BLOCK_NAMES = (
    "resid_pre ln1.mean ln1.scale ln1.normalized ln1.out qkv q k v attn_scores pattern z z_merged attn_out"
    " resid_mid ln2.mean ln2.scale ln2.normalized ln2.out mlp_pre mlp_post mlp_out resid_post"
)


def network(config: ViTConfig) -> VisionTransformer:
    built = VisionTransformer(config)
    randomise(built)
    return built.eval()


def record(config: ViTConfig, image: Tensor) -> dict[str, Tensor]:
    """Every tensor of one run."""
    probe = Record()
    with torch.no_grad():
        network(config)(image, probe)
    return probe.tensors


@pytest.mark.parametrize("row", range(4))
@pytest.mark.parametrize("column", range(6))
def test_a_patch_lights_its_own_token(row: int, column: int) -> None:
    """Tokens are the patches row by row, also where the picture is not square."""
    model = network(CONFIG)
    dark = torch.zeros(1, 3, 32, 48)
    lit = dark.clone()
    lit[:, :, 8 * row : 8 * row + 8, 8 * column : 8 * column + 8] = 1
    with torch.no_grad():
        change = (model.embed(lit) - model.embed(dark)).abs().amax(dim=(0, 2))
    assert change.nonzero().flatten().tolist() == [1 + 6 * row + column]


def test_the_patch_embedding_is_a_linear_map_of_flattened_patches() -> None:
    """Colour first, then row, then column of a patch."""
    model, image = network(CONFIG), random_picture(32, 48)
    patches = [
        image[0, :, 8 * row : 8 * row + 8, 8 * column : 8 * column + 8].flatten()
        for row in range(4)
        for column in range(6)
    ]
    weight, bias = model.patch_embed.proj.weight.flatten(1), model.patch_embed.proj.bias
    embedded = record(CONFIG, image)["embed"][0]
    torch.testing.assert_close(embedded, torch.stack(patches) @ weight.T + bias, rtol=0, atol=1e-5)


def test_prefix_tokens_stand_in_order_and_have_their_positions() -> None:
    config = replace(CONFIG, distillation_token=True, num_registers=3)
    model = network(config)
    tensors = record(config, random_picture(32, 48))
    prefix = torch.cat([model.cls_token, model.dist_token, model.reg_token], dim=1)
    assert torch.equal(tensors["tokens"], torch.cat([prefix, tensors["embed"]], dim=1))
    assert torch.equal(tensors["pos_embed"], model.pos_embed)
    assert torch.equal(tensors["full_embed"], tensors["tokens"] + model.pos_embed)
    assert tensors["full_embed"].shape == (1, config.num_tokens, 16)


@pytest.mark.parametrize("kept", [0, 1, 3])
def test_prefix_tokens_without_a_position_get_zero(kept: int) -> None:
    config = replace(CONFIG, num_registers=2, position_prefix=kept)
    model = network(config)
    assert model.pos_embed is not None
    assert model.pos_embed.shape == (1, kept + 24, 16)
    positions = record(config, random_picture(32, 48))["pos_embed"]
    assert torch.equal(positions[:, :kept], model.pos_embed[:, :kept])
    assert not positions[:, kept:3].any()
    assert torch.equal(positions[:, 3:], model.pos_embed[:, kept:])


def test_another_grid_leaves_the_prefix_positions_alone() -> None:
    model = network(CONFIG)
    positions = model.positions((5, 3))
    assert positions.shape == (1, 16, 16)
    assert torch.equal(positions[:, :1], model.pos_embed[:, :1])
    expected = resize_positions(model.pos_embed[:, 1:], (4, 6), (5, 3), "bicubic", True)
    assert torch.equal(positions[:, 1:], expected)


@pytest.mark.parametrize("mode", ["bicubic", "bilinear"])
@pytest.mark.parametrize("antialias", [False, True])
def test_resized_positions_keep_what_varies_along_a_side_only(mode: str, antialias: bool) -> None:
    """A table that is the row's number stays constant along each new row, and grows down; so for columns."""
    rows, columns = torch.meshgrid(torch.arange(6.0), torch.arange(4.0), indexing="ij")
    table = torch.stack([rows, columns], dim=-1).view(1, 24, 2)
    resized = resize_positions(table, (6, 4), (3, 8), mode, antialias).view(3, 8, 2)
    torch.testing.assert_close(resized[..., 0], resized[:, :1, 0].expand(3, 8))
    torch.testing.assert_close(resized[..., 1], resized[:1, :, 1].expand(3, 8))
    assert (resized[:, 0, 0].diff() > 0).all()
    assert (resized[0, :, 1].diff() > 0).all()


def test_positions_of_the_native_grid_are_the_table_itself() -> None:
    table = torch.ones(1, 24, 2)
    assert resize_positions(table, (4, 6), (4, 6), "bicubic", True) is table


def test_sincos_positions_are_their_formula() -> None:
    positions = sincos_positions((3, 5), 16)[0].numpy()
    for row in range(3):
        for column in range(5):
            waves = [
                wave(place / 10000 ** (i / 4))
                for place in (column, row)
                for wave in (np.sin, np.cos)
                for i in range(4)
            ]
            np.testing.assert_allclose(positions[5 * row + column], waves, atol=1e-6)


def test_a_model_with_sincos_positions_gives_none_to_its_prefix() -> None:
    config = replace(CONFIG, position="sincos", num_registers=1)
    positions = record(config, random_picture(40, 24))["pos_embed"]
    assert not positions[:, :2].any()
    assert torch.equal(positions[:, 2:], sincos_positions((5, 3), 16))


def test_without_positions_the_order_of_patches_does_not_matter() -> None:
    config = replace(CONFIG, position="none")
    model, image = network(config), random_picture(32, 48)
    patches = image.unfold(2, 8, 8).unfold(3, 8, 8).flatten(2, 3)  # (1, 3, 24, 8, 8)
    mixed = patches[:, :, torch.randperm(24, generator=torch.Generator().manual_seed(0))]
    other = mixed.unflatten(2, (4, 6)).transpose(3, 4).flatten(2, 3).flatten(3, 4)
    assert not torch.equal(image, other)
    with torch.no_grad():
        torch.testing.assert_close(model(other), model(image), rtol=0, atol=1e-5)
        learned = network(CONFIG)
        assert (learned(other) - learned(image)).abs().max() > 1e-3


def test_a_block_adds_attention_and_mlp_to_what_it_reads() -> None:
    """Equations 2 and 3, both sublayers on a normalised copy."""
    config = replace(CONFIG, layer_scale=True)
    model, tensors = network(config), record(config, random_picture(32, 48))
    for i, block in enumerate(model.blocks):
        t = {name.removeprefix(f"blocks.{i}."): tensor for name, tensor in tensors.items()}
        with torch.no_grad():
            attended = block.attn(block.norm1(t["resid_pre"])) * block.ls1.gamma
            worked = block.mlp(block.norm2(t["resid_mid"])) * block.ls2.gamma
        torch.testing.assert_close(t["attn_out"], attended, rtol=0, atol=1e-5)
        torch.testing.assert_close(t["mlp_out"], worked, rtol=0, atol=1e-5)
        assert torch.equal(t["resid_mid"], t["resid_pre"] + t["attn_out"])
        assert torch.equal(t["resid_post"], t["resid_mid"] + t["mlp_out"])
    assert torch.equal(tensors["blocks.1.resid_pre"], tensors["blocks.0.resid_post"])


def test_the_names_of_a_run_in_order() -> None:
    block = BLOCK_NAMES.split()
    expected = ["image", "embed", "tokens", "pos_embed", "full_embed"]
    expected += [f"blocks.{i}.{name}" for i in range(2) for name in block]
    expected += [f"ln_final.{name}" for name in ("mean", "scale", "normalized", "out")] + ["pooled", "logits"]
    assert list(record(CONFIG, random_picture(32, 48))) == expected


def test_the_class_token_is_read() -> None:
    tensors, model = record(CONFIG, random_picture(32, 48)), network(CONFIG)
    assert torch.equal(tensors["pooled"], tensors["ln_final.out"][:, 0])
    assert torch.equal(tensors["logits"], model.head(tensors["pooled"]))


@pytest.mark.parametrize("after", [False, True])
def test_mean_pooling_leaves_the_prefix_out(after: bool) -> None:
    config = replace(CONFIG, pool="avg", norm_after_pool=after, num_registers=2)
    model, tensors = network(config), record(config, random_picture(32, 48))
    last = tensors["blocks.1.resid_post"]
    with torch.no_grad():
        pooled = model.norm(last[:, 3:].mean(dim=1)) if after else model.norm(last)[:, 3:].mean(dim=1)
        torch.testing.assert_close(tensors["logits"], model.head(pooled), rtol=0, atol=1e-5)


@pytest.mark.parametrize("prefix", [False, True])
@pytest.mark.parametrize("pool", ["max", "avgmax", "avg"])
def test_pooling_of_patches_or_of_all_tokens(pool: Pool, prefix: bool) -> None:
    tensors = record(replace(CONFIG, pool=pool, pool_prefix=prefix, num_registers=2), random_picture(32, 48))
    tokens = tensors["ln_final.out"][0].numpy()[0 if prefix else 3 :]
    expected = {"avg": tokens.mean(axis=0), "max": tokens.max(axis=0)}
    expected["avgmax"] = (expected["avg"] + expected["max"]) / 2
    np.testing.assert_allclose(tensors["pooled"][0].numpy(), expected[pool], atol=1e-6)


def test_the_class_token_and_the_mean_of_the_patches_behind_one_another() -> None:
    config = replace(CONFIG, pool="token_avg", num_registers=2)
    model, tensors = network(config), record(config, random_picture(32, 48))
    y = tensors["ln_final.out"][0]
    assert model.head is not None
    assert model.head.weight.shape == (5, 32)
    torch.testing.assert_close(tensors["pooled"][0], torch.cat([y[0], y[3:].mean(dim=0)]))


@pytest.mark.parametrize("after", [False, True])
def test_a_network_without_classes_ends_with_the_pooled_token(after: bool) -> None:
    config = replace(CONFIG, num_classes=0, norm_after_pool=after, distillation_token=not after)
    if after:
        config = replace(config, pool="avg", class_token=False)
    model, tensors = network(config), record(config, random_picture(32, 48))
    assert model.head is model.head_dist is None
    assert "logits" not in tensors
    with torch.no_grad():
        features = model(random_picture(32, 48))
    torch.testing.assert_close(features, tensors["ln_final.out" if after else "pooled"], rtol=0, atol=1e-5)


def test_a_distillation_token_without_a_head_of_its_own() -> None:
    config = replace(CONFIG, distillation_token=True, distillation_head=False)
    model, tensors = network(config), record(config, random_picture(32, 48))
    assert model.head is not None
    assert model.head_dist is None
    assert torch.equal(tensors["logits"], model.head(tensors["pooled"]))


def test_a_later_family_is_not_built_as_a_plain_vit() -> None:
    with pytest.raises(ValueError, match="build makes its network"):
        VisionTransformer(replace(CONFIG, qk_norm=True))


def test_deit_answers_with_the_mean_of_two_heads() -> None:
    config = replace(CONFIG, distillation_token=True, num_registers=1)
    model, tensors = network(config), record(config, random_picture(32, 48))
    y = tensors["ln_final.out"]
    with torch.no_grad():
        expected = (model.head(y[:, 0]) + model.head_dist(y[:, 1])) / 2
    torch.testing.assert_close(tensors["logits"], expected)
    assert torch.equal(tensors["pooled_dist"], y[:, 1])


def test_the_pretraining_head_has_a_tanh() -> None:
    config = replace(CONFIG, representation_size=7)
    model, tensors = network(config), record(config, random_picture(32, 48))
    with torch.no_grad():
        hidden = torch.tanh(model.pre_logits(tensors["pooled"]))
        torch.testing.assert_close(tensors["pre_logits"], hidden)
        torch.testing.assert_close(tensors["logits"], model.head(hidden))


def test_a_norm_before_the_blocks() -> None:
    config = replace(CONFIG, norm_before_blocks=True)
    model, tensors = network(config), record(config, random_picture(32, 48))
    assert torch.equal(tensors["blocks.0.resid_pre"], tensors["ln_pre.out"])
    with torch.no_grad():
        torch.testing.assert_close(tensors["ln_pre.out"], model.norm_pre(tensors["full_embed"]))


@pytest.mark.parametrize("size", [(33, 48), (32, 47), (4, 4)])
def test_a_picture_that_is_not_whole_patches_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=r"both sides must be multiples of 8"):
        network(CONFIG)(random_picture(*size))


def test_pictures_of_a_batch_do_not_meet() -> None:
    model = network(CONFIG)
    pictures = [random_picture(32, 48, seed) for seed in range(3)]
    with torch.no_grad():
        together = model(torch.cat(pictures))
        alone = torch.cat([model(picture) for picture in pictures])
    torch.testing.assert_close(together, alone, rtol=0, atol=1e-5)


def test_looking_changes_nothing() -> None:
    """The explicit path of every block and norm, all at once, against the fused one."""
    model, image = network(CONFIG), random_picture(32, 48)
    with torch.no_grad():
        torch.testing.assert_close(model(image, Record()), model(image), rtol=0, atol=1e-5)


def test_encode_runs_on_from_any_block() -> None:
    model, image = network(CONFIG), random_picture(32, 48)
    tensors = record(CONFIG, image)
    with torch.no_grad():
        assert torch.equal(model.encode(tensors["blocks.0.resid_pre"]), model.encode(model.embed(image)))
        run_on = model.encode(tensors["blocks.1.resid_pre"], start=1)
        torch.testing.assert_close(run_on, tensors["blocks.1.resid_post"], rtol=0, atol=1e-5)
