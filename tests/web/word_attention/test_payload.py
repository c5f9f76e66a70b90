"""What the view of attention over words is sent: torch's weights follow from it, and exactly 0 where a mask forbids."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from tests.tracing.test_sequence_networks import make, rows
from tests.web.fixtures import check, plain
from vitviz.models.layers import attention_scores
from vitviz.models.masked_attention import FORBIDDEN, causal_mask
from vitviz.payload import pack_data
from vitviz.tracing.trace import Trace, run_tokens
from vitviz.web.word_attention.payload import attention_over_words

PADDED = {"bert": torch.tensor([[5, 7, 4, 9, 0, 0, 0]]), "sasrec": torch.tensor([[0, 0, 5, 7, 4, 9, 6]])}


def traced(name: str, tokens: tuple[Tensor, ...]) -> tuple[Trace, dict[str, Any]]:
    trace = run_tokens(make(name), *tokens)
    read, written = tokens[0].shape[1], tokens[1].shape[1] if name == "translator" else 0
    names = [f"word{i}" for i in range(read)], [f"own{i}" for i in range(written)]
    return trace, attention_over_words(trace, *names)


@pytest.mark.parametrize("name", ["translator", "bert", "gpt", "sasrec"])
def test_torchs_weights_follow_from_q_k_lse_and_mask(name: str) -> None:
    tokens = (PADDED[name], *rows(name)[1:]) if name in PADDED else rows(name)
    trace, attention = traced(name, tokens)
    assert len(attention["names"]) == trace.blocks[0].num_tokens
    pack_data(attention)  # it can be sent
    for block, layer in zip(trace.blocks, attention["layers"], strict=True):
        arrays, header = layer["arrays"], layer["header"]
        scores = np.einsum("hqd,hkd->hqk", *(arrays[side][0].astype(np.float64) for side in "qk"))
        below = scores * header["head_dim"] ** -0.5 - arrays["lse"][0][..., None]
        below[:, arrays["forbidden"] == 1] = -np.inf
        weights = np.exp(below)
        shown = (arrays["forbidden"] == 0).any(axis=1)  # a row of nothing but padding is masked whole
        np.testing.assert_allclose(weights[:, shown], block.pattern().numpy()[:, shown], rtol=0, atol=1e-6)
        assert np.array_equal(arrays["forbidden"], (block.mask != 0).numpy())
        z = weights @ arrays["v"][0]
        np.testing.assert_allclose(z[:, shown], block["z"][0].numpy()[:, shown], rtol=0, atol=1e-5)


def test_a_row_needs_as_many_names_as_tokens() -> None:
    trace = run_tokens(make("gpt"), *rows("gpt"))
    with pytest.raises(ValueError, match="7 tokens, and there are names for 2"):
        attention_over_words(trace, ["a", "b"])


def test_the_fixture_of_masked_attention_is_current() -> None:
    generator = torch.Generator().manual_seed(3)

    def rounded(*shape: int) -> Tensor:
        return (1000 * torch.randn(*shape, generator=generator)).round() / 1000

    layers = []
    rectangle = torch.zeros(3, 4)
    rectangle[:, 1] = FORBIDDEN
    for mask, first in ((causal_mask(4, 4), 0), (rectangle, 4)):
        queries, keys = mask.shape
        q, k, v = (rounded(1, 2, n, 5) for n in (queries, keys, keys))
        proj = rounded(10, 10)
        scores = attention_scores(q.double(), k.double()) + mask
        arrays = {
            "q": q, "k": k, "v": v, "proj": proj, "lse": scores.logsumexp(dim=-1),
            "tokens": torch.arange(keys), "query_tokens": torch.arange(first, first + queries),
            "forbidden": (mask != 0).int(),
        }  # fmt: skip
        header = {
            "heads": 2,
            "head_dim": 5,
            "masked": FORBIDDEN,
            "windows": 1,
            "window": None,
            "name": "layer",
        }
        layers.append(
            {
                "header": header | {"rows": 0, "columns": 0, "prefix": list("abcdefg")},
                "arrays": {key: [float(f"{x:.12g}") for x in value.flatten()] for key, value in arrays.items()},
                "weights": [float(f"{x:.7g}") for x in scores.softmax(dim=-1).flatten()],
                "added": [float(f"{x:.7g}") for x in added(scores, v, proj).flatten()],
            }
        )  # fmt: skip
    check("word_attention/attention.json", plain({"names": list("abcdefg"), "read": 4, "layers": layers}))


def added(scores: Tensor, v: Tensor, proj: Tensor) -> Tensor:
    """What the last key adds to the last query's output through head 1, (D,)."""
    value = scores.softmax(dim=-1)[0, 1, -1, -1] * v[0, 1, -1].double()  # (d,)
    return proj[:, 5:].double() @ value
