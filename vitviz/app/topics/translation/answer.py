"""What the page's browser part gets of one sentence: every step of its translation, weights, queries, keys, values."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vitviz.analysis.translation.alignment import (
    HeadHabit,
    habits_of,
    of_head,
    other_sentences,
    value_norms,
)
from vitviz.analysis.translation.writing import Written, write_translation
from vitviz.app.kept import memory, size_of
from vitviz.app.sequence_models import sequence_model
from vitviz.memory import Key
from vitviz.models.translator import START
from vitviz.web.word_attention.payload import attention_over_words
from vitviz.worlds.sentence_alignment import counterparts, crossings
from vitviz.worlds.sentence_grammar import read_sentence
from vitviz.worlds.sentences import VOCABULARY

if TYPE_CHECKING:
    from vitviz.models.translator import Translator, TranslatorDecoderBlock

MODEL = "translator-mini"
KIND = "translation"
KEPT = 8  # answers of one person: going back to a sentence is free
LIKELIEST = 5
ATTENTIONS = {"cross": "cross_attn.", "own": ""}  # of a decoder layer, by what its tensors' names begin with


def network() -> Translator:
    """The translator of the page, which is loaded once."""
    return cast("Translator", sequence_model(MODEL).network)


def answer(text: str, owner: str) -> dict[str, Any]:
    """The answer to a sentence's English words, kept for ``owner``.

    Raises:
        ValueError: if they are no sentence.
    """
    return _kept(
        (KIND, MODEL, text), lambda: answer_data(write_translation(network(), read_sentence(text))), owner
    )


def all_heads(text: str, owner: str) -> dict[str, Any]:
    """Every attention of a sentence's translation for the view of attention over words, kept for ``owner``.

    Raises:
        ValueError: if the words are no sentence.
    """

    def make() -> dict[str, Any]:
        written = write_translation(network(), read_sentence(text))
        given = [START, *written.tokens.tolist()[:-1]]
        read = [VOCABULARY[i] for i in written.read.tolist()]
        return attention_over_words(written.trace, read, [VOCABULARY[i] for i in given])

    return _kept((KIND, MODEL, text, "heads"), make, owner)


def _kept(key: Key, make: Callable[[], dict[str, Any]], owner: str) -> dict[str, Any]:
    """What ``make`` makes, or made for this key before; a person's older ones go."""

    def keep(found: dict[str, Any]) -> None:
        memory.put(key, found, size_of(found), owner)

    found = memory.make_once(key, make, keep, owner)
    for old in memory.owned(KIND, owner)[:-KEPT]:
        memory.release(old, owner)
    return found


def answer_data(written: Written) -> dict[str, Any]:
    """One translation as the browser part gets it."""
    sentence, trace = written.sentence, written.trace
    ids, shares = written.likeliest(LIKELIEST)
    memory_bytes = trace["memory"].nbytes
    pieces = counterparts(sentence) if written.right else []
    return {
        "text": " ".join(sentence.english),
        "words": [VOCABULARY[i] for i in written.read.tolist()],  # (S)
        "pieces": [VOCABULARY[i] for i in written.tokens.tolist()],  # (T)
        "reference": list(sentence.chinese),
        "right": written.right,
        "heldOut": sentence.held_out,
        "gap": written.gap,
        "likeliest": [[VOCABULARY[i] for i in row] for row in ids.tolist()],  # (T, 5)
        "shares": _array(shares),  # (T, 5)
        "scores": _array(written.logits.gather(1, ids)),  # (T, 5)
        "memory": list(trace["memory"].shape),
        # Bytes of the memory, of its keys and values, of those of what was written, of all: after each step.
        "kept": [[memory_bytes, *kept, memory_bytes + sum(kept)] for kept in written.kept],  # (T, 4)
        "counterparts": [{"words": list(piece.words), "begins": piece.begins} for piece in pieces],
        "crossings": crossings([piece.words[0] for piece in pieces[:-1] if piece.begins]),
        "lengths": _array(value_lengths(written)),  # (L, H, S)
        "habits": _habits(written) if written.right else None,
        "encoder": _array(_stacked(written, "encoder.{}.pattern")),  # (L, H, S, S)
        **{
            name: {
                part: _array(_stacked(written, f"decoder.{{}}.{prefix}{part}"))
                for part in ("pattern", "q", "k", "v")  # (L, H, T, S) or (L, H, T, T), then (L, H, tokens, d)
            }
            for name, prefix in ATTENTIONS.items()
        },
    }


def _stacked(written: Written, name: str) -> Tensor:
    """A tensor of every layer, as ``name`` has it with the layer's number in its place: (L, ...)."""
    stack = network().decoder if name.startswith("decoder") else network().encoder
    return torch.stack([written.trace[name.format(i)][0] for i in range(len(stack))])


def _habits(written: Written) -> list[list[dict[str, Any]]]:
    """What every head did in this translation, (L, H)."""
    pieces = counterparts(written.sentence)
    return [
        [habit_data(of_head(head, pieces)) for head in layer]
        for layer in _stacked(written, "decoder.{}.cross_attn.pattern")
    ]


def habit_data(habit: HeadHabit) -> dict[str, Any]:
    """A head's habit as the browser part gets it."""
    return {
        "aligned": habit.aligned,
        "words": habit.words,
        "resting": habit.resting,
        "needless": habit.needless,
        "rest": habit.rest,
    }


@cache
def habits_elsewhere() -> dict[str, Any]:
    """What every head does over many other sentences, (L, H), counted once for everybody."""
    sentences = other_sentences()
    habits = habits_of(network(), sentences)
    return {"sentences": len(sentences), "heads": [[habit_data(each) for each in layer] for layer in habits]}


def projections() -> dict[str, NDArray[Any]]:
    """The output matrix of every attention of the decoder, head by head: (L, H, D, d)."""
    heads = network().config.num_heads

    return {
        name: _array(
            torch.stack([each.unflatten(1, (heads, -1)).transpose(0, 1) for each in output_matrices(name)])
        )
        for name in ATTENTIONS
    }


def output_matrices(attention: str) -> list[Tensor]:
    """W_O of an attention in every layer of the decoder, (D, H * d)."""
    blocks = cast("list[TranslatorDecoderBlock]", list(network().decoder))
    return [(block.cross_attn if attention == "cross" else block.attn).proj.weight for block in blocks]


def value_lengths(written: Written) -> Tensor:
    """How long what each word's value adds to the stream would be at a weight of 1, (L, H, S)."""
    values = _stacked(written, "decoder.{}.cross_attn.v")
    pairs = zip(values, output_matrices("cross"), strict=True)
    return torch.stack([value_norms(v, matrix) for v, matrix in pairs])


def _array(values: Tensor) -> NDArray[Any]:
    array: NDArray[Any] = values.detach().contiguous().numpy().astype(np.float32, copy=False)
    return array
