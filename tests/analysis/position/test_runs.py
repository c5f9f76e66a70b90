"""Changed runs against the same change done by hand: to the weights, to the picture, or to the tokens."""

import copy
from dataclasses import replace

import pytest
import torch

from tests.conftest import random_picture, randomise
from vitviz.analysis.position.patch_shuffle import shuffle
from vitviz.analysis.position.runs import (
    AfterBlock,
    changed_logits,
    changes,
    logits_at_size,
    resized_positions,
)
from vitviz.models.config import ViTConfig
from vitviz.models.vit import VisionTransformer

BASE = ViTConfig((32, 48), patch_size=8, embed_dim=24, depth=2, num_heads=3, num_classes=7)
CONFIGS = {
    "class token": BASE,
    "distilled": replace(BASE, distillation_token=True),
    "registers without positions": replace(BASE, num_registers=3, position_prefix=1),
    "mean": replace(BASE, class_token=False, pool="avg"),
    "sincos": replace(BASE, position="sincos"),
    "none": replace(BASE, position="none"),
    "pre-norm": replace(BASE, norm_before_blocks=True),
}
IMAGE = random_picture(32, 48)
ORDER = torch.from_numpy(shuffle((4, 6), 1, seed=2))


def build(config: ViTConfig) -> VisionTransformer:
    network = VisionTransformer(config).eval().requires_grad_(False)
    randomise(network)
    return network


def shuffled(image: torch.Tensor) -> torch.Tensor:
    patches = torch.nn.functional.unfold(image, 8, stride=8)[:, :, ORDER]  # (1, C*P*P, h*w)
    return torch.nn.functional.fold(patches, image.shape[-2:], 8, stride=8)


@pytest.mark.parametrize("name", CONFIGS)
def test_shuffling_tokens_with_their_positions_changes_nothing(name: str) -> None:
    network = build(CONFIGS[name])
    plain = network(IMAGE)[0]
    gap = (changed_logits(network, IMAGE, "tokens", ORDER) - plain).abs().max().item()
    assert gap < 5e-6 * max(1.0, plain.abs().max().item())


@pytest.mark.parametrize("name", CONFIGS)
def test_shuffling_contents_is_running_the_shuffled_picture(name: str) -> None:
    network = build(CONFIGS[name])
    got = changed_logits(network, IMAGE, "contents", ORDER)
    torch.testing.assert_close(got, network(shuffled(IMAGE))[0], atol=1e-5, rtol=0)
    same = torch.allclose(got, network(IMAGE)[0], atol=1e-4)
    assert same == (name == "none")  # only without positions the order does not matter


@pytest.mark.parametrize("name", [name for name in CONFIGS if name not in ("none", "sincos")])
def test_removed_is_a_model_whose_table_is_zero(name: str) -> None:
    network = build(CONFIGS[name])
    emptied = copy.deepcopy(network)
    emptied.pos_embed.zero_()
    got = changed_logits(network, IMAGE, "removed", ORDER)
    torch.testing.assert_close(got, emptied(IMAGE)[0], atol=0, rtol=0)
    assert not torch.allclose(got, network(IMAGE)[0], atol=1e-4)
    unordered = changed_logits(network, IMAGE, "removed_shuffled", ORDER)
    torch.testing.assert_close(unordered, got, atol=1e-5, rtol=0)


def test_removed_sine_cosines_are_no_positions() -> None:
    network, bare = build(CONFIGS["sincos"]), build(CONFIGS["none"])
    bare.load_state_dict(network.state_dict())
    got = changed_logits(network, IMAGE, "removed", ORDER)
    torch.testing.assert_close(got, bare(IMAGE)[0], atol=0, rtol=0)


def test_without_positions_there_is_nothing_to_remove() -> None:
    assert changes(build(CONFIGS["none"])) == ("contents", "tokens")
    assert "removed" in changes(build(CONFIGS["sincos"]))


@pytest.mark.parametrize("name", ["class token", "registers without positions", "mean"])
@pytest.mark.parametrize(("mode", "antialias"), [("bicubic", True), ("bicubic", False), ("bilinear", True)])
@pytest.mark.parametrize("size", [(32, 48), (56, 40), (16, 16)])
def test_another_size_is_a_model_configured_so(
    name: str, mode: str, antialias: bool, size: tuple[int, int]
) -> None:
    network = build(CONFIGS[name])
    other = VisionTransformer(
        replace(network.config, position_mode=mode, position_antialias=antialias)
    ).eval()
    other.load_state_dict(network.state_dict())
    grid = (size[0] // 8, size[1] // 8)
    positions = resized_positions(network, grid, mode, antialias)
    torch.testing.assert_close(positions, other.positions(grid), atol=0, rtol=0)
    image = random_picture(*size)
    got = logits_at_size(network, image, positions)
    torch.testing.assert_close(got, other(image)[0], atol=0, rtol=0)


def test_only_learned_positions_are_interpolated() -> None:
    with pytest.raises(ValueError, match="sincos"):
        resized_positions(build(CONFIGS["sincos"]), (4, 4), "bicubic", True)
    image = random_picture(16, 16)
    network = build(CONFIGS["sincos"])
    torch.testing.assert_close(logits_at_size(network, image), network(image)[0], atol=0, rtol=0)


def test_a_watched_run_can_be_ended_after_a_block() -> None:
    network, calls = build(BASE), list[int]()

    def stop() -> None:
        calls.append(1)
        raise InterruptedError

    with pytest.raises(InterruptedError):
        changed_logits(network, IMAGE, "removed", ORDER, AfterBlock(stop))
    assert len(calls) == 1
    every = list[int]()
    logits_at_size(network, IMAGE, watch=AfterBlock(lambda: every.append(1)))
    assert len(every) == BASE.depth
