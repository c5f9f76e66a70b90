"""The Swin Transformer, step by step against what the paper says each step does."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from tests.conftest import random_picture, randomise
from vitviz.models import windows
from vitviz.models.config import SwinConfig
from vitviz.models.swin import PatchMerging, SwinBlock, SwinTransformer, gather_neighbours
from vitviz.models.windows import window_grid
from vitviz.probe import Chain
from vitviz.tracing.interventions import Edit, Record

CONFIG = SwinConfig((64, 96), embed_dim=8, depths=(2, 2), num_heads=(2, 4), window_size=4, num_classes=5)


BLOCK_NAMES = (
    "resid_pre ln1.mean ln1.scale ln1.normalized ln1.out windows relative_position_bias attn_mask qkv q k v"
    " attn_scores pattern z z_merged windows_out attn_out"
    " resid_mid ln2.mean ln2.scale ln2.normalized ln2.out mlp_pre mlp_post mlp_out resid_post"
)


def network(config: SwinConfig = CONFIG) -> SwinTransformer:
    built = SwinTransformer(config)
    randomise(built)
    return built.eval()


def record(model: SwinTransformer, image: Tensor) -> dict[str, Tensor]:
    """Every tensor of one run."""
    probe = Record()
    with torch.no_grad():
        model(image, probe)
    return probe.tensors


def noise(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("shift", [0, 2])
@pytest.mark.parametrize("place", [(0, 0), (0, 10), (7, 3), (12, 0), (13, 10)])
def test_a_patch_lights_its_own_token_through_windows_and_back(place: tuple[int, int], shift: int) -> None:
    """A map of 14 x 11 in windows of 4: padded on both sides."""
    row, column = place
    model, grid = network(), window_grid(14, 11, 4, shift)
    dark = torch.zeros(1, 3, 56, 44)
    lit = dark.clone()
    lit[:, :, 4 * row : 4 * row + 4, 4 * column : 4 * column + 4] = 1
    with torch.no_grad():
        one, other = model.embed(lit), model.embed(dark)
        cut = (windows.to_windows(one, grid) - windows.to_windows(other, grid)).abs().amax(dim=-1)
        back = windows.from_windows(windows.to_windows(one, grid), grid)
    assert torch.equal(back, one)
    assert (one - other).abs().amax(dim=-1)[0].nonzero().tolist() == [[row, column]]
    assert windows.token_map(grid)[cut > 0].tolist() == [11 * row + column]


def block_by_hand(block: SwinBlock, x: Tensor, window: int, shift: int) -> Tensor:
    """attn_out of one block in float64, one query at a time, straight from the paper.

    The query at (row, column) meets the keys of its window in the shifted partition of the padded map that did not
    come over the picture's border; padding is zeros after the norm and is a key like any other.
    """
    _, height, width, dim = x.shape
    heads, table = block.attn.num_heads, block.attn.relative_position_bias_table.double()
    side = 2 * block.window - 1
    y = F.layer_norm(
        x.double(), (dim,), block.norm1.weight.double(), block.norm1.bias.double(), block.norm1.eps
    )
    tall, wide = -(-height // window) * window, -(-width // window) * window
    padded = torch.zeros(tall, wide, dim, dtype=torch.double)
    padded[:height, :width] = y[0]
    qkv = padded @ block.attn.qkv.weight.double().T + block.attn.qkv.bias.double()
    q, k, v = qkv.view(tall, wide, 3, heads, dim // heads).unbind(2)
    out = torch.zeros(height, width, dim, dtype=torch.double)

    def cell(row: int, column: int) -> tuple[int, int, bool, bool]:
        """Window after rolling, and whether the place came round."""
        down, across = (row - shift) % tall, (column - shift) % wide
        return down // window, across // window, row < shift, column < shift

    for row in range(height):
        for column in range(width):
            keys = [(r, c) for r in range(tall) for c in range(wide) if cell(r, c) == cell(row, column)]
            for head in range(heads):
                scores = torch.stack(
                    [q[row, column, head].dot(k[r, c, head]) / math.sqrt(dim // heads) for r, c in keys]
                )
                offsets = [
                    (((row - r) + block.window - 1) * side + (column - c) + block.window - 1) for r, c in keys
                ]
                weights = (scores + table[offsets, head]).softmax(dim=0)
                values = torch.stack([v[r, c, head] for r, c in keys])
                out[row, column, head * (dim // heads) : (head + 1) * (dim // heads)] = weights @ values
    return out @ block.attn.proj.weight.double().T + block.attn.proj.bias.double()


@pytest.mark.parametrize(
    ("height", "width", "shifted", "window", "shift"),
    [
        (8, 8, False, 4, 0),
        (8, 8, True, 4, 2),
        (6, 9, True, 4, 2),  # padded on both sides
        (5, 5, True, 4, 2),  # rolling before padding would let strangers meet
        (4, 4, True, 4, 0),  # as large as the window: nothing to shift
        (3, 5, True, 3, 0),  # smaller: the window shrinks and the middle of the bias table is used
        (2, 7, False, 2, 0),
        (1, 1, True, 1, 0),
    ],
)
def test_a_block_attends_as_the_paper_says(
    height: int, width: int, shifted: bool, window: int, shift: int
) -> None:
    block = SwinBlock(CONFIG, stage=0, shifted=shifted)
    randomise(block)
    x, probe = noise(1, height, width, 8), Record()
    with torch.no_grad():
        block(x, probe)
        plain = Record(lambda name: name == "attn_out")
        block(x, plain)
        expected = block_by_hand(block, x, window, shift).float()
    torch.testing.assert_close(probe.tensors["attn_out"][0], expected, rtol=0, atol=1e-5)
    torch.testing.assert_close(plain.tensors["attn_out"][0], expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("wanted", ["z", "pattern"], ids=["fused", "explicit"])
@pytest.mark.parametrize("key", [0, 5, 10, 15])
def test_what_the_mask_forbids_has_no_effect(key: int, wanted: str) -> None:
    """One place of every window is changed; queries that may not look at it keep their result to the last bit."""
    block = SwinBlock(CONFIG, stage=0, shifted=True)
    randomise(block)
    mask = windows.attention_mask(window_grid(14, 11, 4, 2))
    assert mask is not None

    def change(x: Tensor) -> Tensor:
        there = torch.zeros(16, 1)
        there[key] = 1
        return x + 3 * there

    def z_of(edit: Edit) -> Tensor:
        probe = Record(lambda name: name in ("z", wanted))
        with torch.no_grad():
            block(noise(1, 14, 11, 8), Chain((edit, probe)))
        return probe.tensors["z"]

    moved = (z_of(Edit({})) - z_of(Edit({"windows": change}))).abs().amax(dim=(1, 3))  # (W, M*M)
    forbidden = mask[:, :, key] < 0
    assert forbidden.any()
    assert not moved[forbidden].any()
    assert (moved[~forbidden] > 0).all()


def test_forbidden_pairs_have_no_weight() -> None:
    model = network()
    tensors = record(model, random_picture(56, 44))
    for i, grid in enumerate((window_grid(14, 11, 4, 2), window_grid(7, 6, 4, 2))):
        mask, pattern = windows.attention_mask(grid), tensors[f"layers.{i}.blocks.1.pattern"]
        assert mask is not None
        assert torch.equal(tensors[f"layers.{i}.blocks.1.attn_mask"], mask)
        forbidden = (mask < 0).unsqueeze(1).expand_as(pattern)
        assert forbidden.any()
        assert pattern[forbidden].max() < 1e-20
        assert pattern[~forbidden].min() > 1e-9
        assert f"layers.{i}.blocks.0.attn_mask" not in tensors


def test_every_second_block_is_shifted() -> None:
    model = network(replace(CONFIG, depths=(5, 2)))
    assert [block.shift for block in model.layers[0].blocks] == [0, 2, 0, 2, 0]
    assert SwinTransformer(SwinConfig(depths=(2, 2, 2, 2))).layers[0].blocks[1].shift == 3  # 7 // 2


def test_neighbours_are_gathered_row_first() -> None:
    x = noise(2, 4, 6, 3)
    gathered = gather_neighbours(x)
    assert gathered.shape == (2, 2, 3, 12)
    for row in range(2):
        for column in range(3):
            four = [x[:, 2 * row + i, 2 * column + j] for i, j in ((0, 0), (1, 0), (0, 1), (1, 1))]
            assert torch.equal(gathered[:, row, column], torch.cat(four, dim=-1))


@pytest.mark.parametrize("size", [(4, 6), (5, 6), (4, 7), (3, 3), (1, 1)])
def test_merging_is_its_formula(size: tuple[int, int]) -> None:
    merge = PatchMerging(3, 1e-5)
    randomise(merge)
    x = noise(2, *size, 3)
    even = torch.zeros(2, size[0] + size[0] % 2, size[1] + size[1] % 2, 3)
    even[:, : size[0], : size[1]] = x
    with torch.no_grad():
        expected = merge.reduction(merge.norm(gather_neighbours(even)))
        torch.testing.assert_close(merge(x), expected)
    assert expected.shape == (2, -(-size[0] // 2), -(-size[1] // 2), 6)


def test_a_block_adds_attention_and_mlp_to_what_it_reads() -> None:
    model = network()
    tensors = record(model, random_picture(60, 44))
    for name, block in model.steps():
        if not isinstance(block, SwinBlock):
            continue
        t = {key.removeprefix(f"{name}."): tensor for key, tensor in tensors.items()}
        with torch.no_grad():
            worked = block.mlp(block.norm2(t["resid_mid"]))
        torch.testing.assert_close(t["mlp_out"], worked, rtol=0, atol=1e-5)
        assert torch.equal(t["resid_mid"], t["resid_pre"] + t["attn_out"])
        assert torch.equal(t["resid_post"], t["resid_mid"] + t["mlp_out"])


def test_the_names_of_a_run_in_order() -> None:
    block = BLOCK_NAMES.split()
    norm = ["mean", "scale", "normalized", "out"]
    expected = ["image", "embed", *(f"ln_embed.{name}" for name in norm), "full_embed"]
    for stage in range(2):
        if stage:
            merge = ["resid_pre", "gathered", *(f"ln.{name}" for name in norm), "resid_post"]
            expected += [f"layers.{stage}.downsample.{name}" for name in merge]
        for i in range(2):
            expected += [f"layers.{stage}.blocks.{i}.{name}" for name in block if i or name != "attn_mask"]
    expected += [f"ln_final.{name}" for name in norm] + ["pooled", "logits"]
    assert list(record(network(), random_picture(64, 96))) == expected


def test_shapes_of_a_run() -> None:
    """56 x 44 pixels: a map of 14 x 11 in 4 x 3 windows, then of 7 x 6 in 2 x 2."""
    tensors = record(network(), random_picture(56, 44))
    shapes = {
        "full_embed": (1, 14, 11, 8),
        "layers.0.blocks.1.windows": (12, 16, 8),
        "layers.0.blocks.1.q": (12, 2, 16, 4),
        "layers.0.blocks.1.pattern": (12, 2, 16, 16),
        "layers.0.blocks.1.relative_position_bias": (2, 16, 16),
        "layers.0.blocks.1.resid_post": (1, 14, 11, 8),
        "layers.1.downsample.gathered": (1, 7, 6, 32),
        "layers.1.blocks.0.q": (4, 4, 16, 4),
        "pooled": (1, 16),
        "logits": (1, 5),
    }
    assert {name: tuple(tensors[name].shape) for name in shapes} == shapes


def test_the_mean_of_the_normalised_map_is_read() -> None:
    model = network()
    tensors = record(model, random_picture(56, 44))
    with torch.no_grad():
        y = model.norm(tensors["layers.1.blocks.1.resid_post"])
        torch.testing.assert_close(tensors["logits"], model.head(y.flatten(1, 2).mean(dim=1)))


@pytest.mark.parametrize("patch_norm", [True, False])
def test_a_picture_that_is_not_whole_patches_is_padded(patch_norm: bool) -> None:
    model, image = network(replace(CONFIG, patch_norm=patch_norm)), random_picture(53, 42)
    padded = torch.zeros(1, 3, 56, 44)
    padded[:, :, :53, :42] = image
    with torch.no_grad():
        assert torch.equal(model(image), model(padded))


def test_a_small_picture_leaves_nothing_behind() -> None:
    """Windows are fitted for each call; a model that once saw a small map is as before."""
    model, image = network(), random_picture(64, 96)
    with torch.no_grad():
        before = model(image)
        assert model(random_picture(9, 9)).shape == (1, 5)
        assert torch.equal(model(image), before)


def test_pictures_of_a_batch_do_not_meet() -> None:
    model = network()
    pictures = [random_picture(56, 44, seed) for seed in range(3)]
    with torch.no_grad():
        together = model(torch.cat(pictures))
        alone = torch.cat([model(picture) for picture in pictures])
    torch.testing.assert_close(together, alone, rtol=0, atol=1e-5)


def test_looking_changes_nothing() -> None:
    model, image = network(), random_picture(56, 44)
    with torch.no_grad():
        torch.testing.assert_close(model(image, Record()), model(image), rtol=0, atol=1e-5)


def test_encode_runs_on_from_any_step() -> None:
    model, image = network(), random_picture(56, 44)
    tensors = record(model, image)
    steps = [name for name, _ in model.steps()]
    assert steps == [
        "layers.0.blocks.0",
        "layers.0.blocks.1",
        "layers.1.downsample",
        "layers.1.blocks.0",
        "layers.1.blocks.1",
    ]
    with torch.no_grad():
        for start, name in enumerate(steps):
            last = model.encode(tensors[f"{name}.resid_pre"], start=start)
            torch.testing.assert_close(last, tensors["layers.1.blocks.1.resid_post"], rtol=0, atol=1e-5)
