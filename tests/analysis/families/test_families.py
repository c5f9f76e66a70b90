"""Costs are the products that the shipped models run, masks those of their runs, and who streams is computed."""

from __future__ import annotations

from typing import cast

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from vitviz.analysis.families.cost import (
    cache_bytes,
    cached_step,
    cross_attention,
    gru_step,
    pattern_bytes,
    whole_layer,
)
from vitviz.analysis.families.same_words import SENTENCES, in_both, in_decoder, in_encoder
from vitviz.analysis.families.streaming import (
    changes,
    decoder_outputs,
    encoder_outputs,
    memory_outputs,
    recurrent_outputs,
    writing_outputs,
)
from vitviz.models.bert import Bert
from vitviz.models.gpt import Gpt, GptBlock
from vitviz.models.gru4rec import Gru4Rec
from vitviz.models.masked_attention import KeyValues
from vitviz.models.post_norm_block import PostNormBlock
from vitviz.models.translator import Translator, TranslatorDecoderBlock
from vitviz.tracing.interventions import Record
from vitviz.worlds.sentence_grammar import read_sentence
from vitviz.zoo.sequence_models import SequenceModel, load_sequence_model


@pytest.fixture(scope="module")
def models() -> dict[str, SequenceModel]:
    names = ("bert-mini", "gpt-mini", "translator-mini", "gru4rec-mini")
    return {name.removesuffix("-mini"): load_sequence_model(name) for name in names}


def products(counter: FlopCounterMode) -> int:
    return counter.get_total_flops() // 2


@torch.no_grad()
@pytest.mark.parametrize("n", [1, 7, 40])
def test_every_formula_is_what_the_layers_multiply(models: dict[str, SequenceModel], n: int) -> None:
    def count() -> FlopCounterMode:
        return FlopCounterMode(display=False)

    patterns = Record(lambda name: name.endswith("pattern"))  # products that torch can count, none fused
    bert = cast(Bert, models["bert"].network)
    c = bert.config
    with count() as counter:
        cast(PostNormBlock, bert.blocks[1])(torch.randn(1, n, c.embed_dim), torch.zeros(1, 1, 1, n), patterns)
    assert products(counter) == whole_layer(n, c.embed_dim, c.mlp_dim).total
    assert patterns.tensors["pattern"].nbytes == pattern_bytes(n, n, c.num_heads)

    gpt = cast(Gpt, models["gpt"].network)
    block, past = cast(GptBlock, gpt.blocks[0]), KeyValues()
    row = torch.randn(1, n, c.embed_dim)
    with count() as counter:
        block(row, patterns)
    assert products(counter) == whole_layer(n, c.embed_dim, c.mlp_dim).total
    block(row[:, :-1], patterns, past)
    with count() as counter:
        block(row[:, -1:], patterns, past)
    assert products(counter) == cached_step(n, c.embed_dim, c.mlp_dim).total
    assert past.nbytes == cache_bytes(n, c.embed_dim)
    assert patterns.tensors["pattern"].nbytes == pattern_bytes(1, n, c.num_heads)
    assert n * cached_step(n, c.embed_dim, c.mlp_dim).total == whole_layer(n, c.embed_dim, c.mlp_dim).total

    translator = cast(Translator, models["translator"].network)
    cross = cast(TranslatorDecoderBlock, translator.decoder[1]).cross_attn
    written, memory = torch.randn(1, n, 64), torch.randn(1, 9, 64)
    with count() as counter:
        cross(written, memory, torch.zeros(1, 1, 1, 9), patterns)
    assert products(counter) == cross_attention(n, 9, 64).total

    cell = cast(Gru4Rec, models["gru4rec"].network).cell
    with count() as counter:
        cell(torch.randn(1, 64), torch.randn(1, 64))
    assert products(counter) == gru_step(64).total


@pytest.mark.parametrize("sentence", SENTENCES)
def test_the_three_masks_are_square_triangle_and_both_with_a_rectangle(
    models: dict[str, SequenceModel], sentence: str
) -> None:
    square = in_encoder(models["bert"], sentence)
    triangle = in_decoder(models["gpt"], sentence)
    both = in_both(models["translator"], sentence)
    assert len(square.tokens) == len(triangle.tokens) == 12
    assert square.allowed.all()
    assert torch.equal(triangle.allowed, torch.ones(12, 12, dtype=torch.bool).tril())
    n = len(both.tokens)
    assert "".join(both.tokens[13:]) == "".join(read_sentence(sentence).chinese)
    expected = torch.ones(n, n, dtype=torch.bool)
    expected[:12, 12:] = False
    expected[12:, 12:] = expected[12:, 12:].tril()
    assert torch.equal(both.allowed, expected)
    for run in (square, triangle, both):
        words = [token for token, word in zip(run.tokens, run.word, strict=True) if word >= 0]
        assert words == sentence.split()
        for attention in run.attentions:
            torch.testing.assert_close(attention.weights.sum(-1), torch.ones(attention.weights.shape[:-1]))


def test_one_more_word_changes_an_encoder_s_outputs_and_no_other_s(models: dict[str, SequenceModel]) -> None:
    words = SENTENCES[0].split()
    pieces = read_sentence(SENTENCES[0]).chinese
    items = list(range(1, 12))
    for n in (1, 5, 10):
        for outputs in (
            lambda many: encoder_outputs(models["bert"], words[:many]),
            lambda many: memory_outputs(models["translator"], words[:many]),
        ):
            moved = changes(outputs(n), outputs(n + 1))
            assert moved.shape == (n,)
            assert moved.min() > 0.01
        for outputs in (
            lambda many: decoder_outputs(models["gpt"], words[:many]),
            lambda many: writing_outputs(models["translator"], words, pieces[:many]),
            lambda many: recurrent_outputs(models["gru4rec"], items[:many]),
        ):
            assert changes(outputs(n), outputs(n + 1)).max() < 1e-5
