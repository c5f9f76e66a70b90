"""What the node tests of the translation page read: the grammar, and weights as torch computes them."""

import torch

from tests.web.fixtures import check, plain
from vitviz.worlds.sentence_grammar import END, START, automaton
from vitviz.worlds.sentences import random_sentence

SIZES = {"layers": 2, "heads": 2, "read": 4, "written": 3, "dim": 4}


def rounded(values: torch.Tensor) -> list[float]:
    """Six digits of double precision, the same on every machine."""
    return [float(f"{value:.6g}") for value in values.flatten().tolist()]


def test_the_fixture_of_the_grammar_is_current() -> None:
    sentences = [" ".join(random_sentence(seed).english) for seed in range(12)]
    check(
        "translation/grammar.json",
        {"grammar": {"arrows": automaton(), "start": START, "end": END}, "sentences": sentences},
    )


def test_the_fixture_of_weights_is_current() -> None:
    generator = torch.Generator().manual_seed(5)

    def random(tokens: int) -> torch.Tensor:
        shape = (2, 2, tokens, 4)
        drawn = torch.randn(*shape, generator=generator, dtype=torch.float64)
        return torch.tensor(rounded(drawn), dtype=torch.float64).view(shape)

    found = {}
    for name, keys in (("cross", 4), ("own", 3)):
        q, k, v = random(3), random(keys), random(keys)
        scores = q @ k.transpose(-1, -2) / 2
        if name == "own":
            scores = scores.masked_fill(torch.ones(3, 3, dtype=torch.bool).triu(1), -torch.inf)
        pattern = scores.softmax(dim=-1)
        found[name] = {"q": rounded(q), "k": rounded(k), "v": rounded(v), "pattern": rounded(pattern)}
        found[name]["mean"] = rounded(pattern.mean(dim=1))
    check("translation/weights.json", plain({"sizes": SIZES, **found}))
