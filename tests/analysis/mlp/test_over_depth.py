"""One share of silent units a block: of one token, and of all."""

import numpy as np
import pytest

from vitviz.analysis.mlp.over_depth import SHARES, share_over_depth
from vitviz.analysis.mlp.sparsity import Sparsity
from vitviz.analysis.stream.residual_stream import StreamBlock

RANDOM = np.random.default_rng(0)


def block(name: str, stage: int, count: int) -> StreamBlock:
    lengths = (RANDOM.random(count).astype(np.float32) for _ in range(4))
    return StreamBlock(
        name, stage, (1, count), *lengths, Sparsity(RANDOM.random(count), RANDOM.random(count))
    )


BLOCKS = [block("a", 0, 9), block("b", 0, 9), block("c", 1, 4), block("d", 2, 1)]
TOKENS = [7, 7, 3, 0]


@pytest.mark.parametrize("share", SHARES)
def test_a_share_is_that_of_the_token_and_of_all(share: str) -> None:
    chosen, mean = share_over_depth(BLOCKS, TOKENS, share)
    values = [getattr(one.sparsity, share) for one in BLOCKS]
    assert chosen == [value[token] for value, token in zip(values, TOKENS, strict=True)]
    assert mean == [value.mean() for value in values]
