"""Every token's vector is the one that torch made, at the token's own place of the map."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tests.tracing.conftest import Subject, make
from tests.tracing.conftest import either as either
from tests.tracing.conftest import subject as subject
from vitviz.analysis.likeness.cosine import cosines, likeness
from vitviz.analysis.likeness.vectors import KINDS, TENSORS, Kind, token_vectors
from vitviz.tracing.edits import zero_head


def test_the_stream_is_what_a_probe_sees_behind_every_block(subject: Subject) -> None:
    everything = subject.everything()
    for block in subject.trace().blocks:
        expected = everything[f"{block.name}.resid_post"].flatten(1, -2)[0]
        torch.testing.assert_close(token_vectors(block), expected, atol=1e-5, rtol=1e-5)


def test_an_edited_stream_is_what_the_edited_run_made() -> None:
    model = make("ViT")
    trace = model.trace(zero_head(1, 0))
    assert torch.equal(token_vectors(trace.blocks[1]), trace["blocks.1.resid_post"][0])
    assert not torch.allclose(token_vectors(trace.blocks[1]), token_vectors(model.trace().blocks[1]))


@pytest.mark.parametrize("kind", KINDS[1:])
def test_keys_queries_and_values_stand_where_their_token_does(subject: Subject, kind: Kind) -> None:
    for block in subject.trace().blocks:
        x, places = block[TENSORS[kind]], block.tokens
        together = token_vectors(block, kind)
        assert together.shape[0] == block.num_tokens
        for head in range(block.num_heads):
            alone = token_vectors(block, kind, head)
            width = alone.shape[1]
            assert torch.equal(together[:, head * width : (head + 1) * width], alone)
            for window, place in [(0, 0), (len(places) - 1, 0), (0, places.shape[1] // 2)]:
                token = int(places[window, place])
                if token >= 0:
                    assert torch.equal(alone[token], x[window, head, place])


def test_a_head_that_is_not_there_is_refused_with_a_sentence() -> None:
    block = make("ViT").trace().blocks[0]
    with pytest.raises(ValueError, match="the stream has no heads"):
        token_vectors(block, "stream", 0)
    with pytest.raises(ValueError, match="heads 0 to 1, there is no head 2"):
        token_vectors(block, "keys", 2)


def test_a_cosine_is_that_of_two_vectors_written_out() -> None:
    rng = np.random.default_rng(0)
    x, others = rng.standard_normal(7).astype(np.float32), rng.standard_normal((5, 7)).astype(np.float32)
    others[3] = 0
    found = cosines(x, others)
    for i, y in enumerate(others):
        if i == 3:
            assert np.isnan(found[i])
            continue
        dot = sum(float(a) * float(b) for a, b in zip(x, y, strict=True))
        assert found[i] == pytest.approx(dot / (float(x @ x) * float(y @ y)) ** 0.5, abs=1e-6)


def test_likeness_is_torchs_cosine_and_1_with_the_token_itself(subject: Subject) -> None:
    for block in subject.trace().blocks:
        vectors = token_vectors(block, "keys").double()
        for token in (0, block.num_tokens - 1):
            found = likeness(block, token, "keys")
            expected = torch.nn.functional.cosine_similarity(vectors[token], vectors, dim=-1)
            np.testing.assert_allclose(found, expected.numpy(), atol=1e-12)
            assert found[token] == pytest.approx(1)


def test_between_two_pictures_each_keeps_its_own_map(either: Subject) -> None:
    first = either.trace()
    other = make("ViT" if len(first.blocks[0].prefix_names) else "Swin").trace()  # another size for the Swin
    for one, two in zip(first.blocks, other.blocks, strict=True):
        there = likeness(one, 3, "stream", other=two)
        assert there.shape == (two.num_tokens,)
        back = likeness(two, 2, "stream", other=one)
        assert there[2] == pytest.approx(back[3], abs=1e-12)


def test_what_cannot_be_compared_is_refused() -> None:
    blocks = make("Swin").trace().blocks
    with pytest.raises(ValueError, match="take the same block"):
        likeness(blocks[0], 0, other=blocks[3])
    with pytest.raises(IndexError, match="there is no token 999"):
        likeness(blocks[0], 999)
