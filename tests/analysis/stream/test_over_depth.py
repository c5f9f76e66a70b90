"""One number a block: of one token, of all, and where a Swin's stages begin."""

import numpy as np
import pytest

from vitviz.analysis.mlp.sparsity import Sparsity
from vitviz.analysis.stream.over_depth import (
    LENGTHS,
    length_of_token,
    mean_length,
    stage_starts,
)
from vitviz.analysis.stream.residual_stream import StreamBlock

RANDOM = np.random.default_rng(0)


def block(name: str, stage: int, count: int) -> StreamBlock:
    lengths = (RANDOM.random(count).astype(np.float32) for _ in range(4))
    return StreamBlock(
        name, stage, (1, count), *lengths, Sparsity(RANDOM.random(count), RANDOM.random(count))
    )


BLOCKS = [block("a", 0, 9), block("b", 0, 9), block("c", 1, 4), block("d", 2, 1)]
TOKENS = [7, 7, 3, 0]


@pytest.mark.parametrize("length", LENGTHS)
def test_a_length_is_that_of_the_token_or_the_mean_of_the_patches(length: str) -> None:
    values = [getattr(one, length) for one in BLOCKS]
    assert length_of_token(BLOCKS, TOKENS, length) == [
        float(v[t]) for v, t in zip(values, TOKENS, strict=True)
    ]
    assert mean_length(BLOCKS[:3], 1, length) == pytest.approx([v[1:].mean() for v in values[:3]], rel=1e-6)


def test_stages_start_where_their_number_changes() -> None:
    assert stage_starts(BLOCKS) == {2: 1, 3: 2}
    assert stage_starts(BLOCKS[:2]) == {}
