"""SASRec against an own reference, after the authors' code, and GRU4Rec against torch's GRU, on random weights."""

from __future__ import annotations

import torch
from torch import Tensor

from tests.conftest import randomise
from vitviz.models.gru4rec import Gru4Rec
from vitviz.models.sasrec import SasRec
from vitviz.models.sequence_config import GruConfig, SasRecConfig

CLOSE = {"atol": 1e-5, "rtol": 0}
ITEMS = torch.tensor([[3, 9, 9, 1, 12, 4], [0, 0, 0, 5, 2, 7], [0, 0, 0, 0, 0, 8]])


def normalised(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    centred = x - x.mean()
    return centred / (centred.square().mean() + eps).sqrt() * weight + bias


def sasrec_by_hand(weights: dict[str, Tensor], config: SasRecConfig, row: list[int]) -> Tensor:
    """Scores after the last item of one row, place by place and head by head."""
    size, length = config.embed_dim, len(row)
    offset = config.max_length - length
    stream = [
        (weights["item_embed.weight"][item] * size**0.5 + weights["pos_embed"][offset + i]) * (item != 0)
        for i, item in enumerate(row)
    ]
    for layer in range(config.depth):

        def of(name: str, layer: int = layer) -> Tensor:
            return weights[f"blocks.{layer}.{name}"]

        def linear(name: str, x: Tensor) -> Tensor:
            return of(f"{name}.weight") @ x + of(f"{name}.bias")

        after = []
        for i, item in enumerate(row):
            asks = normalised(stream[i], of("norm1.weight"), of("norm1.bias"), config.norm_eps)
            found = []
            for q, *sides in zip(
                linear("attn.q_proj", asks).chunk(config.num_heads),
                *(linear("attn.k_proj", x).chunk(config.num_heads) for x in stream),
                strict=True,
            ):
                head = len(found)
                scores = torch.stack(
                    [
                        q @ k / q.numel() ** 0.5 if j <= i and row[j] else torch.tensor(-(2.0**32) + 1)
                        for j, k in enumerate(sides)
                    ]
                )
                values = [linear("attn.v_proj", x).chunk(config.num_heads)[head] for x in stream]
                found.append(sum(w * v for w, v in zip(scores.softmax(dim=0), values, strict=True)))
            y = torch.cat([torch.as_tensor(x) for x in found]) + asks
            u = normalised(y, of("norm2.weight"), of("norm2.bias"), config.norm_eps)
            after.append((linear("mlp.fc2", linear("mlp.fc1", u).relu()) + u) * (item != 0))
        stream = after
    last = normalised(stream[-1], weights["norm.weight"], weights["norm.bias"], config.norm_eps)
    return weights["item_embed.weight"][1:] @ last


@torch.no_grad()
def test_sasrec_is_that_of_the_authors() -> None:
    config = SasRecConfig(14, max_length=8, embed_dim=12, num_heads=2, depth=3)
    network = randomise(SasRec(config)).eval()
    network.item_embed.weight.mul_(8)
    network.item_embed.weight[0] = 0
    network.pos_embed.mul_(8)
    scores = network(ITEMS)[:, -1]
    weights = network.state_dict()
    for got, row in zip(scores, ITEMS.tolist(), strict=True):
        torch.testing.assert_close(got, sasrec_by_hand(weights, config, row), **CLOSE)
    assert scores.std() > 0.05
    # Filling up on the left further changes nothing, and the future cannot be seen.
    torch.testing.assert_close(network(torch.nn.functional.pad(ITEMS, (2, 0)))[:, -1], scores, **CLOSE)
    changed = ITEMS.clone()
    changed[:, -1] = 6
    torch.testing.assert_close(network(changed)[:, :-1], network(ITEMS)[:, :-1], **CLOSE)


@torch.no_grad()
def test_gru4rec_is_the_gru_of_torch() -> None:
    config = GruConfig(14, embed_dim=12)
    network = randomise(Gru4Rec(config)).eval()
    network.item_embed.weight.mul_(8)
    reference = torch.nn.GRU(12, 12, batch_first=True)
    cell = network.cell
    for ours, theirs in ((cell.of_input, "ih"), (cell.of_state, "hh")):
        getattr(reference, f"weight_{theirs}_l0").copy_(ours.weight)
        getattr(reference, f"bias_{theirs}_l0").copy_(ours.bias)
    got = network(ITEMS)
    for i, row in enumerate(ITEMS):
        there = row[row > 0]
        states = reference(network.item_embed(there).unsqueeze(0))[0][0]
        expected = states @ network.out.weight.T + network.out.bias
        torch.testing.assert_close(got[i, -len(there) :], expected, **CLOSE)
    assert got.std() > 0.05
