"""What the page on text computes, against the networks themselves, the recipe and the formulas."""

from __future__ import annotations

from typing import cast

import pytest
import torch

from vitviz.analysis.text import dropping, features, guesses, lottery, next_sentence, resting, writing
from vitviz.analysis.text.rows import Row, row_of
from vitviz.models.bert import Bert
from vitviz.models.gpt import Gpt
from vitviz.train.tasks.masking import Pair, hide
from vitviz.worlds.word_pieces import MASK, WordPieces
from vitviz.zoo.sequence_models import load_sequence_model

BERT, GPT = (load_sequence_model(f"{name}-mini") for name in ("bert", "gpt"))
WORDS = WordPieces(BERT.entry.token_names)
bert, gpt = cast(Bert, BERT.network), cast(Gpt, GPT.network)


def row(text: str, second: str | None = None, length: int = 0) -> Row:
    return row_of(WORDS, WORDS.split(text), WORDS.split(second) if second else None, length)


HIDDEN = row("elizabeth was [MASK] to see him , and very [MASK] .")


def test_a_row_has_two_stretches_and_padding_behind_them() -> None:
    made = row("he knew .", "she did .", 12)
    assert made.pieces == ("[CLS]", "he", "knew", ".", "[SEP]", "she", "did", ".", "[SEP]", *["[PAD]"] * 3)
    assert made.segments == (0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0)
    assert HIDDEN.masked == (3, 10)


def test_a_guess_is_taken_apart_into_product_bias_logit_and_share() -> None:
    trace = guesses.trace_bert(bert, HIDDEN)
    logits = bert(HIDDEN.tokens, HIDDEN.segment_ids).mlm_logits[0, 3]
    found = guesses.from_both_sides(trace, 3)
    assert [guess.number for guess in found.guesses] == logits.topk(5).indices.tolist()
    for guess in found.guesses:
        product = (found.hidden @ bert.word_embed.weight[guess.number]).item()
        assert guess.product == pytest.approx(product, abs=1e-4)
        assert guess.product + guess.bias == pytest.approx(guess.logit, abs=1e-4)
        assert guess.share / found.total == pytest.approx(guess.probability, rel=1e-5)
        assert guess.probability == pytest.approx(logits.softmax(dim=0)[guess.number].item(), rel=1e-5)
    assert found.rank(found.guesses[2].number) == 3


def test_the_decoder_guesses_from_the_left_and_goes_on_from_its_own_guess() -> None:
    found = guesses.from_the_left_at(gpt, HIDDEN, WORDS.number[MASK])
    before = [WORDS.number[piece] for piece in ("elizabeth", "was")]
    first = found[3]
    assert first is not None
    assert first.guesses[0].number == int(gpt(torch.tensor([before]))[0, -1].argmax())
    later = [*before, first.guesses[0].number, *HIDDEN.ids[4:10]]
    second = found[10]
    assert second is not None
    assert second.guesses[0].number == int(gpt(torch.tensor([later]))[0, -1].argmax())
    assert guesses.from_the_left_at(gpt, row("[MASK] was"), WORDS.number[MASK]) == {1: None}


def test_the_share_of_attention_on_a_place_is_that_of_the_patterns() -> None:
    padded = row("they were very happy .", "so was he .", 16)
    trace = guesses.trace_bert(bert, padded)
    places = tuple(i for i, piece in enumerate(padded.pieces) if piece == "[SEP]")
    words = (1, 2, 3, 4)
    found = resting.resting(trace, places, words)
    pattern = trace.blocks[2].pattern(head=1)
    assert found.shares[2, 1].item() == pytest.approx(pattern[1:5][:, list(places)].sum(dim=1).mean().item())
    assert found.even == pytest.approx(2 / 12)
    assert found.shares[found.most] == found.shares.max()


