"""GRU4Rec (Hidasi et al. 2015, arXiv 1511.06939): what comes next after a row of choices, by one state that goes along.

The cell is that of PyTorch: the reset gate acts behind the matrix, and a large update gate keeps the old state (the
paper mixes the other way round). Letters in the shape comments: B rows, N choices, D channels of the state, I items.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from vitviz.models.sequence_config import GruConfig
from vitviz.models.sided import Side, SidedNetwork
from vitviz.probe import Probe, no_probe, scoped

NOTHING = 0  # id of the item that fills a row up on the left


class GruCell(nn.Module):
    """Gated recurrent unit (Cho et al. 2014, arXiv 1406.1078)."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.of_input = nn.Linear(dim, 3 * dim)
        self.of_state = nn.Linear(dim, 3 * dim)

    def forward(self, x: Tensor, state: Tensor, probe: Probe = no_probe) -> Tensor:
        """One choice ``x`` (B, D) and the state before it (B, D) to the state after it (B, D)."""
        x_reset, x_update, x_new = self.of_input(x).chunk(3, dim=-1)  # each (B, D)
        s_reset, s_update, s_new = self.of_state(state).chunk(3, dim=-1)  # each (B, D)
        reset = probe("reset", torch.sigmoid(x_reset + s_reset))  # (B, D)
        update = probe("update", torch.sigmoid(x_update + s_update))  # (B, D)
        candidate = probe("candidate", torch.tanh(x_new + reset * s_new))  # (B, D)
        return (1 - update) * candidate + update * state  # (B, D)


class Gru4Rec(SidedNetwork):
    """The whole network: a table of items, one cell, a row of weights and a bias for every item that may come next."""

    def __init__(self, config: GruConfig) -> None:
        super().__init__()
        self.config = config
        self.item_embed = nn.Embedding(config.vocab_size, config.embed_dim, padding_idx=NOTHING)
        self.cell = GruCell(config.embed_dim)
        self.out = nn.Linear(config.embed_dim, config.vocab_size - 1)

    def steps(self) -> list[tuple[str, nn.Module]]:
        """One step, which goes through all choices."""
        return [("gru", self.cell)]

    def side_names(self, step: str) -> tuple[str, ...]:
        """The items, which say where a row is only filled up."""
        return ("items",) if step == "gru" else ()

    def input_name(self, step: str) -> str:
        """What is read comes in as ids."""
        return {"embed": "items", "gru": "embed"}[step]

    def output_name(self, step: str) -> str:
        """The states after every choice."""
        return "states"

    def embed(self, items: Tensor, probe: Probe = no_probe, side: Side | None = None) -> Tensor:
        """Ids (B, N), filled up on the left, to their embeddings (B, N, D)."""
        side = {} if side is None else side
        side["items"] = items = probe("items", items)  # (B, N)
        return probe("embed", self.item_embed(items))  # (B, N, D)

    def run_step(self, name: str, x: Tensor, probe: Probe, side: Side) -> Tensor:
        """Go through the choices with a state that begins as zero, and stays so where a row is only filled up."""
        there = (side["items"] != NOTHING).unsqueeze(-1).to(x)  # (B, N, 1)
        state = x.new_zeros(x.shape[0], x.shape[2])  # (B, D)
        states = []
        for t in range(x.shape[1]):
            within = scoped(probe, f"gru.{t}.")
            state = within("state", self.cell(x[:, t], state, within) * there[:, t])  # (B, D)
            states.append(state)
        return probe("states", torch.stack(states, dim=1))  # (B, N, D)

    def classify(self, x: Tensor, probe: Probe = no_probe, side: Side | None = None) -> Tensor:
        """How well each item would come next after each choice: (B, N, D) -> (B, N, I)."""
        return probe("scores", self.out(x))  # (B, N, I)
