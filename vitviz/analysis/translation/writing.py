"""A translation written token by token: the likeliest next ones of each step, and what the decoder keeps meanwhile.

Letters: S tokens read (the sentence and its end), T tokens written (the end among them), L layers of the decoder,
H heads, d channels of a head, V vocabulary. Step t has read the start and the t tokens written before, and writes
token t.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from vitviz.models.translator import END, START, Translator
from vitviz.tracing.trace import Trace, run_tokens
from vitviz.worlds.sentences import VOCABULARY, Sentence, to_ids

LONGEST = 30  # tokens of a translation: the longest right one has 26


@dataclass(frozen=True, eq=False)
class Written:
    """One translation, written with a cache, and what one run without a cache on all that was written gives.

    Attributes:
        sentence: what was translated.
        read: ids of the sentence and its end (S,).
        tokens: ids written, the end among them (T,).
        logits: the scores of each step's next token, computed from the last token and the cache alone (T, V).
        kept: bytes of the keys and values of all layers after each step, counted from the tensors themselves: those of
            the memory, those of what was written (T, 2).
        trace: the run on all that was written at once, whose patterns are those of all steps.
    """

    sentence: Sentence
    read: Tensor
    tokens: Tensor
    logits: Tensor
    kept: list[tuple[int, int]]
    trace: Trace

    @property
    def text(self) -> str:
        """What was written, without its end."""
        return "".join(VOCABULARY[i] for i in self.tokens.tolist() if i != END)

    @property
    def right(self) -> bool:
        """Whether that is, character by character, what the grammar says."""
        return self.text == "".join(self.sentence.chinese) and int(self.tokens[-1]) == END

    @property
    def gap(self) -> float:
        """How far any score of any step lies from the one that is computed from all tokens, without a cache."""
        return float((self.logits - self.trace["logits"][0]).abs().max())

    def likeliest(self, many: int) -> tuple[Tensor, Tensor]:
        """Ids and probabilities of the likeliest next tokens of each step, (T, many) each."""
        found = self.logits.softmax(dim=-1).topk(many, dim=-1)
        return found.indices, found.values


@torch.no_grad()
def write_translation(network: Translator, sentence: Sentence) -> Written:
    """Translate greedily, with a cache and without."""
    read = torch.tensor([[*to_ids(sentence.english), END]])  # (1, S)
    writing = network.remember(read)
    last = torch.tensor([START])
    written: list[Tensor] = [last]
    logits: list[Tensor] = []
    kept: list[tuple[int, int]] = []
    while len(logits) < LONGEST and (not logits or int(last) != END):
        logits.append(network.write(last, writing))  # (1, V)
        caches = writing.caches
        kept.append((sum(each.memory.nbytes for each in caches), sum(each.own.nbytes for each in caches)))
        last = logits[-1].argmax(dim=-1)  # (1,)
        written.append(last)
    given = torch.stack(written[:-1], dim=1)  # (1, T), the start and all but the end
    trace = run_tokens(network, read, given, model_name="translator-mini", token_names=VOCABULARY)
    return Written(sentence, read[0], torch.cat(written[1:]), torch.cat(logits), kept, trace)
