"""Gradients by the chain rule against autograd, for every way in which the lab's network can be made."""

import pytest
import torch
import torch.nn.functional as F

from vitviz.analysis.training.chain_rule import PLACES, backward, gelu_slope, layer_norm_back
from vitviz.analysis.training.opened_step import open_step
from vitviz.models.layers import LayerNorm
from vitviz.train.lab import CLIP, make_optimizer
from vitviz.train.lab_config import LabConfig
from vitviz.train.lab_network import make_network

CONFIGS = [LabConfig(), LabConfig(post_norm=True), LabConfig(pool="avg"), LabConfig(positions=False, seed=3)]


def batch(seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(5, 3, 32, 32, generator=generator), torch.randint(6, (5,), generator=generator)


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: str(config.changed()))
def test_gradients_are_autograds(config: LabConfig) -> None:
    network = make_network(config).double()
    images, labels = batch()
    images = images.double()
    by_hand = backward(network, images, labels, config.post_norm)
    loss = F.cross_entropy(network(images), labels)
    loss.backward()
    named = dict(network.named_parameters())
    assert by_hand.loss == pytest.approx(loss.item(), abs=1e-12)
    for place in PLACES:
        name = "head.weight" if place == "head" else f"blocks.1.mlp.{place}.weight"
        gradient = named[name].grad
        assert gradient is not None
        assert gradient.abs().max() > 1e-4
        torch.testing.assert_close(by_hand.gradient(place), gradient, rtol=1e-10, atol=1e-13)


def test_a_gradient_is_the_sum_of_its_terms() -> None:
    network, (images, labels) = make_network(LabConfig()), batch()
    found = backward(network, images, labels)
    for place in PLACES:
        arriving, inputs = found.terms(place, 3, 5)
        assert (arriving * inputs).sum().item() == pytest.approx(found.gradient(place)[3, 5].item(), abs=1e-7)


def test_only_the_class_token_of_the_last_block_learns() -> None:
    """What teaches: nothing comes back to the other tokens of the last block's MLP."""
    network, (images, labels) = make_network(LabConfig()), batch()
    arriving = backward(network, images, labels).arriving["fc2"]
    assert (arriving[:, 1:] == 0).all()
    assert (arriving[:, 0] != 0).any()


def test_pieces_are_torchs() -> None:
    x = torch.randn(4, 9, 48, dtype=torch.float64, requires_grad=True)
    norm, out = LayerNorm(48, 1e-6).double(), torch.randn(4, 9, 48, dtype=torch.float64)
    with torch.no_grad():
        norm.weight.copy_(torch.randn(48))
    (wanted,) = torch.autograd.grad(norm(x), x, out)
    torch.testing.assert_close(layer_norm_back(x, norm, out), wanted)
    (slope,) = torch.autograd.grad(F.gelu(x).sum(), x)
    torch.testing.assert_close(gelu_slope(x), slope)


@pytest.mark.parametrize("config", CONFIGS[:3], ids=lambda config: str(config.changed()))
def test_an_opened_step_is_the_one_that_torch_takes(config: LabConfig) -> None:
    network = make_network(config)
    optimizer = make_optimizer(network, config)
    for seed in range(3):  # so that m and v are no zeros
        images, labels = batch(seed)
        optimizer.zero_grad()
        F.cross_entropy(network(images), labels).backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), CLIP)
        optimizer.step()
    before = {name: x.clone() for name, x in network.state_dict().items()}
    moments = {id(p): optimizer.state[p]["exp_avg"].clone() for p in network.parameters()}
    images, labels = batch(9)
    opened = open_step(network, optimizer, images, labels, CLIP, config.post_norm)
    assert all(torch.equal(x, before[name]) for name, x in network.state_dict().items())
    assert all(torch.equal(optimizer.state[p]["exp_avg"], moments[id(p)]) for p in network.parameters())
    assert opened.agreement.weights == sum(p.numel() for p in network.parameters())
    assert opened.agreement.differing == 0
    assert opened.agreement.most_units == 0
    assert opened.steps["head.weight"].number == 4
    assert max(opened.gap(place) for place in PLACES) < 1e-6
    optimizer.zero_grad()
    F.cross_entropy(network(images), labels).backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), CLIP)
    optimizer.step()
    for name, parameter in network.named_parameters():
        assert torch.equal(opened.steps[name].weights, parameter.detach()), name
