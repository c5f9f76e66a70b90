from __future__ import annotations

import math

import pytest
import torch
from torch import Generator

from vitviz.models.build import build
from vitviz.models.init import initialize
from vitviz.train.config import Stage, Timeline, TrainConfig, default_config, parse_schedule
from vitviz.train.recipe import (
    Dropout,
    DropPath,
    Network,
    drop_rates,
    ema_decay,
    ema_update,
    learning_rate,
    make_optimizer,
    run_network,
)
from vitviz.train.start import principal_filters, start
from vitviz.zoo.registry import find


def network(name: str) -> Network:
    built: Network = build(find(name).config)
    initialize(built, 0)
    return built


@pytest.mark.parametrize("name", ["vit-test", "swin-test"])
def test_only_matrices_decay(name: str) -> None:
    built = network(name)
    optimizer = make_optimizer(built, 1e-3, 0.05)
    names = {id(p): n for n, p in built.named_parameters()}
    decayed, rest = ({names[id(p)] for p in group["params"]} for group in optimizer.param_groups)
    assert [group["weight_decay"] for group in optimizer.param_groups] == [0.05, 0.0]
    assert decayed | rest == set(names.values())
    assert not decayed & rest
    assert all(n.endswith(".weight") and "norm" not in n for n in decayed)
    assert "patch_embed.proj.weight" in decayed
    assert "head.weight" in decayed
    kept = ("bias", "norm.weight", "norm1.weight", "norm2.weight", "token", "pos_embed", "bias_table")
    assert all(n.endswith(kept) for n in rest)


def test_the_learning_rate_rises_and_falls() -> None:
    assert learning_rate(0, 0.5, 1.0, 0.0) == 0.5
    assert learning_rate(0, 1, 1.0, 0.1) == pytest.approx(1.0)
    assert learning_rate(0.5, 1, 1.0, 0.1) == pytest.approx(0.55)
    assert learning_rate(1, 1, 1.0, 0.1) == pytest.approx(0.1)


def test_the_average_follows_its_formula() -> None:
    built = network("vit-test")
    average = {n: p.detach().clone() for n, p in built.named_parameters()}
    expected = {n: p.double() for n, p in average.items()}
    for step in range(5):
        with torch.no_grad():
            for parameter in built.parameters():
                parameter.add_(0.1 * (step + 1))
        decay = ema_decay(step, 0.3)
        assert decay == min(0.3, (1 + step) / (10 + step))
        ema_update(average, built, decay)
        for n, p in built.named_parameters():
            expected[n] = decay * expected[n] + (1 - decay) * p.detach().double()
    for n, value in average.items():
        assert torch.allclose(value.double(), expected[n], atol=1e-6)


def test_drop_path_keeps_the_mean_and_spares_the_first_block() -> None:
    probe = DropPath({"blocks.0": 0.0, "blocks.1": 0.25}, Generator().manual_seed(0))
    x = torch.ones(4000, 2, 3)
    assert probe("blocks.0.attn_out", x) is x
    assert probe("blocks.1.resid_mid", x) is x
    y = probe("blocks.1.mlp_out", x)
    assert torch.equal(y, y[:, :1, :1].expand_as(y))  # a picture is dropped whole
    assert sorted({*y.flatten().tolist()}) == pytest.approx([0, 4 / 3])
    assert y.mean().item() == pytest.approx(1, abs=0.05)


def test_dropout_keeps_the_mean_where_it_acts_and_leaves_the_rest_alone() -> None:
    dropout = Dropout(0.25, Generator().manual_seed(0))
    x = torch.ones(100, 200)
    for name in ("full_embed", "blocks.0.pattern", "blocks.1.mlp_post", "blocks.1.mlp_out"):
        assert dropout.wants(name)
        dropped = dropout(name, x)
        assert dropped.unique().tolist() == pytest.approx([0, 4 / 3])
        assert dropped.mean().item() == pytest.approx(1, abs=0.02)
    for name in ("items", "blocks.0.q", "blocks.0.resid_post"):
        assert not dropout.wants(name)
        assert dropout(name, x) is x