@pytest.mark.parametrize("seed", range(8))
def test_the_lottery_is_that_of_the_recipe(seed: int) -> None:
    first = "it is a truth universally acknowledged , that a single man in possession of a good fortune ,"
    second = "must be in want of a wife ."
    made = row(first, second)
    batch = hide([Pair(WORDS.ids(first), WORDS.ids(second), False)], len(WORDS.vocabulary), seed)
    draws = lottery.lottery(made, len(WORDS.vocabulary), seed)
    assert [draw.place for draw in draws] == batch.asked[0].nonzero()[:, 0].tolist()
    read = list(made.ids)
    for draw in draws:
        read[draw.place] = draw.number
    assert read == batch.tokens[0].tolist()


def test_the_lottery_comes_out_at_80_10_10_over_many_seeds() -> None:
    found = lottery.shares(HIDDEN, len(WORDS.vocabulary), 1000)
    assert found["mask"] == pytest.approx(0.8, abs=0.03)
    assert found["random"] == pytest.approx(0.1, abs=0.02)
    assert sum(found.values()) == pytest.approx(1)


def test_dropout_drops_what_it_says_and_nothing_without_a_share() -> None:
    plain = guesses.from_both_sides(guesses.trace_bert(bert, HIDDEN), 3).probabilities
    torch.testing.assert_close(dropping.answers(bert, HIDDEN, 3, 0.0, 2, 1)[1], plain, rtol=1e-4, atol=1e-7)
    spread = dropping.answers(bert, HIDDEN, 3, 0.1, 4, 1)
    assert spread.std(dim=0).max() > 1e-3
    torch.testing.assert_close(spread, dropping.answers(bert, HIDDEN, 3, 0.1, 4, 1))
    probe = dropping.Dropout(0.25, torch.Generator().manual_seed(0))
    dropped = probe("blocks.0.pattern", torch.ones(100, 100))
    assert dropped.mean().item() == pytest.approx(1, abs=0.03)
    assert dropped.unique().tolist() == [0.0, pytest.approx(4 / 3)]
    assert probe("blocks.0.q", dropped) is dropped


def test_the_cosine_of_two_vectors_is_that_of_torch_in_every_layer() -> None:
    one, two = (
        guesses.trace_bert(bert, row(text)) for text in ("she knew her own mind .", "never mind him .")
    )
    found = features.compared(one, two, (5, 2))
    assert [each.name for each in found] == ["embedding", *(f"blocks.{i}" for i in range(4)), "concatenated"]
    a, b = one["blocks.3.normalized_resid_post"][0, 5], two["blocks.3.normalized_resid_post"][0, 2]
    assert found[4].cosine == pytest.approx(torch.cosine_similarity(a, b, dim=0).item(), abs=1e-5)
    assert found[4].product == pytest.approx((a @ b).item(), rel=1e-4)


@pytest.mark.parametrize(("temperature", "top"), [(0.0, 0), (0.8, 0), (1.2, 3)])
def test_what_is_written_is_what_the_network_writes_and_the_cache_grows(temperature: float, top: int) -> None:
    ids = WORDS.ids("it is a truth")
    steps = writing.write(gpt, ids, 6, temperature, top, 5)
    generator = torch.Generator().manual_seed(5)
    written = gpt.write(torch.tensor([ids]), 6, temperature, top, generator)[0].tolist()
    assert [step.number for step in steps] == written[len(ids) :]
    assert [step.kept for step in steps] == [4, 5, 6, 7, 8, 9]
    assert steps[-1].cached == 4 * 2 * 9 * gpt.config.embed_dim * 4
    assert [step.products for step in steps[:2]] == [16, 5]
    whole = gpt(torch.tensor([written[:-1]]))[0, -1].softmax(dim=0)
    assert steps[-1].probability == pytest.approx(whole[written[-1]].item(), rel=1e-4)
    assert steps[-1].lot >= (steps[-1].probability if top else 0)


def test_two_logits_are_a_probability() -> None:
    verdict = next_sentence.judge(bert, row("he was her brother .", "she loved him ."))
    share = torch.tensor([verdict.next, verdict.elsewhere]).softmax(dim=0)[0].item()
    assert verdict.probability == pytest.approx(share, abs=1e-6)