@pytest.mark.parametrize(("name", "blocks"), [("vit-test", 2), ("swin-test", 4)])
def test_drop_rates_rise_with_depth_and_are_heard(name: str, blocks: int) -> None:
    built = network(name)
    rates = drop_rates(built, 0.3)
    assert list(rates.values()) == pytest.approx([0.3 * i / (blocks - 1) for i in range(blocks)])
    x = torch.randn(8, 3, 32, 32, generator=Generator().manual_seed(1))
    plain = run_network(built, x, Generator().manual_seed(2))
    first, again = (run_network(built, x, Generator().manual_seed(2), drop_path=0.9) for _ in range(2))
    assert torch.equal(first, again)
    assert not torch.allclose(first, plain)
    assert torch.equal(plain, built(x))


def test_patch_dropout_shows_a_vit_fewer_patches() -> None:
    built = network("vit-test")
    x = torch.randn(4, 3, 32, 32, generator=Generator().manual_seed(1))
    some = run_network(built, x, Generator().manual_seed(2), keep=0.25)
    assert some.shape == (4, 5)
    assert not torch.allclose(some, built(x))
    nearly = run_network(built, x, Generator().manual_seed(2), keep=0.999)  # all of them, in another order
    assert torch.allclose(nearly, built(x), atol=1e-5)


def test_schedules_are_read_and_written() -> None:
    stages = parse_schedule("64:20,112:4,224:0.5:0.25")
    assert stages == (Stage(64, 20), Stage(112, 4), Stage(224, 0.5, 0.25))
    for bad in ("64", "64:0", "0:3", "64:1:0", "64:1:1.5", "64:1:1:1", ""):
        with pytest.raises(ValueError, match=r"stage|above 0|could not convert|invalid literal"):
            parse_schedule(bad)
    config = default_config("vit", "cpu")
    assert config.model == "vit-tiny"
    assert TrainConfig.from_json(config.to_json()) == config
    assert config.with_changes({"lr": 0.5, "seed": None}).lr == 0.5


def test_progress_counts_pixels() -> None:
    config = TrainConfig("vit-test", parse_schedule("16:2,32:1.5"), batch=10, warmup=1)
    timeline = Timeline(config, 45)  # four steps an epoch
    assert timeline.steps == 14
    assert [steps for _, _, steps in timeline.epochs] == [4, 4, 4, 2]
    assert [timeline.at(step).warmup for step in (0, 3, 4)] == [0.25, 1.0, 1.0]
    total = 8 * 256 + 6 * 1024
    assert timeline.at(8).progress == pytest.approx(8 * 256 / total)
    assert timeline.at(9).progress == pytest.approx((8 * 256 + 1024) / total)
    last = timeline.at(13)
    assert (last.epoch, last.step_in_epoch, last.steps_in_epoch, last.stage.size) == (3, 1, 2, 32)


def test_principal_filters_are_the_directions_in_which_patches_differ() -> None:
    generator = Generator().manual_seed(0)
    direction = torch.randn(3 * 16, generator=generator)
    direction /= direction.norm()
    amount = torch.randn(500, 1, generator=generator) * 3
    pictures = (amount * direction + 0.01 * torch.randn(500, 48, generator=generator)).reshape(-1, 3, 4, 4)
    filters = principal_filters(pictures, 60, 4, generator)  # more channels than directions
    assert filters.shape == (60, 3, 4, 4)
    first = filters[0].flatten() / filters[0].norm()
    assert abs(float(first @ direction)) == pytest.approx(1, abs=1e-3)
    assert torch.equal(filters[48:], -filters[:12])


@pytest.mark.parametrize("name", ["vit-test", "swin-test"])
def test_a_start_is_the_same_for_the_same_seed(name: str) -> None:
    pictures = torch.randn(20, 3, 40, 40, generator=Generator().manual_seed(0))
    starts = [network(name) for _ in range(3)]
    for built, seed in zip(starts, (4, 4, 5), strict=True):
        start(built, seed, pictures)
    one, two, other = (torch.cat([p.flatten() for p in built.parameters()]) for built in starts)
    assert torch.equal(one, two)
    assert not torch.equal(one, other)
    scores = starts[0](pictures[:, :, :32, :32])
    assert torch.isfinite(scores).all()
    assert math.isfinite(scores.std().item())
